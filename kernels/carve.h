/* Carve: the mask on the subject's own grid, from two distance fields that live on other grids. */
#ifndef EK_CARVE_H
#define EK_CARVE_H

#include <stdbool.h>
#include <stdint.h>

/* A scalar field on another grid, sampled trilinearly. Outside it the nearest border value counts. */
typedef struct ek_field {
    const float *value; /* borrowed, [n[2]][n[1]][n[0]], finite */
    int64_t n[3];
    double index_from_voxel[3][4]; /* voxel index of the mask's grid to index of this field */
} ek_field;

/* Marks voxel v where cut(v) < 0 and away(v) > margin.
 * mask       out, [n[2]][n[1]][n[0]], 0 or 1; overwritten
 * cut        signed distance in mm: negative in what is to be marked
 * away       signed distance in mm from what must not be marked: negative inside it
 * margin     mm
 * voxel_mm   largest distance between two neighbouring voxel centres
 * lipschitz  mm per mm of the mask's space: neither field changes faster. Whole blocks are then decided
 *            from their centre
 * threads    number of OpenMP threads
 * Returns the number of voxels marked. */
int64_t ek_carve(uint8_t *mask, const int64_t n[3], const ek_field *cut, const ek_field *away,
                 double margin, double voxel_mm, double lipschitz, int threads);

/* Returns the most that a field changes over the distance of one voxel of the mask's grid, in any direction:
 * a bound for ek_carve's lipschitz where voxel_mm is 1. Within a cell a trilinear field is no steeper along an
 * axis than the steepest of its edges.
 * field  in: finite */
double ek_field_slope(const ek_field *field);

#endif
