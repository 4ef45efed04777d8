/* Outputs: bit for bit what was read, except for what must be removed; and never half an output. */
#include "io/write.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "check.h"
#include "failing_memory.h"
#include "io/gz.h"
#include "io/gz_frame.h"
#include "io/read.h"
#include "nifti_bytes.h"
#include "scratch.h"
#include "write_image.h"

static efface_error err;

/* ---- files to begin with ---- */

/* n bytes in which every bit pattern may occur, NaN payloads too. */
static void noise(uint8_t *bytes, size_t n, uint32_t state)
{
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
}

/* Writes h (its size and 4 bytes more, which are the extender where there are no extensions) and n_data
 * bytes of noise as in.nii or in.hdr/in.img; returns the input's name. */
static const char *put_input(const nifti_bytes *h, size_t n_data)
{
    uint8_t *file = calloc(1, h->size + 4 + n_data);
    if (file == NULL)
        exit(1);
    memcpy(file, h->bytes, h->size + 4);
    noise(file + h->size + 4, n_data, 1);
    if (h->pair) {
        scratch_put("in.hdr", file, h->size);
        scratch_put("in.img", file + h->size + 4, n_data);
    } else {
        scratch_put("in.nii", file, h->size + 4 + n_data);
    }
    free(file);
    return h->pair ? "in.hdr" : "in.nii";
}

static efface_status read_in(ef_image *image, const char *name)
{
    return ef_read(image, scratch(name), 1, NULL, &err);
}

/* The plain bytes of a file of the folder that may be compressed; zlib reads what another library may have
 * written. */
static uint8_t *plain(const char *name, size_t *n)
{
    size_t n_gz;
    uint8_t *gz = scratch_get(name, &n_gz), *bytes;
    *n = n_gz;
    if (gz == NULL || !ef_gz_is(gz, n_gz))
        return gz;
    const ef_gz_bytes source = {gz, n_gz, name, EF_GZ_ZLIB};
    CHECK_EQ(ef_gz_inflate(NULL, 0, 0, n, &source, &err), EFFACE_PASS);
    bytes = malloc(*n);
    CHECK_EQ(ef_gz_inflate(bytes, 0, *n, NULL, &source, &err), EFFACE_PASS);
    free(gz);
    return bytes;
}

static void same_file(const char *a, const char *b)
{
    size_t n_a, n_b;
    uint8_t *in_a = plain(a, &n_a), *in_b = plain(b, &n_b);
    if (CHECK(in_a != NULL && in_b != NULL))
        CHECK(n_a == n_b && memcmp(in_a, in_b, n_a) == 0);
    free(in_a);
    free(in_b);
}

/* Same length; the fixed header differs in text only, which is removed; everything else is the same. */
static void same_but_text(const char *before, const char *after, int version)
{
    size_t n_a, n_b, wrong = 0, n_header = version == 2 ? 540 : 348;
    uint8_t *a = plain(before, &n_a), *b = plain(after, &n_b);
    if (CHECK(a != NULL && b != NULL) && CHECK_EQ(n_a, n_b)) {
        for (size_t i = 0; i < n_a; i++)
            wrong += i < n_header && nb_is_text(version, i) ? b[i] != 0 : b[i] != a[i];
        CHECK_EQ(wrong, 0);
    }
    free(a);
    free(b);
}

static void test_round_trip(void)
{
    static const int types[][2] = {{2, 8},  {256, 8},   {512, 16},  {4, 16},  {768, 32},
                                   {8, 32}, {1280, 64}, {1024, 64}, {16, 32}, {64, 64}};
    static const int64_t n[3] = {7, 5, 3};
    const ef_write_options keep = {.keep_header = true, .force = true},
                           clear = {.threads = 2, .force = true};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        for (int k = 0; k < 8; k++) {
            const int version = 1 + (k & 1);
            const bool big = (k & 2) != 0, pair = (k & 4) != 0;
            nifti_bytes h;
            ef_image image;
            nb_start(&h, version, big, pair, n, types[t][0], types[t][1]);
            const char *in = put_input(&h, 105 * (size_t)types[t][1] / 8);
            if (!CHECK_EQ(read_in(&image, in), EFFACE_PASS))
                continue;
            CHECK_EQ(image.n_bytes, 105 * types[t][1] / 8);
            const char *const outs[2] = {pair ? "out.hdr" : "out.nii", pair ? "gz.hdr.gz" : "out.nii.gz"};
            for (int gz = 0; gz < 2; gz++) {
                const char *in_data = "in.img", *out_data = gz ? "gz.img.gz" : "out.img";
                CHECK_EQ(write_image(&image, scratch(outs[gz]), &clear, &err), EFFACE_PASS);
                same_but_text(in, outs[gz], version);
                if (pair)
                    same_file(in_data, out_data);
                CHECK_EQ(write_image(&image, scratch(outs[gz]), &keep, &err), EFFACE_PASS);
                same_file(in, outs[gz]);
                if (pair)
                    same_file(in_data, out_data);
            }
            ef_image_release(&image);
        }
    }
    scratch_clear();
}

/* Blocks of the writers begin in the middle of elements where data begin at odd places; several blocks. */
static void test_large(void)
{
    static const int64_t n[3] = {128, 128, 40};
    const size_t n_data = 4 * 128 * 128 * 40;
    for (int big = 0; big < 2; big++) {
        nifti_bytes h;
        ef_image image;
        nb_start(&h, 1, big, false, n, 16, 32);
        h.size = 353;
        nb_vox_offset(&h, 357);
        put_input(&h, n_data);
        CHECK_EQ(read_in(&image, "in.nii"), EFFACE_PASS);
        for (int threads = 1; threads <= 8; threads *= 2) {
            char name[32];
            const ef_write_options options = {.threads = threads};
            snprintf(name, sizeof name, "out%d.nii.gz", threads);
            CHECK_EQ(write_image(&image, scratch(name), &options, &err), EFFACE_PASS);
            size_t n_first, n_this;
            uint8_t *first = scratch_get("out1.nii.gz", &n_first), *this = scratch_get(name, &n_this);
            CHECK(n_first == n_this && memcmp(first, this, n_first) == 0);
            free(first);
            free(this);
        }
        same_but_text("in.nii", "out2.nii.gz", 1);
        CHECK_EQ(write_image(&image, scratch("out.nii"), NULL, &err), EFFACE_PASS);
        same_but_text("in.nii", "out.nii", 1);
        ef_image_release(&image);
        scratch_clear();
    }
}

/* An extension at `at` of the header, which grows. */
static void add_extension(nifti_bytes *h, int code, const char *text, size_t size)
{
    const size_t at = h->size + 4;
    h->bytes[h->version == 2 ? 540 : 348] = 1;
    nb_int(h, at, (int64_t)size, 4);
    nb_int(h, at + 4, code, 4);
    memcpy(h->bytes + at + 8, text, strlen(text));
    h->size += size;
    nb_vox_offset(h, (int64_t)h->size + 4);
}

static void test_extensions(int version, bool big)
{
    static const int64_t n[3] = {3, 2, 1};
    const size_t fixed = version == 2 ? 540 : 348;
    nifti_bytes h;
    ef_image image;
    size_t n_out;
    nb_start(&h, version, big, false, n, 2, 8);
    add_extension(&h, 6, "Jane Doe", 32);
    add_extension(&h, 20, "\x01\x02", 16); /* a b-value */
    add_extension(&h, 4, "<AFNI user='jane'/>", 48);
    add_extension(&h, 22, "Jane", 16); /* calls itself a direction, but reads as text */
    put_input(&h, 6);
    CHECK_EQ(read_in(&image, "in.nii"), EFFACE_PASS);
    CHECK_EQ(write_image(&image, scratch("keep.nii"), &(ef_write_options){.keep_header = true}, &err),
             EFFACE_PASS);
    same_file("in.nii", "keep.nii");
    CHECK_EQ(write_image(&image, scratch("out.nii"), NULL, &err), EFFACE_PASS);
    uint8_t *out = scratch_get("out.nii", &n_out);
    CHECK_EQ(n_out, fixed + 4 + 16 + (16 - 4 - (fixed + 16) % 16) % 16 + 6);
    CHECK_EQ(out[fixed], 1);
    CHECK(memcmp(out + fixed + 4, h.bytes + fixed + 4 + 32, 16) == 0);
    for (size_t i = 0; i + 4 <= n_out; i++)
        CHECK(memcmp(out + i, "Jane", 4) != 0 && memcmp(out + i, "jane", 4) != 0);
    free(out);
    ef_image back;
    CHECK_EQ(read_in(&back, "out.nii"), EFFACE_PASS);
    CHECK(back.n_bytes == image.n_bytes && memcmp(back.voxels, image.voxels, 6) == 0);
    ef_image_release(&back);
    ef_image_release(&image);
    /* bytes before the data that belong to no extension are removed too */
    nb_start(&h, version, big, false, n, 2, 8);
    memcpy(h.bytes + h.size + 10, "Jane Doe", 8);
    h.size += 32;
    nb_vox_offset(&h, (int64_t)h.size + 4);
    put_input(&h, 6);
    CHECK_EQ(read_in(&image, "in.nii"), EFFACE_PASS);
    CHECK_EQ(write_image(&image, scratch("out.nii"), &(ef_write_options){.force = true}, &err),
             EFFACE_PASS);
    out = scratch_get("out.nii", &n_out);
    CHECK_EQ(n_out, fixed + 4 + 6);
    free(out);
    ef_image_release(&image);
    scratch_clear();
}

static void same_voxels(const ef_image *a, const ef_image *b)
{
    CHECK(a->dtype == b->dtype && a->n_volumes == b->n_volumes && a->slope == b->slope &&
          a->inter == b->inter);
    CHECK(ef_grid_equal(&a->grid, &b->grid, 1e-4));
    CHECK_EQ(a->has_geometry, b->has_geometry);
    CHECK(a->n_bytes == b->n_bytes && memcmp(a->voxels, b->voxels, a->n_bytes) == 0);
}

/* Single files from pairs, pairs from single files, and ANALYZE into either. */
static void test_containers(void)
{
    static const int64_t n[3] = {3, 2, 2};
    for (int k = 0; k < 10; k++) {
        const int version = k / 4, to = k & 1;
        const bool big = (k & 2) != 0, pair = version == 0 || to == 0;
        static const char *const outs[2] = {"out.nii.gz", "out.img"};
        nifti_bytes h;
        ef_image image, back;
        nb_start(&h, version, big, pair, n, 4, 16);
        if (version == 0)
            nb_int(&h, 253, 2, 8); /* SPM's origin is kept */
        const char *in = put_input(&h, 24);
        CHECK_EQ(read_in(&image, in), EFFACE_PASS);
        CHECK_EQ(image.has_geometry, version != 0);
        CHECK_EQ(write_image(&image, scratch(outs[to]), NULL, &err), EFFACE_PASS);
        CHECK_EQ(read_in(&back, outs[to]), EFFACE_PASS);
        same_voxels(&image, &back);
        if (version == 0 && to == 1)
            same_file("in.img", "out.img");
        ef_image_release(&image);
        ef_image_release(&back);
        scratch_clear();
    }
    nifti_bytes h; /* patient_id, a text in originator and the like are removed from ANALYZE headers */
    ef_image image;
    nb_start(&h, 0, false, true, n, 4, 16);
    put_input(&h, 24);
    CHECK_EQ(read_in(&image, "in.img"), EFFACE_PASS);
    CHECK_EQ(write_image(&image, scratch("out.hdr"), NULL, &err), EFFACE_PASS);
    same_but_text("in.hdr", "out.hdr", 0);
    ef_image_release(&image);
    scratch_clear();
}

static void test_memory_image(void)
{
    static const ef_affine places[] = {
        {{{2, 0, 0, -10}, {0, 2, 0, -20}, {0, 0, 2, -30}}},
        {{{0, 0, 1.5, 3}, {-1, 0, 0, 5}, {0, 1, 0, 7}}},
        {{{1, 0, 0, 0}, {0, 1, 0.3, 0}, {0, 0, 1, 0}}}}; /* sheared: sform only */
    for (int k = 0; k < 6; k++) {
        const bool long_axis = k >= 3;
        ef_image image = {.grid = {{long_axis ? 40000 : 6, 5, 4}, places[k % 3]},
                          .n_volumes = 2,
                          .dtype = EK_INT16,
                          .slope = 0.5,
                          .inter = -1,
                          .has_geometry = true};
        if (long_axis) /* a slide's length, at a voxel's size of 0.1 mm */
            for (int r = 0; r < 3; r++)
                for (int c = 0; c < 3; c++)
                    image.grid.world_from_voxel.m[r][c] *= 0.05;
        image.n_bytes = (size_t)ef_grid_count(&image.grid) * 4;
        image.voxels = malloc(image.n_bytes);
        noise(image.voxels, image.n_bytes, 5);
        ef_image back;
        CHECK_EQ(write_image(&image, scratch("out.nii"), NULL, &err), EFFACE_PASS);
        CHECK_EQ(read_in(&back, "out.nii"), EFFACE_PASS);
        same_voxels(&image, &back);
        CHECK(!back.forms_disagree);
        CHECK_NEAR(ef_image_value(&back, 3), ((const int16_t *)image.voxels)[3] * 0.5 - 1, 0);
        size_t n;
        uint8_t *bytes = scratch_get("out.nii", &n);
        CHECK_EQ(n, (long_axis ? 544 : 352) + image.n_bytes);
        free(bytes);
        ef_image copy;
        CHECK_EQ(ef_image_copy(&copy, &back, &err), EFFACE_PASS);
        CHECK_EQ(write_image(&copy, scratch("copy.nii"), NULL, &err), EFFACE_PASS);
        same_file("out.nii", "copy.nii");
        ef_image_release(&copy);
        ef_image_release(&back);
        ef_image_release(&image);
        scratch_clear();
    }
}

static efface_status write_mask(const uint8_t *mask, const ef_image *like, const char *path,
                                const ef_write_options *options, efface_error *why)
{
    ef_output_set set = {0};
    return write_finish(&set, ef_write_prepare_mask(&set, mask, like, path, options, why), why);
}

static void test_mask(void)
{
    static const int64_t n[3] = {4, 3, 2};
    uint8_t mask[24];
    for (int i = 0; i < 24; i++)
        mask[i] = i % 3 == 0;
    for (int k = 0; k < 6; k++) {
        const int version = k / 2;
        nifti_bytes h;
        ef_image like, back;
        nb_start(&h, version, k & 1, true, n, 16, 32);
        nb_dim(&h, 0, 4);
        nb_dim(&h, 4, 2);
        if (version > 0)
            nb_scale(&h, 3, 4);
        put_input(&h, 192);
        CHECK_EQ(read_in(&like, "in.hdr"), EFFACE_PASS);
        CHECK_EQ(
            write_mask(mask, &like, scratch("mask.nii.gz"), &(ef_write_options){.keep_header = true}, &err),
            EFFACE_PASS);
        CHECK_EQ(read_in(&back, "mask.nii.gz"), EFFACE_PASS);
        CHECK(ef_grid_equal(&like.grid, &back.grid, version == 0 ? 1e-4 : 0));
        CHECK(back.dtype == EK_UINT8 && back.n_volumes == 1 && back.slope == 1 && back.inter == 0);
        CHECK(back.n_bytes == 24 && memcmp(back.voxels, mask, 24) == 0);
        size_t n_file;
        uint8_t *file = plain("mask.nii.gz", &n_file);
        CHECK_EQ(n_file, (version == 2 ? 544 : 352) + 24);
        for (size_t i = 0; i < 348; i++)
            CHECK(!nb_is_text(version > 1 ? 2 : 1, i) || file[i] == 0);
        free(file);
        ef_image_release(&like);
        ef_image_release(&back);
        scratch_clear();
    }
}

/* ---- files ---- */

static bool has(const char *name, const char *text)
{
    size_t n;
    uint8_t *bytes = scratch_get(name, &n);
    bool same = bytes != NULL && n == strlen(text) && memcmp(bytes, text, n) == 0;
    free(bytes);
    return same;
}

static void test_no_clobber(unsigned named)
{
    ef_output_set set = {0};
    ef_output *out;
    scratch_put("there", "old", 3);
    CHECK_EQ(ef_output_add_bytes(&set, scratch("there"), "new", 3, named, &err), EFFACE_USAGE);
    CHECK(strstr(err.message, "there' exists already") != NULL);
    CHECK_EQ(ef_output_check(scratch("there"), named, &err), EFFACE_USAGE);
    CHECK_EQ(ef_output_check(scratch("there"), named | EF_OUTPUT_FORCE, &err), EFFACE_PASS);
    /* it appears between preparation and commit; what was committed before it is taken back */
    CHECK_EQ(ef_output_add_bytes(&set, scratch("first"), "new", 3, named, &err), EFFACE_PASS);
    CHECK_EQ(ef_output_add_bytes(&set, scratch("there"), "new", 3, named | EF_OUTPUT_FORCE, &err),
             EFFACE_PASS);
    CHECK_EQ(ef_output_add_bytes(&set, scratch("late"), "new", 3, named, &err), EFFACE_PASS);
    scratch_put("late", "theirs", 6);
    CHECK_EQ(ef_output_set_commit(&set, &err), EFFACE_USAGE);
    CHECK_EQ(set.n, 0);
    CHECK(has("there", "old") && has("late", "theirs"));
    CHECK_EQ(scratch_count(), 2);
    /* with force both are replaced, and nothing else is left */
    CHECK_EQ(ef_output_add_bytes(&set, scratch("there"), "new", 3, named | EF_OUTPUT_FORCE, &err),
             EFFACE_PASS);
    CHECK_EQ(ef_output_add_bytes(&set, scratch("late"), "new", 3, named | EF_OUTPUT_FORCE, &err),
             EFFACE_PASS);
    CHECK(has("there", "old"));
    CHECK_EQ(ef_output_set_commit(&set, &err), EFFACE_PASS);
    CHECK(has("there", "new") && has("late", "new"));
    CHECK_EQ(scratch_count(), 2);
    /* one name twice, written two ways */
    char twice[600];
    snprintf(twice, sizeof twice, "%s/./there", scratch_folder);
    CHECK_EQ(ef_output_add(&out, &set, scratch("there"), named | EF_OUTPUT_FORCE, &err), EFFACE_PASS);
    CHECK_EQ(ef_output_add(&out, &set, twice, named | EF_OUTPUT_FORCE, &err), EFFACE_USAGE);
    CHECK(strstr(err.message, "two outputs") != NULL);
    ef_output_set_abort(&set);
    ef_output_set_abort(&set);
    CHECK_EQ(scratch_count(), 2);
    scratch_clear();
}

static efface_status write_text(const char *path, const char *text, bool force, efface_error *why)
{
    ef_output_set set = {0};
    const unsigned flags = force ? EF_OUTPUT_FORCE : 0;
    return write_finish(&set, ef_output_add_bytes(&set, path, text, strlen(text), flags, why), why);
}

static void test_odd_targets(void)
{
    struct stat st;
    scratch_put("file", "old", 3);
    CHECK_EQ(symlink("file", scratch("link")), 0);
    CHECK_EQ(symlink("nowhere", scratch("dangling")), 0);
    CHECK_EQ(mkdir(scratch("folder.nii"), 0700), 0);
    CHECK_EQ(mkfifo(scratch("pipe"), 0600), 0);
    CHECK_EQ(write_text(scratch("link"), "new", false, &err), EFFACE_USAGE);
    CHECK_EQ(write_text(scratch("dangling"), "new", false, &err), EFFACE_USAGE);
    CHECK_EQ(write_text(scratch("folder.nii"), "new", true, &err), EFFACE_USAGE);
    CHECK(strstr(err.message, "it is a directory") != NULL);
    CHECK_EQ(write_text(scratch("pipe"), "new", true, &err), EFFACE_USAGE);
    CHECK_EQ(write_text(scratch("none/file"), "new", true, &err), EFFACE_INTERNAL);
    CHECK(strstr(err.message, "No such file or directory") != NULL);
    CHECK_EQ(write_text(scratch(""), "new", true, &err), EFFACE_USAGE);
    CHECK_EQ(write_text("/dev/full", "new", true, &err), EFFACE_USAGE);
    /* a link is replaced, not followed */
    CHECK_EQ(write_text(scratch("link"), "new", true, &err), EFFACE_PASS);
    CHECK(has("file", "old") && has("link", "new"));
    CHECK(lstat(scratch("link"), &st) == 0 && S_ISREG(st.st_mode));
    /* the mode is that of any new file */
    const mode_t before = umask(027);
    CHECK_EQ(write_text(scratch("mode"), "new", false, &err), EFFACE_PASS);
    umask(before);
    CHECK(stat(scratch("mode"), &st) == 0 && (st.st_mode & 0777) == 0640);
    CHECK(ef_file_same(scratch("mode"), scratch("./mode")) &&
          !ef_file_same(scratch("mode"), scratch("file")));
    CHECK_EQ(scratch_count(), 6);
    CHECK_EQ(ef_write_check(scratch("a.txt"), true, &err), EFFACE_USAGE);
    CHECK_EQ(ef_write_check(scratch(".nii"), true, &err), EFFACE_USAGE);
    CHECK_EQ(ef_write_check(scratch("a.nii"), false, &err), EFFACE_PASS);
    scratch_put("b.img", "x", 1); /* either file of a pair counts */
    CHECK_EQ(ef_write_check(scratch("b.hdr"), false, &err), EFFACE_USAGE);
    CHECK_EQ(ef_write_check(scratch("b.hdr"), true, &err), EFFACE_PASS);
    CHECK_EQ(scratch_count(), 7);
    scratch_clear();
    if (geteuid() == 0) {
        printf("test_write: read-only folder not tested: root writes everywhere\n");
        return;
    }
    CHECK_EQ(chmod(scratch_folder, 0500), 0);
    CHECK_EQ(write_text(scratch("a"), "new", false, &err), EFFACE_INTERNAL);
    CHECK_EQ(chmod(scratch_folder, 0700), 0);
    CHECK_EQ(scratch_count(), 0);
}

/* An image whose voxels do not compress. */
static void make_image(ef_image *image, size_t n_bytes)
{
    *image = (ef_image){.grid = {{(int64_t)n_bytes / 4096, 64, 64}, ef_affine_identity()},
                        .n_volumes = 1,
                        .dtype = EK_UINT8,
                        .slope = 1,
                        .has_geometry = true,
                        .n_bytes = n_bytes};
    image->voxels = malloc(n_bytes);
    noise(image->voxels, n_bytes, 3);
}

/* A disk that fills up while a file is being written, as a limit on its size. */
static void test_full_disk(void)
{
    static const char *const outs[] = {"a.nii", "a.nii.gz", "a.hdr", "a.img.gz"};
    struct rlimit before, small;
    ef_image image;
    make_image(&image, 3 << 20);
    scratch_put("a.nii", "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    CHECK_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 1500000;
    CHECK_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 4; i++) {
        for (int threads = 1; threads <= 2; threads++) {
            const ef_write_options options = {.force = true, .threads = threads};
            CHECK_EQ(write_image(&image, scratch(outs[i]), &options, &err), EFFACE_INTERNAL);
            CHECK(strstr(err.message, strerror(EFBIG)) != NULL &&
                  strstr(err.message, "can't write") != NULL);
            CHECK(has("a.nii", "old"));
            CHECK_EQ(scratch_count(), 1);
        }
    }
    CHECK_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    ef_image_release(&image);
    scratch_clear();
}

/* Reads in.nii.gz and writes image and mask as a set; what main does. */
static efface_status whole_way(int threads)
{
    ef_image image;
    ef_output_set set = {0};
    const ef_write_options options = {.threads = threads, .force = true};
    char sha[65];
    err.message[0] = '\0';
    efface_status status = ef_read(&image, scratch("in.nii.gz"), threads, sha, &err);
    if (status == EFFACE_PASS)
        status = ef_write_prepare_mask(&set, image.voxels, &image, scratch("mask.nii"), &options, &err);
    if (status == EFFACE_PASS)
        status = ef_write_prepare(&set, &image, scratch("out.hdr"), &options, &err);
    if (status == EFFACE_PASS)
        status = ef_write_prepare(&set, &image, scratch("out.nii.gz"), &options, &err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, &err);
    ef_output_set_abort(&set);
    ef_image_release(&image);
    return status;
}

/* Lets every allocation of the whole chain fail in turn. With one thread each failure is detected. With
 * two, a thread that got no memory may not have been needed: then the output is complete. */
static void test_no_memory(int threads)
{
    ef_image image;
    make_image(&image, 3 << 19);
    CHECK_EQ(write_image(&image, scratch("in.nii.gz"), NULL, &err), EFFACE_PASS);
    ef_image_release(&image);
    atomic_store(&allocations, 0);
    CHECK_EQ(whole_way(threads), EFFACE_PASS);
    const long n = atomic_load(&allocations);
    CHECK(n > 20);
    CHECK_EQ(scratch_count(), 5);
    for (long i = 1; i <= n; i++) {
        unlink(scratch("mask.nii"));
        unlink(scratch("out.hdr"));
        unlink(scratch("out.img"));
        unlink(scratch("out.nii.gz"));
        atomic_store(&allocations, 0);
        atomic_store(&fail_at, i);
        efface_status status = whole_way(threads);
        atomic_store(&fail_at, 0);
        if (threads > 1 && status == EFFACE_PASS) {
            CHECK_EQ(scratch_count(), 5);
            continue;
        }
        if (!CHECK_EQ(status, EFFACE_INTERNAL))
            fprintf(stderr, "    allocation %ld of %ld\n", i, n);
        CHECK(strstr(err.message, "memory") != NULL);
        CHECK_EQ(scratch_count(), 1);
    }
    scratch_clear();
}

int main(void)
{
    scratch_make();
    test_round_trip();
    test_large();
    for (int k = 0; k < 4; k++)
        test_extensions(1 + (k & 1), (k & 2) != 0);
    test_containers();
    test_memory_image();
    test_mask();
    test_no_clobber(0);
    test_no_clobber(EF_OUTPUT_NAMED);
    test_odd_targets();
    test_full_disk();
    test_no_memory(1);
    test_no_memory(2);
    scratch_remove();
    return test_end();
}
