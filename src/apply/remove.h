/* Remove: air where the face was. */
#ifndef EF_REMOVE_H
#define EF_REMOVE_H

#include "apply/input.h"

/* Mode `remove`: fills the mask with the scan's own background. The fill decides how:
 * EFFACE_FILL_NOISE  noise with the distribution and correlation of the scan's air, or the air's constant
 *                    where it has no noise, behind a wall (wall.h) that closes the cut; no wall where in->plain
 * EFFACE_FILL_ZERO   the stored value nearest to 0
 * EFFACE_FILL_MIN    the lowest finite value
 * Arguments and errors as for ef_apply. */
efface_status ef_apply_remove(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

/* Fills what the region empties with the scan's background, in all modes and without a wall.
 * Arguments and errors as for ef_apply. */
efface_status ef_apply_emptied(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

#endif
