/* Mode `remove`. The other modes will stand beside it and change the same voxels. */
#include "apply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fill.h"
#include "rng.h"

enum { TABLE = 4096, DRAWS = 1 << 20, ENOUGH = 64 };

/* Air this far from the head is free of partial volume and of its ringing. */
static const double clear_of_head_mm = 12;

/* Stored value as double, without slope and intercept. */
static double stored_value(const ef_image *image, int64_t index)
{
    const void *v = image->voxels;
    switch (image->dtype) {
    case EK_UINT8:
        return ((const uint8_t *)v)[index];
    case EK_INT8:
        return ((const int8_t *)v)[index];
    case EK_UINT16:
        return ((const uint16_t *)v)[index];
    case EK_INT16:
        return ((const int16_t *)v)[index];
    case EK_UINT32:
        return ((const uint32_t *)v)[index];
    case EK_INT32:
        return ((const int32_t *)v)[index];
    case EK_UINT64:
        return (double)((const uint64_t *)v)[index];
    case EK_INT64:
        return (double)((const int64_t *)v)[index];
    case EK_FLOAT32:
        return (double)((const float *)v)[index];
    default:
        return ((const double *)v)[index];
    }
}

/* Whether a voxel is air clear of the head; dark says: below the threshold is enough. */
static bool is_air(const ef_image *image, const ef_work *work, const ef_head *head, int64_t voxel,
                   bool dark)
{
    const int64_t *n = image->grid.n, *w = work->grid.n;
    double at[3] = {(double)(voxel % n[0]), (double)(voxel / n[0] % n[1]),
                    (double)(voxel / (n[0] * n[1]) % n[2])};
    const double value = stored_value(image, voxel) * image->slope + image->inter;
    if (!isfinite(value) || value > head->threshold)
        return false;
    if (dark)
        return true;
    ef_affine_apply(at, &work->work_from_voxel, at);
    int64_t cell[3];
    for (int d = 0; d < 3; d++) {
        cell[d] = (int64_t)floor(at[d] + 0.5);
        if (cell[d] < 0 || cell[d] >= w[d])
            return false;
    }
    return (double)head->skin_mm[cell[0] + w[0] * (cell[1] + w[1] * cell[2])] > clear_of_head_mm;
}

/* Draws the table of fill values; its seed is fixed: what is drawn from it is decided by the run's seed. */
static int64_t draw_air(uint8_t *table, const ef_image *image, const ef_work *work, const ef_head *head,
                        bool dark)
{
    const int64_t count = ef_grid_count(&image->grid) * image->n_volumes;
    const size_t size = ek_dtype_size(image->dtype);
    int64_t found = 0;
    for (uint64_t draw = 0; draw < DRAWS && found < TABLE; draw++) {
        const int64_t voxel = (int64_t)(ek_hash64(77, draw) % (uint64_t)count);
        if (is_air(image, work, head, voxel, dark))
            memcpy(table + size * (size_t)found++, (const uint8_t *)image->voxels + size * (size_t)voxel,
                   size);
    }
    return found;
}

/* Writes the stored value nearest to a wanted value into the table's first place. */
static void store_constant(uint8_t *table, const ef_image *image, double value)
{
    const double stored = (value - image->inter) / image->slope;
    switch (image->dtype) {
#define STORE(TAG, TYPE, LOW, HIGH)                                                                        \
    case TAG: {                                                                                            \
        const TYPE v = (TYPE)fmax((double)(LOW), fmin((double)(HIGH), rint(stored)));                      \
        memcpy(table, &v, sizeof v);                                                                       \
        break;                                                                                             \
    }
        STORE(EK_UINT8, uint8_t, 0, UINT8_MAX)
        STORE(EK_INT8, int8_t, INT8_MIN, INT8_MAX)
        STORE(EK_UINT16, uint16_t, 0, UINT16_MAX)
        STORE(EK_INT16, int16_t, INT16_MIN, INT16_MAX)
        STORE(EK_UINT32, uint32_t, 0, UINT32_MAX)
        STORE(EK_INT32, int32_t, INT32_MIN, INT32_MAX)
        /* 2^53: beyond it a double holds no integer exactly, and the casts could overflow. */
        STORE(EK_UINT64, uint64_t, 0, 9007199254740992.0)
        STORE(EK_INT64, int64_t, -9007199254740992.0, 9007199254740992.0)
#undef STORE
    case EK_FLOAT32: {
        const float v = (float)stored;
        memcpy(table, &v, sizeof v);
        break;
    }
    default:
        memcpy(table, &stored, sizeof stored);
    }
}

efface_status ef_apply_remove(ef_image *image, const ef_region *region, const ef_work *work,
                              const ef_head *head, efface_fill fill, uint64_t seed, int threads,
                              efface_error *err)
{
    const size_t size = ek_dtype_size(image->dtype);
    uint8_t *table = malloc(TABLE * size);
    if (table == NULL)
        return ef_fail_memory(err, TABLE * size);
    int64_t found = 0;
    if (fill == EFFACE_FILL_NOISE) {
        found = draw_air(table, image, work, head, false);
        if (found < ENOUGH)
            found = draw_air(table, image, work, head, true);
    }
    if (found == 0) {
        store_constant(table, image, fill == EFFACE_FILL_ZERO ? 0.0 : work->low);
        found = 1;
    }
    /* The table is used as a whole: what was found is repeated until it is full. */
    for (int64_t i = found; i < TABLE; i++)
        memcpy(table + size * (size_t)i, table + size * (size_t)(i % found), size);
    ek_fill_stored(image->voxels, image->dtype, region->mask, ef_grid_count(&image->grid), image->n_volumes,
                   table, TABLE, seed, threads);
    free(table);
    return EFFACE_PASS;
}
