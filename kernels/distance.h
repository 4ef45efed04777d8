/* Exact Euclidean distance of voxel centres, in millimetres. */
#ifndef EK_DISTANCE_H
#define EK_DISTANCE_H

#include <stdbool.h>
#include <stdint.h>

/* What stands for "there is none": far beyond any head, and exact in float. */
#define EK_DISTANCE_FAR_MM 1.0e6F

/* Signed distance to the surface of a mask, which runs midway between its outermost voxels and their
 * neighbours. Exact but for the rounding of float (relative 3e-7).
 * mm          out, [n[2]][n[1]][n[0]]: the distance from this voxel's centre to the nearest centre of the
 *             other kind, less half the smallest spacing (with more, thick slices would turn signs round).
 *             Negative where `inside` is nonzero, positive elsewhere; +-EK_DISTANCE_FAR_MM where the other
 *             kind does not exist
 * inside      the same shape; nonzero: inside
 * spacing_mm  voxel edges, positive
 * threads     number of OpenMP threads
 * The time per voxel and pass grows with its distance in voxels.
 * Returns false, and mm is undefined, where memory for a few columns per thread was short. */
bool ek_distance_signed(float *mm, const uint8_t *inside, const int64_t n[3], const double spacing_mm[3],
                        int threads);

/* Distance to the nearest voxel centre where `set` is nonzero; 0 there.
 * mm          out, [n[2]][n[1]][n[0]]
 * cap_mm      distances above it are not computed and become EK_DISTANCE_FAR_MM (a small cap is faster);
 *             INFINITY for all
 * Other arguments and return as ek_distance_signed. */
bool ek_distance_to_within(float *mm, const uint8_t *set, const int64_t n[3], const double spacing_mm[3],
                           double cap_mm, int threads);

/* The same without a cap. */
bool ek_distance_to(float *mm, const uint8_t *set, const int64_t n[3], const double spacing_mm[3],
                    int threads);

#endif
