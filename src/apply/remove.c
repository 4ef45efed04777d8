/* Mode `remove`: air where the face was. The old air there is replaced as well: it can hold ghosts of the
 * face. */
#include "apply/remove.h"

#include "apply/background.h"
#include "apply/slabs.h"
#include "apply/stored.h"
#include "apply/wall.h"
#include "base/stream.h"
#include "kernels/fill.h"

typedef struct air_job {
    ef_image *image;
    const uint8_t *where;
    uint8_t stored[EK_NOISE_TABLE * 8];
} air_job;

static efface_status fill_slab(void *context, const ef_slab *slab, int64_t volume, const float *field,
                               int threads, efface_error *err)
{
    air_job *job = context;
    const ef_image *image = job->image;
    const size_t bytes = ek_dtype_size(image->dtype) * (size_t)ef_grid_count(&image->grid);
    (void)err;
    ek_noise_write((uint8_t *)image->voxels + bytes * (size_t)volume, image->dtype, job->where,
                   image->grid.n, field, slab->begin, slab->size, job->stored, threads);
    return EFFACE_PASS;
}

/* Fills a mask with one value. */
static void fill_constant(ef_image *image, const uint8_t *mask, const ef_apply_input *in, double constant,
                          int threads)
{
    uint8_t value[8];
    ef_stored_value(value, image, constant);
    ek_fill_stored(image->voxels, image->dtype, mask, ef_grid_count(&image->grid), image->n_volumes, value,
                   1, in->seed, threads);
}

/* Fills a mask with the scan's air, without a wall. */
static efface_status fill_air(ef_image *image, const uint8_t *where, const ef_apply_input *in, int threads,
                              efface_error *err)
{
    ef_background background = {0};
    air_job job = {.image = image, .where = where};
    ek_noise noise;
    efface_status status = EFFACE_PASS;
    if (in->fill == EFFACE_FILL_NOISE)
        status = ef_background_measure(&background, image, in->subject, in->region->mask, err);
    if (status == EFFACE_PASS && background.count == 0) {
        fill_constant(image, where, in, in->fill == EFFACE_FILL_ZERO ? 0 : in->subject->work.low, threads);
    } else if (status == EFFACE_PASS) {
        ek_noise_init(&noise, background.correlation, ef_stream_air(in->seed));
        ef_background_table(job.stored, &background, &noise, image->dtype);
        status = ef_slabs_visit(image, where, &noise, (ef_slab_visit){fill_slab, &job}, threads, err);
    }
    ef_background_release(&background);
    return status;
}

efface_status ef_apply_emptied(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    return fill_air(image, in->region->emptied, in, threads, err);
}

efface_status ef_apply_remove(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    return in->fill == EFFACE_FILL_NOISE && !in->plain
               ? ef_apply_wall(image, in, threads, err)
               : fill_air(image, in->region->mask, in, threads, err);
}
