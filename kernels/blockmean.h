/* Block averaging of stored voxels: the one pass in which the whole scan is read for analysis. */
#ifndef EK_BLOCKMEAN_H
#define EK_BLOCKMEAN_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernels/dtype.h"

/* Stored voxels and the values they stand for. Borrows what it points to. */
typedef struct ek_block_source {
    const void *stored;  /* n_volumes * n[2]*n[1]*n[0] elements of `type`, x fastest, naturally aligned */
    ek_dtype type;       /* of an element */
    const int64_t *n;    /* three counts of voxels */
    int64_t n_volumes;   /* at least 1 */
    double slope, inter; /* value = stored * slope + inter; slope not 0 */
    double low, high;    /* values are clamped to these first (low <= high; infinities allowed) */
} ek_block_source;

/* One volume of plain values, which are not clamped. */
static inline ek_block_source ek_block_floats(const float *value, const int64_t n[3])
{
    return (ek_block_source){value, EK_FLOAT32, n, 1, 1, 0, -INFINITY, INFINITY};
}

/* Mean over blocks of voxels and over all volumes.
 * mean     out, [out_n[2]][out_n[1]][out_n[0]]; NaN where a block holds no finite value
 * out_n    ceil(n / factor) on each axis; the last block may be smaller
 * source   the voxels; values that are NaN or infinite are left out
 * factor   block edges in voxels, each at least 1
 * threads  number of OpenMP threads
 * Sums of 8- and 16-bit integers are exact within a block of a volume up to 256 rows; other types are
 * summed in double.
 * Returns false, and mean is undefined, where memory for a row per thread was short. */
bool ek_block_mean(float *mean, const int64_t out_n[3], ek_block_source source, const int factor[3],
                   int threads);

#endif
