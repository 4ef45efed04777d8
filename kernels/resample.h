/* Volumes read on another grid through an affine map. */
#ifndef EK_RESAMPLE_H
#define EK_RESAMPLE_H

#include <stdint.h>

/* Trilinear interpolation. A point that falls on a voxel centre gets that voxel's bits.
 * out          [out_n[2]][out_n[1]][out_n[0]], overwritten; not `in`
 * in           [in_n[2]][in_n[1]][in_n[0]]; NaN: no data
 * in_from_out  index of out to index of in, voxel centres at whole numbers; finite
 * outside      for points more than half a voxel outside the outermost centres of `in` (the edge of its
 *              voxels, to 1e-6 voxel); up to there the outermost value holds
 * threads      number of OpenMP threads
 * Neighbours that are NaN are left out and the others' weights raised to one. Where less than half of the
 * weight remains the result is `outside`. */
void ek_resample_linear(float *out, const int64_t out_n[3], const float *in, const int64_t in_n[3],
                        const double in_from_out[3][4], float outside, int threads);

/* The nearest voxel (upwards when midway); the rest as above. */
void ek_resample_nearest_u8(uint8_t *out, const int64_t out_n[3], const uint8_t *in, const int64_t in_n[3],
                            const double in_from_out[3][4], uint8_t outside, int threads);

#endif
