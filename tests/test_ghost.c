/* Ghosts of the face and wrapped parts are found in the air and filled. Nothing is found in clean air. */
#include "region/ghost.h"

#include "attack/people.h"
#include "failing_memory.h"
#include "phantom/shape.h"

#include "stages.h"

enum { AXIS = 1 }; /* as stored: back to front */

/* Wraps the last `less` planes of the axis around to the first ones, as a field of view that is too short
 * does. */
static void wrap(ef_image *image, int64_t less)
{
    int64_t *n = image->grid.n;
    const int64_t left = n[AXIS] - less;
    int16_t *voxels = image->voxels;
    for (int64_t z = 0; z < n[2]; z++) {
        for (int64_t y = 0; y < left; y++) {
            for (int64_t x = 0; x < n[0]; x++) {
                const int64_t from = x + n[0] * (y + n[AXIS] * z);
                const int16_t wrapped = y < less ? voxels[from + left * n[0]] : 0;
                voxels[x + n[0] * (y + left * z)] = (int16_t)(voxels[from] + wrapped);
            }
        }
    }
    n[AXIS] = left;
    image->n_bytes = sizeof *voxels * (size_t)ef_grid_count(&image->grid);
}

static void find(stages *s)
{
    stages_region(s, EFFACE_PARTS_ALL, 1, 4);
}

/* Correlation of the ghost's voxels with those half a field of view away, where these are under the mask.
 */
static double correlation(const ef_image *image, const ef_image *face, const ef_region *region)
{
    const int64_t *n = image->grid.n;
    double sum[5] = {0}, seen = 0;
    for (int64_t i = 0; i < ef_grid_count(&image->grid); i++) {
        const int64_t y = i / n[0] % n[AXIS], from = i + ((y + n[AXIS] / 2) % n[AXIS] - y) * n[0];
        if (!region->emptied[i] || !region->mask[from])
            continue;
        const double a = ef_image_value(image, i), b = ef_image_value(face, from);
        const double product[5] = {a, b, a * a, b * b, a * b};
        for (int k = 0; k < 5; k++)
            sum[k] += product[k];
        seen++;
    }
    const double va = sum[2] - sum[0] * sum[0] / seen, vb = sum[3] - sum[1] * sum[1] / seen;
    return seen > 1000 ? (sum[4] - sum[0] * sum[1] / seen) / sqrt(va * vb) : -2;
}

/* The head after its ghosts were found and its face was removed in one of the modes. */
static ef_image defaced(const stages *s, efface_mode mode)
{
    ef_image image;
    efface_error err = {0};
    const ef_apply_input in = stages_apply_input(s, mode, 1);
    if (!CHECK(s->scan.region.emptied != NULL) ||
        !CHECK_EQ(ef_image_copy(&image, &s->head.image, &err), EFFACE_PASS))
        exit(1);
    CHECK_EQ(ef_apply(&image, &in, STAGE_THREADS, &err), EFFACE_PASS);
    return image;
}

static void a_ghost_goes(efface_mode mode)
{
    stages s = {.head = stages_head(43, 2)};
    efface_error err = {0};
    CHECK_EQ(ef_ghost_add(&s.head.image, 3, &err), EFFACE_PASS);
    find(&s);
    ef_image image = defaced(&s, mode);
    CHECK(correlation(&s.head.image, &s.head.image, &s.scan.region) > 0.3);
    CHECK_NEAR(correlation(&image, &s.head.image, &s.scan.region), 0, 0.02);
    int64_t outside = 0, both = 0;
    const int16_t *a = s.head.image.voxels, *b = image.voxels;
    for (int64_t i = 0; i < ef_grid_count(&image.grid); i++) {
        outside += a[i] != b[i] && !ef_region_changed(&s.scan.region)[i];
        both += s.scan.region.emptied[i] && (s.scan.region.mask[i] || s.scan.region.brain[i]);
    }
    CHECK_EQ(outside, 0);
    CHECK_EQ(both, 0);
    ef_image_release(&image);
    stages_release(&s);
}

/* A nose that wraps around lies in the first planes, bright as tissue. */
static void a_wrapped_nose_goes(void)
{
    stages s = {.head = stages_head(44, 2)};
    double nose[3];
    ef_affine voxel_from_world;
    CHECK(ef_affine_invert(&voxel_from_world, s.head.image.grid.world_from_voxel));
    ef_affine_apply(nose, &voxel_from_world, s.head.landmark_mm[EF_PRONASALE]);
    const int64_t less = s.head.image.grid.n[AXIS] - (int64_t)nose[AXIS] + 6;
    wrap(&s.head.image, less);
    find(&s);
    ef_image image = defaced(&s, EFFACE_REMOVE);
    int64_t before = 0, after = 0;
    const int64_t *n = image.grid.n;
    for (int64_t i = 0; i < ef_grid_count(&image.grid); i++) {
        if (i / n[0] % n[AXIS] > 6)
            continue;
        before += ef_image_value(&s.head.image, i) > 0.3 * s.head.white;
        after += ef_image_value(&image, i) > 0.3 * s.head.white;
    }
    CHECK(before > 100);
    CHECK_EQ(after, 0);
    ef_image_release(&image);
    stages_release(&s);
}

static void clean_air_has_none(void)
{
    for (uint64_t seed = 45; seed < 48; seed++) {
        if (!test_does(seed == 45))
            continue;
        stages s = {.head = stages_head(seed, 2)};
        find(&s);
        CHECK(s.scan.region.emptied == NULL && ef_region_changed(&s.scan.region) == s.scan.region.mask);
        stages_release(&s);
    }
}

/* Whichever allocation fails, a ghost is found or the search says that it failed. */
static void no_memory_is_no_clean_air(void)
{
    stages s = {.head = stages_head(43, 2)};
    efface_error err = {0};
    CHECK_EQ(ef_ghost_add(&s.head.image, 3, &err), EFFACE_PASS);
    find(&s);
    ef_region plain = s.scan.region; /* borrowed; without what is emptied */
    const int64_t marked = plain.n_mask, count = ef_grid_count(&s.head.image.grid);
    int failures = 0;
    CHECK(plain.emptied != NULL);
    for (long i = 1;; i++) {
        ef_region region = plain;
        region.emptied = region.changed = NULL;
        region.n_mask = 0;
        for (int64_t v = 0; v < count; v++)
            region.n_mask += region.mask[v];
        atomic_store(&allocations, 0);
        atomic_store(&fail_at, i);
        const efface_status status =
            ef_ghost_find(&region, &s.head.image, &s.scan.subject, STAGE_THREADS, &err);
        const bool reached = atomic_load(&allocations) >= i;
        atomic_store(&fail_at, 0);
        failures += status == EFFACE_INTERNAL;
        CHECK(status == EFFACE_INTERNAL || (status == EFFACE_PASS && region.n_mask == marked));
        free(region.emptied);
        free(region.changed);
        if (!reached)
            break;
    }
    CHECK(failures > 5);
    stages_release(&s);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    a_ghost_goes(test_does(true) ? EFFACE_REMOVE : EFFACE_REFACE);
    if (test_does(true))
        a_wrapped_nose_goes();
    if (test_does(true))
        no_memory_is_no_clean_air();
    clean_air_has_none();
    return test_end();
}
