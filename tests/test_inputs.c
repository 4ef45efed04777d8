/* Files without a face, damaged voxels, other data types, wrong headers. What is not a head is refused and
 * leaves nothing behind. A head is found in spite of its header. */
#include <stdlib.h>

#include "kernels/rng.h"
#include "runs.h"

static ef_phantom head;

/* A copy of the head whose voxels the test may change. */
static ef_image copy_of(const ef_image *image)
{
    ef_image copy;
    efface_error err;
    if (!CHECK_EQ(ef_image_copy(&copy, image, &err), EFFACE_PASS))
        exit(1);
    return copy;
}

/* The run is refused with a reason. No file is left but the input, which is unchanged. */
static efface_status refused(const ef_image *image, const char *because)
{
    scratch_clear();
    put_image("in.nii", image);
    size_t n_before, n_after;
    unsigned char *before = scratch_get("in.nii", &n_before);
    const efface_options o = run_options(1);
    run r = run_on("in.nii", &o);
    CHECK(r.status != EFFACE_PASS);
    if (!CHECK(strstr(r.err.message, because) != NULL))
        fprintf(stderr, "    %s\n", r.err.message);
    CHECK_EQ(scratch_count(), 1);
    unsigned char *after = scratch_get("in.nii", &n_after);
    CHECK(n_before == n_after && memcmp(before, after, n_before) == 0);
    free(before);
    free(after);
    run_release(&r);
    return r.status;
}

static void brain_alone_is_refused(void)
{
    ef_image brain = copy_of(&head.image);
    for (int64_t i = 0; i < ef_grid_count(&brain.grid); i++)
        if (!head.brain[i])
            ((int16_t *)brain.voxels)[i] = 0;
    CHECK_EQ(refused(&brain, "brain-extracted"), EFFACE_INPUT);
    ef_image_release(&brain);
}

/* Below the brow, all in front of a slanted plane behind the nose's root becomes air. */
static void face_that_is_gone_is_refused(void)
{
    ef_image cut = copy_of(&head.image);
    const int64_t *n = cut.grid.n;
    const double *sellion = head.landmark_mm[EF_SELLION];
    for (int64_t i = 0; i < ef_grid_count(&cut.grid); i++) {
        double at[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / (n[0] * n[1]))};
        ef_affine_apply(at, &cut.grid.world_from_voxel, at);
        const double forward = at[1] - sellion[1], up = at[2] - sellion[2];
        if (up < 15 && forward + 10 > 0.3 * up && !head.brain[i])
            ((int16_t *)cut.voxels)[i] = (int16_t)(20 * ek_uniform(1, (uint64_t)i));
    }
    CHECK_EQ(refused(&cut, "removed already"), EFFACE_INPUT);
    ef_image_release(&cut);
}

enum { CUBE = 90 };

/* What a test puts into a cube of 2.5 mm voxels at a point in mm from its middle. */
typedef double scene_fn(double x, double y, double z);

static double in_sphere(double x, double y, double z)
{
    return x * x + y * y + z * z < 85 * 85 ? 500 : 0;
}

static double in_chest(double x, double y, double z)
{
    const double body = pow(x / 110, 2) + pow(y / 75, 2),
                 lung = pow((fabs(x) - 50) / 35, 2) + pow(y / 50, 2);
    return body < 1 && (lung > 1 || fabs(z) > 70) ? 400 : 0;
}

static efface_status scene_refused(scene_fn *scene)
{
    const double noise = 10;
    ef_image image = {.grid = {.n = {CUBE, CUBE, CUBE}, .world_from_voxel = ef_affine_identity()},
                      .n_volumes = 1,
                      .dtype = EK_INT16,
                      .slope = 1,
                      .n_bytes = (size_t)CUBE * CUBE * CUBE * sizeof(int16_t)};
    int16_t *voxels = image.voxels = malloc(image.n_bytes);
    if (voxels == NULL)
        exit(1);
    for (int a = 0; a < 3; a++)
        image.grid.world_from_voxel.m[a][a] = 2.5;
    for (int64_t i = 0; i < (int64_t)CUBE * CUBE * CUBE; i++) {
        const double x = 2.5 * ((double)(i % CUBE) - CUBE / 2),
                     y = 2.5 * ((double)(i / CUBE % CUBE) - CUBE / 2),
                     z = 2.5 * ((double)(i / CUBE / CUBE) - CUBE / 2);
        voxels[i] = (int16_t)hypot(scene(x, y, z) + noise * ek_normal(1, (uint64_t)i),
                                   noise * ek_normal(2, (uint64_t)i));
    }
    const efface_status status = refused(&image, "");
    ef_image_release(&image);
    return status;
}

static void what_is_no_head_is_refused(void)
{
    const efface_status sphere = scene_refused(in_sphere), chest = scene_refused(in_chest);
    CHECK(sphere == EFFACE_INPUT || sphere == EFFACE_LOCATE);
    CHECK(chest == EFFACE_INPUT || chest == EFFACE_LOCATE);
}

/* The mask of a run that passes, owned by the caller. */
static uint8_t *mask_of(const char *name)
{
    const efface_options o = run_options(1);
    run r = run_on(name, &o);
    uint8_t *mask = NULL;
    if (CHECK_EQ(r.status, EFFACE_PASS)) {
        mask = r.mask.voxels;
        r.mask.voxels = NULL;
    } else {
        fprintf(stderr, "    %s: %s\n", name, r.err.message);
    }
    run_release(&r);
    return mask;
}

/* Every value that uint8 can hold, so that one head can be stored in all types. */
static ef_image eight_bit_head(void)
{
    ef_image image = copy_of(&head.image);
    for (int64_t i = 0; i < ef_grid_count(&image.grid); i++) {
        const int value = ((const int16_t *)image.voxels)[i] / 8;
        ((int16_t *)image.voxels)[i] = (int16_t)(value > 255 ? 255 : value);
    }
    return image;
}

static void same_mask_in_every_type(const ef_image *base, const uint8_t *expected)
{
    static const struct {
        ek_dtype type;
        bool big;
    } kinds[] = {{EK_UINT8, false}, {EK_FLOAT64, true}};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        if (!test_does(kinds[k].big))
            continue;
        ef_image image = image_as(base, kinds[k].type);
        const nifti_bytes h = header_of(&image, kinds[k].big);
        put_scan("typed.nii", &h, &image);
        uint8_t *mask = mask_of("typed.nii");
        CHECK(mask != NULL && memcmp(mask, expected, (size_t)ef_grid_count(&base->grid)) == 0);
        free(mask);
        ef_image_release(&image);
    }
}

/* A block of NaN in the brain and three absurd voxels. */
static void damaged_voxels_move_nothing(const ef_image *base, const uint8_t *expected)
{
    ef_image image = image_as(base, EK_FLOAT32);
    const int64_t *n = image.grid.n, count = ef_grid_count(&image.grid);
    float *voxels = image.voxels;
    for (int64_t k = n[2] / 2; k < n[2] / 2 + 8; k++)
        for (int64_t j = n[1] / 2; j < n[1] / 2 + 8; j++)
            for (int64_t i = n[0] / 2; i < n[0] / 2 + 8; i++)
                voxels[i + n[0] * (j + n[1] * k)] = NAN;
    voxels[count / 2] = INFINITY;
    voxels[count / 2 + 1] = -INFINITY;
    voxels[count / 3] = 1e30F;
    put_image("damaged.nii", &image);
    uint8_t *mask = mask_of("damaged.nii");
    const double dice = mask != NULL ? truth_dice(mask, expected, count) : 0;
    /* As for one head stored in two ways: a different value somewhere can move the pose by half a
     * millimetre. */
    if (!CHECK(dice >= 0.98))
        fprintf(stderr, "    Dice %.4f\n", dice);
    free(mask);
    ef_image_release(&image);
}

enum { FRONT_BACK, AXES_SWAPPED, FAR_OFF, METRES, LIES };

/* What the header says in place of the truth. */
static ef_affine lie_about(ef_affine m, int lie)
{
    for (int c = 0; c < 4; c++) {
        const double y = m.m[1][c];
        m.m[1][c] = lie == FRONT_BACK ? -y : lie == AXES_SWAPPED ? m.m[2][c] : y;
        m.m[2][c] = lie == AXES_SWAPPED ? y : m.m[2][c];
        for (int r = 0; r < 3 && lie == METRES; r++)
            m.m[r][c] /= 1000;
    }
    m.m[1][3] += lie == FAR_OFF ? 300 : 0;
    return m;
}

static void headers_that_lie(const ef_image *base, const uint8_t *expected)
{
    for (int lie = 0; lie < LIES; lie++) {
        if (!test_does(lie == AXES_SWAPPED)) /* tests/cli has more headers that lie */
            continue;
        nifti_bytes h = header_of(base, false);
        const ef_affine told = lie_about(base->grid.world_from_voxel, lie);
        nb_sform(&h, told.m);
        for (int a = 1; a <= 3 && lie == METRES; a++)
            nb_pixdim(&h, a, 0.002);
        nb_units(&h, lie == METRES ? 1 : 2);
        put_scan("lie.nii", &h, base);
        uint8_t *mask = mask_of("lie.nii");
        const double dice = mask != NULL ? truth_dice(mask, expected, ef_grid_count(&base->grid)) : 0;
        /* The sides of the mask are thin: moving its pose by half a millimetre costs 0.03. */
        if (!CHECK(dice >= 0.96))
            fprintf(stderr, "    lie %d: Dice %.4f\n", lie, dice);
        free(mask);
    }
}

/* The more the header stretches a head, the less it resembles one. Between a pass and a refusal lies a
 * review. It writes nothing, or with keep_review a file whose name says so. */
static void a_review_has_another_name(void)
{
    double passes = 1.24, refused_at = 1.40;
    ef_phantom_options made = head_options(11);
    made.contrast = EF_T2;
    ef_phantom other = head_make(&made);
    ef_image tall = other.image;
    efface_options o = run_options(1);
    efface_status status = EFFACE_PASS;
    for (int step = 0; step < 7 && status != EFFACE_REVIEW; step++) {
        const double stretch = 0.5 * (passes + refused_at);
        for (int c = 0; c < 4; c++)
            tall.grid.world_from_voxel.m[2][c] = stretch * other.image.grid.world_from_voxel.m[2][c];
        scratch_clear();
        put_image("in.nii", &tall);
        run r = run_on("in.nii", &o);
        status = r.status;
        *(status == EFFACE_PASS ? &passes : &refused_at) = stretch;
        run_release(&r);
    }
    ef_phantom_release(&other);
    if (!CHECK_EQ(status, EFFACE_REVIEW))
        return;
    CHECK_EQ(scratch_count(), 1);
    o.keep_review = true;
    o.no_record = false;
    run r = run_on("in.nii", &o);
    CHECK_EQ(r.status, EFFACE_REVIEW);
    CHECK_EQ(scratch_count(), 5);
    static const char *const names[] = {"out_review.nii", "out_review_efface.json", "mask.nii",
                                        "brain.nii"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CHECK(access(scratch(names[i]), R_OK) == 0);
    run_release(&r);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    scratch_make();
    const ef_phantom_options o = head_options(21);
    head = head_make(&o);
    if (test_does(true)) {
        face_that_is_gone_is_refused();
        scratch_clear();
        a_review_has_another_name();
    } else {
        brain_alone_is_refused(); /* the sample has tests/cli/brain_only and random_noise */
        what_is_no_head_is_refused();
    }
    scratch_clear();
    ef_image base = eight_bit_head();
    put_image("in.nii", &base);
    uint8_t *expected = mask_of("in.nii");
    if (expected != NULL) {
        same_mask_in_every_type(&base, expected);
        if (test_does(true))
            damaged_voxels_move_nothing(&base, expected);
        headers_that_lie(&base, expected);
    }
    free(expected);
    ef_image_release(&base);
    ef_phantom_release(&head);
    scratch_remove();
    return test_end();
}
