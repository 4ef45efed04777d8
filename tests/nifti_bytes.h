/* NIfTI and ANALYZE headers, written byte by byte from the tables of the standards. They are the tests'
 * own truth: they use neither the library's code nor libnifti. */
#ifndef EF_NIFTI_BYTES_H
#define EF_NIFTI_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { NB_ROOM = 1024 };

/* A header under construction. Fields are set by their offset in the standard. */
typedef struct nifti_bytes {
    int version; /* 0, 1, 2 */
    bool big;
    bool pair;
    size_t size; /* 348 or 540 */
    uint8_t bytes[NB_ROOM];
} nifti_bytes;

/* The lowest n bytes of value at offset, in the header's byte order. */
static inline void nb_int(nifti_bytes *h, size_t offset, int64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h->bytes[offset + (h->big ? n - 1 - i : i)] = (uint8_t)((uint64_t)value >> 8 * i & 0xff);
}

static inline void nb_float(nifti_bytes *h, size_t offset, double value)
{
    const float f = (float)value;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    nb_int(h, offset, (int64_t)bits, 4);
}

static inline void nb_double(nifti_bytes *h, size_t offset, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    nb_int(h, offset, (int64_t)bits, 8);
}

/* A real number of either version: float there, double here. */
static inline void nb_real(nifti_bytes *h, size_t offset_1, size_t offset_2, double value)
{
    if (h->version == 2)
        nb_double(h, offset_2, value);
    else
        nb_float(h, offset_1, value);
}

static inline void nb_dim(nifti_bytes *h, int i, int64_t value)
{
    if (h->version == 2)
        nb_int(h, 16 + 8 * (size_t)i, value, 8);
    else
        nb_int(h, 40 + 2 * (size_t)i, value, 2);
}

static inline void nb_pixdim(nifti_bytes *h, int i, double value)
{
    nb_real(h, 76 + 4 * (size_t)i, 104 + 8 * (size_t)i, value);
}

static inline void nb_datatype(nifti_bytes *h, int code, int bits)
{
    nb_int(h, h->version == 2 ? 12 : 70, code, 2);
    nb_int(h, h->version == 2 ? 14 : 72, bits, 2);
}

static inline void nb_vox_offset(nifti_bytes *h, int64_t offset)
{
    if (h->version == 2)
        nb_int(h, 168, offset, 8);
    else
        nb_float(h, 108, (double)offset);
}

static inline void nb_scale(nifti_bytes *h, double slope, double inter)
{
    nb_real(h, 112, 176, slope);
    nb_real(h, 116, 184, inter);
}

static inline void nb_forms(nifti_bytes *h, int qform_code, int sform_code)
{
    const size_t n = h->version == 2 ? 4 : 2;
    nb_int(h, h->version == 2 ? 344 : 252, qform_code, n);
    nb_int(h, h->version == 2 ? 348 : 254, sform_code, n);
}

static inline void nb_sform(nifti_bytes *h, const double m[3][4])
{
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < 4; c++)
            nb_real(h, 280 + 16 * r + 4 * c, 400 + 32 * r + 8 * c, m[r][c]);
}

/* quaternion b, c, d and offsets x, y, z. */
static inline void nb_qform(nifti_bytes *h, const double q[6])
{
    for (size_t i = 0; i < 6; i++)
        nb_real(h, 256 + 4 * i, 352 + 8 * i, q[i]);
}

static inline void nb_units(nifti_bytes *h, int units)
{
    nb_int(h, h->version == 2 ? 500 : 123, units, h->version == 2 ? 4 : 1);
}

/* A header of nx x ny x nz voxels with forms of 2 mm, and every text field filled. */
static inline void nb_start(nifti_bytes *h, int version, bool big, bool pair, const int64_t n[3],
                            int datatype, int bits)
{
    static const double sform[3][4] = {{2, 0, 0, -10}, {0, 2, 0, -20}, {0, 0, 2, -30}};
    static const double qform[6] = {0, 0, 0, -10, -20, -30};
    memset(h, 0, sizeof *h);
    h->version = version;
    h->big = big;
    h->pair = pair;
    h->size = version == 2 ? 540 : 348;
    nb_int(h, 0, (int64_t)h->size, 4);
    nb_dim(h, 0, 3);
    for (int i = 1; i < 8; i++) {
        nb_dim(h, i, i <= 3 ? n[i - 1] : 1);
        nb_pixdim(h, i, i <= 3 ? 2 : 1);
    }
    nb_pixdim(h, 0, version == 0 ? 0 : 1);
    nb_datatype(h, datatype, bits);
    nb_vox_offset(h, pair ? 0 : (int64_t)h->size + 4);
    if (version == 2) {
        memcpy(h->bytes + 4, pair ? "ni2\0\r\n\032\n" : "n+2\0\r\n\032\n", 8);
        memcpy(h->bytes + 240, "a name in descrip", 17);
        memcpy(h->bytes + 320, "aux", 3);
        memcpy(h->bytes + 508, "intent", 6);
        memcpy(h->bytes + 525, "unused", 6);
    } else {
        memcpy(h->bytes + 4, "datatype", 8);
        memcpy(h->bytes + 14, "a db name", 9);
        h->bytes[38] = 'r';
        memcpy(h->bytes + 148, "a name in descrip", 17);
        memcpy(h->bytes + 228, "aux", 3);
    }
    if (version == 1) {
        memcpy(h->bytes + 344, pair ? "ni1" : "n+1", 4);
        memcpy(h->bytes + 328, "intent", 6);
    }
    if (version == 0) {
        memcpy(h->bytes + 283, "patient", 7);  /* patient_id */
        memcpy(h->bytes + 253, "somebody", 8); /* originator */
        return;
    }
    nb_scale(h, 1, 0);
    nb_units(h, 2);
    nb_forms(h, 1, 1);
    nb_sform(h, sform);
    nb_qform(h, qform);
}

/* Whether byte i of the fixed header is one that de-identification clears. */
static inline bool nb_is_text(int version, size_t i)
{
    static const size_t of_0[][2] = {{4, 10}, {14, 18}, {148, 80}, {228, 24}, {253, 70}, {0, 0}};
    static const size_t of_1[][2] = {{4, 10}, {14, 18}, {148, 80}, {228, 24}, {328, 16}, {0, 0}};
    static const size_t of_2[][2] = {{240, 80}, {320, 24}, {508, 16}, {525, 15}, {0, 0}};
    const size_t(*range)[2] = version == 0 ? of_0 : version == 1 ? of_1 : of_2;
    for (; (*range)[1] != 0; range++)
        if (i >= (*range)[0] && i < (*range)[0] + (*range)[1])
            return true;
    return false;
}

#endif
