/* NIfTI headers: what is refused, what the fields mean, and that no content of the 348 bytes can do harm.
 */
#include "io/nifti.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/checksum.h"
#include "check.h"
#include "io/read.h"
#include "nifti_bytes.h"
#include "scratch.h"

static const int64_t SMALL[3] = {5, 4, 3};
static efface_error err;

/* Writes header, extender and data of zeros as name, reads it. */
static efface_status read_as(ef_image *image, const nifti_bytes *h, size_t n_data, const char *name)
{
    uint8_t file[2 * NB_ROOM] = {0};
    memcpy(file, h->bytes, h->size);
    scratch_put(name, file, h->size + 4 + n_data);
    err.message[0] = '\0';
    return ef_read(image, scratch(name), 1, NULL, &err);
}

/* Refused as input, with a message that has `why` in it, on one line. */
static void refused(const nifti_bytes *h, const char *why)
{
    ef_image image;
    if (!CHECK_EQ(read_as(&image, h, 480, "a.nii"), EFFACE_INPUT))
        fprintf(stderr, "    expected: %s\n", why);
    if (!CHECK(strstr(err.message, why) != NULL))
        fprintf(stderr, "    '%s' not in '%s'\n", why, err.message);
    CHECK(strstr(err.message, "a.nii") != NULL && strchr(err.message, '\n') == NULL);
    CHECK(image.voxels == NULL && image.header == NULL);
    ef_image_release(&image);
}

static void test_refusals(int version, bool big)
{
    static const int not_real[][2] = {{1, 1},      {32, 64},   {128, 24}, {1536, 128}, {1792, 128},
                                      {2048, 256}, {2304, 32}, {0, 0},    {3, 16},     {-16, 32}};
    nifti_bytes h;
#define FRESH nb_start(&h, version, big, false, SMALL, 4, 16)
    for (size_t i = 0; i < sizeof not_real / sizeof *not_real; i++) {
        FRESH;
        nb_datatype(&h, not_real[i][0], not_real[i][1]);
        refused(&h, "expected one real number in a voxel");
    }
    FRESH;
    nb_datatype(&h, 4, 8);
    refused(&h, "expected bitpix 16");
    for (int dim0 = -1; dim0 <= 8; dim0 += dim0 == -1 ? 1 : 8) { /* -1, 0, 8 */
        FRESH;
        nb_dim(&h, 0, dim0);
        refused(&h, "expected dim[0] from 1 to 7");
    }
    for (int d = 1; d <= 3; d++) {
        FRESH;
        nb_dim(&h, d, 0);
        refused(&h, "of at least 1, got 0");
        nb_dim(&h, d, -7);
        refused(&h, "of at least 1, got -7");
        nb_dim(&h, d, 32767);
        refused(&h, "truncated");
    }
#undef FRESH
}

static void test_more_refusals(int version, bool big)
{
    nifti_bytes h;
#define FRESH nb_start(&h, version, big, false, SMALL, 4, 16)
    FRESH;
    nb_dim(&h, 0, 7);
    for (int d = 1; d <= 7; d++)
        nb_dim(&h, d, 32767);
    refused(&h, "too large");
    if (version == 2) {
        nb_dim(&h, 1, INT64_MAX);
        refused(&h, "too large");
        FRESH;
        nb_vox_offset(&h, INT64_MAX);
        refused(&h, "vox_offset");
    }
    FRESH;
    nb_vox_offset(&h, 1000000);
    refused(&h, "expected the data at byte 1000000");
    nb_vox_offset(&h, (int64_t)h.size);
    refused(&h, "vox_offset");
    nb_vox_offset(&h, -16);
    refused(&h, "vox_offset");
    FRESH;
    nb_real(&h, 108, 192, (double)NAN); /* vox_offset; a field without meaning here in NIfTI-2 */
    if (version == 1)
        refused(&h, "vox_offset");
    FRESH;
    h.bytes[version == 2 ? 4 : 344] = 'm';
    refused(&h, "magic");
    FRESH;
    nb_int(&h, 0, 349, 4);
    refused(&h, "neither a NIfTI nor an ANALYZE file");
    FRESH;
    nb_scale(&h, 2, (double)INFINITY);
    refused(&h, "scl_inter");
    FRESH;
    memcpy(h.bytes + (version == 2 ? 4 : 344), version == 2 ? "ni2" : "ni1", 4);
    nb_vox_offset(&h, 0);
    refused(&h, "one of a pair");
#undef FRESH
}

static void test_geometry(int version, bool big)
{
    static const double sheared[3][4] = {{0, 0, 3, -40}, {1, 0.2, 0, 7}, {0, 2, 0, 9}};
    static const double singular[3][4] = {{1, 1, 0, 0}, {2, 2, 0, 0}, {0, 0, 1, 0}};
    static const double turned[6] = {0, 0, 1, 10, 20, 30}; /* half a turn about z */
    nifti_bytes h;
    ef_image image;
    const double(*m)[4] = (const double(*)[4])image.grid.world_from_voxel.m;
#define FRESH nb_start(&h, version, big, false, SMALL, 4, 16)
#define READ  CHECK_EQ(read_as(&image, &h, 120, "a.nii"), EFFACE_PASS)
    FRESH;
    READ;
    CHECK(image.has_geometry && !image.forms_disagree && image.note == NULL);
    CHECK_EQ(image.grid.n[0], 5);
    CHECK_EQ(image.grid.n[1], 4);
    CHECK_EQ(image.grid.n[2], 3);
    CHECK_EQ(image.n_bytes, 120);
    CHECK_NEAR(m[0][0], 2, 0);
    CHECK_NEAR(m[2][3], -30, 0);
    ef_image_release(&image);
    nb_sform(&h, sheared); /* the sform is preferred, whatever the qform says */
    READ;
    CHECK(image.forms_disagree && image.has_geometry);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            CHECK_NEAR(m[r][c], sheared[r][c], 1e-7); /* half an ulp of float at 2 */
    ef_image_release(&image);
    nb_forms(&h, 1, 0); /* but not where its code is 0 */
    nb_qform(&h, turned);
    nb_pixdim(&h, 0, -1);
    nb_pixdim(&h, 2, -1.5); /* the sign of a length means nothing */
    READ;
    CHECK(image.has_geometry && !image.forms_disagree);
    CHECK_NEAR(m[0][0], -2, 1e-7);
    CHECK_NEAR(m[1][1], -1.5, 1e-7);
    CHECK_NEAR(m[2][2], -2, 1e-7); /* qfac -1 */
    CHECK_NEAR(m[1][3], 20, 1e-7);
    ef_image_release(&image);
    FRESH;
    nb_sform(&h, singular); /* a broken sform gives way to the qform */
    READ;
    CHECK(image.has_geometry && image.note != NULL);
    CHECK_NEAR(m[1][1], 2, 1e-7);
    ef_image_release(&image);
    nb_real(&h, 280, 400, (double)NAN);
    nb_real(&h, 256, 352, (double)NAN); /* now both are broken */
    refused(&h, "not finite");
    FRESH;
    nb_forms(&h, 0, 1);
    nb_real(&h, 280 + 12, 400 + 24, (double)INFINITY); /* an offset alone is enough */
    refused(&h, "sform is singular or not finite");
    FRESH;
    nb_forms(&h, 0, 0); /* neither: as nibabel, x to the left and the centre at 0 */
    READ;
    CHECK(!image.has_geometry && image.note != NULL);
    CHECK_NEAR(m[0][0], -2, 0);
    CHECK_NEAR(m[0][3], 4, 0);
    CHECK_NEAR(m[1][3], -3, 0);
    CHECK_NEAR(m[2][3], -2, 0);
    ef_image_release(&image);
#undef FRESH
#undef READ
}

/* Lengths that are not in millimetres, said or not. n chosen so that 0.001 m makes a head. */
static void test_units(int version)
{
    static const struct {
        double step;
        int units;
        double mm; /* 0: refused */
        bool noted;
    } cases[] = {{2, 2, 2, false},       {2, 0, 2, false},     {0.002, 1, 2, false}, {2000, 3, 2, false},
                 {0.002, 2, 2, true},    {0.002, 0, 2, true},  {2, 1, 2, true},      {2, 3, 2, true},
                 {0.00002, 2, 0, false}, {0.015, 2, 0, false}, {300, 2, 0, false},   {1e30, 2, 0, false},
                 {0.1, 2, 0.1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t n[3] = {100, 1, 1};
        const double s = cases[i].step, form[3][4] = {{s, 0, 0, -50 * s}, {0, s, 0, 0}, {0, 0, s, 0}};
        nifti_bytes h;
        ef_image image;
        nb_start(&h, version, false, false, n, 2, 8);
        nb_units(&h, cases[i].units);
        nb_sform(&h, form);
        nb_forms(&h, 0, 1);
        if (cases[i].mm == 0) {
            refused(&h, "expected a head scan");
            continue;
        }
        CHECK_EQ(read_as(&image, &h, 100, "a.nii"), EFFACE_PASS);
        CHECK_NEAR(image.grid.world_from_voxel.m[1][1], cases[i].mm, 1e-6 * cases[i].mm);
        CHECK_NEAR(image.grid.world_from_voxel.m[0][3], -50 * cases[i].mm, 5e-5 * cases[i].mm);
        CHECK_EQ(image.note != NULL, cases[i].noted);
        ef_image_release(&image);
    }
}

/* One axis that is next to nothing, in a header without forms (found by the fuzzer). */
static void test_flat(int version)
{
    nifti_bytes h;
    nb_start(&h, version, false, false, SMALL, 2, 8);
    nb_forms(&h, 0, 0);
    nb_pixdim(&h, 3, version == 2 ? 1e-310 : 1e-40);
    refused(&h, "expected a head scan");
}

static void test_scale(int version, bool big)
{
    static const double given[][2] = {{1, 0}, {0, 5}, {2.5, -3}, {NAN, 4}, {INFINITY, 4}};
    static const double meant[][2] = {{1, 0}, {1, 0}, {2.5, -3}, {1, 0}, {1, 0}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        nifti_bytes h;
        ef_image image;
        nb_start(&h, version, big, false, SMALL, 2, 8);
        nb_scale(&h, given[i][0], given[i][1]);
        CHECK_EQ(read_as(&image, &h, 60, "a.nii"), EFFACE_PASS);
        CHECK_NEAR(image.slope, meant[i][0], 0);
        CHECK_NEAR(image.inter, meant[i][1], 0);
        ef_image_release(&image);
    }
}

static void test_extensions(int version, bool big)
{
    nifti_bytes h;
    ef_image image;
    nb_start(&h, version, big, false, SMALL, 2, 8);
    const size_t at = h.size + 4, n = at + 64;
    h.bytes[h.size] = 1;
    h.size = n - 4; /* read_as leaves 4 bytes for an extender: here they are the last of the extensions */
    nb_vox_offset(&h, (int64_t)n);
    nb_int(&h, at, 32, 4);
    nb_int(&h, at + 4, 6, 4);
    nb_int(&h, at + 32, 32, 4);
    nb_int(&h, at + 36, 4, 4);
    CHECK_EQ(read_as(&image, &h, 60, "a.nii"), EFFACE_PASS);
    ef_image_release(&image);
    static const int64_t wrong[] = {7, -16, 48, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        nb_int(&h, at + 32, wrong[i], 4);
        refused(&h, "extension");
    }
    nb_int(&h, at + 32, 0, 8); /* zeros after the last one are no extension */
    CHECK_EQ(read_as(&image, &h, 60, "a.nii"), EFFACE_PASS);
    ef_image_release(&image);
}

static void test_every_truncation(int version)
{
    nifti_bytes h;
    ef_image image;
    nb_start(&h, version, false, false, SMALL, 4, 16);
    uint8_t file[NB_ROOM] = {0};
    const size_t whole = h.size + 4 + 120;
    memcpy(file, h.bytes, h.size);
    for (size_t n = 0; n <= whole + 1; n++) {
        scratch_put("a.nii", file, n);
        CHECK_EQ(ef_read(&image, scratch("a.nii"), 1, NULL, &err), n < whole ? EFFACE_INPUT : EFFACE_PASS);
        ef_image_release(&image);
    }
}

/* Every single flipped bit is refused, or leaves an image whose size and place are valid. */
static void test_every_flip(int version, bool pair)
{
    nifti_bytes h;
    long passed = 0;
    nb_start(&h, version, false, pair, SMALL, 4, 16);
    for (size_t bit = 0; bit < 8 * h.size; bit++) {
        ef_nifti_layout layout;
        ef_image image;
        uint8_t *bytes = malloc(h.size + 4);
        if (bytes == NULL)
            break;
        memcpy(bytes, h.bytes, h.size);
        memset(bytes + h.size, 0, 4);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        efface_status status = ef_nifti_probe(&layout, bytes, h.size + 4, pair, "a.nii", &err);
        if (status == EFFACE_PASS)
            status = ef_nifti_parse(&image, &layout, bytes, h.size + 4, "a.nii", &err);
        CHECK(status == EFFACE_PASS || status == EFFACE_INPUT);
        if (status == EFFACE_PASS) {
            ef_affine inverse;
            passed++;
            CHECK(image.grid.n[0] >= 1 && image.grid.n[1] >= 1 && image.grid.n[2] >= 1 &&
                  image.n_volumes >= 1);
            CHECK_EQ((uint64_t)(ef_grid_count(&image.grid) * image.n_volumes) * ek_dtype_size(image.dtype),
                     image.n_bytes);
            CHECK(ef_affine_invert(&inverse, image.grid.world_from_voxel));
            CHECK(isfinite(image.slope) && image.slope != 0 && isfinite(image.inter));
            ef_image_release(&image);
        }
        free(bytes);
    }
    CHECK(passed > (long)h.size); /* most bits are text or numbers that any value does for */
}

static void test_files(void)
{
    nifti_bytes h;
    ef_image image;
    char sha[65];
    CHECK_EQ(ef_read(&image, scratch("none.nii"), 1, NULL, &err), EFFACE_INPUT);
    CHECK(strstr(err.message, "none.nii") != NULL);
    CHECK_EQ(ef_read(&image, scratch("none.hdr"), 1, NULL, &err), EFFACE_INPUT);
    CHECK(strstr(err.message, "none.hdr': No such file") != NULL);
    CHECK_EQ(ef_read(&image, scratch_folder, 1, NULL, &err), EFFACE_INPUT);
    CHECK(strstr(err.message, "directory") != NULL);
    scratch_put("empty.nii", "", 0);
    CHECK_EQ(ef_read(&image, scratch("empty.nii"), 1, NULL, &err), EFFACE_INPUT);
    scratch_put("text.nii.gz", "this is no image at all", 23);
    CHECK_EQ(ef_read(&image, scratch("text.nii.gz"), 1, NULL, &err), EFFACE_INPUT);
    nb_start(&h, 1, false, true, SMALL, 2, 8);
    scratch_put("lonely.hdr", h.bytes, h.size);
    CHECK_EQ(ef_read(&image, scratch("lonely.hdr"), 1, NULL, &err), EFFACE_INPUT);
    CHECK(strstr(err.message, ".img") != NULL);
    uint8_t voxels[60];
    for (int i = 0; i < 60; i++)
        voxels[i] = (uint8_t)(3 * i);
    scratch_put("lonely.img", voxels, 60);
    for (int i = 0; i < 2; i++) { /* from either name the other one is found */
        CHECK_EQ(ef_read(&image, scratch(i == 0 ? "lonely.hdr" : "lonely.img"), 2, sha, &err), EFFACE_PASS);
        CHECK(image.voxels != NULL && memcmp(image.voxels, voxels, 60) == 0);
        ef_image_release(&image);
    }
    if (geteuid() != 0) {
        CHECK_EQ(chmod(scratch("lonely.img"), 0), 0);
        CHECK_EQ(ef_read(&image, scratch("lonely.img"), 1, NULL, &err), EFFACE_INPUT);
        CHECK(strstr(err.message, "lonely.img") != NULL);
    } else {
        printf("test_nifti: unreadable file not tested: root reads everything\n");
    }
    CHECK_EQ(mkfifo(scratch("pipe.nii"), 0600), 0);
    CHECK_EQ(ef_read(&image, scratch("pipe.nii"), 1, NULL, &err), EFFACE_INPUT);
    CHECK(strstr(err.message, "not a regular file") != NULL);
}

static void test_checksum(void)
{
    nifti_bytes h;
    ef_image image;
    ef_sha256 state;
    char read[65], direct[65];
    size_t n;
    ef_sha256_start(&state); /* FIPS 180-4's example */
    ef_sha256_add(&state, "a", 1);
    ef_sha256_add(&state, "bc", 2);
    ef_sha256_end(direct, &state);
    CHECK_STR(direct, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    nb_start(&h, 1, false, false, SMALL, 2, 8);
    CHECK_EQ(read_as(&image, &h, 77, "a.nii"), EFFACE_PASS); /* 60 voxels, 17 bytes that belong to nobody */
    ef_image_release(&image);
    uint8_t *bytes = scratch_get("a.nii", &n);
    ef_sha256_start(&state);
    ef_sha256_add(&state, bytes, n);
    ef_sha256_end(direct, &state);
    free(bytes);
    for (int threads = 1; threads <= 2; threads++) {
        CHECK_EQ(ef_read(&image, scratch("a.nii"), threads, read, &err), EFFACE_PASS);
        CHECK_STR(read, direct);
        ef_image_release(&image);
    }
}

int main(void)
{
    scratch_make();
    for (int version = 1; version <= 2; version++) {
        for (int big = 0; big < 2; big++) {
            test_refusals(version, big);
            test_more_refusals(version, big);
            test_geometry(version, big);
            test_scale(version, big);
            test_extensions(version, big);
        }
        test_units(version);
        test_flat(version);
        test_every_truncation(version);
        test_every_flip(version, false);
        test_every_flip(version, true);
    }
    test_every_flip(0, true);
    test_files();
    test_checksum();
    scratch_remove();
    return test_end();
}
