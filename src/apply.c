/* What the modes share: which one is meant, and the walk over the mask's bounding box. */
#include "apply.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

ef_slab ef_apply_box(const uint8_t *mask, const int64_t n[3])
{
    int64_t low[3] = {n[0], n[1], n[2]}, high[3] = {-1, -1, -1};
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        const uint8_t *first = memchr(mask + row * n[0], 1, (size_t)n[0]);
        if (first == NULL)
            continue;
        int64_t last = n[0] - 1;
        while (!mask[row * n[0] + last])
            last--;
        const int64_t at[3][2] = {
            {first - (mask + row * n[0]), last}, {row % n[1], row % n[1]}, {row / n[1], row / n[1]}};
        for (int d = 0; d < 3; d++) {
            low[d] = at[d][0] < low[d] ? at[d][0] : low[d];
            high[d] = at[d][1] > high[d] ? at[d][1] : high[d];
        }
    }
    ef_slab box = {.begin = {low[0], low[1], low[2]}};
    for (int d = 0; d < 3; d++)
        box.size[d] = high[d] < low[d] ? 0 : high[d] - low[d] + 1;
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
    const efface_status status = apply_mode(image, in, threads, err);
    return status == EFFACE_PASS && in->region->ghost != NULL ? ef_apply_ghosts(image, in, threads, err)
                                                              : status;
}
