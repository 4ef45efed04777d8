/* The modes that leave a face: what they may not carry over, what they must not leave undone, and that
 * their bytes don't depend on the threads. */
#include <stdlib.h>

#include "audit.h"
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
        if (s.region.mask[i] && i % n[0] < n[0] / 2)
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

/* At either end of its range the strength leaves no face, and what it draws is not the same. */
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

/* Only a face that goes well with the old one, and nothing else, is drawn anew; and more is asked of it. */
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

/* Share of the zeros among the voxels under the mask that were air and are air. */
static double zeros(const int16_t *voxels, int64_t *count)
{
    int64_t zero = 0;
    *count = 0;
    for (int64_t i = 0; i < ef_grid_count(&s.head.image.grid); i++) {
        if (s.region.mask[i] && s.head.tissue[i] == EF_TISSUE_AIR) {
            zero += voxels[i] == 0;
            ++*count;
        }
    }
    return (double)zero / (double)*count;
}

/* Exact zeros in the midst of noise stop quality measures and brain extraction: the air has no more of them
 * than the scan's own, to four standard errors of a share. */
static void air_stays_noise(efface_mode mode)
{
    ef_image image = apply(mode, 1, STAGE_THREADS);
    int64_t count;
    const double before = zeros(s.head.image.voxels, &count), after = zeros(image.voxels, &count);
    CHECK(count > 10000);
    CHECK(after <= before + 4 * sqrt((before + 1.0 / (double)count) / (double)count));
    ef_image_release(&image);
}

int main(void)
{
    s.head = stages_head(47, 2);
    stages_region(&s, EFFACE_PARTS_ALL, 1, 4);
    air_stays_noise(EFFACE_REMOVE);
    chance_is_told_from_harm();
    for (int mode = EFFACE_BLUR; mode <= EFFACE_REFACE; mode++) {
        same_at_any_thread_count((efface_mode)mode);
        audit_holds_and_fails((efface_mode)mode);
        air_stays_noise((efface_mode)mode);
    }
    any_strength_leaves_no_face();
    stages_release(&s);
    return test_end();
}
