/* Normal equations of a rigid motion with gain and offset: see rigid.h. Each slice is summed separately. */
#include "kernels/rigid.h"

#include <math.h>
#include <string.h>

#include "kernels/grid.h"

enum { N = EK_RIGID_UNKNOWNS, MOST_SLICES = 256 };

static void map(double out[3], const double m[3][4], const double in[3])
{
    for (int r = 0; r < 3; r++)
        out[r] = m[r][0] * in[0] + m[r][1] * in[1] + m[r][2] * in[2] + m[r][3];
}

/* Value and gradient (per index) of the trilinear interpolant; NaN outside and beside missing data. */
static double sample(double gradient[3], const float *v, const int64_t n[3], const double at[3])
{
    int64_t base[3];
    double t[3];
    for (int d = 0; d < 3; d++) {
        if (!(at[d] >= 0 && at[d] <= (double)(n[d] - 1)) || n[d] < 2)
            return NAN;
        base[d] = (int64_t)at[d] < n[d] - 1 ? (int64_t)at[d] : n[d] - 2;
        t[d] = at[d] - (double)base[d];
    }
    double value = 0;
    gradient[0] = gradient[1] = gradient[2] = 0;
    for (int corner = 0; corner < 8; corner++) {
        double w[3], sign[3];
        int64_t index[3];
        for (int d = 0; d < 3; d++) {
            const int far = corner >> d & 1;
            w[d] = far ? t[d] : 1 - t[d];
            sign[d] = far ? 1 : -1;
            index[d] = base[d] + far;
        }
        const double c = (double)v[ek_index(n, index[0], index[1], index[2])];
        value += w[0] * w[1] * w[2] * c;
        gradient[0] += sign[0] * w[1] * w[2] * c;
        gradient[1] += w[0] * sign[1] * w[2] * c;
        gradient[2] += w[0] * w[1] * sign[2] * c;
    }
    return value;
}

static void add_cell(ek_rigid_sums *s, const ek_rigid_pair *p, const ek_rigid_start *start,
                     const int64_t cell[3])
{
    const double at[3] = {(double)cell[0], (double)cell[1], (double)cell[2]};
    const double f = (double)p->fixed[ek_index(p->n, cell[0], cell[1], cell[2])];
    double x[3], y[3], index[3], by_index[3], g[3] = {0, 0, 0};
    map(x, p->mm_from_index, at);
    map(y, start->motion, x);
    map(index, p->index_from_mm, y);
    const double m = sample(by_index, p->moving, p->n, index);
    if (isnan(m) || isnan(f))
        return;
    for (int d = 0; d < 3; d++)
        for (int r = 0; r < 3; r++)
            g[d] += by_index[r] * p->index_from_mm[r][d];
    const double r[3] = {y[0] - start->centre[0], y[1] - start->centre[1], y[2] - start->centre[2]};
    /* d(Tx) = rotation x r + translation; gradient . (rotation x r) = rotation . (r x gradient) */
    const double row[N] = {r[1] * g[2] - r[2] * g[1],
                           r[2] * g[0] - r[0] * g[2],
                           r[0] * g[1] - r[1] * g[0],
                           g[0],
                           g[1],
                           g[2],
                           -f,
                           -1};
    const double residual = m - start->gain * f - start->offset;
    for (int a = 0; a < N; a++) {
        s->right[a] -= row[a] * residual;
        for (int b = 0; b <= a; b++)
            s->normal[a][b] += row[a] * row[b];
    }
    const double moments[5] = {f, m, f * f, m * m, f * m};
    for (int a = 0; a < 5; a++)
        s->moments[a] += moments[a];
    s->count++;
}

static void add_slice(ek_rigid_sums *s, const ek_rigid_pair *p, const ek_rigid_start *start, int64_t k)
{
    memset(s, 0, sizeof *s);
    for (int64_t y = 0; y < p->n[1]; y++) {
        for (int64_t x = 0; x < p->n[0]; x++) {
            const int64_t cell[3] = {x, y, k};
            if (p->use[ek_index(p->n, x, y, k)])
                add_cell(s, p, start, cell);
        }
    }
}

void ek_rigid_equations(ek_rigid_sums *sums, const ek_rigid_pair *pair, const ek_rigid_start *start,
                        int threads)
{
    ek_rigid_sums all, part[MOST_SLICES];
    memset(&all, 0, sizeof all);
    for (int64_t first = 0; first < pair->n[2]; first += MOST_SLICES) {
        const int64_t count = pair->n[2] - first < MOST_SLICES ? pair->n[2] - first : MOST_SLICES;
#pragma omp parallel for num_threads(threads) schedule(static, 1)
        for (int64_t k = 0; k < count; k++)
            add_slice(&part[k], pair, start, first + k);
        for (int64_t k = 0; k < count; k++) {
            for (int a = 0; a < N; a++) {
                all.right[a] += part[k].right[a];
                for (int b = 0; b <= a; b++)
                    all.normal[a][b] += part[k].normal[a][b];
            }
            for (int a = 0; a < 5; a++)
                all.moments[a] += part[k].moments[a];
            all.count += part[k].count;
        }
    }
    for (int a = 0; a < N; a++)
        for (int b = a + 1; b < N; b++)
            all.normal[a][b] = all.normal[b][a];
    *sums = all;
}
