/* Carves the mask block by block. Where the distance at a block's centre is larger than the block, the
 * whole block is decided at once. A block that a surface may cross is halved, and the smallest ones are sampled
 * voxel by voxel. */
#include "kernels/carve.h"

#include <math.h>
#include <string.h>

#include "kernels/grid.h"

enum { BLOCK = 16, LEAF = 2 }; /* voxels; blocks are halved from the one to the other */

static float sample(const ek_field *field, double x, double y, double z)
{
    double at[3];
    int64_t low[3];
    float part[3];
    for (int d = 0; d < 3; d++) {
        const double *m = field->index_from_voxel[d];
        at[d] = m[0] * x + m[1] * y + m[2] * z + m[3];
        const double most = (double)(field->n[d] - 1);
        at[d] = at[d] > 0 ? (at[d] < most ? at[d] : most) : 0;
        low[d] = (int64_t)at[d];
        if (low[d] > field->n[d] - 2)
            low[d] = field->n[d] > 1 ? field->n[d] - 2 : 0;
        part[d] = (float)(at[d] - (double)low[d]);
    }
    const int64_t dx = field->n[0] > 1, row = field->n[1] > 1 ? field->n[0] : 0;
    const int64_t slice = field->n[2] > 1 ? field->n[0] * field->n[1] : 0;
    const float *p = field->value + ek_index(field->n, low[0], low[1], low[2]);
    const float u = part[0], v = part[1], w = part[2];
    const float a = p[0] + u * (p[dx] - p[0]), b = p[row] + u * (p[row + dx] - p[row]);
    const float c = p[slice] + u * (p[slice + dx] - p[slice]);
    const float e = p[slice + row] + u * (p[slice + row + dx] - p[slice + row]);
    const float f = a + v * (b - a), g = c + v * (e - c);
    return f + w * (g - f);
}

/* Square of the steepest gradient within the cell whose first corner is p: the largest of its four edges along
 * each axis. */
static double cell_steepness(const float *p, const int64_t step[3])
{
    double square = 0;
    for (int d = 0; d < 3; d++) {
        const int64_t a = step[(d + 1) % 3], b = step[(d + 2) % 3];
        const int64_t corner[4] = {0, a, b, a + b};
        float most = 0;
        for (int c = 0; c < 4; c++)
            most = fmaxf(most, fabsf(p[corner[c] + step[d]] - p[corner[c]]));
        square += (double)most * (double)most;
    }
    return square;
}

/* Square of a bound of the map's largest singular value: the row sums of its Gram matrix. */
static double map_stretch(const double map[3][4])
{
    double most = 0;
    for (int a = 0; a < 3; a++) {
        double row = 0;
        for (int b = 0; b < 3; b++)
            row += fabs(map[0][a] * map[0][b] + map[1][a] * map[1][b] + map[2][a] * map[2][b]);
        most = fmax(most, row);
    }
    return most;
}

double ek_field_slope(const ek_field *field)
{
    const int64_t *n = field->n;
    int64_t last[3], step[3] = {1, n[0], n[0] * n[1]};
    double most = 0;
    for (int d = 0; d < 3; d++) {
        last[d] = n[d] > 1 ? n[d] - 2 : 0;
        step[d] = n[d] > 1 ? step[d] : 0;
    }
    for (int64_t k = 0; k <= last[2]; k++)
        for (int64_t j = 0; j <= last[1]; j++)
            for (int64_t i = 0; i <= last[0]; i++)
                most = fmax(most, cell_steepness(field->value + ek_index(n, i, j, k), step));
    return sqrt(most * map_stretch(field->index_from_voxel));
}

typedef struct carving {
    uint8_t *mask;
    const int64_t *n;
    const ek_field *cut, *away;
    double margin;
    double slope; /* mm per voxel, of either field */
} carving;

/* Every voxel of a block that starts at `begin` and ends before `end`. Returns how many are marked. */
static int64_t carve_voxels(const carving *c, const int64_t begin[3], const int64_t end[3])
{
    int64_t marked = 0;
    for (int64_t k = begin[2]; k < end[2]; k++) {
        for (int64_t j = begin[1]; j < end[1]; j++) {
            uint8_t *row = c->mask + ek_index(c->n, 0, j, k);
            for (int64_t i = begin[0]; i < end[0]; i++) {
                const double x = (double)i, y = (double)j, z = (double)k;
                row[i] =
                    (double)sample(c->cut, x, y, z) < 0 && (double)sample(c->away, x, y, z) > c->margin;
                marked += row[i];
            }
        }
    }
    return marked;
}

/* Marks a whole block. Returns its voxels. */
static int64_t mark_block(const carving *c, const int64_t begin[3], const int64_t end[3])
{
    const int64_t row = end[0] - begin[0];
    for (int64_t k = begin[2]; k < end[2]; k++)
        for (int64_t j = begin[1]; j < end[1]; j++)
            memset(c->mask + ek_index(c->n, begin[0], j, k), 1, (size_t)row);
    return row * (end[1] - begin[1]) * (end[2] - begin[2]);
}

static int64_t carve_block(const carving *c, const int64_t begin[3], int64_t edge)
{
    int64_t end[3], marked = 0;
    double centre[3], reach = 0;
    for (int d = 0; d < 3; d++) {
        end[d] = begin[d] + edge < c->n[d] ? begin[d] + edge : c->n[d];
        if (end[d] <= begin[d])
            return 0;
        centre[d] = 0.5 * (double)(begin[d] + end[d] - 1);
        reach += 0.25 * (double)((end[d] - 1 - begin[d]) * (end[d] - 1 - begin[d]));
    }
    reach = c->slope * sqrt(reach);
    const double cut_mm = (double)sample(c->cut, centre[0], centre[1], centre[2]);
    if (cut_mm > reach)
        return 0;
    const double away_mm = (double)sample(c->away, centre[0], centre[1], centre[2]);
    if (away_mm < c->margin - reach)
        return 0;
    if (cut_mm < -reach && away_mm > c->margin + reach)
        return mark_block(c, begin, end);
    if (edge <= LEAF)
        return carve_voxels(c, begin, end);
    for (int part = 0; part < 8; part++) {
        const int64_t half = edge / 2;
        const int64_t from[3] = {begin[0] + (part & 1) * half, begin[1] + (part >> 1 & 1) * half,
                                 begin[2] + (part >> 2) * half};
        marked += carve_block(c, from, half);
    }
    return marked;
}

int64_t ek_carve(uint8_t *mask, const int64_t n[3], const ek_field *cut, const ek_field *away,
                 double margin, double voxel_mm, double lipschitz, int threads)
{
    int64_t marked = 0;
    const carving c = {mask, n, cut, away, margin, lipschitz * voxel_mm};
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1) reduction(+ : marked)
    for (int64_t k = 0; k < n[2]; k += BLOCK) {
        const int64_t layers = k + BLOCK < n[2] ? BLOCK : n[2] - k;
        memset(mask + n[0] * n[1] * k, 0, (size_t)(n[0] * n[1] * layers));
        for (int64_t j = 0; j < n[1]; j += BLOCK) {
            for (int64_t i = 0; i < n[0]; i += BLOCK) {
                const int64_t begin[3] = {i, j, k};
                marked += carve_block(&c, begin, BLOCK);
            }
        }
    }
    return marked;
}
