/* Mode `remove`: air where the face was. What the air there held before (ghosts of the face among it) goes
 * too. */
#include <math.h>
#include <string.h>

#include "apply/apply.h"
#include "base/error.h"
#include "kernels/fill.h"
#include "kernels/rng.h"

void ef_stored_value(uint8_t *bytes, const ef_image *image, double value)
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

typedef struct emptied_job {
    ef_image *image;
    const uint8_t *emptied;
    uint8_t stored[EK_NOISE_TABLE * 8];
} emptied_job;

static efface_status fill_slab(void *context, const ef_slab *slab, int64_t volume, const float *field,
                               int threads, efface_error *err)
{
    emptied_job *job = context;
    const ef_image *image = job->image;
    const size_t bytes = ek_dtype_size(image->dtype) * (size_t)ef_grid_count(&image->grid);
    (void)err;
    ek_noise_write((uint8_t *)image->voxels + bytes * (size_t)volume, image->dtype, job->emptied,
                   image->grid.n, field, slab->begin, slab->size, job->stored, threads);
    return EFFACE_PASS;
}

/* One value into a mask. */
static void fill_constant(ef_image *image, const uint8_t *mask, const ef_apply_input *in, double constant,
                          int threads)
{
    uint8_t value[8];
    ef_stored_value(value, image, constant);
    ek_fill_stored(image->voxels, image->dtype, mask, ef_grid_count(&image->grid), image->n_volumes, value,
                   1, in->seed, threads);
}

efface_status ef_apply_emptied(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    ef_background background = {0};
    emptied_job job = {.image = image, .emptied = in->region->emptied};
    ek_noise noise;
    efface_status status = EFFACE_PASS;
    if (in->fill == EFFACE_FILL_NOISE)
        status = ef_background_measure(&background, image, in->work, in->head, in->region->mask, err);
    if (status == EFFACE_PASS && background.count == 0) {
        fill_constant(image, job.emptied, in, in->fill == EFFACE_FILL_ZERO ? 0 : in->work->low, threads);
    } else if (status == EFFACE_PASS) {
        ek_noise_init(&noise, background.correlation, ek_mix64(in->seed + 2));
        ef_background_table(job.stored, &background, &noise, image->dtype);
        status = ef_apply_slabs(image, job.emptied, &noise, fill_slab, &job, threads, err);
    }
    ef_background_release(&background);
    return status;
}

efface_status ef_apply_remove(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    if (in->fill == EFFACE_FILL_NOISE)
        return ef_apply_wall(image, in, threads, err);
    fill_constant(image, in->region->mask, in, in->fill == EFFACE_FILL_ZERO ? 0.0 : in->work->low, threads);
    return EFFACE_PASS;
}
