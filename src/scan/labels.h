/* Labels: images whose values are names, not amounts. */
#ifndef EF_LABELS_H
#define EF_LABELS_H

#include <stdbool.h>

#include "base/image.h"

/* Whether an image is a label image: its header says so (NIfTI intent 1002), or its values are few whole
 * numbers in patches. Noise and a wall would invent labels in it. False where the voxels are not in
 * memory and the header says nothing. */
bool ef_labels_are(const ef_image *image);

#endif
