/* Blur: a head without features. */
#ifndef EF_BLUR_H
#define EF_BLUR_H

#include "apply/input.h"

/* Mode `blur`: a smooth head without features, of the head's own tissue smeared.
 * Arguments and errors as for ef_apply. */
efface_status ef_apply_blur(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

#endif
