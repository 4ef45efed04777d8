/* What the modes share: which one is meant, and the walk over the mask's bounding box. */
#include "apply/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/box.h"

ef_slab ef_apply_box(const uint8_t *mask, const int64_t n[3])
{
    ef_slab box;
    int64_t high[3];
    ek_box(box.begin, high, mask, n);
    for (int d = 0; d < 3; d++)
        box.size[d] = high[d] < box.begin[d] ? 0 : high[d] - box.begin[d] + 1;
    return box;
}

efface_status ef_apply_slabs(const ef_image *image, const uint8_t *mask, const ek_noise *noise,
                             ef_slab_fn *fn, void *context, int threads, efface_error *err)
{
    const ef_slab box = ef_apply_box(mask, image->grid.n);
    const size_t bytes = sizeof(float) * (size_t)(box.size[0] * box.size[1] * EF_SLAB);
    efface_status status = EFFACE_PASS;
    if (bytes == 0)
        return EFFACE_PASS;
    float *field = malloc(bytes);
    if (field == NULL)
        return ef_fail_memory(err, bytes);
    for (int64_t volume = 0; volume < image->n_volumes; volume++) {
        for (int64_t k = 0; k < box.size[2] && status == EFFACE_PASS; k += EF_SLAB) {
            ef_slab slab = box;
            slab.begin[2] += k;
            slab.size[2] = box.size[2] - k < EF_SLAB ? box.size[2] - k : EF_SLAB;
            status = ek_noise_box(field, noise, slab.begin, slab.size, volume, threads)
                         ? fn(context, &slab, volume, field, threads, err)
                         : ef_fail_memory(err, bytes);
        }
    }
    free(field);
    return status;
}

static efface_status apply_mode(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    switch (in->mode) {
    case EFFACE_BLUR:
        return ef_apply_blur(image, in, threads, err);
    case EFFACE_REFACE:
        return ef_apply_reface(image, in, threads, err);
    default:
        return ef_apply_remove(image, in, threads, err);
    }
}

efface_status ef_apply(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    /* Where the scalp alone is wanted there is no face to be taken out. */
    if (memchr(in->region->mask, 1, (size_t)ef_grid_count(&image->grid)) != NULL)
        status = apply_mode(image, in, threads, err);
    if (status == EFFACE_PASS && in->region->emptied != NULL)
        status = ef_apply_emptied(image, in, threads, err);
    return status;
}
