/* Mean skin: the atlas' skin as a distance field that a new face can be made from. It depends on the atlas
 * alone, so a face that is made from it is the same for everybody. */
#ifndef EF_MEAN_SKIN_H
#define EF_MEAN_SKIN_H

#include "head/atlas.h"

/* Makes the mean skin's signed distance, in atlas mm, defined everywhere. Where the atlas knows nothing
 * (under the chin, behind the neck), the next known cell above continues, else the one below.
 * mm         out, owned by the caller, on the atlas' grid; NULL after a failure
 * atlas      in
 * smooth_mm  standard deviation of a Gaussian over the distance field: 0 leaves a face, 15 and more none
 * threads    number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_mean_skin(float **mm, const ef_atlas *atlas, double smooth_mm, int threads,
                           efface_error *err);

#endif
