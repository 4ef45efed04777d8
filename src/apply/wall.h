/* Wall: the layer of plain tissue that closes the cut from within, so that neither orbits nor bones
 * show. */
#ifndef EF_WALL_H
#define EF_WALL_H

#include "apply/input.h"

/* Least thickness of the wall in mm. A thinner wall would let the outline of orbits and bones through. */
#define EF_WALL_MM 8.0

/* Returns its thickness in mm: EF_WALL_MM, or the largest voxel edge where that is more. */
double ef_wall_mm(const ef_image *image);

/* Fills the mask with the scan's background and closes the cut from within by the wall. The wall ends under
 * the mean skin and has values of the kept tissue around it. Arguments and errors as for ef_apply. */
efface_status ef_apply_wall(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

#endif
