/* Volumes with several heads are refused, and verify can't call them gone. What belongs to one person, and
 * what a scanner holds a head with, is no other head. */
#include "head/others.h"

#include <stdlib.h>

#include "judge/verify.h"
#include "stages.h"

/* The phantom's volume and its copy, one behind the other along an axis. flip: the copy is mirrored along
 * it. */
static ef_image twins(const ef_image *one, int axis, bool flip)
{
    ef_image two = *one;
    const int64_t *n = one->grid.n;
    two.grid.n[axis] *= 2;
    two.n_bytes *= 2;
    two.header = NULL;
    two.voxels = malloc(two.n_bytes);
    if (two.voxels == NULL)
        exit(1);
    const int16_t *from = one->voxels;
    int16_t *to = two.voxels;
    for (int64_t z = 0; z < two.grid.n[2]; z++)
        for (int64_t y = 0; y < two.grid.n[1]; y++)
            for (int64_t x = 0; x < two.grid.n[0]; x++) {
                int64_t at[3] = {x, y, z};
                const bool second = at[axis] >= n[axis];
                at[axis] -= second ? n[axis] : 0;
                if (second && flip)
                    at[axis] = n[axis] - 1 - at[axis];
                *to++ = from[at[0] + n[0] * (at[1] + n[1] * at[2])];
            }
    return two;
}

static void refused(const ef_image *image, const char *what)
{
    ef_scan scan;
    efface_options options;
    efface_result result;
    efface_error err = {0};
    efface_verification v;
    ef_atlas atlas;
    efface_options_init(&options);
    options.threads = STAGE_THREADS;
    ef_scan_begin(&scan, image, &options, &result);
    CHECK(ef_scan_advance(&scan, EF_STAGE_FACE, &err) != EFFACE_PASS);
    printf("%s: %s\n", what, err.message);
    ef_scan_release(&scan);
    CHECK_EQ(ef_atlas_load(&atlas, &err), EFFACE_PASS);
    CHECK_EQ(ef_verify(&v, image, &atlas, EFFACE_PARTS_ALL, STAGE_THREADS, what, &err), EFFACE_PASS);
    CHECK_EQ(v.face == EFFACE_FACE_REMOVED, false);
    ef_atlas_release(&atlas);
}

static void several_heads(void)
{
    static const char *const name[] = {"side by side", "face to face", "one above the other"};
    ef_phantom head = stages_head(31, 3);
    for (int axis = 0; axis < 3; axis++) {
        ef_image two = twins(&head.image, axis, axis == 1);
        refused(&two, name[axis]);
        if (axis == 1 && test_does(false)) {
            ef_image four = twins(&two, 0, false);
            refused(&four, "four heads");
            free(four.voxels);
        }
        free(two.voxels);
    }
    ef_phantom_release(&head);
}

/* One head as it is scanned. */
static void accepted(ef_contrast contrast, unsigned conditions, double neck_mm, double age)
{
    stages s = {.head = {.tissue = NULL}};
    ef_phantom_options o;
    efface_error err = {0};
    double radius_mm;
    ef_phantom_options_init(&o);
    o.seed = o.scan = 71 + conditions;
    o.contrast = contrast;
    o.voxel_mm[0] = o.voxel_mm[1] = o.voxel_mm[2] = 3;
    o.conditions = conditions;
    o.neck_mm = neck_mm;
    o.age_years = age;
    o.draw_pose = true;
    if (!CHECK_EQ(ef_phantom_make(&s.head, &o, STAGE_THREADS, &err), EFFACE_PASS))
        exit(1);
    stages_locate(&s);
    CHECK_EQ(ef_others_measure(&radius_mm, &s.scan.subject, STAGE_THREADS, &err), EFFACE_PASS);
    CHECK(radius_mm < EF_OTHERS_MOST_MM);
    printf("conditions 0x%x, neck %.0f mm, %g years: %.0f mm\n", conditions, neck_mm, age, radius_mm);
    stages_release(&s);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    several_heads();
    if (test_does(true)) {
        accepted(EF_T1, EFFACE_CONDITION_SHOULDERS, 150, 25);
        accepted(EF_CT, EFFACE_CONDITION_HOLDER, 40, 25);
    } else {
        accepted(EF_CT, EFFACE_CONDITION_HOLDER | EFFACE_CONDITION_SHOULDERS, 150, 60);
        accepted(EF_T2, EFFACE_CONDITION_LARGE_BOX, 100, 4);
        accepted(EF_T1, 0, 100, 0.2);
    }
    return test_end();
}
