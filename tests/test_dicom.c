/* DICOM folders: what is a scan and what is not, where its slices lie, and that what is written differs
 * from what was read by the voxels under the mask and the attributes that say so. Written files are read
 * with the same library; the test dicom_readers does it with others. */
#include <dirent.h>
#include <math.h>
#include <sys/stat.h>

#include "check.h"
#include "dicom_scan.h"
#include "io/module.h"
#include "io/read.h"
#include "io/walk.h"

enum { ROWS = 10, COLUMNS = 8, PLANE = ROWS * COLUMNS, SLICES = 7 };

static const ef_itk *itk;
static uint16_t pixels[2 * SLICES][PLANE];
static char dropped[256]; /* by the last write_out */

/* Axial, 2 mm pixels, slices upwards from z = 5. */
static slice usual(int number, double z)
{
    for (int i = 0; i < PLANE; i++)
        pixels[number][i] = (uint16_t)((number * 311 + i * 7) & 0xfff);
    return (slice){.instance = number,
                   .number = number,
                   .position = {-20, -30, z},
                   .orientation = {1, 0, 0, 0, 1, 0},
                   .spacing = 2,
                   .rows = ROWS,
                   .columns = COLUMNS,
                   .pixels = pixels[number]};
}

static void write_numbered(const slice *s)
{
    char name[32];
    snprintf(name, sizeof name, "%02d", 50 - s->instance); /* not in the order of the slices */
    slice_write(name, s);
}

static void write_usual(void)
{
    for (int k = 0; k < SLICES; k++) {
        const slice s = usual(k, 5 + 3 * k);
        write_numbered(&s);
    }
}

static ef_dicom *open_folder(const char *path)
{
    ef_paths paths = {0};
    ef_dicom *folder = NULL;
    efface_error err;
    CHECK_EQ(ef_walk_all(&paths, path, &err), EFFACE_PASS);
    CHECK_EQ(itk->dicom_open(&folder, (const char *const *)paths.path, paths.n, &err), EFFACE_PASS);
    ef_paths_release(&paths);
    return folder;
}

/* The one series of the scratch folder as an image. */
static efface_status read_only(ef_image *image, efface_error *err)
{
    char sha[65];
    ef_dicom *folder = open_folder(scratch_folder);
    CHECK_EQ(itk->dicom_count(folder), 1);
    const efface_status status = itk->dicom_read(image, folder, 0, sha, err);
    itk->dicom_close(folder);
    return status;
}

static void test_classic(void)
{
    ef_image image;
    efface_error err = {0};
    write_usual();
    CHECK_EQ(read_only(&image, &err), EFFACE_PASS);
    CHECK_EQ(image.grid.n[0], COLUMNS);
    CHECK_EQ(image.grid.n[1], ROWS);
    CHECK_EQ(image.grid.n[2], SLICES);
    CHECK_EQ(image.dtype, EK_INT16);
    /* the corner in memory is the last row's first pixel of the lowest slice: LPS -20, -30 + 9 * 2, 5 */
    double corner[3];
    ef_affine_apply(corner, &image.grid.world_from_voxel, (const double[3]){0, 0, 0});
    CHECK_NEAR(corner[0], 20, 1e-9);
    CHECK_NEAR(corner[1], 12, 1e-9);
    CHECK_NEAR(corner[2], 5, 1e-9);
    ef_affine_apply(corner, &image.grid.world_from_voxel, (const double[3]){1, 1, 1});
    CHECK_NEAR(corner[0], 18, 1e-9);
    CHECK_NEAR(corner[1], 14, 1e-9);
    CHECK_NEAR(corner[2], 8, 1e-9);
    for (int k = 0; k < SLICES; k++)
        for (int i = 0; i < PLANE; i++)
            CHECK_EQ(ef_image_value(&image, k * PLANE + (ROWS - 1 - i / COLUMNS) * COLUMNS + i % COLUMNS),
                     pixels[k][i]);
    ef_image_release(&image);
    scratch_clear();
}

/* The usual slices without preamble and mark, and without file meta information or with it. */
static void write_bare(bool meta)
{
    for (int k = 0; k < SLICES; k++) {
        static const char first[] = {8, 0, 8, 0, 'C', 'S'};
        char name[32];
        const slice s = usual(k, 5 + 3 * k);
        dicom d = slice_file(&s);
        size_t from = 132;
        while (!meta && memcmp(d.bytes + from, first, sizeof first) != 0)
            from++;
        snprintf(name, sizeof name, "bare%d", k);
        scratch_put(name, d.bytes + from, d.n - from);
        dicom_free(&d);
    }
}

/* Files as old software wrote them: without preamble and mark, and without file meta information. */
static void test_bare(void)
{
    ef_image whole;
    efface_error err = {0};
    write_usual();
    CHECK_EQ(read_only(&whole, &err), EFFACE_PASS);
    scratch_clear();
    for (int meta = 0; meta < 2; meta++) {
        ef_image image;
        write_bare(meta == 1);
        scratch_put("note.txt", "\b is no DICOM file, whatever its first byte", 44);
        ef_dicom *folder = open_folder(scratch_folder);
        CHECK_EQ(itk->dicom_count(folder), 2); /* the scan and the note */
        itk->dicom_close(folder);
        scratch_clear();
        write_bare(meta == 1);
        CHECK_EQ(read_only(&image, &err), EFFACE_PASS);
        CHECK(image.n_bytes == whole.n_bytes && memcmp(image.voxels, whole.voxels, whole.n_bytes) == 0);
        ef_image_release(&image);
        scratch_clear();
    }
    ef_image_release(&whole);
}

/* Every image with a Series UID of its own: one scan where study, number and frame of reference are the same. */
static void test_own_uids(void)
{
    for (int framed = 0; framed < 2; framed++) {
        ef_image image;
        efface_error err = {0};
        for (int k = 0; k < SLICES; k++) {
            char uid[32];
            slice s = usual(k, 5 + 3 * k);
            snprintf(uid, sizeof uid, "1.2.3.7.%d", k);
            s.series = uid;
            s.frame = framed ? "1.2.3.10" : NULL;
            write_numbered(&s);
        }
        ef_dicom *folder = open_folder(scratch_folder);
        CHECK_EQ(itk->dicom_count(folder), framed ? 1 : SLICES);
        itk->dicom_close(folder);
        if (framed && CHECK_EQ(read_only(&image, &err), EFFACE_PASS)) {
            CHECK_EQ(image.grid.n[2], SLICES);
            ef_image_release(&image);
        }
        scratch_clear();
    }
}

/* Positions that are not equally far apart keep their places; a tilted gantry shears the grid. */
static void test_spacing(void)
{
    static const double z[SLICES] = {0, 4, 8, 12, 13, 20, 27};
    const double tilt = 0.3; /* radians */
    ef_image image;
    efface_error err = {0};
    for (int k = 0; k < SLICES; k++) {
        slice s = usual(k, z[k]);
        s.orientation[4] = cos(tilt);
        s.orientation[5] = -sin(tilt);
        write_numbered(&s);
    }
    CHECK_EQ(read_only(&image, &err), EFFACE_PASS);
    CHECK(image.grid.n[2] > SLICES);
    for (int k = 0; k < SLICES; k++) {
        /* the plane that lies at z shows that slice, to a quarter of a millimetre along the normal */
        const double step = image.grid.world_from_voxel.m[2][2];
        const double plane = z[k] / step;
        CHECK_NEAR(plane, round(plane), 0.25 / step);
        const int64_t at = llround(plane) * PLANE + (ROWS - 1) * COLUMNS;
        CHECK_EQ(ef_image_value(&image, at), pixels[k][0]);
    }
    CHECK_NEAR(image.grid.world_from_voxel.m[0][2], 0, 1e-6);
    CHECK_NEAR(image.grid.world_from_voxel.m[1][2], 0, 1e-6); /* sheared: slices go straight up */
    CHECK_NEAR(image.grid.world_from_voxel.m[2][1], 2 * sin(tilt), 1e-6);
    ef_image_release(&image);
    scratch_clear();
}

static void expect_left_out(const char *reason, bool broken)
{
    ef_dicom *folder = open_folder(scratch_folder);
    bool found = false;
    for (size_t i = 0; i < itk->dicom_count(folder); i++) {
        const ef_dicom_series *series = itk->dicom_series(folder, i);
        if (strstr(series->left_out, reason) == NULL)
            continue;
        found = true;
        CHECK_EQ(series->broken, broken);
    }
    if (!CHECK(found))
        fprintf(stderr, "    nothing is left out as '%s'\n", reason);
    itk->dicom_close(folder);
}

static void test_times(void)
{
    ef_image image;
    efface_error err = {0};
    for (int k = 0; k < 2 * SLICES; k++) {
        const slice s = usual(k, 5 + 3 * (k / 2));
        write_numbered(&s);
    }
    CHECK_EQ(read_only(&image, &err), EFFACE_PASS);
    CHECK_EQ(image.n_volumes, 2);
    const int64_t first = (ROWS - 1) * COLUMNS;
    CHECK_EQ(ef_image_value(&image, first + 3 * PLANE), pixels[6][0]);
    CHECK_EQ(ef_image_value(&image, first + (SLICES + 3) * PLANE), pixels[7][0]);
    ef_image_release(&image);
    CHECK_EQ(unlink(scratch("45")), 0); /* a slice of one volume */
    expect_left_out("slices are missing or there twice", true);
    scratch_clear();
}

/* One folder with a scan and with every kind of file that is not a scan. */
static void test_mixed(void)
{
    write_usual();
    slice s = usual(8, 0);
    s.series = "1.2.3.71";
    s.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
    slice_write("a", &s);
    s.image_type = NULL;
    s.sop_class = SECONDARY_CAPTURE;
    slice_write("b", &s);
    s.sop_class = "1.2.840.10008.5.1.4.1.1.88.11";
    slice_write("c", &s);
    s.sop_class = NULL;
    slice_write("d", &s);
    scratch_put("e", "no DICOM", 8);
    scratch_put("f", "", 0);
    CHECK_EQ(mkfifo(scratch("pipe"), 0600), 0); /* nobody writes into it */
    alarm(120);
    s = usual(8, 0);
    s.series = "1.2.3.72";
    s.rows_vr = "LO";
    slice_write("g", &s);
    dicom d = slice_file(&s);
    d.n = 300;
    scratch_put("h", d.bytes, d.n);
    dicom_free(&d);
    expect_left_out("a localizer", false);
    expect_left_out("a secondary capture", false);
    expect_left_out("a report", false);
    expect_left_out("too few slices", false);
    expect_left_out("not a DICOM file", false);
    expect_left_out("an empty file", true);
    expect_left_out("an image without", true);
    expect_left_out("damaged", true);
    ef_dicom *folder = open_folder(scratch_folder);
    int scans = 0, files = 0;
    for (size_t i = 0; i < itk->dicom_count(folder); i++) {
        scans += itk->dicom_series(folder, i)->left_out[0] == '\0';
        files += itk->dicom_series(folder, i)->n_files;
    }
    CHECK_EQ(scans, 1);
    CHECK_EQ(files, SLICES + 8); /* every file is somewhere */
    itk->dicom_close(folder);
    alarm(0);
    scratch_clear();
}

static void test_broken(void)
{
    ef_image image;
    efface_error err = {0};
    write_usual();
    slice s = usual(3, 5 + 9);
    s.instance = 4; /* a second image of this name */
    slice_write("twice", &s);
    expect_left_out("there twice", true);
    scratch_clear();

    write_usual();
    s = usual(3, 5 + 9);
    s.n_pixels = 40;
    write_numbered(&s);
    expect_left_out("its pixels are cut off", true);
    CHECK_EQ(read_only(&image, &err), EFFACE_INPUT); /* the whole series */
    scratch_clear();

    write_usual();
    dicom d = slice_file(&s);
    for (size_t i = 0; i + 4 < d.n; i++) /* the length of Patient's Name: four gigabytes */
        if (memcmp(d.bytes + i, "\x10\0\x10\0PN", 6) == 0)
            memcpy(d.bytes + i + 4, "UN\0\0\xfe\xff\xff\xff", 8);
    scratch_put("huge", d.bytes, d.n);
    dicom_free(&d);
    expect_left_out("damaged", true);
    scratch_clear();

    for (int k = 0; k < SLICES; k++) { /* fanned out: no grid */
        s = usual(k, 5 + 3 * k);
        s.position[0] = -20 + k * k;
        write_numbered(&s);
    }
    expect_left_out("do not lie along a line", true);
    scratch_clear();
}

/* Occurrences of a text in all files of a folder. */
static int count_text(const char *folder, const char *text)
{
    ef_paths paths = {0};
    efface_error err;
    int count = 0;
    CHECK_EQ(ef_walk_all(&paths, folder, &err), EFFACE_PASS);
    for (size_t i = 0; i < paths.n; i++) {
        const char *slash = strrchr(paths.path[i], '/');
        char name[64];
        size_t n;
        snprintf(name, sizeof name, "out/%s", slash + 1);
        unsigned char *bytes = scratch_get(name, &n);
        for (size_t at = 0; at + strlen(text) <= n; at++)
            count += memcmp(bytes + at, text, strlen(text)) == 0;
        free(bytes);
    }
    ef_paths_release(&paths);
    return count;
}

/* Writes the scratch folder's series to out/ with one box of it made 99; the box is the mask. */
static void write_out(ef_image *before, uint8_t **mask)
{
    char sha[65];
    efface_error err = {0};
    ef_dicom *folder = open_folder(scratch_folder);
    CHECK_EQ(itk->dicom_read(before, folder, 0, sha, &err), EFFACE_PASS);
    ef_image after;
    CHECK_EQ(ef_image_copy(&after, before, &err), EFFACE_PASS);
    const int64_t count = ef_grid_count(&before->grid);
    *mask = calloc(1, (size_t)count);
    for (int64_t i = 0; i < count; i++) {
        const bool in = i % COLUMNS > 4 && i % PLANE < 3 * COLUMNS;
        (*mask)[i] = in;
        if (in && after.dtype == EK_INT16)
            ((int16_t *)after.voxels)[i] = 99;
        else if (in)
            ((float *)after.voxels)[i] = 99;
    }
    CHECK_EQ(mkdir(scratch("out"), 0700), 0);
    const ef_dicom_output output = {.folder = scratch("out"),
                                    .seed = 7,
                                    .proved = true,
                                    .dropped = dropped,
                                    .dropped_size = sizeof dropped};
    if (!CHECK_EQ(itk->dicom_write(folder, 0, &after, *mask, &output, &err), EFFACE_PASS))
        fprintf(stderr, "    %s\n", err.message);
    itk->dicom_close(folder);
    ef_image_release(&after);
}

static void check_out(const ef_image *before, const uint8_t *mask, double tolerance)
{
    ef_image after;
    char sha[65];
    efface_error err = {0};
    ef_dicom *folder = open_folder(scratch("out"));
    CHECK_EQ(itk->dicom_count(folder), 1);
    if (!CHECK_EQ(itk->dicom_read(&after, folder, 0, sha, &err), EFFACE_PASS))
        fprintf(stderr, "    %s\n", err.message);
    CHECK(ef_grid_equal(&after.grid, &before->grid, 0));
    for (int64_t i = 0; i < ef_grid_count(&before->grid); i++) {
        if (mask[i])
            CHECK_NEAR(ef_image_value(&after, i), 99, tolerance);
        else
            CHECK_EQ(ef_image_value(&after, i), ef_image_value(before, i));
    }
    itk->dicom_close(folder);
    ef_image_release(&after);
}

static void clear_out(void)
{
    char keep[sizeof scratch_folder];
    memcpy(keep, scratch_folder, sizeof keep);
    snprintf(scratch_folder, sizeof scratch_folder, "%.48s/out", keep);
    scratch_clear();
    memcpy(scratch_folder, keep, sizeof keep);
    scratch_clear();
}

static void test_written(void)
{
    ef_image before;
    uint8_t *mask;
    for (int k = 0; k < SLICES; k++) {
        slice s = usual(k, 5 + 3 * k);
        s.with_pictures = s.treated = true;
        s.refers = k > 0 ? "1.2.3.9.0" : "1.2.3.5.5.5";
        pixels[k][11] |= 0x8000; /* the overlay in the unused bits */
        write_numbered(&s);
    }
    write_out(&before, &mask);
    check_out(&before, mask, 0);
    char out[128];
    snprintf(out, sizeof out, "%s", scratch("out"));
    const char *gone[] = {"OVERLAYPLANE", "CURVEGROUP", "ICONPIXELS", "1.2.3.9.", "ORIGINAL"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        CHECK_EQ(count_text(out, gone[i]), 0);
    const char *each[] = {
        "DERIVED\\PRIMARY\\M", "KEPT^NAME", "first tool\\efface ", "113100", "113102", "109104",
        "(\0\2\3CS\2\0NO"};
    for (size_t i = 0; i < 6; i++)
        CHECK_EQ(count_text(out, each[i]), SLICES);
    CHECK_EQ(count_text(out, "1.2.3.5.5.5"), 1); /* what is not in the folder is referred to as before */
    CHECK_EQ(count_text(out, "2.25."), SLICES * 2 + SLICES - 1); /* meta header, data set, references */
    free(mask);
    ef_image_release(&before);
    clear_out();
}

/* Cells of a folder's files, whose pixels come last, with a bit above the 12 stored
 * ones. */
static int unused_bits(const char *folder)
{
    ef_paths paths = {0};
    efface_error err;
    int count = 0;
    CHECK_EQ(ef_walk_all(&paths, folder, &err), EFFACE_PASS);
    for (size_t i = 0; i < paths.n; i++) {
        char name[64];
        size_t n;
        snprintf(name, sizeof name, "out/%s", strrchr(paths.path[i], '/') + 1);
        unsigned char *bytes = scratch_get(name, &n);
        for (size_t at = n - 2 * PLANE; at < n; at += 2)
            count += (bytes[at + 1] & 0xf0) != 0;
        free(bytes);
    }
    ef_paths_release(&paths);
    return count;
}

/* Pictures beside the pixels go also without de-identification, wherever they are; texts stay. */
static void test_hidden(void)
{
    ef_image before;
    uint8_t *mask;
    for (int k = 0; k < SLICES; k++) {
        slice s = usual(k, 5 + 3 * k);
        s.with_hidden = true;
        for (int i = 0; i < PLANE; i++) /* a drawing in the unused bits, which nothing tells of */
            pixels[k][i] |= (uint16_t)(i % 3 << 12);
        write_numbered(&s);
    }
    write_out(&before, &mask);
    check_out(&before, mask, 0);
    char out[128];
    snprintf(out, sizeof out, "%s", scratch("out"));
    CHECK_EQ(count_text(out, "HIDDEN"), 0);
    CHECK_EQ(unused_bits(out), 0);
    CHECK_EQ(count_text(out, "SOME VENDOR"), SLICES);
    CHECK_EQ(count_text(out, "KEPTITEM"), SLICES);
    CHECK_EQ(count_text(out, "MrPhoenixProtocol"), SLICES);
    CHECK(count_text(out, "KEPTPROTOCOL") > 2 * 4096 / 64 * SLICES);
    CHECK_STR(dropped,
              "(0029,1101) (0029,1102) (0029,1103) (0029,1104) (0029,1121) (0042,0011) (7fe0,0008) "
              "(7fe0,0009) (fffc,fffc)");
    free(mask);
    ef_image_release(&before);
    clear_out();
}

/* Slopes of single slices: values are matched to half a step, and the rest keeps its stored numbers. */
static void test_slopes(void)
{
    ef_image before;
    uint8_t *mask;
    for (int k = 0; k < SLICES; k++) {
        slice s = usual(k, 5 + 3 * k);
        s.sop_class = PET_IMAGE;
        s.slope = 0.5 + 0.25 * k;
        write_numbered(&s);
    }
    write_out(&before, &mask);
    CHECK_EQ(before.dtype, EK_FLOAT32);
    CHECK_NEAR(ef_image_value(&before, 2 * PLANE + (ROWS - 1) * COLUMNS), pixels[2][0] * 1.0, 0);
    check_out(&before, mask, 0.5 * (0.5 + 0.25 * SLICES));
    free(mask);
    ef_image_release(&before);
    clear_out();
}

int main(void)
{
    efface_error err = {0};
    itk = ef_module(&err);
    if (!CHECK(itk != NULL)) {
        fprintf(stderr, "    %s\n", err.message);
        return test_end();
    }
    scratch_make();
    test_classic();
    test_bare();
    test_own_uids();
    test_spacing();
    test_times();
    test_mixed();
    test_broken();
    test_written();
    test_hidden();
    test_slopes();
    scratch_remove();
    return test_end();
}
