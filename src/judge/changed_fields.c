/* The layouts of NIfTI-1 and NIfTI-2 headers as tables of names. They serve reports only; io/nifti.c knows
 * what a header means. Offsets are those of the NIfTI-1 and NIfTI-2 standards. */
#include "judge/changed_fields.h"

#include <stdio.h>
#include <string.h>

typedef struct field {
    const char *name;
    int offset, bytes;
} field;

static const field nifti1[] = {
    {"sizeof_hdr", 0, 4},       {"data_type", 4, 10},     {"db_name", 14, 18},    {"extents", 32, 4},
    {"session_error", 36, 2},   {"regular", 38, 1},       {"dim_info", 39, 1},    {"dim", 40, 16},
    {"intent_p1", 56, 4},       {"intent_p2", 60, 4},     {"intent_p3", 64, 4},   {"intent_code", 68, 2},
    {"datatype", 70, 2},        {"bitpix", 72, 2},        {"slice_start", 74, 2}, {"pixdim", 76, 32},
    {"vox_offset", 108, 4},     {"scl_slope", 112, 4},    {"scl_inter", 116, 4},  {"slice_end", 120, 2},
    {"slice_code", 122, 1},     {"xyzt_units", 123, 1},   {"cal_max", 124, 4},    {"cal_min", 128, 4},
    {"slice_duration", 132, 4}, {"toffset", 136, 4},      {"glmax", 140, 4},      {"glmin", 144, 4},
    {"descrip", 148, 80},       {"aux_file", 228, 24},    {"qform_code", 252, 2}, {"sform_code", 254, 2},
    {"quatern_b", 256, 4},      {"quatern_c", 260, 4},    {"quatern_d", 264, 4},  {"qoffset_x", 268, 4},
    {"qoffset_y", 272, 4},      {"qoffset_z", 276, 4},    {"srow_x", 280, 16},    {"srow_y", 296, 16},
    {"srow_z", 312, 16},        {"intent_name", 328, 16}, {"magic", 344, 4},      {NULL, 348, 0}};

static const field nifti2[] = {
    {"sizeof_hdr", 0, 4},    {"magic", 4, 8},         {"datatype", 12, 2},        {"bitpix", 14, 2},
    {"dim", 16, 64},         {"intent_p1", 80, 8},    {"intent_p2", 88, 8},       {"intent_p3", 96, 8},
    {"pixdim", 104, 64},     {"vox_offset", 168, 8},  {"scl_slope", 176, 8},      {"scl_inter", 184, 8},
    {"cal_max", 192, 8},     {"cal_min", 200, 8},     {"slice_duration", 208, 8}, {"toffset", 216, 8},
    {"slice_start", 224, 8}, {"slice_end", 232, 8},   {"descrip", 240, 80},       {"aux_file", 320, 24},
    {"qform_code", 344, 4},  {"sform_code", 348, 4},  {"quatern_b", 352, 8},      {"quatern_c", 360, 8},
    {"quatern_d", 368, 8},   {"qoffset_x", 376, 8},   {"qoffset_y", 384, 8},      {"qoffset_z", 392, 8},
    {"srow_x", 400, 32},     {"srow_y", 432, 32},     {"srow_z", 464, 32},        {"slice_code", 496, 4},
    {"xyzt_units", 500, 4},  {"intent_code", 504, 4}, {"intent_name", 508, 16},   {"dim_info", 524, 1},
    {"unused_str", 525, 15}, {NULL, 540, 0}};

static void name_it(char (*names)[EF_FIELD_NAME], int room, int *n, const char *name)
{
    if (*n < room)
        snprintf(names[(*n)++], EF_FIELD_NAME, "%s", name);
}

/* 1 or 2, negative where the bytes are big-endian; 0 for neither. The first four
 * bytes hold the header's size. */
static int version(const uint8_t *bytes, size_t n)
{
    static const struct {
        uint8_t first[4];
        size_t size;
        int version;
    } starts[] = {{{0x5c, 1, 0, 0}, 348, 1},
                  {{0, 0, 1, 0x5c}, 348, -1},
                  {{0x1c, 2, 0, 0}, 540, 2},
                  {{0, 0, 2, 0x1c}, 540, -2}};
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
        if (n >= starts[k].size && memcmp(bytes, starts[k].first, 4) == 0)
            return starts[k].version;
    }
    return 0;
}

int ef_changed_fields(char (*names)[EF_FIELD_NAME], int room, const uint8_t *a, size_t a_bytes,
                      const uint8_t *b, size_t b_bytes)
{
    int n = 0, version_a = version(a, a_bytes), version_b = version(b, b_bytes);
    if (version_a == 0 || version_a != version_b) {
        name_it(names, room, &n, version_a != 0 && version_a == -version_b ? "byte_order" : "version");
        return n;
    }
    const field *f = version_a == 1 || version_a == -1 ? nifti1 : nifti2;
    for (; f->name != NULL; f++) {
        if (memcmp(a + f->offset, b + f->offset, (size_t)f->bytes) != 0)
            name_it(names, room, &n, f->name);
    }
    size_t end = (size_t)f->offset;
    if (a_bytes != b_bytes || memcmp(a + end, b + end, a_bytes - end) != 0)
        name_it(names, room, &n, "extensions");
    return n;
}
