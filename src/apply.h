/* Apply: takes the masked voxels out of the image, in its own datatype. Everything else keeps its bits. */
#ifndef EF_APPLY_H
#define EF_APPLY_H

#include "region.h"

/* Mode `remove`: fills the mask with what the scan's own background looks like.
 * image    in/out; only voxels under the mask change, in every volume
 * fill     EFFACE_FILL_NOISE draws from the scan's own air (stored values of voxels well away from the
 * head; where the field of view holds no such air, from its darkest values), EFFACE_FILL_ZERO is the stored
 *          value nearest to 0, EFFACE_FILL_MIN the lowest finite value
 * seed     of the draw; the same seed gives the same bytes at any thread count
 * Errors: EFFACE_INTERNAL. */
efface_status ef_apply_remove(ef_image *image, const ef_region *region, const ef_work *work,
                              const ef_head *head, efface_fill fill, uint64_t seed, int threads,
                              efface_error *err);

#endif
