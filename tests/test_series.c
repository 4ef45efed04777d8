/* A head that moves between the volumes of a scan: one mask covers its face in every volume, and no
 * volume's brain changes. Reading volume by volume gives the same as reading at once. */
#include "io/series.h"

#include <stdlib.h>

#include "io/gz_read.h"
#include "kernels/resample.h"
#include "kernels/rng.h"
#include "runs.h"
#include "series/motion.h"
#include "series/volumes.h"
#include "write_image.h"

enum { VOLUMES = 5 };

static ef_phantom still;
static ef_image scan;            /* VOLUMES volumes, int16 */
static ef_affine moved[VOLUMES]; /* world to world */
static uint8_t *brain[VOLUMES], *part[VOLUMES];

/* Turns about the head's middle and shifts, growing with the volume's number, up to about 6 mm. */
static ef_affine motion_of(int v)
{
    const double t = (double)v / (VOLUMES - 1), pitch = 0.04 * t, yaw = -0.03 * t * t;
    const double c = cos(pitch), s = sin(pitch), cy = cos(yaw), sy = sin(yaw);
    const ef_affine about_x = {{{1, 0, 0, 0}, {0, c, -s, 3 * t}, {0, s, c, 2 * sin(9 * t)}}};
    const ef_affine about_z = {{{cy, -sy, 0, -2 * t}, {sy, cy, 0, 0}, {0, 0, 1, 0}}};
    return ef_affine_mul(about_z, about_x);
}

static void *room(size_t n)
{
    void *p = malloc(n);
    if (p == NULL)
        exit(1);
    return p;
}

/* VOLUMES times the still head, each moved, with noise of its own. */
static void make_scan(void)
{
    ef_phantom_options o = head_options(21);
    o.voxel_mm[0] = o.voxel_mm[1] = 3;
    o.voxel_mm[2] = 3;
    o.contrast = EF_T2;
    o.noise_percent = 1;
    o.dtype = EK_FLOAT32;
    still = head_make(&o);
    const ef_grid *grid = &still.image.grid;
    const size_t count = (size_t)ef_grid_count(grid);
    ef_affine voxel_from_world, back;
    float *one = room(count * sizeof *one);
    scan = still.image;
    scan.header = NULL;
    scan.n_volumes = VOLUMES;
    scan.dtype = EK_INT16;
    scan.slope = 0.5;
    scan.inter = -7;
    scan.n_bytes = count * VOLUMES * sizeof(int16_t);
    int16_t *to = scan.voxels = room(scan.n_bytes);
    CHECK(ef_affine_invert(&voxel_from_world, grid->world_from_voxel));
    for (int v = 0; v < VOLUMES; v++) {
        moved[v] = motion_of(v);
        CHECK(ef_affine_invert(&back, moved[v]));
        const ef_affine from = ef_affine_mul(voxel_from_world, ef_affine_mul(back, grid->world_from_voxel));
        brain[v] = room(count);
        part[v] = room(count);
        ek_resample_linear(one, grid->n, still.image.voxels, grid->n, from.m, 0, RUN_THREADS);
        ek_resample_nearest_u8(brain[v], grid->n, still.brain, grid->n, from.m, 0, RUN_THREADS);
        ek_resample_nearest_u8(part[v], grid->n, still.part, grid->n, from.m, 0, RUN_THREADS);
        for (size_t i = 0; i < count; i++) {
            const uint64_t at = (uint64_t)v * count + i;
            const double a = (double)one[i] + 8 * ek_normal(5, at), b = 8 * ek_normal(6, at);
            to[at] = (int16_t)(sqrt(a * a + b * b) / 0.5 + 14);
        }
    }
    free(one);
}

/* Each volume is compared with its own truth. Behind eyes and brow, brain in one volume is face in
 * another: there the brain is kept. */
static void every_volume_is_covered(const run *r)
{
    const int64_t count = ef_grid_count(&scan.grid);
    const int16_t *before = r->before.voxels, *after = r->after.voxels;
    const uint8_t *mask = r->mask.voxels;
    for (int v = 0; v < VOLUMES; v++) {
        int64_t low = 0, low_covered = 0, upper = 0, upper_covered = 0, ears = 0, ears_covered = 0;
        int64_t brain_changed = 0, outside = 0, kept = 0;
        for (int64_t i = 0; i < count; i++) {
            const bool ear = part[v][i] >= EF_PART_EAR_LEFT,
                       changed = before[v * count + i] != after[v * count + i];
            const bool near_brain = part[v][i] == EF_PART_FOREHEAD || part[v][i] == EF_PART_EYES;
            const bool below = part[v][i] > 0 && !ear && !near_brain;
            low += below;
            low_covered += below && mask[i];
            upper += near_brain;
            upper_covered += near_brain && mask[i];
            ears += ear;
            ears_covered += ear && mask[i];
            brain_changed += brain[v][i] && changed;
            outside += changed && !mask[i];
            kept += mask[i] && !changed;
        }
        CHECK((double)low_covered >= 0.99 * (double)low);
        CHECK((double)upper_covered >= 0.85 * (double)upper);
        CHECK((double)ears_covered >= 0.95 * (double)ears);
        CHECK_EQ(brain_changed, 0);
        CHECK_EQ(outside, 0);
        /* Values of air are few: some are drawn again where they were. */
        CHECK(kept < count / 20);
    }
}

static double value_of(const efface_result *result, const char *name)
{
    for (int c = 0; c < result->n_checks; c++)
        if (strcmp(result->checks[c].name, name) == 0)
            return result->checks[c].value;
    return NAN;
}

static void one_mask_for_all_volumes(void)
{
    put_image("in.nii", &scan);
    const efface_options options = run_options(3);
    run r = run_on("in.nii", &options);
    if (CHECK_EQ(r.status, EFFACE_PASS)) {
        CHECK_EQ(r.mask.n_volumes, 1);
        CHECK(r.after.slope == scan.slope && r.after.inter == scan.inter);
        CHECK_EQ(r.after.dtype, EK_INT16);
        every_volume_is_covered(&r);
        CHECK_EQ(value_of(&r.result, "brain_voxels_changed"), 0);
        CHECK_EQ(value_of(&r.result, "outside_voxels_changed"), 0);
    }
    run_release(&r);
}

/* Motions are reported relative to the median of all. Differences between volumes must be the true ones,
 * to 1 mm: an eighth of the blocks that are compared. */
static void motion_is_found(void)
{
    ef_volumes v = {0};
    efface_error err = {0};
    CHECK_EQ(ef_volumes_survey(&v, &scan, RUN_THREADS, NULL, &err), EFFACE_PASS);
    CHECK(v.motion.least_agreement > 0.9);
    for (int k = 1; k < VOLUMES; k++) {
        ef_affine still_from_first, found_from_first, back;
        CHECK(ef_affine_invert(&back, moved[0]));
        still_from_first = ef_affine_mul(moved[k], back);
        CHECK(ef_affine_invert(&back, v.motion.moved[0]));
        found_from_first = ef_affine_mul(v.motion.moved[k], back);
        for (int p = 0; p < 3; p++) {
            static const double points[3][3] = {{0, 90, -60}, {0, -100, 0}, {70, -15, 60}};
            double a[3], b[3];
            ef_affine_apply(a, &still_from_first, points[p]);
            ef_affine_apply(b, &found_from_first, points[p]);
            for (int d = 0; d < 3; d++)
                CHECK_NEAR(a[d], b[d], 1);
        }
    }
    ef_motion twice = {0};
    CHECK_EQ(ef_motion_estimate(&twice, &v.before, 8, &err), EFFACE_PASS);
    CHECK(memcmp(twice.moved, v.motion.moved, VOLUMES * sizeof *twice.moved) == 0);
    ef_motion_release(&twice);
    ef_volumes_release(&v);
}

/* A file volume by volume, a pair that is read whole, and a compressed one: the same voxels. */
static void ways_of_reading_agree(void)
{
    efface_error err = {0};
    ef_image whole = {0}, pair = {0}, packed = {0};
    const efface_options options = run_options(3);
    put_image("in.nii", &scan);
    CHECK_EQ(efface_run(scratch("in.nii"), scratch("whole.nii"), &options, NULL, &err), EFFACE_PASS);
    CHECK_EQ(efface_run(scratch("in.nii"), scratch("pair.hdr"), &options, NULL, &err), EFFACE_PASS);
    ef_write_options how = {.threads = 2, .force = true};
    CHECK_EQ(write_image(&scan, scratch("in.nii.gz"), &how, &err), EFFACE_PASS);
    CHECK_EQ(efface_run(scratch("in.nii.gz"), scratch("out.nii.gz"), &options, NULL, &err), EFFACE_PASS);
    CHECK_EQ(ef_read(&whole, scratch("whole.nii"), 2, NULL, &err), EFFACE_PASS);
    CHECK_EQ(ef_read(&pair, scratch("pair.hdr"), 2, NULL, &err), EFFACE_PASS);
    CHECK_EQ(ef_read(&packed, scratch("out.nii.gz"), 2, NULL, &err), EFFACE_PASS);
    CHECK(whole.n_bytes == scan.n_bytes && memcmp(whole.voxels, scan.voxels, scan.n_bytes) != 0);
    CHECK(pair.n_bytes == scan.n_bytes && memcmp(whole.voxels, pair.voxels, scan.n_bytes) == 0);
    CHECK(packed.n_bytes == scan.n_bytes && memcmp(whole.voxels, packed.voxels, scan.n_bytes) == 0);
    ef_image_release(&whole);
    ef_image_release(&pair);
    ef_image_release(&packed);
}

/* Streamed or at once: not one byte of the file differs, at any thread count. */
static void written_in_runs_is_the_same_file(void)
{
    static const char *const names[] = {"a.nii.gz", "a.nii"};
    const size_t volume = scan.n_bytes / VOLUMES;
    for (int n = 0; n < 2; n++) {
        for (int threads = 1; threads <= 8; threads += 7) {
            ef_output_set set = {0};
            ef_volume_writer w;
            efface_error err = {0};
            const ef_write_options how = {.threads = threads, .force = true};
            size_t n_once, n_runs;
            CHECK_EQ(write_image(&scan, scratch(names[n]), &how, &err), EFFACE_PASS);
            uint8_t *once = scratch_get(names[n], &n_once);
            CHECK_EQ(ef_volume_writer_open(&w, &set, &scan, scratch(names[n]), &how, &err), EFFACE_PASS);
            for (size_t v = 0; v < VOLUMES; v++)
                CHECK_EQ(ef_volume_writer_add(&w, (uint8_t *)scan.voxels + v * volume, volume, &err),
                         EFFACE_PASS);
            CHECK_EQ(ef_volume_writer_end(&w, &err), EFFACE_PASS);
            CHECK_EQ(ef_output_set_commit(&set, &err), EFFACE_PASS);
            ef_volume_writer_release(&w);
            uint8_t *runs = scratch_get(names[n], &n_runs);
            CHECK(n_once == n_runs && memcmp(once, runs, n_runs) == 0);
            free(once);
            free(runs);
        }
    }
}

/* The reader returns the expected bytes, with members and pieces cut anywhere, and reports damage. */
static void gzip_in_pieces(void)
{
    efface_error err = {0};
    const ef_write_options how = {.threads = 1, .force = true};
    size_t n_gz;
    CHECK_EQ(write_image(&scan, scratch("b.nii.gz"), &how, &err), EFFACE_PASS);
    uint8_t *gz = scratch_get("b.nii.gz", &n_gz), *twice = calloc(2 * n_gz + 100, 1);
    const size_t plain = 352 + scan.n_bytes;
    uint8_t *out = malloc(2 * plain);
    if (gz == NULL || twice == NULL || out == NULL)
        exit(1);
    memcpy(twice, gz, n_gz);
    memcpy(twice + n_gz, gz, n_gz);
    static const struct {
        int keep; /* of the doubled file, in thousandths */
        int flip; /* byte to be damaged, in thousandths; -1 none */
        bool good;
    } cases[] = {{1000, -1, true}, {700, -1, false}, {1000, 300, false}, {1000, 999, false}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const size_t n = 2 * n_gz * (size_t)cases[c].keep / 1000;
        uint8_t *byte = cases[c].flip < 0 ? NULL : &twice[(2 * n_gz - 1) * (size_t)cases[c].flip / 1000];
        if (byte != NULL)
            *byte ^= 0x55;
        scratch_put("twice.gz", twice, n + (cases[c].keep == 1000 ? 100 : 0)); /* and zeros behind */
        if (byte != NULL)
            *byte ^= 0x55;
        ef_input input;
        size_t got, at = 0, step = 1;
        efface_status status = ef_input_open(&input, scratch("twice.gz"), &err);
        ef_gz_reader *reader = ef_gz_reader_new(&input, "twice.gz", NULL);
        do {
            if (status == EFFACE_PASS)
                status = ef_gz_reader_read(reader, out + at, at + step < 2 * plain ? step : 2 * plain - at,
                                           &got, &err);
            at += got;
            step = step * 3 + 1;
        } while (status == EFFACE_PASS && at < 2 * plain && got > 0);
        if (status == EFFACE_PASS)
            status = ef_gz_reader_finish(reader, &err);
        CHECK_EQ(status, cases[c].good ? EFFACE_PASS : EFFACE_INPUT);
        CHECK(!cases[c].good || (at == 2 * plain && memcmp(out, out + plain, plain) == 0 &&
                                 memcmp(out + 352, scan.voxels, scan.n_bytes) == 0));
        ef_gz_reader_free(reader);
        ef_input_close(&input);
    }
    free(gz);
    free(twice);
    free(out);
}

/* One volume of something else is named, and nothing is written. */
static void another_head_among_them(void)
{
    efface_error err = {0};
    const int64_t count = ef_grid_count(&scan.grid);
    ef_image mixed = {0};
    CHECK_EQ(ef_image_copy(&mixed, &scan, &err), EFFACE_PASS);
    int16_t *fourth = (int16_t *)mixed.voxels + 3 * count;
    for (int64_t i = 0; i < count; i++)
        fourth[i] = (int16_t)(400 * ek_uniform(9, (uint64_t)i));
    put_image("in.nii", &mixed);
    const efface_options options = run_options(3);
    scratch_clear();
    put_image("in.nii", &mixed);
    CHECK_EQ(efface_run(scratch("in.nii"), scratch("out.nii"), &options, NULL, &err), EFFACE_INPUT);
    CHECK(strstr(err.message, "volume 4 ") != NULL);
    CHECK_EQ(scratch_count(), 1);
    ef_image_release(&mixed);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    scratch_make();
    make_scan();
    if (test_does(true)) {
        one_mask_for_all_volumes();
        motion_is_found();
        written_in_runs_is_the_same_file();
        gzip_in_pieces();
        another_head_among_them();
    } else {
        ways_of_reading_agree();
    }
    for (int v = 0; v < VOLUMES; v++) {
        free(brain[v]);
        free(part[v]);
    }
    ef_image_release(&scan);
    ef_phantom_release(&still);
    scratch_remove();
    return test_end();
}
