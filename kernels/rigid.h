/* Rigid motion between two small volumes: the normal equations of one Gauss-Newton step. */
#ifndef EK_RIGID_H
#define EK_RIGID_H

#include <stdint.h>

enum { EK_RIGID_UNKNOWNS = 8 };

/* Two volumes on one grid. Borrows what it points to. */
typedef struct ek_rigid_pair {
    const float *fixed, *moving;      /* [n[2]][n[1]][n[0]]; NaN: no data */
    const uint8_t *use;               /* as many bytes; nonzero: the cell counts */
    const int64_t *n;                 /* three counts */
    const double (*mm_from_index)[4]; /* of the grid, three rows */
    const double (*index_from_mm)[4]; /* its inverse */
} ek_rigid_pair;

/* Where the step begins. Borrows what it points to. */
typedef struct ek_rigid_start {
    const double (*motion)[4]; /* T, mm to mm, three rows */
    const double *centre;      /* of rotation, mm, after T */
    double gain, offset;
} ek_rigid_start;

/* The unknowns are the changes of rotation about x, y, z (rad, about centre), of translation (mm), of gain
 * and of offset. */
typedef struct ek_rigid_sums {
    double normal[EK_RIGID_UNKNOWNS][EK_RIGID_UNKNOWNS]; /* symmetric */
    double right[EK_RIGID_UNKNOWNS]; /* minus the gradient of half the squared residuals */
    double moments[5];               /* sums of f, m, f*f, m*m, f*m over the cells used */
    int64_t count;                   /* cells used: inside both volumes with data around */
} ek_rigid_sums;

/* Sums for the least squares of moving(T x) = gain * fixed(x) + offset over the cells x of a grid (Lucas
 * and Kanade 1981).
 * sums     out
 * pair     the volumes
 * start    motion, gain and offset
 * threads  number of OpenMP threads
 * Partial sums are of slices and are added in their order, so the result does not depend on threads. */
void ek_rigid_equations(ek_rigid_sums *sums, const ek_rigid_pair *pair, const ek_rigid_start *start,
                        int threads);

#endif
