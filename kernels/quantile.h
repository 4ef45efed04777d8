/* Quantiles of stored voxels from a sample, histograms, and Otsu's threshold. */
#ifndef EK_QUANTILE_H
#define EK_QUANTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/dtype.h"

/* Quantiles of the finite values of a deterministic sample, interpolated linearly between order statistics
 * (type 7 of Hyndman and Fan 1996).
 * out           n_q values; NaN where nothing sampled was finite
 * q             n_q fractions in [0, 1], in any order
 * stored        count elements of `type`
 * max_samples   at least 1. Where count is larger, one element of each of max_samples equal stretches is
 *               taken, at a place that moves by the golden ratio from stretch to stretch: even over the
 *               array and in step with no row length
 * slope, inter  value = stored * slope + inter; slope not 0
 * n_finite      out: how many sampled values were finite
 * Returns false, with undefined outputs, where memory was short (16 bytes a sample). */
bool ek_sample_quantiles(double *out, const double *q, int n_q, const void *stored, ek_dtype type,
                         int64_t count, int64_t max_samples, double slope, double inter, int64_t *n_finite);

/* Histogram of n_bins equal bins over [low, high]. Values outside are counted in the end bins, NaN is not.
 * bins       out, overwritten
 * n_bins     1 to EK_HISTOGRAM_MAX_BINS
 * v          count values
 * mask       count bytes, only where it is nonzero is counted; NULL counts all
 * low, high  low < high
 * threads    number of OpenMP threads */
void ek_histogram(int64_t *bins, int n_bins, const float *v, const uint8_t *mask, int64_t count, float low,
                  float high, int threads);

enum { EK_HISTOGRAM_MAX_BINS = 1 << 12 };

/* Otsu's threshold (1979): the bin t for which the classes 0..t and t+1..n_bins-1 differ most between and
 * least within. The middle one of equals, as in an empty gap between two peaks. -1 where fewer than two
 * bins are occupied. */
int ek_otsu(const int64_t *bins, int n_bins);

#endif
