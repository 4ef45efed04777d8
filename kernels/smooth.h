/* Gaussian smoothing, separable, in place. */
#ifndef EK_SMOOTH_H
#define EK_SMOOTH_H

#include <stdbool.h>
#include <stdint.h>

/* Convolves v with a sampled Gaussian, cut at 4 sigma (6e-5 of its weight lies beyond). The result is
 * divided by the weight that falls inside the volume, so that a constant stays constant at the borders.
 * v          in and out, [n[2]][n[1]][n[0]]; NaN spreads to all that it reaches
 * sigma_vox  standard deviation in voxels on each axis; an axis with 0 or less is not smoothed
 * threads    number of OpenMP threads
 * Time grows with the sum of the sigmas.
 * Returns false, and v is undefined, where memory for a few columns was short. */
bool ek_gaussian(float *v, const int64_t n[3], const double sigma_vox[3], int threads);

/* The same sums, and the same border, in one way or the other; ek_gaussian takes on each axis the faster
 * one. In Fourier space a value is good to 1e-6 of the largest of its line and of its neighbour's, and the
 * time hardly depends on sigma. A bundle of lines with a NaN or infinite value is summed plainly in both.
 * */
bool ek_direct_gaussian(float *v, const int64_t n[3], const double sigma_vox[3], int threads);
bool ek_fft_gaussian(float *v, const int64_t n[3], const double sigma_vox[3], int threads);

/* Whether lines of n are convolved faster in Fourier space with a kernel of 2 radius + 1. The one place
 * that decides this, as bench/gaussian.c measured it. */
bool ek_fft_is_faster(int64_t n, int64_t radius);

/* The same over the valid voxels only: normalised convolution (Knutsson and Westin 1993). Every voxel
 * receives the weighted mean of the valid ones near it, NaN where their weight is below 1e-4 of the
 * kernel's.
 * valid  nonzero where v counts; voxels where v is NaN or infinite don't. NULL: all
 * Returns false, and v is undefined, where memory for one more volume was short. */
bool ek_gaussian_masked(float *v, const uint8_t *valid, const int64_t n[3], const double sigma_vox[3],
                        int threads);

#endif
