/* The box around the mask, cut into slabs along its slowest axis. */
#include "apply/slabs.h"

#include <stdlib.h>

#include "base/error.h"
#include "kernels/box.h"

ef_slab ef_slab_around(const uint8_t *mask, const int64_t n[3])
{
    ef_slab box;
    int64_t high[3];
    ek_box(box.begin, high, mask, n);
    for (int d = 0; d < 3; d++)
        box.size[d] = high[d] < box.begin[d] ? 0 : high[d] - box.begin[d] + 1;
    return box;
}

efface_status ef_slabs_visit(const ef_image *image, const uint8_t *mask, const ek_noise *noise,
                             ef_slab_visit visit, int threads, efface_error *err)
{
    const ef_slab box = ef_slab_around(mask, image->grid.n);
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
                         ? visit.fn(visit.context, &slab, volume, field, threads, err)
                         : ef_fail_memory(err, bytes);
        }
    }
    free(field);
    return status;
}
