/* DICOM files made byte by byte, for tests: little endian, explicit or implicit VR (PS3.5 chapter 7,
 * PS3.10). The caller keeps the order of the tags. */
#ifndef EF_DICOM_BYTES_H
#define EF_DICOM_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct dicom {
    uint8_t *bytes; /* owned */
    size_t n, room;
    bool implicit;
} dicom;

static inline void dicom_put(dicom *d, const void *bytes, size_t n)
{
    if (d->n + n > d->room) {
        d->room = 2 * (d->n + n) + 4096;
        d->bytes = realloc(d->bytes, d->room);
        if (d->bytes == NULL)
            abort();
    }
    if (n > 0)
        memcpy(d->bytes + d->n, bytes, n);
    d->n += n;
}

static inline void dicom_number(dicom *d, uint32_t value, int bytes)
{
    for (int b = 0; b < bytes; b++, value >>= 8)
        dicom_put(d, &(uint8_t){(uint8_t)value}, 1);
}

/* Tag, VR and length. */
static inline void dicom_head(dicom *d, uint32_t tag, const char *vr, uint32_t length)
{
    const bool meta = tag >> 16 == 2; /* always explicit */
    dicom_number(d, tag >> 16, 2);
    dicom_number(d, tag & 0xffff, 2);
    if (d->implicit && !meta) {
        dicom_number(d, length, 4);
        return;
    }
    dicom_put(d, vr, 2);
    if (strstr("OB OD OF OL OV OW SQ SV UC UN UR UT UV", vr) != NULL) {
        dicom_number(d, 0, 2);
        dicom_number(d, length, 4);
    } else {
        dicom_number(d, length, 2);
    }
}

static inline void dicom_bytes(dicom *d, uint32_t tag, const char *vr, const void *bytes, size_t n)
{
    dicom_head(d, tag, vr, (uint32_t)(n + n % 2));
    dicom_put(d, bytes, n);
    if (n % 2 != 0)
        dicom_put(d, strcmp(vr, "UI") == 0 || strcmp(vr, "OB") == 0 ? "" : " ", 1);
}

static inline void dicom_text(dicom *d, uint32_t tag, const char *vr, const char *text)
{
    dicom_bytes(d, tag, vr, text, strlen(text));
}

static inline void dicom_us(dicom *d, uint32_t tag, unsigned value)
{
    dicom_head(d, tag, "US", 2);
    dicom_number(d, value, 2);
}

/* A sequence of one item; what comes until dicom_end is in it. */
static inline void dicom_begin(dicom *d, uint32_t tag)
{
    dicom_head(d, tag, "SQ", UINT32_MAX);
    dicom_number(d, 0xe000fffe, 4);
    dicom_number(d, UINT32_MAX, 4);
}

static inline void dicom_end(dicom *d)
{
    dicom_number(d, 0xe00dfffe, 4);
    dicom_number(d, 0, 4);
    dicom_number(d, 0xe0ddfffe, 4);
    dicom_number(d, 0, 4);
}

/* Preamble (128 bytes, NULL for zeros) and file meta information; `meta` elements of group 2, already made,
 * follow those that have to be there. */
static inline void dicom_start(dicom *d, const char *preamble, const char *sop_class, const char *instance,
                               const dicom *meta)
{
    static const char nothing[128];
    dicom own = {0};
    dicom_bytes(&own, 0x00020001, "OB", "\0\1", 2);
    dicom_text(&own, 0x00020002, "UI", sop_class);
    dicom_text(&own, 0x00020003, "UI", instance);
    dicom_text(&own, 0x00020010, "UI", d->implicit ? "1.2.840.10008.1.2" : "1.2.840.10008.1.2.1");
    dicom_text(&own, 0x00020012, "UI", "1.2.3.4");
    if (meta != NULL)
        dicom_put(&own, meta->bytes, meta->n);
    dicom_put(d, preamble != NULL ? preamble : nothing, sizeof nothing);
    dicom_put(d, "DICM", 4);
    dicom_head(d, 0x00020000, "UL", 4);
    dicom_number(d, (uint32_t)own.n, 4);
    dicom_put(d, own.bytes, own.n);
    free(own.bytes);
}

static inline void dicom_free(dicom *d)
{
    free(d->bytes);
    *d = (dicom){0};
}

#endif
