/* Measures what the audit of a new face finds in good and in bad ones, so that its limits come from data.
 * Good ones are the modes as they are, on phantoms. Bad ones have a share of the old surface mixed into the
 * new one, or the old surface left in the lower half of what is judged.
 *
 * usage: efface_bench_relief [FIRST [COUNT]]     default: seeds 1 to 20, 2 mm
 *
 * Standard output, CSV: mode, what was done, seed, part of the old relief kept, its standard error, cm2 of
 * old surface left, cm2 judged. */
#include <stdio.h>
#include <stdlib.h>

#include "audit/relief.h"
#include "stages.h"

/* Shares of the old surface. One more row follows: the half that was left. */
static const double shares[] = {0, 0.1, 0.2, 0.3, 0.5, 1};

static void copy(ef_face_heights *to, const ef_face_heights *from)
{
    const size_t bytes = sizeof(float) * (size_t)(from->n[0] * from->n[1]);
    *to = *from;
    to->old = malloc(bytes);
    to->new = malloc(bytes);
    to->mean = malloc(bytes);
    if (to->old == NULL || to->new == NULL || to->mean == NULL)
        exit(1);
    memcpy(to->old, from->old, bytes);
    memcpy(to->new, from->new, bytes);
    memcpy(to->mean, from->mean, bytes);
}

/* Returns the height below which half of what is judged lies, counted row by row from below. */
static int64_t middle(const ef_face_heights *map)
{
    int64_t known = 0, below = 0, row = 0;
    for (int64_t i = 0; i < map->n[0] * map->n[1]; i++)
        known += !isnan(map->new[i]);
    for (; row < map->n[1] && 2 * below < known; row++)
        for (int64_t x = 0; x < map->n[0]; x++)
            below += !isnan(map->new[x + map->n[0] * row]);
    return row;
}

static void judge(const ef_face_heights *measured, const char *mode, const char *what, uint64_t seed,
                  double share, int64_t rows)
{
    ef_face_heights map;
    ef_relief_kept kept = {0};
    efface_error err;
    copy(&map, measured);
    for (int64_t i = 0; i < map.n[0] * map.n[1]; i++)
        map.new[i] += (float)(i / map.n[0] < rows ? share : 0) * (map.old[i] - map.new[i]);
    if (ef_face_heights_compare(&kept, &map, STAGE_THREADS, &err) != EFFACE_PASS)
        exit(1);
    printf("%s,%s,%d,%.4f,%.4f,%.2f,%.1f\n", mode, what, (int)seed, kept.part, kept.error, kept.left_cm2,
           kept.area_cm2);
    ef_face_heights_release(&map);
}

static void one(stages *s, efface_mode mode, const char *name, uint64_t seed)
{
    ef_image image;
    ef_face_heights map;
    efface_error err = {0};
    const ef_apply_input in = stages_apply_input(s, mode, seed);
    const ef_audit_input audit = stages_audit_input(s, &image, mode);
    if (ef_image_copy(&image, &s->head.image, &err) != EFFACE_PASS ||
        ef_apply(&image, &in, STAGE_THREADS, &err) != EFFACE_PASS ||
        ef_face_heights_make(&map, &audit, STAGE_THREADS, &err) != EFFACE_PASS) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    for (size_t k = 0; k < sizeof shares / sizeof *shares; k++) {
        char what[24];
        snprintf(what, sizeof what, "mixed %.0f %%", 100 * shares[k]);
        judge(&map, name, k == 0 ? "as made" : what, seed, shares[k], map.n[1]);
    }
    judge(&map, name, "lower half left", seed, 1, middle(&map));
    ef_face_heights_release(&map);
    ef_image_release(&image);
}

int main(int argc, char **argv)
{
    const long first = argc > 1 ? strtol(argv[1], NULL, 10) : 1,
               count = argc > 2 ? strtol(argv[2], NULL, 10) : 20;
    printf("mode,what,seed,relief_kept,standard_error,surface_left_cm2,judged_cm2\n");
    for (long seed = first; seed < first + count; seed++) {
        stages s = {.head = {.tissue = NULL}};
        s.head = stages_head((uint64_t)seed, 2);
        stages_region(&s, EFFACE_PARTS_ALL, (uint64_t)seed, 4);
        one(&s, EFFACE_BLUR, "blur", (uint64_t)seed);
        one(&s, EFFACE_REFACE, "reface", (uint64_t)seed);
        stages_release(&s);
    }
    return check_failures == 0 ? 0 : 1;
}
