/* The audit must fail when it has to. Each test damages a defaced image by hand, as a faulty stage could,
 * and the audit must refuse it. */
#include "audit/audit.h"

#include <stdlib.h>

#include "kernels/rng.h"
#include "stages.h"

static stages s;
static ef_image defaced;
static efface_fill fill = EFFACE_FILL_ZERO; /* what the audit is told of: no wall, or one */

/* The mask filled with air, as mode `remove` leaves it. */
static void deface(void)
{
    const int16_t *original = s.head.image.voxels;
    int16_t *voxels = defaced.voxels;
    const int64_t count = ef_grid_count(&defaced.grid);
    for (int64_t i = 0; i < count; i++)
        voxels[i] = s.scan.region.mask[i] ? (int16_t)(10 + 10 * ek_uniform(1, (uint64_t)i)) : original[i];
}

/* Restores the original's voxels where the mask and the test say so. */
typedef bool wanted_fn(int64_t voxel);

static int64_t undo(wanted_fn *wanted)
{
    const int16_t *original = s.head.image.voxels;
    int64_t undone = 0;
    for (int64_t i = 0; i < ef_grid_count(&defaced.grid); i++) {
        if (s.scan.region.mask[i] && wanted(i)) {
            ((int16_t *)defaced.voxels)[i] = original[i];
            undone++;
        }
    }
    return undone;
}

static bool is_nose(int64_t voxel)
{
    return s.head.part[voxel] == EF_PART_NOSE;
}

static bool is_ear(int64_t voxel)
{
    return s.head.part[voxel] == EF_PART_EAR_LEFT;
}

static bool is_anything(int64_t voxel)
{
    return voxel >= 0;
}

/* Audits; says whether the named check holds. */
static efface_status audit(const char *name, bool *holds)
{
    efface_result result = {0};
    efface_error err = {0};
    ef_audit_input in = stages_audit_input(&s, &defaced, EFFACE_REMOVE);
    in.fill = fill;
    const efface_status status = ef_audit(&result, &in, STAGE_THREADS, &err);
    CHECK((status == EFFACE_PASS) == (err.message[0] == '\0'));
    CHECK(result.n_checks >= 5);
    int found = 0;
    for (int c = 0; c < result.n_checks; c++) {
        const efface_check *check = &result.checks[c];
        CHECK_EQ(check->holds, check->upper ? check->value <= check->limit : check->value >= check->limit);
        if (strcmp(check->name, name) == 0) {
            found++;
            *holds = check->holds;
        }
    }
    CHECK_EQ(found, 1);
    return status;
}

static void refuses(const char *name)
{
    bool holds = true;
    CHECK_EQ(audit(name, &holds), EFFACE_AUDIT);
    if (!CHECK(!holds))
        fprintf(stderr, "    %s\n", name);
    deface();
}

static void change_one(wanted_fn *wanted)
{
    for (int64_t i = ef_grid_count(&defaced.grid) / 3; i < ef_grid_count(&defaced.grid); i++) {
        if (wanted(i)) {
            ((int16_t *)defaced.voxels)[i] ^= 1;
            return;
        }
    }
    CHECK(false && "nothing to change");
}

static bool is_kept(int64_t voxel)
{
    return !s.scan.region.mask[voxel] && !s.scan.region.brain[voxel];
}

static bool is_brain(int64_t voxel)
{
    return s.scan.region.brain[voxel] != 0;
}

/* Makes a fraction of the air bright, under the mask too: speckles. */
static void speckle(double often)
{
    int16_t *voxels = defaced.voxels;
    for (int64_t i = 0; i < ef_grid_count(&defaced.grid); i++)
        if ((s.scan.region.mask[i] || s.head.tissue[i] == 0) && ek_uniform(2, (uint64_t)i) < often)
            voxels[i] = 200;
}

/* Speckles that the scan's own air shows everywhere (here 1.3 ml) do not count as tissue, up to a limit. A
 * nose does. */
static void speckles_are_not_tissue(void)
{
    bool holds = false;
    speckle(0.0018);
    audit("face_tissue_left_ml", &holds);
    CHECK(holds);
    CHECK(undo(is_nose) > 500);
    audit("face_tissue_left_ml", &holds);
    CHECK(!holds);
    deface();
    speckle(0.02);
    audit("face_tissue_left_ml", &holds);
    CHECK(!holds);
    deface();
}

/* A pose that is too low and too far in front puts a brain where the face is, and that face is kept. The
 * poses of the two cues, which were not used, reveal it. If they had the same wrong pose, they could not.
 */
static void a_misplaced_brain_is_told(void)
{
    efface_error err;
    stages t = {.head = stages_head(41, 2)};
    ef_audit_input in = stages_audit_input(&s, &defaced, EFFACE_REMOVE);
    CHECK(ef_audit_kept_for_brain(&in) < 0.02);
    stages_locate(&t);
    stages_advance(&t, EF_STAGE_FACE);
    t.scan.subject.location.work_from_atlas.m[1][3] += 20 / t.scan.subject.work.spacing_mm;
    t.scan.subject.location.work_from_atlas.m[2][3] -= 30 / t.scan.subject.work.spacing_mm;
    t.scan.subject.location.work_from_atlas_kept = t.scan.subject.location.work_from_atlas;
    stages_carve(&t, EFFACE_PARTS_ALL, 1, 4);
    in = stages_audit_input(&t, &defaced, EFFACE_REMOVE);
    CHECK(ef_audit_kept_for_brain(&in) > 0.05);
    CHECK_EQ(ef_audit_review(&t.scan.subject, ef_audit_kept_for_brain(&in), "", &err), EFFACE_REVIEW);
    const double told = ef_audit_kept_for_brain(&in);
    t.scan.subject.location.work_from_atlas_tissue = t.scan.subject.location.work_from_atlas_skin =
        t.scan.subject.location.work_from_atlas;
    CHECK(ef_audit_kept_for_brain(&in) < 0.5 * told);
    stages_release(&t);
}

/* All answers of the search agree on a pose that has the brain over nose and orbits, so that no comparison of
 * them can tell. The original's own relief does. */
static void a_shape_that_is_no_face_is_detected(void)
{
    static const ef_affine wrong = {
        {{1, 0, 0, 0}, {0, 0.94, 0.34, 0}, {0, -0.34, 0.94, -8}}}; /* 20 degrees */
    efface_error err;
    ef_face_shape shape;
    ef_face_seen face;
    stages t = {.head = stages_head(41, 2)};
    stages_locate(&t);
    stages_advance(&t, EF_STAGE_FACE);
    CHECK(t.scan.shape.relief > 0.5);
    CHECK_EQ(ef_face_shape_review(&t.scan.shape, "head", "", &err), EFFACE_PASS);
    t.scan.subject.location.work_from_atlas = ef_affine_mul(t.scan.subject.location.work_from_atlas, wrong);
    CHECK_EQ(ef_face_measure(&face, &t.scan.subject, &err), EFFACE_PASS);
    for (int part = 0; part < 8; part++)
        face.present_ml[part] = face.expected_ml[part]; /* the tissue is there: it is not a face's */
    CHECK_EQ(ef_face_shape_measure(&shape, &face, &t.scan.subject, STAGE_THREADS, &err), EFFACE_PASS);
    if (!CHECK_EQ(ef_face_shape_review(&shape, "head", "", &err), EFFACE_REVIEW))
        fprintf(stderr, "    relief %.2f, %.1f mm before\n", shape.relief, shape.before_mm);
    stages_release(&t);
}

int main(void)
{
    efface_error err;
    bool holds = false;
    s.head = stages_head(41, 2);
    stages_region(&s, EFFACE_PARTS_ALL, 1, 4);
    if (!CHECK_EQ(ef_image_copy(&defaced, &s.head.image, &err), EFFACE_PASS))
        return 1;
    deface();
    a_misplaced_brain_is_told();
    a_shape_that_is_no_face_is_detected();
    CHECK_EQ(audit("face_tissue_left_ml", &holds), EFFACE_PASS);
    CHECK(holds);
    change_one(is_kept);
    refuses("outside_voxels_changed");
    change_one(is_brain);
    refuses("brain_voxels_changed");
    CHECK(undo(is_nose) > 500);
    refuses("face_tissue_left_ml");
    CHECK(undo(is_ear) > 300);
    refuses("face_tissue_left_ml");
    undo(is_anything);
    refuses("face_tissue_left_ml");
    /* The layer of tissue that closes the cut is no excuse for a nose or an ear that was left. */
    fill = EFFACE_FILL_NOISE;
    CHECK(undo(is_nose) > 500);
    refuses("face_tissue_left_ml");
    CHECK(undo(is_ear) > 300);
    refuses("face_tissue_left_ml");
    fill = EFFACE_FILL_ZERO;
    speckles_are_not_tissue();
    /* A mask without the nose is detected in the defaced image and by the poses of both cues. */
    for (int64_t i = 0; i < ef_grid_count(&defaced.grid); i++)
        s.scan.region.mask[i] = s.scan.region.mask[i] && !is_nose(i);
    deface();
    refuses("covered_by_tissue_cue");
    refuses("covered_by_skin_cue");
    ef_image_release(&defaced);
    stages_release(&s);
    return test_end();
}
