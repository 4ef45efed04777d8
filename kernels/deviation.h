/* How much a volume varies from voxel to voxel. */
#ifndef EK_DEVIATION_H
#define EK_DEVIATION_H

#include <stdbool.h>
#include <stdint.h>

/* The least standard deviation among the windows of 2 x 2 x 2 voxels that a voxel is in. It is small on
 * both sides of an edge and large in noise (Kuwahara et al. 1976 choose windows so).
 * least    out, [n[2]][n[1]][n[0]], in the unit of v; infinite where all windows hold a NaN
 * v        [n[2]][n[1]][n[0]]; differences between neighbours below 1e-3 of the values' magnitude are not
 *          resolved
 * n        a window is one voxel thick along an axis of one voxel; a volume of one voxel has 0
 * threads  number of OpenMP threads
 * Returns false, and least is undefined, where memory was short. */
bool ek_least_deviation(float *least, const float *v, const int64_t n[3], int threads);

#endif
