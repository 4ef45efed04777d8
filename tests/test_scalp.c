/* The scalp is removed; the brain under it and the face in front of it stay unchanged. */
#include "region/scalp.h"

#include "stages.h"

static const unsigned parts = EFFACE_PART_SCALP;

static ef_phantom head_of(uint64_t seed, ef_contrast contrast, double age_years)
{
    ef_phantom head;
    ef_phantom_options o;
    efface_error err;
    ef_phantom_options_init(&o);
    o.seed = o.scan = seed;
    o.contrast = contrast;
    o.age_years = age_years;
    o.voxel_mm[0] = o.voxel_mm[1] = o.voxel_mm[2] = 2;
    o.draw_pose = true;
    if (!CHECK_EQ(ef_phantom_make(&head, &o, STAGE_THREADS, &err), EFFACE_PASS))
        exit(1);
    return head;
}

static void find(stages *s, uint64_t seed)
{
    stages_region(s, parts, seed, 4);
    if (!CHECK(s->scan.region.emptied != NULL))
        exit(1);
}

/* Fraction of the skin over the skull, by the truth, that is marked. */
static double covered(const stages *s)
{
    const int64_t *n = s->head.image.grid.n;
    ef_affine head_from_world;
    int64_t skin = 0, marked = 0;
    CHECK(ef_affine_invert(&head_from_world, s->head.world_from_head));
    const ef_affine head_from_voxel = ef_affine_mul(head_from_world, s->head.image.grid.world_from_voxel);
    for (int64_t i = 0; i < ef_grid_count(&s->head.image.grid); i++) {
        double at[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / (n[0] * n[1]))};
        ef_affine_apply(at, &head_from_voxel, at);
        if (s->head.tissue[i] != EF_TISSUE_SKIN || at[2] < 25 * s->scan.subject.brain.size)
            continue;
        skin++;
        marked += s->scan.region.emptied[i];
    }
    CHECK(skin > 2000);
    return (double)marked / (double)skin;
}

static double left(const stages *s, const ef_image *image)
{
    ef_work work = {0};
    efface_error err = {0};
    double part = -1;
    CHECK_EQ(ef_work_build_like(&work, &s->scan.subject.work, image, STAGE_THREADS, "head", &err),
             EFFACE_PASS);
    CHECK(ef_segment_smooth(work.value, &work, s->scan.subject.work.low, s->scan.subject.head.smooth_cells,
                            STAGE_THREADS));
    CHECK_EQ(ef_scalp_left(&part, work.value, &s->scan.subject, &err), EFFACE_PASS);
    ef_work_release(&work);
    return part;
}

/* What the audit says of the scalp. */
static efface_check audited(const stages *s, const ef_image *image)
{
    efface_error err = {0};
    efface_result result = {0};
    ef_audit_input in = stages_audit_input(s, image, EFFACE_REMOVE);
    in.parts = parts;
    const efface_status status = ef_audit(&result, &in, STAGE_THREADS, &err);
    int c = 0;
    while (c < result.n_checks && strcmp(result.checks[c].name, "scalp_left") != 0)
        c++;
    const bool was_audited = c < result.n_checks;
    if (!CHECK(was_audited))
        return (efface_check){0};
    CHECK_EQ(status, result.checks[c].holds ? EFFACE_PASS : EFFACE_AUDIT);
    return result.checks[c];
}

static void a_scalp_goes(uint64_t seed, ef_contrast contrast)
{
    stages s = {.head = head_of(seed, contrast, 25)};
    efface_error err = {0};
    ef_image image;
    find(&s, seed);
    const ef_apply_input in = stages_apply_input(&s, EFFACE_REMOVE, seed);
    if (!CHECK_EQ(ef_image_copy(&image, &s.head.image, &err), EFFACE_PASS))
        exit(1);
    CHECK_EQ(ef_apply(&image, &in, STAGE_THREADS, &err), EFFACE_PASS);
    CHECK(covered(&s) > 0.98);
    CHECK(left(&s, &s.head.image) > 0.9);
    CHECK(left(&s, &image) < 0.1);
    CHECK(audited(&s, &image).holds);
    CHECK(!audited(&s, &s.head.image).holds);
    int64_t brain = 0, face = 0, outside = 0;
    for (int64_t i = 0; i < ef_grid_count(&image.grid); i++) {
        const bool differs = ef_image_value(&image, i) != ef_image_value(&s.head.image, i);
        brain += s.head.brain[i] && s.scan.region.emptied[i];
        face +=
            s.head.part[i] > EF_PART_FOREHEAD && s.head.part[i] <= EF_PART_CHIN && s.scan.region.emptied[i];
        outside += differs && !s.scan.region.emptied[i];
    }
    CHECK_EQ(s.scan.region.mask[0], 0);
    CHECK_EQ(brain, 0);
    CHECK_EQ(face, 0);
    CHECK_EQ(outside, 0);
    ef_image_release(&image);
    stages_release(&s);
}

/* A child's skull is thin: no voxel removed with its scalp may be brain. */
static void no_child_loses_brain(uint64_t seed, ef_contrast contrast, double age_years)
{
    stages s = {.head = head_of(seed, contrast, age_years)};
    find(&s, seed);
    int64_t brain = 0;
    for (int64_t i = 0; i < ef_grid_count(&s.head.image.grid); i++)
        brain += s.head.brain[i] && s.scan.region.emptied[i];
    CHECK(s.scan.subject.brain.size < 1);
    CHECK_EQ(brain, 0);
    stages_release(&s);
}

/* Another seed, another depth. */
static void the_depth_is_drawn(void)
{
    stages a = {.head = head_of(61, EF_T1, 25)}, b = {.head = head_of(61, EF_T1, 25)};
    find(&a, 1);
    find(&b, 2);
    int64_t differ = 0, all = 0;
    for (int64_t i = 0; i < ef_grid_count(&a.head.image.grid); i++) {
        differ += a.scan.region.emptied[i] != b.scan.region.emptied[i];
        all += a.scan.region.emptied[i];
    }
    CHECK(differ > all / 200);
    stages_release(&a);
    stages_release(&b);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    for (int c = 0; c < EF_N_CONTRASTS; c++)
        if (test_does(c == EF_T1))
            a_scalp_goes(62 + (uint64_t)c, (ef_contrast)c);
    if (test_does(true)) {
        no_child_loses_brain(70, EF_T1, 0.1);
    } else {
        no_child_loses_brain(71, EF_T2, 1.5);
        the_depth_is_drawn();
    }
    return test_end();
}
