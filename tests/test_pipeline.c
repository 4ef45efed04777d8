/* The whole program on heads with known truth: its promises, one by one. test_inputs.c has the files
 * without a head and the wrong headers. */
#include <stdlib.h>

#include "kernels/distance.h"
#include "runs.h"

static const double least_face = 0.99, least_ears = 0.95;

/* What most tests work on; the default run on it. */
static ef_phantom head;
static run plain;

static bool same_voxels(const ef_image *a, const ef_image *b)
{
    return a->n_bytes == b->n_bytes && memcmp(a->voxels, b->voxels, a->n_bytes) == 0;
}

static bool same_file(const char *name, const unsigned char *bytes, size_t n)
{
    size_t n_now;
    unsigned char *now = scratch_get(name, &n_now);
    const bool same = now != NULL && n == n_now && memcmp(bytes, now, n) == 0;
    free(now);
    return same;
}

static void heads_of_all_kinds(void)
{
    static const struct {
        ef_contrast contrast;
        const char *orientation;
        double oblique_deg;
    } kinds[] = {{EF_T2, "PSR", 0}, {EF_FLAIR, "IPL", 14}, {EF_PD, "SRA", -9}};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        if (!test_does(k == 1))
            continue;
        ef_phantom_options o = head_options(11 + k);
        o.contrast = kinds[k].contrast;
        memcpy(o.orientation, kinds[k].orientation, sizeof o.orientation);
        o.oblique_deg[0] = o.oblique_deg[2] = kinds[k].oblique_deg;
        ef_phantom other = head_make(&o);
        put_image("in.nii", &other.image);
        const efface_options options = run_options(k);
        run r = run_on("in.nii", &options);
        if (CHECK_EQ(r.status, EFFACE_PASS)) {
            const truth_score score = truth_measure(&other, &r.before, &r.after, r.mask.voxels);
            CHECK(truth_face(&score) >= least_face);
            CHECK(truth_ears(&score) >= least_ears);
            CHECK_EQ(score.brain_changed, 0);
            CHECK_EQ(score.outside_changed, 0);
        }
        run_release(&r);
        ef_phantom_release(&other);
    }
}

/* The file before and after: text is cleared, voxels under the mask differ, no other byte does. */
static void nothing_else_changes(void)
{
    size_t n_before, n_after;
    unsigned char *before = scratch_get("head.nii", &n_before), *after = scratch_get("out.nii", &n_after);
    const uint8_t *mask = plain.mask.voxels;
    const truth_score score = truth_measure(&head, &plain.before, &plain.after, mask);
    CHECK(truth_face(&score) >= least_face);
    CHECK(truth_ears(&score) >= least_ears);
    CHECK(score.brain > 100000);
    CHECK_EQ(score.brain_changed, 0);
    if (CHECK_EQ(n_before, n_after)) {
        int64_t text = 0, text_kept = 0, header = 0, voxels = 0;
        for (size_t i = 0; i < 352; i++) {
            text += nb_is_text(1, i) && before[i] != 0;
            text_kept += nb_is_text(1, i) && after[i] != 0;
            header += !nb_is_text(1, i) && before[i] != after[i];
        }
        for (size_t i = 352; i < n_before; i++)
            voxels += before[i] != after[i] && !mask[(i - 352) / sizeof(int16_t)];
        CHECK(text > 0);
        CHECK_EQ(text_kept, 0);
        CHECK_EQ(header, 0);
        CHECK_EQ(voxels, 0);
    }
    free(before);
    free(after);
}

static void same_bytes_at_any_thread_count(void)
{
    size_t n_out, n_mask, n_in;
    unsigned char *out = scratch_get("out.nii", &n_out), *mask = scratch_get("mask.nii", &n_mask);
    unsigned char *in = scratch_get("head.nii", &n_in);
    for (int threads = 1; threads <= 8; threads += 7) {
        efface_options o = run_options(1);
        o.threads = threads;
        run r = run_on("head.nii", &o);
        CHECK_EQ(r.status, EFFACE_PASS);
        CHECK(same_file("out.nii", out, n_out));
        CHECK(same_file("mask.nii", mask, n_mask));
        run_release(&r);
    }
    CHECK(same_file("head.nii", in, n_in)); /* after all these runs the input is what it was */
    free(out);
    free(mask);
    free(in);
}

static void another_seed_another_cut(void)
{
    const efface_options o = run_options(2);
    run other = run_on("head.nii", &o);
    const int64_t count = ef_grid_count(&head.image.grid);
    if (CHECK_EQ(other.status, EFFACE_PASS)) {
        CHECK(!same_voxels(&plain.mask, &other.mask));
        /* The cut moves by millimetres, the brain not at all. */
        CHECK(truth_dice(plain.mask.voxels, other.mask.voxels, count) > 0.9);
        CHECK(same_voxels(&plain.brain, &other.brain));
        const truth_score score = truth_measure(&head, &other.before, &other.after, other.mask.voxels);
        CHECK(truth_face(&score) >= least_face);
        CHECK_EQ(score.brain_changed, 0);
    }
    run_release(&other);
}

/* Without a seed each run draws its own. */
static void a_drawn_seed_is_another_one(void)
{
    efface_options o = run_options(2);
    o.has_seed = false;
    run drawn = run_on("head.nii", &o), again = run_on("head.nii", &o);
    if (CHECK_EQ(drawn.status, EFFACE_PASS) && CHECK_EQ(again.status, EFFACE_PASS)) {
        CHECK(!same_voxels(&drawn.mask, &again.mask));
        CHECK(!same_voxels(&drawn.after, &again.after));
    }
    run_release(&drawn);
    run_release(&again);
}

static void every_volume_is_treated(void)
{
    enum { VOLUMES = 3 };
    const int64_t count = ef_grid_count(&head.image.grid);
    ef_image series = head.image;
    series.n_volumes = VOLUMES;
    series.n_bytes = head.image.n_bytes * VOLUMES;
    int16_t *voxels = series.voxels = malloc(series.n_bytes);
    if (voxels == NULL)
        exit(1);
    for (int64_t i = 0; i < VOLUMES * count; i++)
        voxels[i] =
            (int16_t)(((const int16_t *)head.image.voxels)[i % count] * (VOLUMES - i / count) / VOLUMES);
    put_image("series.nii", &series);
    free(voxels);
    const efface_options o = run_options(1);
    run r = run_on("series.nii", &o);
    if (CHECK_EQ(r.status, EFFACE_PASS)) {
        const truth_score score = truth_measure(&head, &r.before, &r.after, r.mask.voxels);
        CHECK_EQ(r.mask.n_volumes, 1);
        CHECK_EQ(score.brain_changed + score.outside_changed, 0);
        for (int v = 0; v < VOLUMES; v++) {
            const int16_t *a = (const int16_t *)r.before.voxels + v * count;
            const int16_t *b = (const int16_t *)r.after.voxels + v * count;
            int64_t face = 0, changed = 0;
            for (int64_t i = 0; i < count; i++) {
                face += head.part[i] >= EF_PART_FOREHEAD && head.part[i] <= EF_PART_CHEEKS;
                changed +=
                    head.part[i] >= EF_PART_FOREHEAD && head.part[i] <= EF_PART_CHEEKS && a[i] != b[i];
            }
            /* By chance one value in a hundred of the fill equals the voxel's old one. */
            CHECK((double)changed >= 0.97 * (double)face);
        }
    }
    run_release(&r);
}

static void only_the_parts_that_were_asked_for(void)
{
    efface_options o = run_options(1);
    o.parts = EFFACE_PARTS_FACE;
    run face = run_on("head.nii", &o);
    o.parts = EFFACE_PARTS_EARS;
    run ears = run_on("head.nii", &o);
    if (CHECK_EQ(face.status, EFFACE_PASS) && CHECK_EQ(ears.status, EFFACE_PASS)) {
        const truth_score of_face = truth_measure(&head, &face.before, &face.after, face.mask.voxels);
        const truth_score of_ears = truth_measure(&head, &ears.before, &ears.after, ears.mask.voxels);
        CHECK(truth_face(&of_face) >= least_face);
        /* The border between cheek and ear lobe moves with the jitter of the cut. */
        CHECK((double)(of_face.covered[EF_PART_EAR_LEFT] + of_face.covered[EF_PART_EAR_RIGHT]) <=
              0.02 * (double)(of_face.part[EF_PART_EAR_LEFT] + of_face.part[EF_PART_EAR_RIGHT]));
        CHECK(truth_ears(&of_ears) >= least_ears);
        for (int p = EF_PART_FOREHEAD; p <= EF_PART_CHIN; p++)
            CHECK_EQ(of_ears.covered[p], 0);
        CHECK(of_face.brain_changed + of_ears.brain_changed == 0);
    }
    run_release(&face);
    run_release(&ears);
}

/* The mask keeps the requested distance from the protected brain. */
static void margin_is_kept(void)
{
    const int64_t count = ef_grid_count(&head.image.grid);
    double mm[3];
    ef_affine_spacing(mm, &head.image.grid.world_from_voxel);
    float *to_brain = malloc(sizeof(float) * (size_t)count);
    if (to_brain == NULL)
        exit(1);
    for (double margin = 2; margin <= 8; margin += 6) {
        if (!test_does(margin == 2))
            continue;
        efface_options o = run_options(1);
        o.margin_mm = margin;
        run r = run_on("head.nii", &o);
        double nearest = INFINITY;
        if (r.status == EFFACE_PASS) {
            CHECK(ek_distance_to(to_brain, r.brain.voxels, head.image.grid.n, mm, RUN_THREADS));
            for (int64_t i = 0; i < count; i++)
                if (((const uint8_t *)r.mask.voxels)[i])
                    nearest = fmin(nearest, (double)to_brain[i]);
            CHECK(nearest > 0);
            /* Distances are read between cells 2 mm apart: at most half a cell's diagonal is lost in that.
             */
            CHECK(nearest >= margin - 0.5 * sqrt(3) * 2);
        } else { /* then so much of the face can stay that the audit refuses it */
            CHECK(margin > 4);
            CHECK_EQ(r.status, EFFACE_AUDIT);
        }
        run_release(&r);
    }
    free(to_brain);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    scratch_make();
    ef_phantom_options o = head_options(5);
    head = head_make(&o);
    put_image("head.nii", &head.image);
    const efface_options options = run_options(1);
    plain = run_on("head.nii", &options);
    if (CHECK_EQ(plain.status, EFFACE_PASS)) {
        if (test_does(true)) {
            nothing_else_changes();
            another_seed_another_cut();
            every_volume_is_treated();
            only_the_parts_that_were_asked_for();
        } else {
            same_bytes_at_any_thread_count(); /* the sample has tests/cli/same_bytes and seed_drawn */
            a_drawn_seed_is_another_one();
        }
        margin_is_kept();
        heads_of_all_kinds();
    }
    run_release(&plain);
    ef_phantom_release(&head);
    scratch_remove();
    return test_end();
}
