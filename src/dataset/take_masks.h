/* Images that show no anatomy to go by take the mask of another image of their unit, as it is: phases, real
 * and imaginary parts, field maps, quantitative maps. */
#ifndef EF_TAKE_MASKS_H
#define EF_TAKE_MASKS_H

#include "dataset/line.h"

/* What is known of an image of the unit: whether it passed, and where its head lies. */
typedef struct ef_passed {
    bool passed;
    ef_affine world_from_atlas; /* mm to mm */
} ef_passed;

/* Treats the images of a unit that are to take a mask. For each one the images that passed are tried: first
 * those of the same folder, and among them those whose names have the longest beginning in common.
 * line    without its lock
 * job     whose other images are all worked on; the call waits until they are written
 * passed  of each image of the unit */
void ef_take_masks(ef_line *line, const ef_job *job, const ef_passed *passed);

#endif
