/* The modes that leave a face: what they must not carry over, what they must change, and the same bytes at
 * any thread count. */
#include <stdlib.h>

#include "audit/audit.h"
#include "audit/relief.h"
#include "base/result.h"
#include "kernels/distance.h"
#include "kernels/rng.h"
#include "kernels/sample.h"
#include "stages.h"

static stages s;

static ef_image apply_by(efface_mode mode, double strength_mm, uint64_t seed, int threads)
{
    efface_error err = {0};
    ef_image image;
    ef_apply_input in = stages_apply_input(&s, mode, seed);
    in.strength_mm = strength_mm;
    if (!CHECK_EQ(ef_image_copy(&image, &s.head.image, &err), EFFACE_PASS))
        exit(1);
    CHECK_EQ(ef_apply(&image, &in, threads, &err), EFFACE_PASS);
    return image;
}

static ef_image apply(efface_mode mode, uint64_t seed, int threads)
{
    return apply_by(mode, EF_STRENGTH_MM, seed, threads);
}

/* A check of the audit by its name. */
static efface_check audited(const ef_image *defaced, efface_mode mode, const char *name)
{
    efface_result result = {0};
    efface_error err = {0};
    const ef_audit_input in = stages_audit_input(&s, defaced, mode);
    const efface_status status = ef_audit(&result, &in, STAGE_THREADS, &err);
    CHECK(status == EFFACE_PASS || status == EFFACE_AUDIT);
    for (int c = 0; c < result.n_checks; c++)
        if (strcmp(result.checks[c].name, name) == 0)
            return result.checks[c];
    CHECK(false && "a check is missing");
    return (efface_check){0};
}

static void same_at_any_thread_count(efface_mode mode)
{
    ef_image one = apply(mode, 1, 1), three = apply(mode, 1, 3), eight = apply(mode, 1, 8);
    ef_image other = apply(mode, 2, 1);
    CHECK(memcmp(one.voxels, three.voxels, one.n_bytes) == 0);
    CHECK(memcmp(one.voxels, eight.voxels, one.n_bytes) == 0);
    CHECK(memcmp(one.voxels, other.voxels, one.n_bytes) != 0);
    ef_image_release(&one);
    ef_image_release(&three);
    ef_image_release(&eight);
    ef_image_release(&other);
}

static void audit_holds_and_fails(efface_mode mode)
{
    ef_image image = apply(mode, 1, STAGE_THREADS);
    const int16_t *original = s.head.image.voxels;
    int16_t *voxels = image.voxels;
    const int64_t *n = image.grid.n;
    const double good = audited(&image, mode, "face_relief_kept").value;
    CHECK(audited(&image, mode, "face_relief_kept").holds);
    CHECK(audited(&image, mode, "face_surface_left_cm2").holds);
    /* One side of the face was forgotten. */
    for (int64_t i = 0; i < ef_grid_count(&image.grid); i++)
        if (s.scan.region.mask[i] && i % n[0] < n[0] / 2)
            voxels[i] = original[i];
    CHECK(!audited(&image, mode, "face_surface_left_cm2").holds);
    CHECK(audited(&image, mode, "face_relief_kept").value > good);
    /* All of it was. */
    memcpy(voxels, original, image.n_bytes);
    CHECK(!audited(&image, mode, "face_surface_left_cm2").holds);
    CHECK(!audited(&image, mode, "face_relief_kept").holds);
    CHECK_NEAR(audited(&image, mode, "face_relief_kept").value, 1, 1e-6);
    ef_image_release(&image);
}

/* At both ends of its range the strength leaves no face, and the results differ. */
static void any_strength_leaves_no_face(void)
{
    ef_image least = apply_by(EFFACE_BLUR, EF_STRENGTH_LEAST_MM, 1, STAGE_THREADS),
             most = apply_by(EFFACE_BLUR, EF_STRENGTH_MOST_MM, 1, STAGE_THREADS);
    CHECK(memcmp(least.voxels, most.voxels, least.n_bytes) != 0);
    CHECK(audited(&least, EFFACE_BLUR, "face_relief_kept").holds);
    CHECK(audited(&most, EFFACE_BLUR, "face_relief_kept").holds);
    CHECK(audited(&least, EFFACE_BLUR, "face_surface_left_cm2").holds);
    CHECK(audited(&most, EFFACE_BLUR, "face_surface_left_cm2").holds);
    ef_image_release(&least);
    ef_image_release(&most);
}

/* Waves of 20 to 60 mm in all directions. */
static double wave_mm(uint64_t seed, double x, double z)
{
    const double two_pi = 6.283185307179586;
    double sum = 0;
    for (uint64_t k = 0; k < 30; k++) {
        const double turn = two_pi * ek_uniform(seed, 3 * k), phase = two_pi * ek_uniform(seed, 3 * k + 1);
        const double per_mm = two_pi / (20 + 40 * ek_uniform(seed, 3 * k + 2));
        sum += 0.4 * sin(per_mm * (x * cos(turn) + z * sin(turn)) + phase);
    }
    return sum;
}

/* The audit's answer for a patch of 12 cm2 whose new surface is a mixture of the old one and another one.
 */
static ef_relief_kept told_of(uint64_t seed, double old_part)
{
    enum { SIDE = 18 };
    static float old[SIDE * SIDE], new[SIDE * SIDE], mean[SIDE * SIDE];
    ef_face_heights map = {.n = {SIDE, SIDE, 1}, .mm = 2, .old = old, .new = new, .mean = mean};
    ef_relief_kept kept = {0};
    efface_error err = {0};
    for (int i = 0; i < SIDE * SIDE; i++) {
        const double x = 2.0 * (i % SIDE), z = 2.0 * (i / SIDE);
        mean[i] = (float)wave_mm(1, x, z);
        old[i] = mean[i] + (float)wave_mm(2 + 2 * seed, x, z);
        new[i] = mean[i] + (float)(old_part * wave_mm(2 + 2 * seed, x, z) +
                                   (1 - old_part) * wave_mm(3 + 2 * seed, x, z));
    }
    CHECK_EQ(ef_face_heights_compare(&kept, &map, STAGE_THREADS, &err), EFFACE_PASS);
    return kept;
}

/* A small relief correlates with any other by chance, and its standard error says so. The old relief
 * itself stands out clearly. */
static void little_relief_is_held_against_chance(void)
{
    int beyond = 0, far_beyond = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        const ef_relief_kept other = told_of(seed, 0), same = told_of(seed, 1), most = told_of(seed, 0.9);
        beyond += other.part > 0.225;
        far_beyond += other.told > 0.225;
        CHECK_NEAR(same.part, 1, 1e-3);
        CHECK(same.error < 0.01);
        CHECK(most.told > 0.45);
    }
    CHECK(beyond > 30);
    CHECK(far_beyond <= 10);
}

/* Only a face that resembles the old one, and has no other fault, is drawn again, with a stricter limit. */
static void chance_is_told_from_harm(void)
{
    efface_result result = {0};
    ef_check_add(&result, "brain_voxels_changed", 1, 0, true); /* of before */
    ef_check_add(&result, "face_relief_kept", 0.2, 0.3, true);
    CHECK(!ef_audit_chance_alone(&result, 1));
    ef_check_add(&result, "face_relief_kept", 0.4, 0.3, true);
    CHECK(ef_audit_chance_alone(&result, 1));
    CHECK(!ef_audit_chance_alone(&result, 0));
    ef_check_add(&result, "face_surface_left_cm2", 2, 1, true);
    CHECK(!ef_audit_chance_alone(&result, 1));
    for (int mode = EFFACE_BLUR; mode <= EFFACE_REFACE; mode++) {
        efface_result first = {0}, again = {0};
        efface_error err = {0};
        ef_image image = apply((efface_mode)mode, 1, STAGE_THREADS);
        ef_audit_input in = stages_audit_input(&s, &image, (efface_mode)mode);
        CHECK_EQ(ef_audit(&first, &in, STAGE_THREADS, &err), EFFACE_PASS);
        in.redrawn = true;
        (void)ef_audit(&again, &in, STAGE_THREADS, &err);
        CHECK_EQ(first.n_checks, again.n_checks);
        for (int c = 0; c < first.n_checks; c++) {
            const bool is_relief = strcmp(first.checks[c].name, "face_relief_kept") == 0;
            CHECK_NEAR(again.checks[c].limit, first.checks[c].limit * (is_relief ? 0.5 : 1), 1e-12);
        }
        ef_image_release(&image);
    }
}

/* Fraction of zeros among the voxels under the mask that were air and are air. */
static double zeros(const int16_t *voxels, int64_t *count)
{
    int64_t zero = 0;
    *count = 0;
    for (int64_t i = 0; i < ef_grid_count(&s.head.image.grid); i++) {
        if (s.scan.region.mask[i] && s.head.tissue[i] == EF_TISSUE_AIR) {
            zero += voxels[i] == 0;
            ++*count;
        }
    }
    return (double)zero / (double)*count;
}

/* Exact zeros within noise disturb quality measures and brain extraction. The filled air has no more of
 * them than the scan's own air, to four standard errors. */
static void air_stays_noise(efface_mode mode)
{
    ef_image image = apply(mode, 1, STAGE_THREADS);
    int64_t count;
    const double before = zeros(s.head.image.voxels, &count), after = zeros(image.voxels, &count);
    CHECK(count > 10000);
    CHECK(after <= before + 4 * sqrt((before + 1.0 / (double)count) / (double)count));
    ef_image_release(&image);
}

/* Head and skin that lie deeper under the mask than skin is smoothed must not influence the new face: with
 * any other values and any other skin there it is the same to the byte. Air stays, because the noise is
 * measured in it. */
static void under_the_mask_nothing_has_a_say(efface_mode mode)
{
    const double deep_mm = 10, air_mm = 3;
    const int64_t *n = s.head.image.grid.n, *w = s.scan.subject.work.grid.n,
                  count = ef_grid_count(&s.head.image.grid),
                  cells = ef_grid_count(&s.scan.subject.work.grid);
    const size_t bytes = sizeof(float) * (size_t)cells;
    ef_image before = apply(mode, 1, STAGE_THREADS), original;
    float *border = malloc(sizeof(float) * (size_t)count), *value = malloc(bytes), *skin = malloc(bytes);
    uint8_t *inside = malloc((size_t)cells);
    double mm[3];
    ef_affine voxel_from_work;
    efface_error err = {0};
    ef_affine_spacing(mm, &s.head.image.grid.world_from_voxel);
    if (!CHECK(border && value && skin && inside) ||
        !CHECK(ek_distance_signed(border, s.scan.region.mask, n, mm, 1)) ||
        !CHECK(ef_affine_invert(&voxel_from_work, s.scan.subject.work.work_from_voxel)) ||
        !CHECK_EQ(ef_image_copy(&original, &s.head.image, &err), EFFACE_PASS))
        exit(1);
    memcpy(value, s.scan.subject.work.value, bytes);
    memcpy(skin, s.scan.subject.head.skin_mm, bytes);
    memcpy(inside, s.scan.subject.head.inside, (size_t)cells);
    int16_t *voxels = s.head.image.voxels;
    int64_t changed[2] = {0, 0}, differ = 0;
    for (int64_t i = 0; i < count; i++) {
        double at[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / (n[0] * n[1]))};
        ef_affine_apply(at, &s.scan.subject.work.work_from_voxel, at);
        if (!((double)border[i] < -deep_mm) || !(ek_trilinear(skin, w, at) < air_mm))
            continue;
        voxels[i] = (int16_t)(1000 * ek_uniform(3, (uint64_t)i));
        changed[0]++;
    }
    for (int64_t i = 0; i < cells; i++) {
        double at[3] = {(double)(i % w[0]), (double)(i / w[0] % w[1]), (double)(i / (w[0] * w[1]))};
        ef_affine_apply(at, &voxel_from_work, at);
        if (!(ek_trilinear(border, n, at) < -deep_mm) || !((double)skin[i] < air_mm))
            continue;
        s.scan.subject.work.value[i] = (float)(1000 * ek_uniform(4, (uint64_t)i));
        s.scan.subject.head.skin_mm[i] = (float)(air_mm - 20 * ek_uniform(5, (uint64_t)i));
        s.scan.subject.head.inside[i] = s.scan.subject.head.skin_mm[i] < 0;
        changed[1]++;
    }
    CHECK(changed[0] > 10000 && changed[1] > 10000);
    ef_image after = apply(mode, 1, STAGE_THREADS);
    for (int64_t i = 0; i < count; i++)
        differ += s.scan.region.mask[i] && ((int16_t *)after.voxels)[i] != ((int16_t *)before.voxels)[i];
    CHECK_EQ(differ, 0);
    memcpy(s.scan.subject.work.value, value, bytes);
    memcpy(s.scan.subject.head.skin_mm, skin, bytes);
    memcpy(s.scan.subject.head.inside, inside, (size_t)cells);
    memcpy(voxels, original.voxels, original.n_bytes);
    ef_image_release(&original);
    ef_image_release(&before);
    ef_image_release(&after);
    free(border);
    free(value);
    free(skin);
    free(inside);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    s.head = stages_head(47, 2);
    stages_region(&s, EFFACE_PARTS_ALL, 1, 4);
    for (int mode = EFFACE_REMOVE; mode <= EFFACE_REFACE; mode++)
        if (test_does(mode != EFFACE_BLUR))
            air_stays_noise((efface_mode)mode);
    for (int mode = EFFACE_BLUR; mode <= EFFACE_REFACE; mode++) {
        if (test_does(false)) /* the sample has tests/cli/mode_blur and mode_reface */
            same_at_any_thread_count((efface_mode)mode);
        if (test_does(true))
            audit_holds_and_fails((efface_mode)mode);
        if (test_does(mode == EFFACE_REFACE))
            under_the_mask_nothing_has_a_say((efface_mode)mode);
    }
    if (test_does(true)) {
        chance_is_told_from_harm();
        little_relief_is_held_against_chance();
    } else {
        any_strength_leaves_no_face();
    }
    stages_release(&s);
    return test_end();
}
