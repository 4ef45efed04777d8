/* Slabs: walks over the mask's bounding box piece by piece, so that the noise of the whole box is never in
 * memory at once. */
#ifndef EF_SLABS_H
#define EF_SLABS_H

#include "base/image.h"
#include "kernels/noise.h"

enum { EF_SLAB = 32 }; /* greatest number of slices of a slab */

typedef struct ef_slab {
    int64_t begin[3], size[3]; /* voxels */
} ef_slab;

/* Returns the smallest box around the mask; its size is 0 where the mask is empty.
 * mask  [n[2]][n[1]][n[0]]: not 0 within
 * n     extents of the image */
ef_slab ef_slab_around(const uint8_t *mask, const int64_t n[3]);

/* Called for one slab of one volume.
 * context  as given to ef_slabs_visit
 * slab     in
 * volume   from 0
 * field    in: the scan's noise field in the slab
 * threads  as given to ef_slabs_visit
 * Returns EFFACE_PASS, or the status that ends the walk. */
typedef efface_status ef_slab_fn(void *context, const ef_slab *slab, int64_t volume, const float *field,
                                 int threads, efface_error *err);

/* Calls visit->fn for each slab of each volume. */
typedef struct ef_slab_visit {
    ef_slab_fn *fn;
    void *context;
} ef_slab_visit;

/* Walks over all slabs.
 * image    in: its extents and number of volumes
 * mask     in: on the image's grid
 * noise    in: what the slabs' fields are made from
 * visit    in
 * threads  number of threads; the fields do not depend on it
 * Returns what visit->fn returns, at once where that is not EFFACE_PASS; EFFACE_INTERNAL where memory is
 * short. */
efface_status ef_slabs_visit(const ef_image *image, const uint8_t *mask, const ek_noise *noise,
                             ef_slab_visit visit, int threads, efface_error *err);

#endif
