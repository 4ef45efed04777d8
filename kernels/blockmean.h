/* Block averaging of stored voxels: the one pass in which the whole scan is read for analysis. */
#ifndef EK_BLOCKMEAN_H
#define EK_BLOCKMEAN_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/dtype.h"

/* Mean over blocks of voxels and over all volumes.
 * mean       out, [out_n[2]][out_n[1]][out_n[0]]; NaN where a block holds no finite value
 * out_n      ceil(n / factor) on each axis; the last block may be smaller
 * stored     n_volumes * n[2]*n[1]*n[0] elements of `type`, x fastest, naturally aligned
 * factor     block edges in voxels, each at least 1
 * slope, inter  value = stored * slope + inter; slope not 0
 * low, high  values are clamped to these first (low <= high; infinities allowed)
 * Stored values that are NaN or infinite are left out. Sums of 8- and 16-bit integers are exact within a
 * block of a volume up to 256 rows; other types are summed in double.
 * False, and mean undefined, where memory for a row per thread was short. */
bool ek_block_mean(float *mean, const int64_t out_n[3], const void *stored, ek_dtype type,
                   const int64_t n[3], int64_t n_volumes, const int factor[3], double slope, double inter,
                   double low, double high, int threads);

#endif
