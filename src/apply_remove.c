/* Mode `remove`: air where the face was. What the air there held before (ghosts of the face among it) goes
 * too. */
#include <math.h>
#include <string.h>

#include "apply.h"
#include "error.h"
#include "fill.h"

/* The stored value nearest to a wanted value; at most 8 bytes. */
static void stored_constant(uint8_t *bytes, const ef_image *image, double value)
{
    const double stored = (value - image->inter) / image->slope;
    switch (image->dtype) {
#define STORE(TAG, TYPE, LOW, HIGH)                                                                        \
    case TAG: {                                                                                            \
        const TYPE v = (TYPE)fmax((double)(LOW), fmin((double)(HIGH), rint(stored)));                      \
        memcpy(bytes, &v, sizeof v);                                                                       \
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
        memcpy(bytes, &v, sizeof v);
        break;
    }
    default:
        memcpy(bytes, &stored, sizeof stored);
    }
}

typedef struct fill_job {
    ef_image *image;
    const uint8_t *mask;
    uint8_t table[EK_NOISE_TABLE * 8];
} fill_job;

static efface_status fill_slab(void *context, const ef_slab *slab, int64_t volume, const float *field,
                               int threads, efface_error *err)
{
    fill_job *job = context;
    const ef_image *image = job->image;
    const size_t bytes = ek_dtype_size(image->dtype) * (size_t)ef_grid_count(&image->grid);
    (void)err;
    ek_noise_write((uint8_t *)image->voxels + bytes * (size_t)volume, image->dtype, job->mask,
                   image->grid.n, field, slab->begin, slab->size, job->table, threads);
    return EFFACE_PASS;
}

efface_status ef_apply_remove(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    ef_background background = {0};
    fill_job job = {.image = image, .mask = in->region->mask};
    efface_status status = EFFACE_PASS;
    if (in->fill == EFFACE_FILL_NOISE)
        status = ef_background_measure(&background, image, in->work, in->head, in->region->mask, err);
    if (status == EFFACE_PASS && background.count > 0) {
        ek_noise noise;
        ek_noise_init(&noise, background.correlation, in->seed);
        ef_background_table(job.table, &background, &noise, image->dtype);
        status = ef_apply_slabs(image, in->region->mask, &noise, fill_slab, &job, threads, err);
    } else if (status == EFFACE_PASS) {
        stored_constant(job.table, image, in->fill == EFFACE_FILL_ZERO ? 0.0 : in->work->low);
        ek_fill_stored(image->voxels, image->dtype, in->region->mask, ef_grid_count(&image->grid),
                       image->n_volumes, job.table, 1, in->seed, threads);
    }
    ef_background_release(&background);
    return status;
}
