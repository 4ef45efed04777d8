/* Morphology of masks by a Euclidean ball.
 *
 * All four work in place on mask [n[2]][n[1]][n[0]], nonzero is foreground, results are 0 and 1. A voxel
 * belongs to the ball where its centre is at most radius_mm away (to 5e-7 of it). Outside of the volume
 * there is nothing that dilates and nothing that erodes: it counts as background for ek_dilate and as
 * foreground for ek_erode, so that a head cut by the field of view is not eaten there. With that rule
 * opening shrinks, closing grows, and both are idempotent up to the border. False, mask unchanged, where
 * memory for a float volume of the box around the foreground was short. */
#ifndef EK_MORPHOLOGY_H
#define EK_MORPHOLOGY_H

#include <stdbool.h>
#include <stdint.h>

bool ek_dilate(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm,
               int threads);

bool ek_erode(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads);

/* Erosion, then dilation: what is thinner than the ball goes. */
bool ek_open(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads);

/* Dilation, then erosion: gaps narrower than the ball close. */
bool ek_close(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads);

#endif
