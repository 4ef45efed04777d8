/* A ball rolls along a height map from below: what it can't reach stands out. The opening of a surface by a ball
 * (Sternberg, IEEE Computer 1983;16(1):22). */
#ifndef EK_ROLL_H
#define EK_ROLL_H

#include <stdbool.h>
#include <stdint.h>

/* Opens a height map by a ball. The result is never above the map; a plane, and any sphere of a larger radius,
 * stay as they are. Pixels beyond the map, and NaN, don't hold the ball back.
 * smooth    out, [n[1]][n[0]]: the upper envelope of the balls below the map; NaN where the map is NaN
 * height    in, the same shape; another array
 * n         columns, rows
 * pixel_mm  distance between pixels
 * ball_mm   radius of the ball
 * threads   number of OpenMP threads; the result does not depend on it
 * Returns false, and smooth is undefined, where memory was short. The time grows with n[0] n[1] (ball_mm /
 * pixel_mm)^2. */
bool ek_roll(float *smooth, const float *height, const int64_t n[2], double pixel_mm, double ball_mm,
             int threads);

#endif
