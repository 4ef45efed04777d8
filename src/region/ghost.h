/* Ghosts: a face that appears a second time in the air. It is shifted along an axis of the voxels (Nyquist
 * and motion ghosts, aliasing of a parallel reconstruction), or wrapped around from the other side of the
 * field of view. */
#ifndef EF_GHOST_H
#define EF_GHOST_H

#include "region/region.h"

/* Searches for ghosts in the air behind, above and beside the face, and adds them to what is emptied. CT
 * and speckled air have none. Air nearer than 6 mm to the head stays: a ghost there can't be distinguished
 * from skin.
 * region   in and out: as from ef_region_build
 * image    in: its grid
 * subject  in: atlas, work, head and location
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL; EFFACE_LOCATE for a singular pose. */
efface_status ef_ghost_find(ef_region *region, const ef_image *image, const ef_subject *subject,
                            int threads, efface_error *err);

#endif
