/* Ghosts: where a face shows a second time in the air, shifted along an axis of the voxels (Nyquist and
 * motion ghosts, aliasing of a parallel reconstruction), or wrapped around from the other side of the field
 * of view. */
#ifndef EF_GHOST_H
#define EF_GHOST_H

#include "region/region.h"

/* Looks for them in the air behind, above and beside the face, and sets region->ghost and region->changed
 * where there are any; CT and speckled air have none. What lies nearer than 6 mm to the head stays: it is
 * not told from skin. region   as from ef_region_build Errors: EFFACE_INTERNAL; EFFACE_LOCATE for a
 * singular pose. */
efface_status ef_ghost_find(ef_region *region, const ef_image *image, const ef_atlas *atlas,
                            const ef_work *work, const ef_head *head, const ef_location *location,
                            int threads, efface_error *err);

#endif
