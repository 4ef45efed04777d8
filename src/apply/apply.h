/* Apply: removes the face from the image, in its own datatype. Only voxels under the mask change, in every
 * volume; everything else keeps its bits. */
#ifndef EF_APPLY_H
#define EF_APPLY_H

#include "apply/input.h"

/* Changes the image as in->mode says.
 * image    in and out: voxels under the mask and in what is emptied change
 * in       in
 * threads  number of threads; the bytes do not depend on it
 * Errors: EFFACE_INTERNAL; EFFACE_LOCATE for a singular pose. The image is then partly changed. */
efface_status ef_apply(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

#endif
