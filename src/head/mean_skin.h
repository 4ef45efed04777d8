/* Mean skin: the atlas' skin as a distance field that a new face can be made from. It knows the atlas
 * alone, so that what is made from it is the same for everybody. */
#ifndef EF_MEAN_SKIN_H
#define EF_MEAN_SKIN_H

#include "head/atlas.h"

/* The mean skin's signed distance on the atlas' grid, in atlas mm, defined everywhere.
 * mm         out, owned by the caller; NULL after a failure
 * smooth_mm  standard deviation of a Gaussian over the distance field: 0 leaves a face, 15 and more none
 * What the atlas doesn't know (under the chin, behind the neck) goes on as the next known cell above, else
 * below. Errors: EFFACE_INTERNAL. */
efface_status ef_mean_skin(float **mm, const ef_atlas *atlas, double smooth_mm, int threads,
                           efface_error *err);

#endif
