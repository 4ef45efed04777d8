/* Rigid motion between two small volumes: the normal equations of one Gauss-Newton step. */
#ifndef EK_RIGID_H
#define EK_RIGID_H

#include <stdint.h>

enum { EK_RIGID_UNKNOWNS = 8 };

/* Sums for the least squares of moving(T x) = gain * fixed(x) + offset over cells x of a grid.
 * normal     out, 8 x 8, symmetric: unknowns are the changes of rotation about x, y, z (rad, about centre),
 *            of translation (mm), of gain and of offset
 * right      out, 8: minus the gradient of half the squared residuals
 * moments    out, 5: sums of f, m, f*f, m*m, f*m over the cells used
 * fixed, moving  [n[2]][n[1]][n[0]], same grid; NaN: no data
 * use        n bytes, nonzero: the cell counts
 * mm_from_index, index_from_mm   of the grid
 * motion     T, mm to mm
 * centre     of rotation, mm, after T
 * gain, offset   where the step begins
 * Returns the cells used: inside both volumes with data around. Partial sums are of slices, added in their
 * order, so the result does not depend on threads. Lucas and Kanade 1981. */
int64_t ek_rigid_equations(double normal[EK_RIGID_UNKNOWNS][EK_RIGID_UNKNOWNS],
                           double right[EK_RIGID_UNKNOWNS], double moments[5], const float *fixed,
                           const float *moving, const uint8_t *use, const int64_t n[3],
                           const double mm_from_index[3][4], const double index_from_mm[3][4],
                           const double motion[3][4], const double centre[3], double gain, double offset,
                           int threads);

#endif
