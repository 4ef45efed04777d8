/* Planted identities: a DICOM file has a name in every place where a header can have one. Afterwards none
 * is left. */
#include <ctype.h>
#include <stdio.h>
#include <sys/stat.h>

#include "check.h"
#include "dicom_bytes.h"
#include "identity/deidentify.h"
#include "io/module.h"
#include "io/read.h"
#include "io/walk.h"
#include "scratch.h"

/* What must not be found: a name in every text, a day in every date, a root in every UID, in text of 8 and
 * of 16 bits. */
#define NAME "ZORGLUB"
#define DAY  "19530417"
#define TIME "031415"
#define ROOT "1.2.777.888"
static const char *const planted[] = {NAME, "Zorglub", DAY, "1953-04-17", TIME, ROOT};

#define MR_STORAGE "1.2.840.10008.5.1.4.1.1.4"

/* Standard attributes of head scans and their neighbours, in the order of tags; the text follows from the
 * VR. */
static const struct {
    uint32_t tag;
    const char *vr;
} attributes[] = {
    {0x00080012, "DA"}, {0x00080013, "TM"}, {0x00080014, "UI"}, {0x00080018, "UI"}, {0x00080020, "DA"},
    {0x00080021, "DA"}, {0x00080022, "DA"}, {0x00080023, "DA"}, {0x0008002a, "DT"}, {0x00080030, "TM"},
    {0x00080031, "TM"}, {0x00080032, "TM"}, {0x00080033, "TM"}, {0x00080050, "SH"}, {0x00080054, "AE"},
    {0x00080055, "AE"}, {0x00080080, "LO"}, {0x00080081, "ST"}, {0x00080090, "PN"}, {0x00080092, "ST"},
    {0x00080094, "SH"}, {0x00081000, "AE"}, {0x00081010, "SH"}, {0x00081030, "LO"}, {0x0008103e, "LO"},
    {0x00081040, "LO"}, {0x00081048, "PN"}, {0x00081050, "PN"}, {0x00081060, "PN"}, {0x00081070, "PN"},
    {0x00081080, "LO"}, {0x00082111, "ST"}, {0x00084000, "LT"}, {0x00100010, "PN"}, {0x00100020, "LO"},
    {0x00100021, "LO"}, {0x00100030, "DA"}, {0x00100032, "TM"}, {0x00101000, "LO"}, {0x00101001, "PN"},
    {0x00101005, "PN"}, {0x00101040, "LO"}, {0x00101060, "PN"}, {0x00101090, "LO"}, {0x00102000, "LO"},
    {0x00102110, "LO"}, {0x00102150, "LO"}, {0x00102152, "LO"}, {0x00102154, "SH"}, {0x00102160, "SH"},
    {0x00102180, "SH"}, {0x001021b0, "LT"}, {0x001021f0, "LO"}, {0x00104000, "LT"}, {0x00120040, "LO"},
    {0x00180010, "LO"}, {0x00180024, "SH"}, {0x00181000, "LO"}, {0x00181002, "UI"}, {0x00181004, "LO"},
    {0x00181005, "LO"}, {0x00181007, "LO"}, {0x00181008, "LO"}, {0x00181012, "DA"}, {0x00181030, "LO"},
    {0x00181200, "DA"}, {0x00181400, "LO"}, {0x00184000, "LT"}, {0x0018fff1, "LO"}, {0x0020000d, "UI"},
    {0x0020000e, "UI"}, {0x00200010, "SH"}, {0x00200052, "UI"}, {0x00200200, "UI"}, {0x00204000, "LT"},
    {0x00280303, "CS"}, {0x00321032, "PN"}, {0x00321033, "LO"}, {0x00321060, "LO"}, {0x00324000, "LT"},
    {0x00380010, "LO"}, {0x00380300, "LO"}, {0x00380500, "LO"}, {0x00400006, "PN"}, {0x00400242, "SH"},
    {0x00400244, "DA"}, {0x00400253, "SH"}, {0x00400254, "LO"}, {0x00400280, "ST"}, {0x00401001, "SH"},
    {0x00401010, "PN"}, {0x00402016, "LO"}, {0x00402400, "LT"}, {0x0040a124, "UI"}, {0x00880140, "UI"},
    {0x00880904, "LO"}, {0x40000010, "LT"}, {0x40084000, "ST"}, {0x50002500, "LO"}, {0x60000022, "LO"},
    {0x60001500, "LO"}, {0x60004000, "LT"},
};
enum { ATTRIBUTES = sizeof attributes / sizeof *attributes };

static const char *text_of(const char *vr, int i)
{
    static char text[64];
    if (strcmp(vr, "DA") == 0)
        return DAY;
    if (strcmp(vr, "DT") == 0)
        return DAY TIME;
    if (strcmp(vr, "TM") == 0)
        return TIME;
    if (strcmp(vr, "UI") == 0)
        snprintf(text, sizeof text, ROOT ".%d", i);
    else
        snprintf(text, sizeof text, strcmp(vr, "PN") == 0 ? NAME "^JANE^%d" : NAME " %d", i);
    return text;
}

static size_t widen(uint8_t *to, const char *text, bool big)
{
    const size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        to[2 * i + (big ? 1 : 0)] = (uint8_t)text[i];
        to[2 * i + (big ? 0 : 1)] = 0;
    }
    return 2 * n;
}

/* Sequences in sequences; the innermost holds names again. */
static void nest(dicom *d, uint32_t tag, int levels)
{
    dicom_begin(d, tag);
    dicom_text(d, 0x00080050, "SH", NAME);
    if (levels > 0)
        nest(d, tag, levels - 1);
    dicom_text(d, 0x00081155, "UI", ROOT ".9");
    dicom_text(d, 0x00100010, "PN", NAME "^JANE");
    dicom_text(d, 0x00191010, "LO", "SOMEBODY " NAME);
    dicom_end(d);
}

/* One slice of a scan; NULL where only a header is wanted. */
typedef struct slice {
    int number, rows, columns;
    double spacing_mm[3], position_mm[3]; /* of columns, rows, slices; of the first pixel, LPS */
    const uint16_t *pixels;
} slice;

static void put_numbers(dicom *d, uint32_t tag, const double *values, int n)
{
    char text[128] = "";
    size_t at = 0;
    for (int i = 0; i < n; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, i > 0 ? "\\%.6g" : "%.6g", values[i]);
    dicom_text(d, tag, "DS", text);
}

/* Whether an element of that tag has its place between two others. */
#define HERE(tag) ((tag) > before && (tag) < after)

static void private_between(dicom *d, uint32_t before, uint32_t after)
{
    uint8_t wide[64];
    if (HERE(0x00090010u)) { /* a private group with texts of 16 bits in a block of bytes */
        dicom_text(d, 0x00090010, "LO", "BLOCK OF " NAME);
        dicom_bytes(d, 0x00091001, "OB", wide, widen(wide, NAME, false));
        dicom_bytes(d, 0x00091002, "UN", wide, widen(wide, "Zorglub", true));
        nest(d, 0x00091003, 1);
    }
    if (HERE(0x00190010u)) { /* some that may stay, and the same with a text in their place */
        dicom_text(d, 0x00190010, "LO", "SIEMENS MR HEADER");
        dicom_text(d, 0x00190011, "LO", "GEMS_ACQU_01");
        dicom_text(d, 0x0019100b, "DS", NAME);
        dicom_text(d, 0x0019100c, "IS", "1000");
        dicom_text(d, 0x0019100d, "CS", NAME);
        dicom_text(d, 0x001911bb, "LO", NAME);
    }
}

/* What is between the tags of `attributes` and can't be told by tag and VR alone. */
static void between(dicom *d, uint32_t before, uint32_t after, const slice *cut)
{
    static const double directions[6] = {1, 0, 0, 0, 1, 0};
    char number[16];
    const uint32_t sequences[] = {0x00081110, 0x00081120, 0x00081140, 0x00082112, 0x00101002, 0x0018a001,
                                  0x00400275, 0x00400555, 0x0040a730, 0x00880200, 0x04000561, 0x52009229};
    private_between(d, before, after);
    if (HERE(0x00080008u))
        dicom_text(d, 0x00080008, "CS", "ORIGINAL\\PRIMARY\\M\\ND");
    if (HERE(0x00080016u))
        dicom_text(d, 0x00080016, "UI", MR_STORAGE);
    if (HERE(0x00080060u))
        dicom_text(d, 0x00080060, "CS", "MR");
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        if (HERE(sequences[i]) &&
            (cut == NULL || sequences[i] != 0x52009229)) /* frames are for multi-frame */
            nest(d, sequences[i], 3);
    }
    if (HERE(0x00400260u)) { /* one that stays, as unknown VR of known length: implicit inside (PS3.5 6.2.2)
                              */
        dicom items = {.implicit = true};
        nest(&items, 0x00400260, 1);
        dicom_bytes(d, 0x00400260, "UN", items.bytes + 8, items.n - 16); /* without head and delimiter */
        dicom_free(&items);
    }
    if (HERE(0x00180050u) && cut != NULL)
        put_numbers(d, 0x00180050, &cut->spacing_mm[2], 1);
    if (HERE(0x00200013u) && cut != NULL) {
        snprintf(number, sizeof number, "%d", cut->number);
        dicom_text(d, 0x00200011, "IS", "3");
        dicom_text(d, 0x00200013, "IS", number);
        put_numbers(d, 0x00200032, cut->position_mm, 3);
        put_numbers(d, 0x00200037, directions, 6);
    }
    if (HERE(0x00280010u)) {
        const double spacing_mm[2] = {cut != NULL ? cut->spacing_mm[1] : 1,
                                      cut != NULL ? cut->spacing_mm[0] : 1};
        dicom_us(d, 0x00280002, 1);
        dicom_text(d, 0x00280004, "CS", "MONOCHROME2");
        dicom_us(d, 0x00280010, cut != NULL ? (unsigned)cut->rows : 2);
        dicom_us(d, 0x00280011, cut != NULL ? (unsigned)cut->columns : 2);
        put_numbers(d, 0x00280030, spacing_mm, 2);
        dicom_us(d, 0x00280100, 16);
        dicom_us(d, 0x00280101, 16);
        dicom_us(d, 0x00280102, 15);
        dicom_us(d, 0x00280103, 0);
    }
}

static void make_file(dicom *d, bool implicit, const slice *cut)
{
    char preamble[128] = "II*" NAME, instance[64];
    snprintf(instance, sizeof instance, ROOT ".3.%d", cut != NULL ? cut->number : 0);
    dicom meta = {0};
    d->implicit = implicit;
    dicom_text(&meta, 0x00020016, "AE", NAME);
    dicom_text(&meta, 0x00020100, "UI", ROOT ".5");
    dicom_text(&meta, 0x00020102, "OB", NAME);
    dicom_start(d, preamble, MR_STORAGE, instance, &meta);
    dicom_free(&meta);
    uint32_t before = 0x00080005;
    for (int i = 0; i < ATTRIBUTES; i++) {
        const uint32_t tag = attributes[i].tag;
        between(d, before, tag, cut);
        dicom_text(d, tag, attributes[i].vr, tag == 0x00080018 ? instance : text_of(attributes[i].vr, i));
        before = attributes[i].tag;
    }
    dicom_bytes(d, 0x60003000, "OW", NAME, strlen(NAME));
    if (cut != NULL)
        dicom_bytes(d, 0x7fe00010, "OW", cut->pixels, 2 * (size_t)cut->rows * (size_t)cut->columns);
    else
        dicom_bytes(d, 0x7fe00010, "OW", "abcdefgh", 8);
    dicom_text(d, 0xfffcfffc, "OB", NAME);
}

static bool found(const uint8_t *bytes, size_t n, const void *what, size_t m)
{
    for (size_t i = 0; i + m <= n; i++) {
        if (memcmp(bytes + i, what, m) == 0)
            return true;
    }
    return false;
}

/* How many of the planted are in the bytes, in any of three encodings. */
static int count_planted(const uint8_t *bytes, size_t n, bool tell)
{
    int count = 0;
    uint8_t wide[64];
    for (size_t p = 0; p < sizeof planted / sizeof *planted; p++) {
        const bool there = found(bytes, n, planted[p], strlen(planted[p])) ||
                           found(bytes, n, wide, widen(wide, planted[p], false)) ||
                           found(bytes, n, wide, widen(wide, planted[p], true));
        count += there;
        if (there && tell)
            fprintf(stderr, "    found '%s'\n", planted[p]);
    }
    return count;
}

/* The text of the first element of that tag in explicit little endian; "" where there is none. */
static const char *value_of(const uint8_t *bytes, size_t n, uint32_t tag)
{
    static char value[8][128];
    static int turn;
    const uint8_t head[4] = {(uint8_t)(tag >> 16), (uint8_t)(tag >> 24), (uint8_t)tag, (uint8_t)(tag >> 8)};
    char *out = value[turn = (turn + 1) % 8];
    *out = '\0';
    for (size_t i = 132; i + 8 <= n; i++) {
        const size_t length = bytes[i + 6] + 256U * bytes[i + 7];
        if (memcmp(bytes + i, head, 4) != 0 || !isupper(bytes[i + 4]) || length > 127 || i + 8 + length > n)
            continue;
        memcpy(out, bytes + i + 8, length);
        out[length] = '\0';
        break;
    }
    return out;
}

static efface_error err;

/* The file de-identified, to be freed; NULL where it was refused. */
static uint8_t *run(size_t *n, const dicom *d, unsigned retain, const char *key_file)
{
    ef_deidentify *how = NULL;
    const ef_itk *module = ef_module(&err);
    *n = 0;
    scratch_put("in.dcm", d->bytes, d->n);
    CHECK_EQ(ef_deidentify_open(&how, retain, key_file, &err), EFFACE_PASS);
    const efface_status status = module->dicom_deidentify(scratch("in.dcm"), scratch("out.dcm"), how, &err);
    ef_deidentify_free(how);
    return status == EFFACE_PASS ? scratch_get("out.dcm", n) : NULL;
}

static void test_planted(bool implicit)
{
    dicom d = {0};
    size_t n;
    make_file(&d, implicit, NULL);
    CHECK(count_planted(d.bytes, d.n, false) >= 5); /* the search finds what is there */
    uint8_t *out = run(&n, &d, EFFACE_RETAIN_PRIVATE, NULL);
    if (CHECK(out != NULL)) {
        CHECK_EQ(count_planted(out, n, true), 0);
        CHECK(found(out, n, "abcdefgh", 8)); /* the pixels */
        CHECK(found(out, n, "SIEMENS MR HEADER", 17) && found(out, n, "1000", 4));
        CHECK(!found(out, n, "GEMS_ACQU_01", 12)); /* nothing of it stays, so neither does its name */
        CHECK(found(out, n, "113100", 6) && found(out, n, "113111", 6) && !found(out, n, "113107", 6));
        CHECK(found(out, n, "REMOVED", 7));
        CHECK(found(out, n, MR_STORAGE, strlen(MR_STORAGE)));
        for (int i = 0; i < 128; i++)
            if (out[i] != 0) {
                CHECK(out[i] == 0);
                break;
            }
        if (!implicit) {
            CHECK_STR(value_of(out, n, 0x00120062), "YES ");
            CHECK_STR(value_of(out, n, 0x00280303), "REMOVED ");
            CHECK_STR(value_of(out, n, 0x00080018), value_of(out, n, 0x00020003));
        }
    }
    free(out);
    dicom_free(&d);
}

/* Whatever is retained, names go; dates are other ones. */
static void test_retained(void)
{
    dicom d = {0};
    size_t n;
    make_file(&d, false, NULL);
    uint8_t *out =
        run(&n, &d, EFFACE_RETAIN_DATES | EFFACE_RETAIN_DESCRIPTORS | EFFACE_RETAIN_PRIVATE, NULL);
    if (CHECK(out != NULL)) {
        CHECK(!found(out, n, NAME, strlen(NAME)) && !found(out, n, DAY, 8) &&
              !found(out, n, ROOT, strlen(ROOT)));
        CHECK(found(out, n, TIME, 6)); /* times of day stay */
        CHECK(strlen(value_of(out, n, 0x00080020)) == 8 && strcmp(value_of(out, n, 0x00080020), DAY) < 0);
        CHECK_STR(value_of(out, n, 0x00080020), value_of(out, n, 0x00080022)); /* all by the same shift */
        CHECK_STR(value_of(out, n, 0x00280303), "MODIFIED");
        CHECK(found(out, n, "113107", 6) && found(out, n, "113105", 6));
    }
    free(out);
    out = run(&n, &d, EFFACE_RETAIN_UIDS | EFFACE_RETAIN_DEVICE, NULL);
    if (CHECK(out != NULL)) {
        CHECK(found(out, n, ROOT, strlen(ROOT)) && found(out, n, "113110", 6) &&
              found(out, n, "113109", 6));
        CHECK_STR(value_of(out, n, 0x00181000), "REMOVED "); /* it would stay, but for a name in it */
        CHECK_STR(value_of(out, n, 0x00080020), "");
        CHECK_STR(value_of(out, n, 0x00181200), DAY); /* a calibration's date belongs to the device */
    }
    free(out);
    dicom_free(&d);
}

/* One study: the same UIDs under one key in every file and run, others under another. */
static void test_consistent(void)
{
    dicom d[2] = {{0}, {0}};
    uint8_t *out[4];
    size_t n[4];
    for (int f = 0; f < 2; f++) {
        const char *instance = f == 0 ? ROOT ".1" : ROOT ".2";
        dicom_start(&d[f], NULL, MR_STORAGE, instance, NULL);
        dicom_text(&d[f], 0x00080016, "UI", MR_STORAGE);
        dicom_text(&d[f], 0x00080018, "UI", instance);
        dicom_begin(&d[f], 0x00082112); /* the second's source is the first */
        dicom_text(&d[f], 0x00081150, "UI", MR_STORAGE);
        dicom_text(&d[f], 0x00081155, "UI", ROOT ".1");
        dicom_end(&d[f]);
        dicom_text(&d[f], 0x00100020, "LO", f == 0 ? NAME : NAME "  ");
        dicom_text(&d[f], 0x0020000d, "UI", ROOT ".3");
        dicom_text(&d[f], 0x00200052, "UI", ROOT ".4");
    }
    for (int r = 0; r < 4; r++)
        out[r] = run(&n[r], &d[r % 2], EFFACE_RETAIN_PRIVATE, scratch(r < 3 ? "key" : "other"));
    if (CHECK(out[0] != NULL && out[1] != NULL && out[2] != NULL && out[3] != NULL)) {
        const uint32_t shared[] = {0x0020000d, 0x00200052, 0x00100020, 0x00081155};
        for (size_t t = 0; t < sizeof shared / sizeof *shared; t++) {
            const char *first = value_of(out[0], n[0], shared[t]);
            CHECK(*first != '\0' && strchr(first, '7') != first);
            CHECK_STR(first, value_of(out[1], n[1], shared[t]));
            CHECK_STR(first, value_of(out[2], n[2], shared[t]));
            CHECK(strcmp(first, value_of(out[3], n[3], shared[t])) != 0);
        }
        CHECK(n[0] == n[2] && memcmp(out[0], out[2], n[0]) == 0);
        CHECK_STR(value_of(out[1], n[1], 0x00081155), value_of(out[0], n[0], 0x00080018));
        CHECK(strcmp(value_of(out[1], n[1], 0x00080018), value_of(out[0], n[0], 0x00080018)) != 0);
    }
    for (int r = 0; r < 4; r++)
        free(out[r]);
    dicom_free(&d[0]);
    dicom_free(&d[1]);
}

static void test_refused(void)
{
    dicom d = {0};
    size_t n;
    dicom_start(&d, NULL, MR_STORAGE, ROOT ".1", NULL);
    dicom_text(&d, 0x00080018, "UI", ROOT ".1");
    dicom_text(&d, 0x00280301, "CS", "YES");
    CHECK(run(&n, &d, 0, NULL) == NULL);
    CHECK(err.status == EFFACE_INPUT && strstr(err.message, "burned") != NULL);
    d.n = 0;
    dicom_start(&d, NULL, MR_STORAGE, ROOT ".1", NULL);
    nest(&d, 0x00081140, 100);
    CHECK(run(&n, &d, 0, NULL) == NULL);
    CHECK(err.status == EFFACE_INPUT && strstr(err.message, "in.dcm") != NULL);
    d.n = 0;
    dicom_put(&d, "this is no DICOM file at all", 28);
    CHECK(run(&n, &d, 0, NULL) == NULL);
    CHECK(err.status == EFFACE_INPUT && strstr(err.message, "in.dcm") != NULL);
    dicom_free(&d);
}

/* Code strings: a value with a name in it goes, what names the image stays. */
static void test_codes(void)
{
    dicom d = {0};
    size_t n;
    dicom_start(&d, NULL, MR_STORAGE, ROOT ".1", NULL);
    dicom_text(&d, 0x00080008, "CS", "ORIGINAL\\PRIMARY\\M\\DOE_HEAD\\ND");
    dicom_text(&d, 0x00080018, "UI", ROOT ".1");
    dicom_text(&d, 0x00080060, "CS", "MR");
    dicom_text(&d, 0x00100010, "PN", "DOE^ORIGINAL^MONOCHROME");
    dicom_text(&d, 0x00180020, "CS", "SE\\DOE");
    dicom_text(&d, 0x00280004, "CS", "MONOCHROME2");
    uint8_t *out = run(&n, &d, 0, NULL);
    if (CHECK(out != NULL)) {
        CHECK(!found(out, n, "DOE", 3));
        CHECK_STR(value_of(out, n, 0x00080008), "ORIGINAL\\PRIMARY\\M\\REMOVED\\ND ");
        CHECK_STR(value_of(out, n, 0x00180020), "SE\\REMOVED");
        CHECK_STR(value_of(out, n, 0x00280004), "MONOCHROME2 ");
    }
    free(out);
    dicom_free(&d);
}

/* A file that ends anywhere is refused, or de-identified as far as it goes, and stops nobody. */
static void test_cut(void)
{
    dicom d = {0};
    int refused = 0, others = 0;
    make_file(&d, false, NULL);
    const size_t whole = d.n;
    for (d.n = 0; d.n < whole; d.n += 101) {
        size_t n;
        uint8_t *out = run(&n, &d, EFFACE_RETAIN_PRIVATE, NULL);
        refused += out == NULL && err.status == EFFACE_INPUT;
        others +=
            (out == NULL && err.status != EFFACE_INPUT) || (out != NULL && count_planted(out, n, true) > 0);
        free(out);
    }
    CHECK(refused > 50);
    CHECK_EQ(others, 0);
    dicom_free(&d);
}

/* A head as a series of slices, each with all of it planted. Returns how many. */
static int make_series(const char *folder)
{
    efface_phantom_options who;
    ef_image image = {0};
    char path[256];
    efface_phantom_options_init(&who);
    who.voxel_mm[0] = who.voxel_mm[1] = 2;
    who.voxel_mm[2] = 4;
    who.threads = 2;
    snprintf(path, sizeof path, "%s", scratch("head.nii"));
    if (!CHECK_EQ(efface_phantom(path, &who, &err), EFFACE_PASS) ||
        !CHECK_EQ(ef_read(&image, path, 2, NULL, &err), EFFACE_PASS))
        return 0;
    const int n[3] = {(int)image.grid.n[0], (int)image.grid.n[1], (int)image.grid.n[2]};
    uint16_t *pixels = malloc(2 * (size_t)n[0] * (size_t)n[1]);
    CHECK(pixels != NULL && image.dtype == EK_INT16);
    for (int k = 0; k < n[2] && pixels != NULL; k++) {
        const double corner[3] = {n[0] - 1, n[1] - 1, k};
        double ras_mm[3];
        dicom d = {0};
        ef_affine_apply(ras_mm, &image.grid.world_from_voxel, corner);
        for (int r = 0; r < n[1]; r++) /* rows go to the back, columns to the left */
            for (int c = 0; c < n[0]; c++)
                pixels[r * n[0] + c] =
                    ((const uint16_t *)image.voxels)[(k * n[1] + n[1] - 1 - r) * n[0] + n[0] - 1 - c];
        const slice cut = {.number = k + 1,
                           .rows = n[1],
                           .columns = n[0],
                           .spacing_mm = {2, 2, 4},
                           .position_mm = {-ras_mm[0], -ras_mm[1], ras_mm[2]},
                           .pixels = pixels};
        make_file(&d, false, &cut);
        snprintf(path, sizeof path, "%s/" NAME "_%03d", folder, k);
        scratch_put(path, d.bytes, d.n);
        dicom_free(&d);
    }
    free(pixels);
    ef_image_release(&image);
    return n[2];
}

/* The whole way: a series in, a defaced and de-identified series out, nothing planted in its bytes or
 * names. */
static void test_series(void)
{
    efface_options options;
    ef_paths paths = {0};
    char in[256], out[256];
    int planted_in = 0, yes = 0;
    snprintf(in, sizeof in, "%s", scratch("in"));
    snprintf(out, sizeof out, "%s", scratch("out"));
    CHECK(mkdir(in, 0777) == 0);
    const int n = make_series("in");
    efface_options_init(&options);
    options.deidentify = options.has_seed = true;
    options.threads = 2;
    if (!CHECK_EQ(efface_run_dicom(in, out, &options, NULL, NULL, &err), EFFACE_PASS))
        fprintf(stderr, "    %s\n", err.message);
    CHECK_EQ(ef_walk_all(&paths, out, &err), EFFACE_PASS);
    CHECK(n > 30);
    CHECK_EQ(paths.n, n + 1); /* and the record */
    for (size_t i = 0; i < paths.n; i++) {
        size_t size;
        unsigned char *bytes = scratch_get(paths.path[i] + strlen(scratch_folder) + 1, &size);
        planted_in += count_planted(bytes, size, true);
        planted_in += count_planted((const uint8_t *)paths.path[i], strlen(paths.path[i]), true);
        yes += strcmp(value_of(bytes, size, 0x00120062), "YES ") == 0 && found(bytes, size, "113102", 6);
        free(bytes);
        CHECK(unlink(paths.path[i]) == 0);
    }
    CHECK_EQ(planted_in, 0);
    CHECK_EQ(yes, n);
    ef_paths_release(&paths);
    for (int k = 0; k < n; k++) {
        char name[64];
        snprintf(name, sizeof name, "in/" NAME "_%03d", k);
        CHECK(unlink(scratch(name)) == 0);
    }
    CHECK(rmdir(scratch("out/series_003")) == 0);
}

int main(void)
{
    if (!CHECK(ef_module(&err) != NULL)) {
        fprintf(stderr, "%s\n", err.message);
        return test_end();
    }
    scratch_make();
    test_planted(false);
    test_planted(true);
    test_retained();
    test_consistent();
    test_refused();
    test_codes();
    test_cut();
    test_series();
    scratch_remove();
    return test_end();
}
