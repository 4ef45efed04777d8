/* Images of a session that show no head of their own: phases, maps, labels. The mask of the scan that was
 * defaced first goes to them without harm, or not at all. */
#include <stdlib.h>

#include "kernels/rng.h"
#include "runs.h"

enum { HIGHEST = 4096 };

static ef_phantom head;

static efface_options options_of(uint64_t seed)
{
    efface_options o = run_options(seed);
    o.no_record = false;
    return o;
}

/* The phase of the head's scan, on its grid: waves in the head, wrapped, and no more than noise in air. */
static void put_phase(const char *name)
{
    ef_image phase = image_as(&head.image, EK_INT16);
    const int64_t *n = phase.grid.n;
    int16_t *voxels = phase.voxels;
    for (int64_t i = 0; i < ef_grid_count(&phase.grid); i++) {
        const double x = (double)(i % n[0]), y = (double)(i / n[0] % n[1]), z = (double)(i / (n[0] * n[1]));
        const double turns = 0.03 * x + 0.05 * y + 0.02 * z + 2e-4 * (x - 40) * (z - 50);
        voxels[i] = head.tissue[i] == EF_TISSUE_AIR
                        ? (int16_t)(HIGHEST * (2 * ek_uniform(5, (uint64_t)i) - 1))
                        : (int16_t)(HIGHEST * (2 * (turns - floor(turns)) - 1));
    }
    put_image(name, &phase);
    free(phase.voxels);
}

static truth_score score_of(const char *before, const char *after, const char *mask)
{
    ef_image b, a, m;
    efface_error err = {0};
    CHECK_EQ(ef_read(&b, scratch(before), RUN_THREADS, NULL, &err), EFFACE_PASS);
    CHECK_EQ(ef_read(&a, scratch(after), RUN_THREADS, NULL, &err), EFFACE_PASS);
    CHECK_EQ(ef_read(&m, scratch(mask), RUN_THREADS, NULL, &err), EFFACE_PASS);
    const truth_score score = truth_measure(&head, &b, &a, m.voxels);
    ef_image_release(&b);
    ef_image_release(&a);
    ef_image_release(&m);
    return score;
}

static void deface_first(void)
{
    char out[128], mask[128];
    efface_options o = options_of(3);
    efface_result result;
    efface_error err = {0};
    snprintf(out, sizeof out, "%s", scratch("first.nii"));
    snprintf(mask, sizeof mask, "%s", scratch("first_mask.nii"));
    o.mask = mask;
    if (!CHECK_EQ(efface_run(scratch("t1.nii"), out, &o, &result, &err), EFFACE_PASS)) {
        fprintf(stderr, "    %s\n", err.message);
        exit(1);
    }
}

/* Applies the first run to another image of the scratch folder.
 * as_is  the first run's mask in that folder; NULL: by registration */
static efface_status apply(const char *name, const char *as_is, efface_options o, efface_result *result)
{
    char record[128], in[128], out[128], mask[128], first[128];
    efface_error err = {0};
    snprintf(record, sizeof record, "%s", scratch("first_efface.json"));
    snprintf(in, sizeof in, "%s", scratch(name));
    snprintf(out, sizeof out, "%s", scratch("out.nii"));
    snprintf(mask, sizeof mask, "%s", scratch("mask.nii"));
    snprintf(first, sizeof first, "%s", as_is != NULL ? scratch(as_is) : "");
    o.as_is = as_is != NULL ? first : NULL;
    (void)unlink(out);
    o.mask = mask;
    o.no_record = true;
    const efface_status status = efface_apply(record, NULL, in, out, &o, result, &err);
    CHECK((status == EFFACE_PASS) == (err.message[0] == '\0'));
    CHECK_EQ(access(out, F_OK) == 0, status == EFFACE_PASS);
    if (status != EFFACE_PASS)
        printf("%s\n", err.message);
    return status;
}

/* Whatever the seed: the brain stays whole and the face goes, or nothing is written. */
static void brain_stays(uint64_t seed)
{
    efface_result result;
    if (apply("phase.nii", NULL, options_of(seed), &result) != EFFACE_PASS)
        return;
    const truth_score score = score_of("phase.nii", "out.nii", "mask.nii");
    CHECK_EQ(score.brain_changed, 0);
    CHECK_EQ(score.outside_changed, 0);
    CHECK(truth_face(&score) > 0.98);
}

/* Mean and standard deviation under the mask. */
static void moments(double out[2])
{
    ef_image image, mask;
    efface_error err = {0};
    double sum = 0, squares = 0, n = 0;
    CHECK_EQ(ef_read(&image, scratch("out.nii"), RUN_THREADS, NULL, &err), EFFACE_PASS);
    CHECK_EQ(ef_read(&mask, scratch("mask.nii"), RUN_THREADS, NULL, &err), EFFACE_PASS);
    for (int64_t i = 0; i < ef_grid_count(&image.grid); i++) {
        if (((const uint8_t *)mask.voxels)[i] == 0)
            continue;
        const double value = ef_image_value(&image, i);
        sum += value;
        squares += value * value;
        n++;
    }
    out[0] = sum / n;
    out[1] = sqrt(squares / n - out[0] * out[0]);
    ef_image_release(&image);
    ef_image_release(&mask);
}

/* On request the first mask is taken as it is, voxel by voxel, and filled with the phase's own air: uniform
 * noise, whose deviation is the range through the root of 12. 1 %: more than 4000 values are sampled. */
static void mask_as_it_is(void)
{
    efface_result result;
    size_t n_first, n_second;
    double air[2];
    if (!CHECK_EQ(apply("phase.nii", "first_mask.nii", options_of(1), &result), EFFACE_PASS))
        return;
    const truth_score score = score_of("phase.nii", "out.nii", "mask.nii");
    CHECK_EQ(score.brain_changed, 0);
    CHECK_EQ(score.outside_changed, 0);
    CHECK(truth_face(&score) > 0.98);
    unsigned char *first = scratch_get("first_mask.nii", &n_first);
    unsigned char *second = scratch_get("mask.nii", &n_second);
    CHECK_EQ(n_first, n_second);
    CHECK(memcmp(first, second, n_first) == 0);
    free(first);
    free(second);
    moments(air);
    CHECK_NEAR(air[0], 0, 0.05 * HIGHEST);
    CHECK_NEAR(air[1], 2 * HIGHEST / sqrt(12), 0.05 * HIGHEST);
}

static void refused(void)
{
    efface_result result;
    efface_options o = options_of(1);
    ef_image moved = head.image;
    CHECK_EQ(apply("phase.nii", "t1.nii", o, &result), EFFACE_INPUT); /* not the mask of the record */
    o.mode = EFFACE_BLUR;
    CHECK_EQ(apply("phase.nii", "first_mask.nii", o, &result), EFFACE_USAGE);
    o.mode = EFFACE_REMOVE;
    moved.grid.world_from_voxel.m[1][3] += 40; /* a field of view that reaches beyond the mask */
    put_image("moved.nii", &moved);
    CHECK_EQ(apply("moved.nii", "first_mask.nii", o, &result), EFFACE_INPUT);
    /* the head of this one is found by itself, 20 mm from where the mask is */
    ef_image rolled = image_as(&head.image, EK_INT16);
    const int64_t by = 8 * rolled.grid.n[0] * rolled.grid.n[1], kept = ef_grid_count(&rolled.grid) - by;
    memmove(rolled.voxels, (int16_t *)rolled.voxels + by, (size_t)kept * sizeof(int16_t));
    put_image("rolled.nii", &rolled);
    free(rolled.voxels);
    CHECK_EQ(apply("rolled.nii", "first_mask.nii", o, &result), EFFACE_LOCATE);
}

/* Labels: what comes out was there before, by registration and as it is. */
static void labels_stay(void)
{
    ef_image labels = image_as(&head.image, EK_UINT8);
    bool known[256] = {true};
    for (int64_t i = 0; i < ef_grid_count(&labels.grid); i++) {
        ((uint8_t *)labels.voxels)[i] = (uint8_t)(head.tissue[i] * 7);
        known[head.tissue[i] * 7] = true;
    }
    put_image("labels.nii", &labels);
    free(labels.voxels);
    for (int as_is = 0; as_is < 2; as_is++) {
        efface_result result;
        efface_options o = options_of(1);
        ef_image after;
        efface_error err = {0};
        if (!CHECK_EQ(apply("labels.nii", as_is ? "first_mask.nii" : NULL, o, &result), EFFACE_PASS) ||
            !CHECK_EQ(ef_read(&after, scratch("out.nii"), RUN_THREADS, NULL, &err), EFFACE_PASS))
            continue;
        int64_t invented = 0;
        for (int64_t i = 0; i < ef_grid_count(&after.grid); i++)
            invented += !known[((const uint8_t *)after.voxels)[i]];
        CHECK_EQ(invented, 0);
        ef_image_release(&after);
        const truth_score score = score_of("labels.nii", "out.nii", "mask.nii");
        CHECK_EQ(score.brain_changed, 0);
        o.mode = EFFACE_REFACE;
        CHECK_EQ(apply("labels.nii", NULL, o, &result), EFFACE_USAGE);
    }
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    ef_phantom_options o = head_options(31);
    o.voxel_mm[0] = o.voxel_mm[1] = o.voxel_mm[2] = 2.5;
    head = head_make(&o);
    scratch_make();
    put_image("t1.nii", &head.image);
    put_phase("phase.nii");
    deface_first();
    if (test_does(true)) {
        mask_as_it_is();
        refused();
        labels_stay();
        brain_stays(15);
    } else {
        for (uint64_t seed = 16; seed < 20; seed++)
            brain_stays(seed);
    }
    scratch_remove();
    ef_phantom_release(&head);
    return test_end();
}
