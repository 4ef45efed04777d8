/* Own skin: where the subject's skin lies around the mask, as far as the scan shows it. */
#ifndef EF_OWN_SKIN_H
#define EF_OWN_SKIN_H

#include "apply/new_face.h"

/* Fills in the subject's own fields: value, own_mm, border_mm, kept; the box is placed and they are
 * allocated. False where memory was short. */
bool ef_own_skin_measure(ef_new_face *face, const ef_image *image, const ef_apply_input *in, int threads);

/* Whether cell i lies near kept skin, and that skin within the field of view: where the head goes through
 * its end, own_mm leads beyond. */
bool ef_own_skin_known(const ef_new_face *face, int64_t i);

#endif
