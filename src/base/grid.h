/* Affine transforms and sampling grids.
 *
 * Coordinate spaces, by number:
 *   1 voxel    index (i, j, k) of the stored image, x fastest, integer at voxel centres
 *   2 world    RAS+ millimetres, as the image's header says
 *   3 work     index of the 2 mm work volume (head/work.h); its axes run nearest to R, A, S
 *   4 atlas    RAS+ millimetres of the compiled-in atlas, origin near the anterior commissure
 *   5 cell     index of the atlas' own arrays
 *
 * A transform is named to_from: world_from_voxel takes 1 to 2, and
 * a_from_c = ef_affine_mul(a_from_b, b_from_c) reads itself. What loops call for every voxel is inline.
 */
#ifndef EF_GRID_H
#define EF_GRID_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* Rows of a 3x4 matrix; the fourth row is (0 0 0 1). */
typedef struct ef_affine {
    double m[3][4];
} ef_affine;

/* A box of samples: n counts along x, y, z (x fastest), and where sample (i, j, k) lies. */
typedef struct ef_grid {
    int64_t n[3];
    ef_affine world_from_voxel; /* mm */
} ef_grid;

ef_affine ef_affine_identity(void);

/* a_from_b * b_from_c. */
ef_affine ef_affine_mul(ef_affine a_from_b, ef_affine b_from_c);

/* Inverts a transform.
 * b_from_a  out; untouched on failure
 * Returns false where the matrix is singular (|det| below 1e-12 of the product of its column lengths) or
 * not finite. */
bool ef_affine_invert(ef_affine *b_from_a, ef_affine a_from_b);

/* out = a_from_b * in; out and in may be the same array. */
static inline void ef_affine_apply(double out[3], const ef_affine *a_from_b, const double in[3])
{
    const double x = in[0], y = in[1], z = in[2];
    for (int r = 0; r < 3; r++)
        out[r] = a_from_b->m[r][0] * x + a_from_b->m[r][1] * y + a_from_b->m[r][2] * z + a_from_b->m[r][3];
}

/* Determinant of the 3x3 part. */
double ef_affine_det(const ef_affine *a);

/* Lengths of the three columns: voxel spacing in mm. */
void ef_affine_spacing(double mm[3], const ef_affine *world_from_voxel);

/* Three letters and NUL, nearest axis of each column: "RAS", "PSR" ... */
void ef_affine_orientation(char code[4], const ef_affine *world_from_voxel);

/* Number of samples, n[0]*n[1]*n[2]. */
static inline int64_t ef_grid_count(const ef_grid *grid)
{
    return grid->n[0] * grid->n[1] * grid->n[2];
}

/* Index of the cell nearest to a point given in cells; -1 outside the grid of n cells. */
static inline int64_t ef_grid_nearest(const double at[3], const int64_t n[3])
{
    int64_t index[3];
    for (int d = 0; d < 3; d++) {
        index[d] = (int64_t)floor(at[d] + 0.5);
        if (index[d] < 0 || index[d] >= n[d])
            return -1;
    }
    return index[0] + n[0] * (index[1] + n[1] * index[2]);
}

/* Coordinates (i, j, k) of element number `index` of a grid of n. */
static inline void ef_grid_point(double at[3], const int64_t n[3], int64_t index)
{
    at[0] = (double)(index % n[0]);
    at[1] = (double)(index / n[0] % n[1]);
    at[2] = (double)(index / (n[0] * n[1]));
}

/* Index of the element of grid a nearest to an element of grid b; -1 outside of a.
 * n_a       counts of grid a
 * a_from_b  from indices of b to indices of a
 * n_b       counts of grid b
 * index_b   element of b */
int64_t ef_grid_cell_in(const int64_t n_a[3], const ef_affine *a_from_b, const int64_t n_b[3],
                        int64_t index_b);

/* Same counts, and corners that lie within tolerance_mm of each other. */
bool ef_grid_equal(const ef_grid *a, const ef_grid *b, double tolerance_mm);

#endif
