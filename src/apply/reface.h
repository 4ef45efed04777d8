/* Reface: another face. */
#ifndef EF_REFACE_H
#define EF_REFACE_H

#include "apply/input.h"

/* Mode `reface`: the atlas' mean face in the scan's own values, with a secret variation.
 * Arguments and errors as for ef_apply. */
efface_status ef_apply_reface(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

#endif
