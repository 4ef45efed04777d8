/* Brain and region on one head: the true brain is protected, the parts do not overlap, and voxels within
 * the margin stay. */
#include "region/region.h"

#include <stdlib.h>

#include "head/protect.h"
#include "kernels/distance.h"
#include "stages.h"

static stages s;

/* The mask of some parts, without a random offset; owned by the caller. */
static uint8_t *mask_of(unsigned parts, double margin_mm)
{
    float *cut = NULL;
    ef_region region = {0};
    efface_error err = {0};
    CHECK_EQ(ef_region_cut(&cut, &s.scan.subject.atlas, parts, &err), EFFACE_PASS);
    CHECK_EQ(ef_region_build(&region, &s.head.image, &s.scan.subject, cut, margin_mm, STAGE_THREADS, &err),
             EFFACE_PASS);
    int64_t count = 0;
    for (int64_t i = 0; i < ef_grid_count(&s.head.image.grid); i++)
        count += region.mask[i];
    CHECK_EQ(count, region.n_mask);
    uint8_t *mask = region.mask;
    region.mask = NULL;
    ef_region_release(&region);
    free(cut);
    return mask;
}

/* Voxels of the brain's estimate that lie farther than this from the true one. */
static int64_t far_from_brain(double mm)
{
    const int64_t count = ef_grid_count(&s.head.image.grid);
    float *away = malloc((size_t)count * sizeof *away);
    double spacing[3];
    int64_t far = 0;
    ef_affine_spacing(spacing, &s.head.image.grid.world_from_voxel);
    if (away == NULL ||
        !ek_distance_signed(away, s.head.brain, s.head.image.grid.n, spacing, STAGE_THREADS))
        return count;
    for (int64_t i = 0; i < count; i++)
        far += s.scan.region.brain[i] && (double)away[i] > mm;
    free(away);
    return far;
}

static void brain_is_protected(void)
{
    int64_t truth = 0, outside = 0, masked = 0;
    for (int64_t i = 0; i < ef_grid_count(&s.head.image.grid); i++) {
        truth += s.head.brain[i];
        outside += s.head.brain[i] && !s.scan.region.brain[i];
        masked += s.head.brain[i] && s.scan.region.mask[i];
    }
    CHECK_EQ(masked, 0);
    CHECK((double)outside < 0.02 * (double)truth);
    /* Doubt protects, but not the whole head: fluid and fissures lie within this distance of brain. */
    CHECK((double)far_from_brain(12) < 0.005 * (double)truth);
    CHECK_NEAR(s.scan.subject.brain.volume_ml, (double)s.scan.region.n_brain * 8 / 1000,
               0.03 * s.scan.subject.brain.volume_ml);
    CHECK(s.scan.subject.brain.prior_agreement > 0.8);
}

/* Deep under the skin of an adult head the mask stays 3 mm further from the brain; at the skin it does
 * not. */
static void deep_is_clearer(void)
{
    int64_t deep = 0, shallow = 0, wrong = 0;
    CHECK(s.scan.subject.brain.size >= 1);
    for (int64_t i = 0; i < ef_grid_count(&s.scan.subject.work.grid); i++) {
        const double less = (double)(s.scan.subject.brain.distance_mm[i] - s.scan.subject.brain.away_mm[i]);
        const double skin_mm = (double)s.scan.subject.head.skin_mm[i];
        deep += skin_mm <= -20;
        shallow += skin_mm >= -12;
        wrong += (skin_mm <= -20 && fabs(less - 3) > 1e-4) || (skin_mm >= -12 && less != 0) || less < 0;
    }
    CHECK(deep > 100000 && shallow > 100000);
    CHECK_EQ(wrong, 0);
}

/* If the skin's pose puts a place far from all brain, the place alone no longer protects it; its
 * appearance still does. */
static void skin_has_a_say(void)
{
    const int64_t count = ef_grid_count(&s.scan.subject.work.grid),
                  voxels = ef_grid_count(&s.head.image.grid);
    ef_subject back = s.scan.subject; /* borrowed but for the brain and the ears */
    back.ears = NULL;
    efface_error err = {0};
    int64_t less = 0, truth = 0, lost = 0;
    /* The face lies to the front, +y in the atlas: the skin's answer moves 15 mm to the back. */
    const ef_affine move = {{{1, 0, 0, 0}, {0, 1, 0, -15}, {0, 0, 1, 0}}};
    back.location.work_from_atlas_skin = ef_affine_mul(s.scan.subject.location.work_from_atlas_skin, move);
    CHECK_EQ(ef_protect(&back, 2, &err), EFFACE_PASS);
    if (!CHECK(back.brain.inside != NULL))
        return;
    for (int64_t i = 0; i < count; i++)
        less += !back.brain.inside[i] && s.scan.subject.brain.inside[i];
    for (int64_t i = 0; i < voxels; i++) {
        double at[3] = {(double)(i % s.head.image.grid.n[0]),
                        (double)(i / s.head.image.grid.n[0] % s.head.image.grid.n[1]),
                        (double)(i / (s.head.image.grid.n[0] * s.head.image.grid.n[1]))};
        if (!s.head.brain[i])
            continue;
        ef_affine_apply(at, &s.scan.subject.work.work_from_voxel, at);
        const int64_t cell = ef_grid_nearest(at, s.scan.subject.work.grid.n);
        truth++;
        lost += cell < 0 || !back.brain.inside[cell];
    }
    CHECK(less > 1000);
    CHECK((double)lost < 0.02 * (double)truth);
    free(back.ears);
    ef_brain_release(&back.brain);
}

/* Each part alone, and all together: no voxel belongs to two parts, none is outside the whole, and at
 * borders between parts only sampling loses a few. */
static void parts_are_apart(void)
{
    const int64_t count = ef_grid_count(&s.head.image.grid);
    uint8_t *all = mask_of(EFFACE_PARTS_ALL, 4), *times = calloc((size_t)count, 1);
    if (times == NULL)
        exit(1);
    for (unsigned p = 0; p < 8; p++) {
        uint8_t *one = mask_of(1u << p, 4);
        for (int64_t i = 0; i < count; i++)
            times[i] = (uint8_t)(times[i] + one[i]);
        free(one);
    }
    int64_t twice = 0, beyond = 0, lost = 0, sum = 0;
    for (int64_t i = 0; i < count; i++) {
        twice += times[i] > 1;
        beyond += times[i] && !all[i];
        lost += all[i] && !times[i];
        sum += all[i];
    }
    CHECK_EQ(twice, 0);
    CHECK_EQ(beyond, 0);
    if (!CHECK((double)lost < 0.02 * (double)sum))
        fprintf(stderr, "    %.4f of the mask\n", (double)lost / (double)sum);
    free(all);
    free(times);
}

/* Where the cues lie 9.5 mm apart, 2.5 more than is sure, the cut is deeper by as much; never by more
 * than 4. */
static void unsure_cues_cut_deeper(void)
{
    const double apart_mm[2] = {9.5, 15}, deeper_mm[2] = {2.5, 4};
    const ef_atlas *atlas = &s.scan.subject.atlas;
    const int64_t cells = ef_grid_count(&atlas->grid), slice = atlas->grid.n[0] * atlas->grid.n[1];
    const size_t bytes = sizeof(float) * (size_t)cells;
    float *sure = malloc(bytes), *unsure = malloc(bytes);
    if (sure == NULL || unsure == NULL)
        exit(1);
    memcpy(sure, s.scan.cut_mm, bytes);
    ef_region_deepen(sure, atlas, 0, 7);
    for (int c = 0; c < 2; c++) {
        double off = 0;
        memcpy(unsure, s.scan.cut_mm, bytes);
        ef_region_deepen(unsure, atlas, apart_mm[c], 7);
        for (int64_t i = 0; i < cells; i++)
            if (fabs((double)s.scan.cut_mm[i]) < 2 && i / slice >= 29) /* above the chin */
                off = fmax(off, fabs((double)(sure[i] - unsure[i]) - deeper_mm[c]));
        CHECK(off < 1e-4);
    }
    free(sure);
    free(unsure);
}

/* A wider margin only takes away from the mask; the random offset only adds to it, the same for the same
 * seed. */
static void what_moves_the_cut(void)
{
    const int64_t count = ef_grid_count(&s.head.image.grid),
                  cells = ef_grid_count(&s.scan.subject.atlas.grid);
    uint8_t *narrow = mask_of(EFFACE_PARTS_ALL, 4), *wide = mask_of(EFFACE_PARTS_ALL, 9);
    int64_t added = 0, taken = 0, missing = 0;
    for (int64_t i = 0; i < count; i++) {
        added += wide[i] && !narrow[i];
        taken += narrow[i] && !wide[i];
        missing += narrow[i] && !s.scan.region.mask[i];
    }
    CHECK_EQ(added, 0);
    CHECK(taken > 0);
    CHECK_EQ(missing, 0);
    free(narrow);
    free(wide);
    const size_t bytes = sizeof(float) * (size_t)cells;
    float *one = malloc(bytes), *same = malloc(bytes), *other = malloc(bytes);
    if (one == NULL || same == NULL || other == NULL)
        exit(1);
    memcpy(one, s.scan.cut_mm, bytes);
    memcpy(same, s.scan.cut_mm, bytes);
    memcpy(other, s.scan.cut_mm, bytes);
    ef_region_deepen(one, &s.scan.subject.atlas, 0, 7);
    ef_region_deepen(same, &s.scan.subject.atlas, 0, 7);
    ef_region_deepen(other, &s.scan.subject.atlas, 0, 8);
    CHECK(memcmp(one, same, bytes) == 0);
    CHECK(memcmp(one, other, bytes) != 0);
    double n = 0, sum = 0, squares = 0, least = INFINITY, most = 0;
    const int64_t slice = s.scan.subject.atlas.grid.n[0] * s.scan.subject.atlas.grid.n[1];
    double below_chin = INFINITY;
    for (int64_t i = 0; i < cells; i++) {
        const double deeper = (double)(s.scan.cut_mm[i] - one[i]);
        const double z = -200 + 2 * (double)(i / slice); /* atlas mm; the chin's part ends at -172 */
        if (z < -172 && fabs((double)s.scan.cut_mm[i]) < 5)
            below_chin = fmin(below_chin, deeper);
        if (z < -142)
            continue;
        least = fmin(least, deeper);
        most = fmax(most, deeper);
        if (fabs((double)s.scan.cut_mm[i]) < 5)
            n++, sum += deeper, squares += deeper * deeper;
    }
    CHECK(least >= 0 && most <= 6.5 + 1e-4);
    CHECK(below_chin >= 11.5 - 1e-4);
    CHECK(sum / n >= 1.5 && sum / n <= 6.5);
    CHECK_NEAR(sqrt(squares / n - sum / n * sum / n), 1.5,
               0.4); /* one draw of a field with that deviation */
    free(one);
    free(same);
    free(other);
}

int main(void)
{
    s.head = stages_head(42, 2);
    stages_region(&s, EFFACE_PARTS_ALL, 1, 4);
    brain_is_protected();
    deep_is_clearer();
    skin_has_a_say();
    parts_are_apart();
    what_moves_the_cut();
    unsure_cues_cut_deeper();
    stages_release(&s);
    return test_end();
}
