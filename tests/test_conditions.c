/* Heads of all ages and with many conditions of head or scan: the face is gone, the brain is whole, and
 * the fill looks as it should. */
#include "phantom/condition.h"
#include "runs.h"

/* With voxels of 2.5 mm, and 2 mm more of brain fluid to protect, a fiftieth of the face is too close to
 * it. */
static const double least_face = 0.97, least_ears = 0.95;

static ef_phantom_options plain(uint64_t seed, double mm)
{
    ef_phantom_options o = head_options(seed);
    o.voxel_mm[0] = o.voxel_mm[1] = o.voxel_mm[2] = mm;
    return o;
}

/* In CT the fill is air in HU: its level and spread are those of the scan's own air. What is not air is
 * the wall that closes the cut. */
static void fill_is_air(const run *r)
{
    const int16_t *before = r->before.voxels, *after = r->after.voxels;
    int64_t changed = 0, air = 0;
    double sum = 0;
    for (int64_t i = 0; i < ef_grid_count(&r->before.grid); i++) {
        if (before[i] == after[i])
            continue;
        changed++;
        air += after[i] <= -900;
        sum += after[i] <= -900 ? after[i] : 0;
    }
    CHECK(changed > 10000);
    CHECK((double)air > 0.9 * (double)changed);
    CHECK_NEAR(sum / (double)air, -1000, 20);
}

static void deface(const char *what, const ef_phantom_options *o, double least)
{
    ef_phantom head = head_make(o);
    put_image("in.nii", &head.image);
    const efface_options options = run_options(o->seed);
    run r = run_on("in.nii", &options);
    if (!CHECK_EQ(r.status, EFFACE_PASS))
        fprintf(stderr, "    %s: %s\n", what, r.err.message);
    else {
        const truth_score score = truth_measure(&head, &r.before, &r.after, r.mask.voxels);
        if (!CHECK(truth_face(&score) >= least) || !CHECK(truth_ears(&score) >= least_ears))
            fprintf(stderr, "    %s: face %.4f, ears %.4f\n", what, truth_face(&score), truth_ears(&score));
        CHECK_EQ(score.brain_changed, 0);
        CHECK_EQ(score.outside_changed, 0);
        if (o->contrast == EF_CT)
            fill_is_air(&r);
    }
    run_release(&r);
    ef_phantom_release(&head);
}

static void all_kinds(void)
{
    static const struct {
        const char *what;
        uint64_t seed;
        unsigned conditions;
        ef_contrast contrast;
        double age_years, noise_percent;
    } kinds[] = {
        /* The first and the last are the sample. */
        {"newborn", 31, 0, EF_T1, 0.05, 2},
        {"two years", 32, 0, EF_T1, 2, 2},
        {"great age, operated", 53, EFFACE_CONDITION_ATROPHY | EFFACE_CONDITION_RESECTION, EF_FLAIR, 25, 2},
        {"beard, strap", 34, EFFACE_CONDITION_BEARD | EFFACE_CONDITION_STRAP, EF_T1, 25, 2},
        {"drop-out, dental", 35, EFFACE_CONDITION_DROPOUT | EFFACE_CONDITION_DENTAL, EF_PD, 25, 2},
        {"shoulders", 36, EFFACE_CONDITION_SHOULDERS, EF_T1, 25, 2},
        {"half a face", 37, EFFACE_CONDITION_HALF, EF_T1, 25, 2},
        {"much noise", 38, 0, EF_T2, 25, 25},
        {"holder", 39, EFFACE_CONDITION_HOLDER | EFFACE_CONDITION_CIRCLE, EF_CT, 25, 12},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        if (!test_does(k % 8 == 0))
            continue;
        ef_phantom_options o = plain(kinds[k].seed, 2.5);
        o.conditions = kinds[k].conditions;
        o.contrast = kinds[k].contrast;
        o.age_years = kinds[k].age_years;
        o.noise_percent = kinds[k].noise_percent;
        deface(kinds[k].what, &o, least_face);
    }
}

static void leans_forward(const ef_phantom_options *o)
{
    ef_phantom head = head_make(o);
    scratch_clear();
    put_image("in.nii", &head.image);
    const efface_options options = run_options(o->seed);
    run r = run_on("in.nii", &options);
    CHECK_EQ(r.status, EFFACE_REVIEW);
    CHECK(strstr(r.err.message, "lean forward") != NULL);
    CHECK(access(scratch("out.nii"), F_OK) != 0);
    run_release(&r);
    ef_phantom_release(&head);
}

/* The pose leans forward: what is kept as brain is a brow, and a person must look. In the first head 2.5 %
 * of the face stayed. In the second one, old and operated, 1.7 % stayed; an earlier version passed it,
 * correctly. */
static void poses_lean_forward(void)
{
    ef_phantom_options o = plain(605051, 4);
    memcpy(o.orientation, "IPL", sizeof o.orientation);
    if (test_does(true)) {
        leans_forward(&o);
        return;
    }
    o = plain(33, 2.5);
    o.contrast = EF_FLAIR;
    o.conditions = EFFACE_CONDITION_ATROPHY | EFFACE_CONDITION_RESECTION;
    leans_forward(&o);
}

/* Heads in which earlier versions removed a voxel or two of brain, or left two per cent of the face. The
 * causes: the temporal lobe or the base of the brain lay far outside its place in the atlas, or was
 * unusually bright or dark; a child's orbits looked like its brain; or an object on the head separated the
 * answers of skin and tissue. */
static void heads_that_went_wrong(void)
{
    static const struct {
        uint64_t seed;
        ef_contrast contrast;
        const char *orientation;
        unsigned conditions;
        ef_fov fov;
        double age_years, oblique_deg[3];
    } heads[] = {{602161, EF_T2, "LAS", EFFACE_CONDITION_HALF, EF_FOV_FULL, 25, {0}},
                 {610417, EF_T2, "LAS", EFFACE_CONDITION_HALF, EF_FOV_FULL, 25, {0}},
                 {602806, EF_FLAIR, "SRA", 0, EF_FOV_TIGHT, 25, {0}},
                 {604598, EF_FLAIR, "SRA", 0, EF_FOV_TIGHT, 25, {0}},
                 {641910, EF_T2, "SRA", 0, EF_FOV_TIGHT, 25, {17, 10, 13}},
                 {642635, EF_FLAIR, "IPL", EFFACE_CONDITION_STRAP, EF_FOV_FULL, 25, {0}},
                 {651146, EF_T1, "PSR", EFFACE_CONDITION_BEARD, EF_FOV_FULL, 25, {0}},
                 {674858, EF_T1, "PSR", EFFACE_CONDITION_BEARD, EF_FOV_FULL, 25, {0}},
                 {605510, EF_PD, "SRA", 0, EF_FOV_FULL, 0.881, {0}}};
    for (size_t h = 0; h < sizeof heads / sizeof heads[0]; h++) {
        if (!test_does(h % 8 == 0))
            continue;
        ef_phantom_options o = plain(heads[h].seed, 2);
        o.contrast = heads[h].contrast;
        memcpy(o.orientation, heads[h].orientation, sizeof o.orientation);
        o.conditions = heads[h].conditions;
        o.fov = heads[h].fov;
        o.age_years = heads[h].age_years;
        memcpy(o.oblique_deg, heads[h].oblique_deg, sizeof o.oblique_deg);
        deface("a head that went wrong", &o, 0.98);
    }
    if (test_does(true))
        return;
    /* At very low field: a voxel of the temporal lobe over an ear. */
    ef_phantom_options o = plain(663575, 3);
    o.contrast = EF_T2;
    memcpy(o.orientation, "RPI", sizeof o.orientation);
    o.noise_percent = 25;
    o.bias_percent = 40;
    deface("very low field", &o, 0.98);
    /* In speckled air: 16 voxels there. */
    o = plain(693102, 1);
    memcpy(o.orientation, "SRA", sizeof o.orientation);
    o.conditions = EFFACE_CONDITION_SPECKLE;
    o.oblique_deg[0] = o.oblique_deg[1] = -1;
    o.oblique_deg[2] = 7;
    deface("speckle", &o, 0.98);
}

/* A newborn's brow and orbits lie within the margin around the brain, which has priority. If much of the
 * face stays because of it, the verdict is review. */
static void brain_comes_first(void)
{
    ef_phantom_options o = plain(31, 2.5);
    o.contrast = EF_T2;
    o.age_years = 0.05;
    o.noise_percent = 2;
    ef_phantom head = head_make(&o);
    efface_options options = run_options(o.seed);
    run r = {.status = EFFACE_PASS};
    for (double margin = 4; r.status == EFFACE_PASS && margin <= 8; margin += 0.5) { /* of a grown head */
        run_release(&r);
        scratch_clear();
        put_image("in.nii", &head.image);
        options.margin_mm = margin;
        r = run_on("in.nii", &options);
    }
    CHECK_EQ(r.status, EFFACE_REVIEW);
    CHECK(strstr(r.err.message, "brain's margin") != NULL);
    CHECK(access(scratch("out.nii"), F_OK) != 0);
    run_release(&r);
    options.margin_mm = 2;
    r = run_on("in.nii", &options);
    if (CHECK_EQ(r.status, EFFACE_PASS)) {
        const truth_score score = truth_measure(&head, &r.before, &r.after, r.mask.voxels);
        CHECK(truth_face(&score) >= least_face);
    }
    run_release(&r);
    ef_phantom_release(&head);
}

/* The head circumference (an ellipse of length and breadth) is within 5 % of WHO's medians. The face grows
 * more than the skull. */
static void growth_is_as_tabulated(void)
{
    static const double years[] = {0, 0.5, 1, 2, 5}, cm[] = {34.2, 42.8, 45.5, 47.8, 50.3};
    ef_identity adult;
    ef_identity_draw(&adult, 0, 0);
    const double of_adult = 56 / hypot(adult.mm[EF_HEAD_LENGTH], adult.mm[EF_HEAD_BREADTH]);
    double last = 0;
    for (int i = 0; i < 5; i++) {
        ef_identity child;
        ef_identity_draw(&child, 0, 0);
        ef_identity_age(&child, years[i]);
        CHECK_NEAR(of_adult * hypot(child.mm[EF_HEAD_LENGTH], child.mm[EF_HEAD_BREADTH]), cm[i],
                   0.05 * cm[i]);
        const double face = child.mm[EF_FACE_HEIGHT] / child.mm[EF_HEAD_HEIGHT];
        CHECK(face > last);
        last = face;
    }
    ef_identity_age(&adult, 40);
    CHECK_NEAR(adult.mm[EF_FACE_HEIGHT], ef_measure_mean(EF_FACE_HEIGHT), 1e-9);
}

static void what_can_not_be_had(void)
{
    ef_phantom p;
    efface_error err = {0};
    ef_phantom_options o = plain(1, 4);
    o.conditions = EFFACE_CONDITION_HOLDER; /* on T1 */
    CHECK_EQ(ef_phantom_make(&p, &o, RUN_THREADS, &err), EFFACE_USAGE);
    o.conditions = EFFACE_CONDITION_SLAB | EFFACE_CONDITION_HALF;
    CHECK_EQ(ef_phantom_make(&p, &o, RUN_THREADS, &err), EFFACE_USAGE);
    o.conditions = 1u << EFFACE_CONDITIONS;
    CHECK_EQ(ef_phantom_make(&p, &o, RUN_THREADS, &err), EFFACE_USAGE);
    o.conditions = 0;
    o.age_years = -1;
    CHECK_EQ(ef_phantom_make(&p, &o, RUN_THREADS, &err), EFFACE_USAGE);
    CHECK(ef_condition_name(EFFACE_CONDITIONS) == NULL);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    scratch_make();
    if (test_does(true)) {
        growth_is_as_tabulated();
        what_can_not_be_had();
    } else {
        brain_comes_first();
    }
    all_kinds();
    heads_that_went_wrong();
    poses_lean_forward();
    scratch_remove();
    return test_end();
}
