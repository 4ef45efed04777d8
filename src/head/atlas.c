/* The atlas' bytes: packed by data/make_atlas, compiled in from data/atlas.bin.gz, unpacked here. */
#include "head/atlas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/atlas_data.h"
#include "io/gz.h"

/* The packed form begins with "EFATLAS1". Then follow, little-endian: int32 n[3], float mm, float
 * origin[3]. Then follow n cells each of label, brain, part (uint8), skin and cut (int8, half millimetres,
 * -128 is unknown). Skin and cut are stored as differences along the array, modulo 256: deflate packs these
 * to a third. */
static const char magic[8] = "EFATLAS1";
enum { HEADER_BYTES = 8 + 12 + 4 + 12, FIELDS = 5 };
static const double step_mm = 0.5;

efface_status ef_atlas_allocate(ef_atlas *atlas, efface_error *err)
{
    const size_t count = (size_t)ef_grid_count(&atlas->grid);
    atlas->label = malloc(count);
    atlas->brain = calloc(count, 1);
    atlas->part = calloc(count, 1);
    atlas->skin_mm = malloc(count * sizeof(float));
    atlas->cut_mm = malloc(count * sizeof(float));
    if (!atlas->label || !atlas->brain || !atlas->part || !atlas->skin_mm || !atlas->cut_mm)
        return ef_fail_memory(err, count * 11);
    memset(atlas->label, EF_UNKNOWN, count);
    for (size_t i = 0; i < count; i++)
        atlas->skin_mm[i] = atlas->cut_mm[i] = NAN;
    return EFFACE_PASS;
}

static void put32(uint8_t *bytes, uint32_t value)
{
    for (int b = 0; b < 4; b++)
        bytes[b] = (uint8_t)(value >> (8 * b));
}

static uint32_t get32(const uint8_t *bytes)
{
    uint32_t value = 0;
    for (int b = 0; b < 4; b++)
        value |= (uint32_t)bytes[b] << (8 * b);
    return value;
}

static void put_float(uint8_t *bytes, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put32(bytes, bits);
}

static float get_float(const uint8_t *bytes)
{
    const uint32_t bits = get32(bytes);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint8_t pack_mm(float mm)
{
    if (isnan(mm))
        return (uint8_t)(int8_t)-128;
    const double steps = fmax(-127, fmin(127, rint((double)mm / step_mm)));
    return (uint8_t)(int8_t)steps;
}

efface_status ef_atlas_pack(uint8_t **bytes, size_t *n_bytes, const ef_atlas *atlas, efface_error *err)
{
    const size_t count = (size_t)ef_grid_count(&atlas->grid);
    *n_bytes = HEADER_BYTES + FIELDS * count;
    uint8_t *p = *bytes = malloc(*n_bytes);
    if (p == NULL)
        return ef_fail_memory(err, *n_bytes);
    memcpy(p, magic, sizeof magic);
    for (int d = 0; d < 3; d++) {
        put32(p + 8 + 4 * d, (uint32_t)atlas->grid.n[d]);
        put_float(p + 24 + 4 * d, (float)atlas->grid.world_from_voxel.m[d][3]);
    }
    put_float(p + 20, (float)atlas->grid.world_from_voxel.m[0][0]);
    p += HEADER_BYTES;
    memcpy(p, atlas->label, count);
    memcpy(p + count, atlas->brain, count);
    memcpy(p + 2 * count, atlas->part, count);
    uint8_t skin = 0, cut = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t next_skin = pack_mm(atlas->skin_mm[i]), next_cut = pack_mm(atlas->cut_mm[i]);
        p[3 * count + i] = (uint8_t)(next_skin - skin);
        p[4 * count + i] = (uint8_t)(next_cut - cut);
        skin = next_skin;
        cut = next_cut;
    }
    return EFFACE_PASS;
}

efface_status ef_atlas_unpack(ef_atlas *atlas, const uint8_t *bytes, size_t n_bytes, efface_error *err)
{
    memset(atlas, 0, sizeof *atlas);
    if (n_bytes < HEADER_BYTES || memcmp(bytes, magic, sizeof magic) != 0)
        return ef_fail(err, EFFACE_INTERNAL, "not an atlas: %zu bytes", n_bytes);
    atlas->grid.world_from_voxel = ef_affine_identity();
    for (int d = 0; d < 3; d++) {
        atlas->grid.n[d] = (int64_t)get32(bytes + 8 + 4 * d);
        atlas->grid.world_from_voxel.m[d][d] = (double)get_float(bytes + 20);
        atlas->grid.world_from_voxel.m[d][3] = (double)get_float(bytes + 24 + 4 * d);
        if (atlas->grid.n[d] < 2 || atlas->grid.n[d] > 1024)
            return ef_fail(err, EFFACE_INTERNAL, "not an atlas: extent %lld", (long long)atlas->grid.n[d]);
    }
    const float mm_cell = get_float(bytes + 20);
    if (!(mm_cell > 0.1F && mm_cell < 100))
        return ef_fail(err, EFFACE_INTERNAL, "not an atlas: cells of %g mm", (double)mm_cell);
    const size_t count = (size_t)ef_grid_count(&atlas->grid);
    if (n_bytes != HEADER_BYTES + FIELDS * count)
        return ef_fail(err, EFFACE_INTERNAL, "expected an atlas of %zu bytes, got %zu",
                       HEADER_BYTES + FIELDS * count, n_bytes);
    const efface_status status = ef_atlas_allocate(atlas, err);
    if (status != EFFACE_PASS)
        return status;
    float mm[256];
    for (int b = 0; b < 256; b++)
        mm[b] = b == 128 ? NAN : (float)(step_mm * (b < 128 ? b : b - 256));
    const uint8_t *p = bytes + HEADER_BYTES;
    memcpy(atlas->label, p, count);
    memcpy(atlas->brain, p + count, count);
    memcpy(atlas->part, p + 2 * count, count);
    uint8_t skin = 0, cut = 0;
    for (size_t i = 0; i < count; i++) {
        skin = (uint8_t)(skin + p[3 * count + i]);
        cut = (uint8_t)(cut + p[4 * count + i]);
        atlas->skin_mm[i] = mm[skin];
        atlas->cut_mm[i] = mm[cut];
    }
    return EFFACE_PASS;
}

efface_status ef_atlas_load(ef_atlas *atlas, efface_error *err)
{
    memset(atlas, 0, sizeof *atlas);
    const size_t most = ef_gz_most(ef_atlas_data_size);
    size_t n_plain = 0;
    /* The last four bytes of a gzip member are its plain length. */
    const size_t n = get32(ef_atlas_data + ef_atlas_data_size - 4);
    if (n > most)
        return ef_fail(err, EFFACE_INTERNAL, "compiled-in atlas is damaged");
    uint8_t *plain = malloc(n);
    if (plain == NULL)
        return ef_fail_memory(err, n);
    const ef_gz_bytes gz = {ef_atlas_data, ef_atlas_data_size, "the compiled-in atlas", EF_GZ_BEST};
    efface_status status = ef_gz_inflate(plain, 0, n, &n_plain, &gz, err);
    if (status == EFFACE_PASS)
        status = ef_atlas_unpack(atlas, plain, n_plain, err);
    free(plain);
    return status;
}

bool ef_atlas_cells(ef_affine *cell_from_space, const ef_atlas *atlas, const ef_affine *space_from_atlas)
{
    ef_affine cell_from_atlas, atlas_from_space;
    if (!ef_affine_invert(&cell_from_atlas, atlas->grid.world_from_voxel) ||
        !ef_affine_invert(&atlas_from_space, *space_from_atlas))
        return false;
    *cell_from_space = ef_affine_mul(cell_from_atlas, atlas_from_space);
    return true;
}

void ef_atlas_release(ef_atlas *atlas)
{
    free(atlas->label);
    free(atlas->brain);
    free(atlas->part);
    free(atlas->skin_mm);
    free(atlas->cut_mm);
    memset(atlas, 0, sizeof *atlas);
}
