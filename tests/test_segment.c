/* Separating head from air: compared with the phantom's own voxels, at any scale of the values. */
#include "head/segment.h"

#include <stdlib.h>

#include "check.h"
#include "kernels/rng.h"
#include "stages.h"

static ef_phantom head;

static bool segment(ef_work *work, ef_head *found, const ef_image *image)
{
    efface_error err = {0};
    return CHECK_EQ(ef_work_build(work, image, EF_WORK_MM, STAGE_THREADS, "head", &err), EFFACE_PASS) &&
           CHECK_EQ(ef_segment(found, work, EF_AIR_MODE, STAGE_THREADS, "head", &err), EFFACE_PASS);
}

/* What the phantom calls tissue is in the head, what it calls air around it is not; within 4 mm of the
 * skin, two cells, either may be. */
static void head_is_where_the_tissue_is(const ef_work *work, const ef_head *found)
{
    const int64_t *n = head.image.grid.n, *w = work->grid.n;
    int64_t tissue = 0, tissue_out = 0, air_in = 0;
    for (int64_t i = 0; i < ef_grid_count(&head.image.grid); i++) {
        double at[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / (n[0] * n[1]))};
        ef_affine_apply(at, &work->work_from_voxel, at);
        int64_t cell[3];
        for (int d = 0; d < 3; d++) {
            const int64_t nearest = (int64_t)floor(at[d] + 0.5);
            cell[d] = nearest < 0 ? 0 : nearest >= w[d] ? w[d] - 1 : nearest;
        }
        const int64_t c = cell[0] + w[0] * (cell[1] + w[1] * cell[2]);
        tissue += head.tissue[i] != EF_TISSUE_AIR;
        tissue_out += head.tissue[i] != EF_TISSUE_AIR && (double)found->skin_mm[c] > 4;
        air_in += head.tissue[i] == EF_TISSUE_AIR && (double)found->skin_mm[c] < -4;
    }
    CHECK((double)tissue_out < 0.001 * (double)tissue); /* earlobes: thinner than the opening's ball */
    /* airways and sinuses, which are closed on purpose */
    if (!CHECK((double)air_in < 0.05 * (double)tissue))
        fprintf(stderr, "    %.3f of the tissue\n", (double)air_in / (double)tissue);
}

/* The distance is negative exactly in the head, and changes by no more than the way does. */
static void distance_is_a_distance(const ef_work *work, const ef_head *found)
{
    const int64_t *w = work->grid.n;
    int64_t sign = 0, steep = 0, inside = 0;
    for (int64_t i = 0; i < ef_grid_count(&work->grid); i++) {
        inside += found->inside[i];
        sign += (found->skin_mm[i] < 0) != (found->inside[i] != 0);
        if (i % w[0] + 1 < w[0])
            steep +=
                fabs((double)(found->skin_mm[i + 1] - found->skin_mm[i])) > work->spacing_mm * (1 + 1e-5);
    }
    CHECK_EQ(sign, 0);
    CHECK_EQ(steep, 0);
    CHECK_NEAR(found->volume_ml, (double)inside * pow(work->spacing_mm, 3) / 1000, 1e-6);
    CHECK(found->air < found->threshold && found->threshold < found->tissue);
}

/* value * 7 + 100 is the same picture. */
static void scale_does_not_matter(const ef_head *expected)
{
    efface_error err;
    ef_image scaled;
    if (!CHECK_EQ(ef_image_copy(&scaled, &head.image, &err), EFFACE_PASS))
        exit(1);
    int16_t *voxels = scaled.voxels;
    int64_t count = ef_grid_count(&scaled.grid), clipped = 0;
    for (int64_t i = 0; i < count; i++) {
        clipped += voxels[i] * 7 + 100 > INT16_MAX;
        voxels[i] = (int16_t)(voxels[i] * 7 + 100);
    }
    CHECK_EQ(clipped, 0);
    ef_work work = {0};
    ef_head found = {0};
    if (segment(&work, &found, &scaled)) {
        int64_t differ = 0;
        for (int64_t i = 0; i < ef_grid_count(&work.grid); i++)
            differ += found.inside[i] != expected->inside[i];
        /* Values within rounding of the threshold: float has 2^-24 of 7 times the range, the mask's surface
         * has some 10^5 cells. */
        CHECK(differ <= 4);
        CHECK_NEAR((found.threshold - 100) / 7, expected->threshold, 1e-3 * expected->tissue);
    }
    ef_work_release(&work);
    ef_head_release(&found);
    ef_image_release(&scaled);
}

/* Air that is noise of any strength up to a tenth of white matter, from scanners that differ. */
static void noise_is_air(const ef_head *quiet)
{
    efface_error err;
    ef_image noisy;
    if (!CHECK_EQ(ef_image_copy(&noisy, &head.image, &err), EFFACE_PASS))
        exit(1);
    int16_t *voxels = noisy.voxels;
    for (int64_t i = 0; i < ef_grid_count(&noisy.grid); i++)
        voxels[i] = (int16_t)hypot(voxels[i] + 0.1 * head.white * ek_normal(1, (uint64_t)i),
                                   0.1 * head.white * ek_normal(2, (uint64_t)i));
    ef_work work = {0};
    ef_head found = {0};
    if (segment(&work, &found, &noisy))
        CHECK_NEAR(found.volume_ml, quiet->volume_ml, 0.05 * quiet->volume_ml);
    ef_work_release(&work);
    ef_head_release(&found);
    ef_image_release(&noisy);
}

int main(void)
{
    ef_work work = {0};
    ef_head found = {0};
    head = stages_head(3, 2);
    if (segment(&work, &found, &head.image)) {
        head_is_where_the_tissue_is(&work, &found);
        distance_is_a_distance(&work, &found);
        scale_does_not_matter(&found);
        noise_is_air(&found);
    }
    ef_work_release(&work);
    ef_head_release(&found);
    ef_head_release(&found);
    ef_phantom_release(&head);
    return test_end();
}
