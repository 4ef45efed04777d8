/* Normalised convolution with a wide Gaussian, on as coarse a grid as the Gaussian allows. */
#ifndef EK_SPREAD_H
#define EK_SPREAD_H

#include <stdbool.h>
#include <stdint.h>

/* Replaces v by the weighted mean of what is near (Knutsson and Westin 1993), and by `base` far from it.
 * v          in and out, [n[2]][n[1]][n[0]]; where not finite its weight is 0
 * weight     the same shape, nonzero where v counts; NULL: everywhere
 * sigma_vox  standard deviation of the Gaussian, the same on all axes; above 0
 * prior      weight of base, as a fraction of the Gaussian's whole weight; above 0
 * base       value far from everything
 * threads    number of OpenMP threads
 * A Gaussian of 6 voxels and more is applied to means of 2 x 2 x 2 voxels, one of 12 to means of 4 x 4 x 4
 * and so on, and the result interpolated linearly: within 1 % of the range of v of the plain convolution.
 * Returns false, and v is undefined, where memory was short. */
bool ek_spread(float *v, const uint8_t *weight, const int64_t n[3], double sigma_vox, double prior,
               double base, int threads);

#endif
