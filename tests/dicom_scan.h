/* Series of DICOM images for tests, made of numbers that the test knows. */
#ifndef EF_DICOM_SCAN_H
#define EF_DICOM_SCAN_H

#include <stdio.h>

#include "dicom_bytes.h"
#include "scratch.h"

#define MR_IMAGE          "1.2.840.10008.5.1.4.1.1.4"
#define ENHANCED_MR_IMAGE "1.2.840.10008.5.1.4.1.1.4.1"
#define PET_IMAGE         "1.2.840.10008.5.1.4.1.1.128"
#define SECONDARY_CAPTURE "1.2.840.10008.5.1.4.1.1.7"

/* One image; what is zero is left out or usual. */
typedef struct slice {
    const char *sop_class;  /* MR_IMAGE */
    const char *series;     /* "1.2.3.7" */
    const char *image_type; /* ORIGINAL\PRIMARY\M */
    const char *frame;      /* of reference; left out */
    const char *refers;     /* instance that this one refers to */
    const char *rows_vr;    /* of Rows; US */
    int instance;           /* 1.2.3.9.<instance> */
    int number;             /* Instance Number */
    double position[3], orientation[6], spacing;
    int rows, columns, bits; /* bits stored of 16 */
    double slope;
    bool with_pictures; /* an overlay, a curve, an icon, one more overlay in the unused bits */
    bool with_hidden;   /* pictures where none belongs, and long texts that are none */
    bool treated;       /* it tells already of a de-identification and of an equipment */
    const uint16_t *pixels;
    size_t n_pixels; /* bytes that are there, where fewer than should be */
} slice;

static inline void slice_pictures(dicom *d)
{
    dicom_us(d, 0x60000010, 4);
    dicom_us(d, 0x60000011, 4);
    dicom_us(d, 0x60000100, 16);
    dicom_us(d, 0x60000102, 15);
    dicom_bytes(d, 0x60003000, "OW", "OVERLAYPLANE", 12);
}

enum { HIDDEN_BYTES = 1024 };

/* 32 x 32 grey values that say what they are. */
static inline const char *slice_hidden(void)
{
    static char picture[HIDDEN_BYTES];
    for (int i = 0; i < HIDDEN_BYTES; i++)
        picture[i] = (char)(i * 7 & 0xff);
    memcpy(picture + 512, "HIDDENPICTURE", 13);
    return picture;
}

/* A private block with what vendors put there: a picture, as bytes, as numbers, as text of a code, in a
 * sequence that an archive stored as unknown; a protocol in plain text; Siemens' header of named values. */
static inline void slice_private(dicom *d)
{
    static char text[4096], code[HIDDEN_BYTES + 1];
    dicom inside = {.implicit = true}, csa = {0};
    const char *line = "sSliceArray.asSlice[0].dThickness = 1.0 # KEPTPROTOCOL\n";
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = line[i % strlen(line)];
    for (size_t i = 0; i < HIDDEN_BYTES; i++)
        code[i] = "HIDDENCODE"[i % 10];
    dicom_text(d, 0x00290010, "LO", "SIEMENS CSA HEADER");
    dicom_text(d, 0x00290011, "LO", "SOME VENDOR");
    dicom_number(&csa, 0x30315653, 4); /* "SV10" */
    dicom_number(&csa, 0x01020304, 4);
    dicom_number(&csa, 1, 4);
    dicom_number(&csa, 77, 4);
    dicom_put(&csa, "MrPhoenixProtocol\0................................................", 64);
    dicom_number(&csa, 1, 4);
    dicom_put(&csa, "UN\0", 4);
    dicom_number(&csa, 0, 4);
    dicom_number(&csa, 1, 4);
    dicom_number(&csa, 77, 4);
    for (int i = 0; i < 4; i++)
        dicom_number(&csa, sizeof text, 4);
    dicom_put(&csa, text, sizeof text);
    dicom_bytes(d, 0x00291010, "OB", csa.bytes, csa.n);
    dicom_bytes(d, 0x00291101, "OB", slice_hidden(), HIDDEN_BYTES);
    dicom_bytes(d, 0x00291102, "UN", slice_hidden(), HIDDEN_BYTES);
    dicom_bytes(d, 0x00291103, "US", slice_hidden(), HIDDEN_BYTES);
    dicom_bytes(d, 0x00291104, "UT", code, HIDDEN_BYTES);
    dicom_bytes(d, 0x00291105, "OB", text, sizeof text);
    dicom_number(&inside, 0xe000fffe, 4);
    dicom_number(&inside, 8 + 8 + HIDDEN_BYTES, 4);
    dicom_text(&inside, 0x00291120, "LO", "KEPTITEM");
    dicom_bytes(&inside, 0x00291121, "OB", slice_hidden(), HIDDEN_BYTES - 8);
    dicom_bytes(d, 0x00291106, "UN", inside.bytes, inside.n);
    dicom_free(&inside);
    dicom_free(&csa);
}

static inline void slice_geometry(dicom *d, const slice *s)
{
    char text[160];
    snprintf(text, sizeof text, "%.6f\\%.6f\\%.6f", s->position[0], s->position[1], s->position[2]);
    dicom_text(d, 0x00200032, "DS", text);
    const double *o = s->orientation;
    snprintf(text, sizeof text, "%.7f\\%.7f\\%.7f\\%.7f\\%.7f\\%.7f", o[0], o[1], o[2], o[3], o[4], o[5]);
    dicom_text(d, 0x00200037, "DS", text);
}

static inline void slice_pixels(dicom *d, const slice *s)
{
    char text[32];
    dicom_us(d, 0x00280002, 1);
    dicom_text(d, 0x00280004, "CS", "MONOCHROME2");
    if (s->rows_vr != NULL)
        dicom_text(d, 0x00280010, s->rows_vr, "x");
    else
        dicom_us(d, 0x00280010, (unsigned)s->rows);
    dicom_us(d, 0x00280011, (unsigned)s->columns);
    snprintf(text, sizeof text, "%g\\%g", s->spacing, s->spacing);
    dicom_text(d, 0x00280030, "DS", text);
    dicom_us(d, 0x00280100, 16);
    dicom_us(d, 0x00280101, s->bits > 0 ? (unsigned)s->bits : 12);
    dicom_us(d, 0x00280102, s->bits > 0 ? (unsigned)s->bits - 1 : 11);
    dicom_us(d, 0x00280103, 0);
    if (s->slope != 0) {
        snprintf(text, sizeof text, "%g", s->slope);
        dicom_text(d, 0x00281052, "DS", "0");
        dicom_text(d, 0x00281053, "DS", text);
    }
}

/* A whole file; the caller frees it (dicom_free). */
static inline dicom slice_file(const slice *s)
{
    dicom d = {0};
    char instance[64], number[16];
    const char *sop_class = s->sop_class != NULL ? s->sop_class : MR_IMAGE;
    snprintf(instance, sizeof instance, "1.2.3.9.%d", s->instance);
    snprintf(number, sizeof number, "%d", s->number);
    dicom_start(&d, NULL, sop_class, instance, NULL);
    dicom_text(&d, 0x00080008, "CS", s->image_type != NULL ? s->image_type : "ORIGINAL\\PRIMARY\\M");
    dicom_text(&d, 0x00080016, "UI", sop_class);
    dicom_text(&d, 0x00080018, "UI", instance);
    dicom_text(&d, 0x00080060, "CS", "MR");
    if (s->refers != NULL) {
        dicom_begin(&d, 0x00081140);
        dicom_text(&d, 0x00081150, "UI", MR_IMAGE);
        dicom_text(&d, 0x00081155, "UI", s->refers);
        dicom_end(&d);
    }
    dicom_text(&d, 0x00100010, "PN", "KEPT^NAME");
    if (s->treated) {
        dicom_text(&d, 0x00120063, "LO", "first tool");
        dicom_begin(&d, 0x00120064);
        dicom_text(&d, 0x00080100, "SH", "113100");
        dicom_end(&d);
    }
    dicom_text(&d, 0x0020000d, "UI", "1.2.3.8");
    dicom_text(&d, 0x0020000e, "UI", s->series != NULL ? s->series : "1.2.3.7");
    dicom_text(&d, 0x00200011, "IS", "4");
    dicom_text(&d, 0x00200013, "IS", number);
    slice_geometry(&d, s);
    if (s->frame != NULL)
        dicom_text(&d, 0x00200052, "UI", s->frame);
    slice_pixels(&d, s);
    if (s->with_hidden) {
        slice_private(&d);
        dicom_bytes(&d, 0x00420011, "OB", slice_hidden(), HIDDEN_BYTES);
    }
    if (s->with_pictures) {
        dicom_text(&d, 0x50000005, "CS", "CURVEGROUP");
        slice_pictures(&d);
        dicom_begin(&d, 0x00880200);
        dicom_bytes(&d, 0x7fe00010, "OB", "ICONPIXELS", 10);
        dicom_end(&d);
    }
    if (s->with_hidden) {
        dicom_bytes(&d, 0x7fe00008, "OF", slice_hidden(), HIDDEN_BYTES);
        dicom_bytes(&d, 0x7fe00009, "OD", slice_hidden(), HIDDEN_BYTES);
    }
    const size_t n = s->n_pixels > 0 ? s->n_pixels : (size_t)s->rows * (size_t)s->columns * 2;
    dicom_head(&d, 0x7fe00010, "OW", (uint32_t)((size_t)s->rows * (size_t)s->columns * 2));
    dicom_put(&d, s->pixels, n);
    if (s->with_hidden)
        dicom_bytes(&d, 0xfffcfffc, "OB", slice_hidden(), HIDDEN_BYTES);
    return d;
}

static inline void slice_write(const char *name, const slice *s)
{
    dicom d = slice_file(s);
    scratch_put(name, d.bytes, d.n);
    dicom_free(&d);
}

#endif
