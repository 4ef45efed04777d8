/* Single samples of a volume, for inner loops that walk their own way. Whole grids: resample.h. */
#ifndef EK_SAMPLE_H
#define EK_SAMPLE_H

#include <stdint.h>

/* The cell around a point: its lower corner, the way through it, and the steps in memory to the upper
 * neighbours (0 at the border, so that nothing is read outside). */
typedef struct ek_cell {
    int64_t base, step[3];
    double part[3];
} ek_cell;

/* at: voxel index, finite; clamped to the outermost voxel centres. */
static inline ek_cell ek_cell_at(const int64_t n[3], const double at[3])
{
    ek_cell cell = {0};
    const int64_t stride[3] = {1, n[0], n[0] * n[1]};
    for (int a = 0; a < 3; a++) {
        const double last = (double)(n[a] - 1);
        double p = at[a] > 0 ? at[a] : 0;
        p = p < last ? p : last;
        const int64_t i = (int64_t)p;
        cell.base += i * stride[a];
        cell.step[a] = i + 1 < n[a] ? stride[a] : 0;
        cell.part[a] = p - (double)i;
    }
    return cell;
}

/* Trilinear interpolation from the eight corners; corner c has bit 0 for x, 1 for y, 2 for z. */
static inline double ek_blend(const double corner[8], const double part[3])
{
    const double a = corner[0] + part[0] * (corner[1] - corner[0]);
    const double b = corner[2] + part[0] * (corner[3] - corner[2]);
    const double c = corner[4] + part[0] * (corner[5] - corner[4]);
    const double d = corner[6] + part[0] * (corner[7] - corner[6]);
    const double e = a + part[1] * (b - a), f = c + part[1] * (d - c);
    return e + part[2] * (f - e);
}

static inline int64_t ek_corner_offset(const ek_cell *cell, int corner)
{
    return cell->base + (corner & 1 ? cell->step[0] : 0) + (corner & 2 ? cell->step[1] : 0) +
           (corner & 4 ? cell->step[2] : 0);
}

/* Value of v [n[2]][n[1]][n[0]] at a voxel index; outside, that of the nearest point of the volume. NaN
 * where any of the eight neighbours is NaN. */
static inline double ek_trilinear(const float *v, const int64_t n[3], const double at[3])
{
    const ek_cell cell = ek_cell_at(n, at);
    double corner[8];
    for (int c = 0; c < 8; c++)
        corner[c] = (double)v[ek_corner_offset(&cell, c)];
    return ek_blend(corner, cell.part);
}

/* Gradient of the interpolated volume, per millimetre: differences over one voxel each way, as far as there
 * is volume. Exact where the volume is linear; 0 along an axis of one voxel.
 * gradient    out, along x, y and z of the grid
 * spacing_mm  voxel edges */
static inline void ek_gradient(double gradient[3], const float *v, const int64_t n[3], const double at[3],
                               const double spacing_mm[3])
{
    for (int a = 0; a < 3; a++) {
        const double last = (double)(n[a] - 1);
        const double here = at[a] < 0 ? 0 : at[a] > last ? last : at[a];
        double before[3] = {at[0], at[1], at[2]}, after[3] = {at[0], at[1], at[2]};
        before[a] = here > 1 ? here - 1 : 0;
        after[a] = here + 1 < last ? here + 1 : last;
        const double mm = (after[a] - before[a]) * spacing_mm[a];
        gradient[a] = mm > 0 ? (ek_trilinear(v, n, after) - ek_trilinear(v, n, before)) / mm : 0;
    }
}

#endif
