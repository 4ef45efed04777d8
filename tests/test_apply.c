/* The fill of `remove`: what it writes under the mask, and that nothing else changes. */
#include "apply/apply.h"

#include <stdlib.h>

#include "kernels/sample.h"

#include "stages.h"

static stages s;

static ef_image apply(efface_fill fill, uint64_t seed, int threads)
{
    efface_error err = {0};
    ef_image image;
    ef_apply_input in = stages_apply_input(&s, EFFACE_REMOVE, seed);
    in.fill = fill;
    if (!CHECK_EQ(ef_image_copy(&image, &s.head.image, &err), EFFACE_PASS))
        exit(1);
    CHECK_EQ(ef_apply(&image, &in, threads, &err), EFFACE_PASS);
    return image;
}

static bool same(const ef_image *a, const ef_image *b)
{
    return memcmp(a->voxels, b->voxels, a->n_bytes) == 0;
}

/* Mean and standard deviation of the fill well in front of the cut: the air, not the wall. */
static void moments(double out[2], const ef_image *image)
{
    double sum = 0, squares = 0, seen = 0;
    ef_affine cell_from_voxel;
    efface_error err = {0};
    CHECK_EQ(ef_cell_from_voxel(&cell_from_voxel, &s.scan.subject,
                                &s.scan.subject.location.work_from_atlas_kept, &err),
             EFFACE_PASS);
    for (int64_t i = 0; i < ef_grid_count(&image->grid); i++) {
        const int64_t *n = image->grid.n;
        double cell[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / (n[0] * n[1]))};
        ef_affine_apply(cell, &cell_from_voxel, cell);
        if (!s.scan.region.mask[i] || s.head.tissue[i] == EF_TISSUE_AIR ||
            ek_trilinear(s.scan.cut_mm, s.scan.subject.atlas.grid.n, cell) > -16)
            continue;
        const double value = ef_image_value(image, i);
        sum += value;
        squares += value * value;
        seen++;
    }
    out[0] = sum / seen;
    out[1] = sqrt(squares / seen - out[0] * out[0]);
}

static void noise_is_the_scans_own(void)
{
    ef_image filled = apply(EFFACE_FILL_NOISE, 1, 1), again = apply(EFFACE_FILL_NOISE, 1, 8),
             other = apply(EFFACE_FILL_NOISE, 2, 1);
    const int16_t *original = s.head.image.voxels, *voxels = filled.voxels;
    int64_t outside = 0;
    for (int64_t i = 0; i < ef_grid_count(&filled.grid); i++)
        outside += voxels[i] != original[i] && !s.scan.region.mask[i];
    CHECK_EQ(outside, 0);
    CHECK(same(&filled, &again));
    CHECK(!same(&filled, &other));
    /* Air is Rayleigh noise of sigma: mean 1.2533 sigma, deviation 0.6551 sigma. Hundreds of thousands of
     * voxels make a mean good to a hundredth of that; what is left is the air's own spread over the field
     * of view. */
    double fill[2];
    moments(fill, &filled);
    CHECK_NEAR(fill[0], 1.2533 * s.head.sigma, 0.1 * s.head.sigma);
    CHECK_NEAR(fill[1], 0.6551 * s.head.sigma, 0.1 * s.head.sigma);
    ef_image_release(&filled);
    ef_image_release(&again);
    ef_image_release(&other);
}

/* Fraction of the cut that shows tissue, where it passes well under the head's skin. */
static double closed(const ef_image *image)
{
    const int64_t *n = image->grid.n, step[3] = {1, n[0], n[0] * n[1]};
    double shown = 0, all = 0;
    for (int64_t i = 0; i < ef_grid_count(&image->grid); i++) {
        const double voxel[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / step[2])};
        double at[3];
        bool border = false;
        ef_affine_apply(at, &s.scan.subject.work.work_from_voxel, voxel);
        if (!s.scan.region.mask[i] ||
            ek_trilinear(s.scan.subject.head.skin_mm, s.scan.subject.work.grid.n, at) > -15)
            continue;
        for (int d = 0; d < 3; d++)
            border = border || (voxel[d] > 0 && !s.scan.region.mask[i - step[d]]) ||
                     (voxel[d] < (double)n[d] - 1 && !s.scan.region.mask[i + step[d]]);
        if (!border)
            continue;
        shown += ef_image_value(image, i) > s.scan.subject.head.threshold;
        all++;
    }
    return all > 1000 ? shown / all : -1;
}

static void the_cut_is_closed(void)
{
    ef_image filled = apply(EFFACE_FILL_NOISE, 1, 2), open = apply(EFFACE_FILL_MIN, 1, 2);
    CHECK(closed(&filled) > 0.97);
    CHECK(closed(&open) == 0);
    ef_image_release(&filled);
    ef_image_release(&open);
}

static void constants_are_constant(void)
{
    ef_image zero = apply(EFFACE_FILL_ZERO, 1, 2), least = apply(EFFACE_FILL_MIN, 1, 2);
    int64_t not_zero = 0, not_least = 0;
    const double low = s.scan.subject.work.low;
    for (int64_t i = 0; i < ef_grid_count(&zero.grid); i++) {
        not_zero += s.scan.region.mask[i] && ((const int16_t *)zero.voxels)[i] != 0;
        not_least += s.scan.region.mask[i] && fabs(ef_image_value(&least, i) - low) > 0.5 + 1e-6;
    }
    CHECK_EQ(not_zero, 0);
    CHECK_EQ(not_least, 0);
    ef_image_release(&zero);
    ef_image_release(&least);
}

int main(void)
{
    s.head = stages_head(43, 2);
    stages_region(&s, EFFACE_PARTS_ALL, 1, 4);
    noise_is_the_scans_own();
    the_cut_is_closed();
    constants_are_constant();
    stages_release(&s);
    return test_end();
}
