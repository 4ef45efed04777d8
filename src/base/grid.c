/* Affine transforms and sampling grids: see grid.h for the numbered coordinate spaces. */
#include "base/grid.h"

#include <math.h>

ef_affine ef_affine_identity(void)
{
    return (ef_affine){{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};
}

ef_affine ef_affine_mul(ef_affine a_from_b, ef_affine b_from_c)
{
    ef_affine a_from_c;
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 4; c++) {
            double sum = c == 3 ? a_from_b.m[r][3] : 0;
            for (int k = 0; k < 3; k++)
                sum += a_from_b.m[r][k] * b_from_c.m[k][c];
            a_from_c.m[r][c] = sum;
        }
    }
    return a_from_c;
}

double ef_affine_det(const ef_affine *a)
{
    const double(*m)[4] = a->m;
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
           m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

bool ef_affine_invert(ef_affine *b_from_a, ef_affine a_from_b)
{
    double length[3];
    ef_affine_spacing(length, &a_from_b);
    double det = ef_affine_det(&a_from_b);
    if (!isfinite(det) || fabs(det) <= 1e-12 * length[0] * length[1] * length[2])
        return false;
    double(*m)[4] = a_from_b.m;
    ef_affine inverse;
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 3; c++) {
            int r1 = (c + 1) % 3, r2 = (c + 2) % 3, c1 = (r + 1) % 3, c2 = (r + 2) % 3;
            inverse.m[r][c] = (m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]) / det;
        }
    }
    for (int r = 0; r < 3; r++) {
        double sum = 0;
        for (int k = 0; k < 3; k++)
            sum += inverse.m[r][k] * m[k][3];
        inverse.m[r][3] = -sum;
        if (!isfinite(sum))
            return false;
    }
    *b_from_a = inverse;
    return true;
}

void ef_affine_spacing(double mm[3], const ef_affine *world_from_voxel)
{
    for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (int r = 0; r < 3; r++)
            sum += world_from_voxel->m[r][c] * world_from_voxel->m[r][c];
        mm[c] = sqrt(sum);
    }
}

void ef_affine_orientation(char code[4], const ef_affine *world_from_voxel)
{
    static const char positive[3] = {'R', 'A', 'S'}, negative[3] = {'L', 'P', 'I'};
    /* The assignment of columns to world axes with the largest product of direction cosines. No axis is
     * named twice, however oblique the grid is. */
    static const int permutation[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double mm[3], best = -1;
    ef_affine_spacing(mm, world_from_voxel);
    for (int p = 0; p < 6; p++) {
        double product = 1;
        for (int c = 0; c < 3; c++)
            product *= mm[c] > 0 ? fabs(world_from_voxel->m[permutation[p][c]][c]) / mm[c] : 0;
        if (product > best) {
            best = product;
            for (int c = 0; c < 3; c++) {
                int r = permutation[p][c];
                code[c] = world_from_voxel->m[r][c] >= 0 ? positive[r] : negative[r];
            }
        }
    }
    code[3] = '\0';
}

int64_t ef_grid_cell_in(const int64_t n_a[3], const ef_affine *a_from_b, const int64_t n_b[3],
                        int64_t index_b)
{
    double at[3];
    ef_grid_point(at, n_b, index_b);
    ef_affine_apply(at, a_from_b, at);
    return ef_grid_nearest(at, n_a);
}

bool ef_grid_equal(const ef_grid *a, const ef_grid *b, double tolerance_mm)
{
    for (int d = 0; d < 3; d++)
        if (a->n[d] != b->n[d])
            return false;
    for (int corner = 0; corner < 8; corner++) {
        double at[3], in_a[3], in_b[3];
        for (int d = 0; d < 3; d++)
            at[d] = (corner >> d & 1) ? (double)(a->n[d] - 1) : 0;
        ef_affine_apply(in_a, &a->world_from_voxel, at);
        ef_affine_apply(in_b, &b->world_from_voxel, at);
        for (int d = 0; d < 3; d++)
            if (!(fabs(in_a[d] - in_b[d]) <= tolerance_mm))
                return false;
    }
    return true;
}
