/* Quantiles of stored voxels from a sample, histograms, and Otsu's threshold. */
#ifndef EK_QUANTILE_H
#define EK_QUANTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/dtype.h"

/* Quantiles of the finite values of a deterministic sample.
 * out          n_q values; NaN where nothing sampled was finite
 * q            n_q fractions in [0, 1], in any order
 * stored       count elements of `type`
 * max_samples  at least 1; where count is larger, one element of each of max_samples equal stretches is
 *              taken, at a place that moves by the golden ratio from stretch to stretch: even over the
 * array and in step with no row length slope, inter value = stored * slope + inter; slope not 0 n_finite
 * out, how many sampled values were finite Between order statistics the quantile is interpolated linearly
 * (type 7 of Hyndman and Fan 1996). False, outputs undefined, where memory was short (16 bytes a sample).
 */
bool ek_sample_quantiles(double *out, const double *q, int n_q, const void *stored, ek_dtype type,
                         int64_t count, int64_t max_samples, double slope, double inter, int64_t *n_finite);

/* Histogram of n_bins equal bins over [low, high]; values outside go to the end bins, NaN nowhere.
 * bins  out, overwritten
 * v     count values
 * mask  count bytes, only where it is nonzero is counted; NULL counts all
 * low < high, 1 <= n_bins <= EK_HISTOGRAM_MAX_BINS */
void ek_histogram(int64_t *bins, int n_bins, const float *v, const uint8_t *mask, int64_t count, float low,
                  float high, int threads);

enum { EK_HISTOGRAM_MAX_BINS = 1 << 12 };

/* Bin t for which the classes 0..t and t+1..n_bins-1 differ most between and least within (Otsu 1979); the
 * middle one where several are as good, as in an empty gap between two peaks. -1 where fewer than two bins
 * are occupied. */
int ek_otsu(const int64_t *bins, int n_bins);

#endif
