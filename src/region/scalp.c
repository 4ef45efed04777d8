/* Marks the scalp on the subject's own skin: see scalp.h. */
#include "region/scalp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/carve.h"
#include "kernels/sample.h"
#include "region/random_field.h"

/* Depth of the scalp under an adult's skin, mm, and its random variation: 5 to 7 mm in all. Scalp and skull
 * together are thicker. No brain is searched nearer to the skin than EF_SCALP_MM. So in an adult the brain
 * with its fluid stays, but without a margin. A child's skull is thin: there both stay. */
static const double depth_mm = 6, random_mm = 1;
/* Probability of brain above which a voxel stays. Where a scalp is as dark as air, the detected skin is
 * none, and brain may lie this deep under it. So what is brain in every third head by any of the three
 * poses stays as well. The probability falls from 1 to 0 over about border_mm. */
static const double possible = 0.35, border_mm = 10;
/* Standard deviation of a random field (random_field.h). */
static const double field_deviation = 0.096;
/* The scalp begins this far before the skin, mm: hair, and blurred signal. */
static const double before_skin_mm = 8;
/* The scalp's lower end: a plane from under the brow to the nape, in atlas mm. Within overlap_mm of the
 * place of face and ears the scalp ends. */
static const double front_y_mm = 90, front_z_mm = -15, back_y_mm = -115, back_z_mm = -45, overlap_mm = 4;
/* Depths that the audit judges, mm, and their distance from the scalp's borders: skin, two cells thick. */
static const double asked_from_mm = 1, asked_to_mm = 3, clear_of_end_mm = 4;
/* Steepest change of the distances, mm per mm. They are exact to a cell. Where the sides of the field of
 * view begin to matter there is one step more. */
static const double lipschitz = 3;

/* Where the scalp lies in a work volume. */
typedef struct scalp {
    const ef_atlas *atlas;
    const ef_work *work;
    const ef_head *head;
    double mm; /* subject mm for one atlas mm */
    ef_affine cell_from_work, by_answer[3];
    float *brain; /* owned: probability by atlas cell, 0 to 1 */
} scalp;

static efface_status place(scalp *s, const ef_subject *subject, efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_work *work = &subject->work;
    const ef_location *location = &subject->location;
    *s = (scalp){.atlas = atlas, .work = work, .head = &subject->head};
    s->mm = cbrt(fabs(ef_affine_det(&location->work_from_atlas_kept))) * work->spacing_mm;
    return ef_atlas_cells(&s->cell_from_work, atlas, &location->work_from_atlas_kept) &&
                   ef_atlas_cells(&s->by_answer[0], atlas, &location->work_from_atlas) &&
                   ef_atlas_cells(&s->by_answer[1], atlas, &location->work_from_atlas_tissue) &&
                   ef_atlas_cells(&s->by_answer[2], atlas, &location->work_from_atlas_skin)
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_LOCATE, "pose is singular");
}

/* Returns a cell's distance to the skin, negative inside. *end_mm becomes the distance to the scalp's lower
 * end and to the face's place, negative where the scalp is. Where the head continues beyond the field of
 * view, the skin there is unknown and the mean skin is used. */
static double skin_of(double *end_mm, const scalp *s, int64_t i)
{
    const int64_t *n = s->work->grid.n, *m = s->atlas->grid.n;
    const int64_t at[3] = {i % n[0], i / n[0] % n[1], i / (n[0] * n[1])};
    double cell[3] = {(double)at[0], (double)at[1], (double)at[2]}, xyz[3];
    ef_affine_apply(cell, &s->cell_from_work, cell);
    ef_affine_apply(xyz, &s->atlas->grid.world_from_voxel, cell);
    const double along = (xyz[1] - back_y_mm) / (front_y_mm - back_y_mm);
    const double below = back_z_mm + along * (front_z_mm - back_z_mm) - xyz[2];
    double own = (double)s->head->skin_mm[i], to_side = INFINITY;
    for (int d = 0; d < 3; d++) {
        to_side = fmin(to_side, (double)(at[d] < n[d] - 1 - at[d] ? at[d] : n[d] - 1 - at[d]));
        cell[d] = fmax(0, fmin((double)(m[d] - 1), cell[d]));
    }
    *end_mm = s->mm * fmax(below, -overlap_mm - ek_trilinear(s->atlas->cut_mm, m, cell));
    if (to_side * s->work->spacing_mm < depth_mm) {
        const double mean = s->mm * ek_trilinear(s->atlas->skin_mm, m, cell);
        own = isnan(mean) ? own : fmax(own, fmin(mean, 0));
    }
    return own;
}

/* Returns how deep a cell lies where brain may be, mm; negative outside. */
static double within_brain(const scalp *s, const double at[3])
{
    double most = 0;
    for (int k = 0; k < 3; k++) {
        double cell[3];
        ef_affine_apply(cell, &s->by_answer[k], at);
        for (int d = 0; d < 3; d++)
            cell[d] = fmax(0, fmin((double)(s->atlas->grid.n[d] - 1), cell[d]));
        most = fmax(most, ek_trilinear(s->brain, s->atlas->grid.n, cell));
    }
    return border_mm * (most - possible);
}

/* Measures the signed distance to the scalp's surface, negative inside. */
static void measure(float *scalp_mm, const scalp *s, double size, ef_scalp_depth depth)
{
    const int64_t *n = s->work->grid.n;
    ef_random_field random;
    ef_random_field_init(&random, depth.seed);
    for (int64_t i = 0; i < ef_grid_count(&s->work->grid); i++) {
        double at[3];
        ef_grid_point(at, n, i);
        double xyz[3], end;
        ef_affine_apply(xyz, &s->work->grid.world_from_voxel, at);
        const double chance = (ef_random_field_at(&random, xyz) - 0.5) / field_deviation;
        const double deep = size * (depth_mm + random_mm * fmax(-1, fmin(chance, 1))) + depth.moved_mm;
        const double skin = skin_of(&end, s, i);
        const double mm = fmax(fmax(-deep - skin, skin - before_skin_mm), end);
        scalp_mm[i] = (float)(mm < border_mm ? fmax(mm, within_brain(s, at)) : mm);
    }
}

efface_status ef_scalp_find(ef_region *region, const ef_image *image, const ef_subject *subject,
                            ef_scalp_depth depth, int threads, efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_work *work = &subject->work;
    const ef_brain *brain = &subject->brain;
    const int64_t cells = ef_grid_count(&work->grid), count = ef_grid_count(&image->grid);
    scalp s;
    if (work->roughness > 0)
        return ef_fail(err, EFFACE_INPUT, "skin can't be told from speckled air: no scalp in '%s'",
                       subject->name);
    efface_status status = place(&s, subject, err);
    if (status != EFFACE_PASS)
        return status;
    const int64_t atlas_cells = ef_grid_count(&atlas->grid);
    float *scalp_mm = malloc(sizeof(float) * (size_t)cells);
    uint8_t *voxel = malloc((size_t)count);
    s.brain = malloc(sizeof(float) * (size_t)atlas_cells);
    if (scalp_mm == NULL || voxel == NULL || s.brain == NULL) {
        status = ef_fail_memory(err, sizeof(float) * (size_t)(cells + atlas_cells) + (size_t)count);
        goto cleanup;
    }
    for (int64_t i = 0; i < atlas_cells; i++)
        s.brain[i] = (float)atlas->brain[i] / 255;
    measure(scalp_mm, &s, brain->size, depth);
    double mm[3];
    ef_affine_spacing(mm, &image->grid.world_from_voxel);
    ek_field inside = {.value = scalp_mm}, away = {.value = brain->distance_mm};
    for (int d = 0; d < 3; d++)
        inside.n[d] = away.n[d] = work->grid.n[d];
    memcpy(inside.index_from_voxel, work->work_from_voxel.m, sizeof inside.index_from_voxel);
    memcpy(away.index_from_voxel, work->work_from_voxel.m, sizeof away.index_from_voxel);
    ek_carve(voxel, image->grid.n, &inside, &away, brain->size < 1 ? brain->size * depth.margin_mm : 0,
             fmax(mm[0], fmax(mm[1], mm[2])), lipschitz, threads);
    status = ef_region_empty(region, voxel, count, err);

cleanup:
    free(scalp_mm);
    free(voxel);
    free(s.brain);
    return status;
}

efface_status ef_scalp_left(double *left, const float *value, const ef_subject *subject, efface_error *err)
{
    const ef_work *work = &subject->work;
    const ef_head *head = &subject->head;
    const double size = subject->brain.size;
    scalp s;
    int64_t asked = 0, tissue = 0;
    const efface_status status = place(&s, subject, err);
    for (int64_t i = 0; status == EFFACE_PASS && i < ef_grid_count(&work->grid); i++) {
        double end;
        const double skin = skin_of(&end, &s, i);
        if (!head->inside[i] || isnan(work->value[i]) || end > -clear_of_end_mm ||
            skin > -size * asked_from_mm || skin < -size * asked_to_mm)
            continue;
        asked++;
        tissue += (double)value[i] > head->threshold;
    }
    *left = asked > 0 ? (double)tissue / (double)asked : 0;
    return status;
}
