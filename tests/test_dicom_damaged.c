/* Damaged files that once ended the process, found by tests/fuzz/fuzz_dicom. Each is refused with a
 * reason, or read normally if the damage does not matter. */
#include "check.h"
#include "dicom_scan.h"
#include "io/module.h"
#include "io/walk.h"

enum { ROWS = 10, COLUMNS = 8, SLICES = 7 };

static const ef_itk *itk;
static uint16_t pixels[ROWS * COLUMNS];

typedef void damage_fn(dicom *file);

static void write_series(damage_fn *damage)
{
    for (int k = 0; k < SLICES; k++) {
        char name[16];
        const slice s = {.instance = k,
                         .number = k,
                         .position = {-20, -30, 5 + 3 * k},
                         .orientation = {1, 0, 0, 0, 1, 0},
                         .spacing = 2,
                         .rows = ROWS,
                         .columns = COLUMNS,
                         .pixels = pixels};
        dicom file = slice_file(&s);
        damage(&file);
        snprintf(name, sizeof name, "%02d", k);
        scratch_put(name, file.bytes, file.n);
        dicom_free(&file);
    }
}

/* The first place of some bytes from `after` on; the test ends where there is none. */
static size_t place(const dicom *file, size_t after, const char *bytes, size_t n)
{
    for (size_t at = after; at + n <= file->n; at++)
        if (memcmp(file->bytes + at, bytes, n) == 0)
            return at;
    fprintf(stderr, "no such bytes in the file\n");
    exit(1);
}

static const char pixel_tag[] = "\xe0\x7f\x10\0OW", rows_tag[] = "\x28\0\x10\0US",
                  first_tag[] = "\x08\0\x08\0CS";

/* ---- refused ---- */

static void unknown_vr_in_meta(dicom *file)
{
    memcpy(file->bytes + 132 + 12 + 4, "ZZ", 2);
}

static void open_length_in_meta(dicom *file)
{
    memcpy(file->bytes + 132 + 12 + 8, "\xff\xff\xff\xff", 4);
}

static void open_length_of_text(dicom *file)
{
    memcpy(file->bytes + place(file, 132, "\x10\0\x10\0PN", 6) + 4, "UT\0\0\xff\xff\xff\xff", 8);
}

static void nothing_behind_meta(dicom *file)
{
    file->n = place(file, 132, first_tag, 6);
}

static void pixels_behind_meta(dicom *file)
{
    const size_t from = place(file, 132, pixel_tag, 6), to = place(file, 132, first_tag, 6);
    memmove(file->bytes + to, file->bytes + from, file->n - from);
    file->n -= from - to;
}

/* Run-length encoded, says the header; what follows are no fragments. */
static void no_fragments(dicom *file)
{
    memcpy(file->bytes + place(file, 132, "1.2.840.10008.1.2.1", 19), "1.2.840.10008.1.2.5", 19);
    memcpy(file->bytes + place(file, 132, pixel_tag, 6) + 4, "OB\0\0\xff\xff\xff\xff", 8);
}

static void pixels_of_open_sequence(dicom *file)
{
    memcpy(file->bytes + place(file, 132, pixel_tag, 6) + 4, "SQ\0\0\xff\xff\xff\xff", 8);
}

static void is_left_out(damage_fn *damage, const char *reason)
{
    efface_error err = {0};
    ef_paths paths = {0};
    ef_dicom *folder = NULL;
    int files = 0;
    write_series(damage);
    CHECK_EQ(ef_walk_all(&paths, scratch_folder, &err), EFFACE_PASS);
    CHECK_EQ(itk->dicom_open(&folder, (const char *const *)paths.path, paths.n, &err), EFFACE_PASS);
    for (size_t i = 0; i < itk->dicom_count(folder); i++) {
        const ef_dicom_series *series = itk->dicom_series(folder, i);
        files += series->n_files;
        CHECK(series->broken);
        if (!CHECK(strstr(series->left_out, reason) != NULL))
            fprintf(stderr, "    '%s', not '%s'\n", series->left_out, reason);
    }
    CHECK_EQ(files, SLICES);
    itk->dicom_close(folder);
    ef_paths_release(&paths);
    scratch_clear();
}

/* ---- read, or refused when it comes to the pixels ---- */

static void class_in_meta_is_no_image(dicom *file)
{
    file->bytes[place(file, 132, MR_IMAGE, strlen(MR_IMAGE)) + strlen(MR_IMAGE) - 1] = '9';
}

static void spacing_of_another_vr(dicom *file)
{
    memcpy(file->bytes + place(file, 132, "\x28\0\x30\0DS", 6) + 4, "SH", 2);
}

static void sign_of_another_vr(dicom *file)
{
    memcpy(file->bytes + place(file, 132, "\x28\0\x03\1US", 6) + 4, "SS", 2);
}

static void more_than_a_file_can_hold(dicom *file)
{
    const size_t at = place(file, 132, rows_tag, 6);
    memset(file->bytes + at + 8, 0xff, 2);
    memset(file->bytes + place(file, at + 1, "\x28\0\x11\0US", 6) + 8, 0xff, 2);
}

static void put_fragment(dicom *file, const void *bytes, size_t n)
{
    dicom_number(file, 0xe000fffe, 4);
    dicom_number(file, (uint32_t)n, 4);
    dicom_put(file, bytes, n);
}

/* The pixels become one compressed fragment of another transfer syntax. */
static void compress(dicom *file, const char *syntax, const void *stream, size_t n)
{
    static const char uid[] = "1.2.840.10008.1.2.1";
    const size_t at = place(file, 132, uid, sizeof uid - 1), end = place(file, 132, pixel_tag, 6);
    const size_t padded = strlen(syntax) + strlen(syntax) % 2;
    dicom made = {0};
    dicom_put(&made, file->bytes, at);
    dicom_put(&made, syntax, padded);
    dicom_put(&made, file->bytes + at + sizeof uid, end - at - sizeof uid);
    made.bytes[at - 2] = (uint8_t)padded;
    made.bytes[132 + 8] += (uint8_t)(padded - sizeof uid); /* length of the meta information */
    dicom_head(&made, 0x7fe00010, "OB", UINT32_MAX);
    put_fragment(&made, NULL, 0);
    put_fragment(&made, stream, n);
    dicom_number(&made, 0xe0ddfffe, 4);
    dicom_number(&made, 0, 4);
    dicom_free(file);
    *file = made;
}

/* A JPEG-LS stream (ISO/IEC 14495-1) of zeros that is whole: its rows are runs, which are ones in its
 * bits. It has half the rows that the attributes tell of. */
static void jpegls_of_fewer_rows(dicom *file)
{
    static const uint8_t stream[] = {0xff,    0xd8, 0xff, 0xf7, 0, 11,   12,   0,    ROWS / 2, 0,
                                     COLUMNS, 1,    1,    0x11, 0, 0xff, 0xda, 0,    8,        1,
                                     1,       0,    0,    0,    0, 0xff, 0x7e, 0xff, 0xd9,     0};
    compress(file, "1.2.840.10008.1.2.4.80", stream, sizeof stream);
}

/* Two segments of literal bytes (PS3.5 annex G), high ones first: what the pixels were. */
static size_t run_lengths(uint8_t *stream)
{
    enum { TABLE = 64, CELLS = ROWS * COLUMNS };
    size_t n = TABLE;
    memset(stream, 0, TABLE);
    stream[0] = 2;
    for (int segment = 0; segment < 2; segment++) {
        stream[4 + 4 * segment] = (uint8_t)n;
        stream[n++] = CELLS - 1;
        for (int i = 0; i < CELLS; i++)
            stream[n++] = (uint8_t)(pixels[i] >> (segment == 0 ? 8 : 0));
        stream[n++] = 0x80;
    }
    return n;
}

enum { RLE_ROOM = 64 + 2 * (ROWS * COLUMNS + 2) };

static void rle(dicom *file)
{
    uint8_t stream[RLE_ROOM];
    compress(file, "1.2.840.10008.1.2.5", stream, run_lengths(stream));
}

static void rle_segment_beyond_its_end(dicom *file)
{
    uint8_t stream[RLE_ROOM];
    const size_t n = run_lengths(stream);
    stream[11] = 0x7f;
    compress(file, "1.2.840.10008.1.2.5", stream, n);
}

static void rle_of_more_segments(dicom *file)
{
    uint8_t stream[RLE_ROOM];
    const size_t n = run_lengths(stream);
    stream[0] = 200;
    compress(file, "1.2.840.10008.1.2.5", stream, n);
}

static void rle_that_ends_early(dicom *file)
{
    uint8_t stream[RLE_ROOM];
    compress(file, "1.2.840.10008.1.2.5", stream, run_lengths(stream) / 2 * 2 - 20);
}

static void is_read(damage_fn *damage, efface_status expected)
{
    efface_error err = {0};
    ef_paths paths = {0};
    ef_dicom *folder = NULL;
    ef_image image;
    char sha[65];
    write_series(damage);
    CHECK_EQ(ef_walk_all(&paths, scratch_folder, &err), EFFACE_PASS);
    CHECK_EQ(itk->dicom_open(&folder, (const char *const *)paths.path, paths.n, &err), EFFACE_PASS);
    CHECK_EQ(itk->dicom_count(folder), 1);
    if (!CHECK_EQ(itk->dicom_read(&image, folder, 0, sha, &err), expected))
        fprintf(stderr, "    %s\n", err.message);
    if (expected == EFFACE_PASS)
        CHECK_EQ(ef_image_value(&image, (ROWS - 1) * COLUMNS + 3), pixels[3]);
    ef_image_release(&image);
    itk->dicom_close(folder);
    ef_paths_release(&paths);
    scratch_clear();
}

int main(void)
{
    efface_error err = {0};
    itk = ef_module(&err);
    if (!CHECK(itk != NULL)) {
        fprintf(stderr, "    %s\n", err.message);
        return test_end();
    }
    for (int i = 0; i < ROWS * COLUMNS; i++)
        pixels[i] = (uint16_t)(i * 7);
    scratch_make();
    is_left_out(unknown_vr_in_meta, "damaged");
    is_left_out(open_length_in_meta, "damaged");
    is_left_out(open_length_of_text, "damaged");
    is_left_out(nothing_behind_meta, "no attributes of an image");
    is_left_out(pixels_behind_meta, "no attributes of an image");
    is_left_out(no_fragments, "its pixels are cut off");
    is_left_out(pixels_of_open_sequence, "its pixels are cut off");
    is_read(class_in_meta_is_no_image, EFFACE_PASS);
    is_read(spacing_of_another_vr, EFFACE_PASS);
    is_read(sign_of_another_vr, EFFACE_PASS);
    is_read(more_than_a_file_can_hold, EFFACE_INPUT);
    is_read(jpegls_of_fewer_rows, EFFACE_INPUT);
    is_read(rle, EFFACE_PASS);
    is_read(rle_segment_beyond_its_end, EFFACE_INPUT);
    is_read(rle_of_more_segments, EFFACE_INPUT);
    is_read(rle_that_ends_early, EFFACE_INPUT);
    scratch_remove();
    return test_end();
}
