/* See spread.h. Sums of v and of its weights are averaged to the coarse grid, smoothed there, and
 * interpolated back before they are divided, so that sparse weights do no harm. */
#include "kernels/spread.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/grid.h"
#include "kernels/smooth.h"

typedef struct coarse {
    int64_t n[3], factor;
    float *sum, *weight; /* owned */
} coarse;

static void gather(coarse *c, const float *v, const uint8_t *weight, const int64_t n[3], int threads)
{
    const int64_t f = c->factor;
    const float whole = 1 / (float)(f * f * f);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t row = 0; row < c->n[1] * c->n[2]; row++) {
        const int64_t y0 = row % c->n[1] * f, z0 = row / c->n[1] * f;
        for (int64_t x = 0; x < c->n[0]; x++) {
            float sum = 0, count = 0;
            for (int64_t z = z0; z < z0 + f && z < n[2]; z++) {
                for (int64_t y = y0; y < y0 + f && y < n[1]; y++) {
                    for (int64_t i = ek_index(n, x * f, y, z), end = i + f;
                         i < end && i < ek_index(n, n[0], y, z); i++) {
                        if ((weight == NULL || weight[i]) && isfinite(v[i])) {
                            sum += v[i];
                            count += 1;
                        }
                    }
                }
            }
            c->sum[row * c->n[0] + x] = sum * whole;
            c->weight[row * c->n[0] + x] = count * whole;
        }
    }
}

/* Lower neighbour of fine voxel i on the coarse axis of n, and the fraction of the way to the upper one. */
static int64_t neighbour(float *part, int64_t i, int64_t factor, int64_t n)
{
    const float at = ((float)i + 0.5F) / (float)factor - 0.5F;
    const float held = at < 0 ? 0 : at > (float)(n - 1) ? (float)(n - 1) : at;
    int64_t low = (int64_t)held;
    low = low > n - 2 && n > 1 ? n - 2 : low;
    *part = held - (float)low;
    return low;
}

static float linear(const float *p, int64_t dx, float u)
{
    return p[0] + u * (p[dx] - p[0]);
}

static float bilinear(const float *p, int64_t dx, int64_t dy, float u, float w)
{
    const float a = linear(p, dx, u), b = linear(p + dy, dx, u);
    return a + w * (b - a);
}

static void scatter(float *v, const int64_t n[3], const coarse *c, float prior, float base, int threads)
{
    if (c->factor == 1) { /* the grid itself */
        const int64_t count = n[0] * n[1] * n[2];
#pragma omp parallel for num_threads(threads) schedule(static)
        for (int64_t i = 0; i < count; i++)
            v[i] = (c->sum[i] + prior * base) / (c->weight[i] + prior);
        return;
    }
    const int64_t dx = c->n[0] > 1, dy = c->n[1] > 1 ? c->n[0] : 0,
                  dz = c->n[2] > 1 ? c->n[0] * c->n[1] : 0;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        float py, pz;
        const int64_t y = neighbour(&py, row % n[1], c->factor, c->n[1]);
        const int64_t z = neighbour(&pz, row / n[1], c->factor, c->n[2]);
        for (int64_t x = 0; x < n[0]; x++) {
            float px;
            const int64_t at = ek_index(c->n, neighbour(&px, x, c->factor, c->n[0]), y, z);
            const float *s = c->sum + at, *w = c->weight + at;
            float sum = bilinear(s, dx, dy, px, py), weight = bilinear(w, dx, dy, px, py);
            sum += pz * (bilinear(s + dz, dx, dy, px, py) - sum);
            weight += pz * (bilinear(w + dz, dx, dy, px, py) - weight);
            v[row * n[0] + x] = (sum + prior * base) / (weight + prior);
        }
    }
}

bool ek_spread(float *v, const uint8_t *weight, const int64_t n[3], double sigma_vox, double prior,
               double base, int threads)
{
    coarse c = {.factor = 1};
    while (sigma_vox / (double)c.factor >= 6)
        c.factor *= 2;
    for (int a = 0; a < 3; a++)
        c.n[a] = (n[a] + c.factor - 1) / c.factor;
    const size_t count = (size_t)(c.n[0] * c.n[1] * c.n[2]);
    c.sum = malloc(count * sizeof(float));
    c.weight = malloc(count * sizeof(float));
    bool ok = c.sum != NULL && c.weight != NULL;
    if (ok) {
        /* The means over blocks and the interpolation widen the Gaussian: a box of f voxels has the
         * variance (f^2 - 1) / 12, linear interpolation between knots f apart f^2 / 6. */
        const double f = (double)c.factor, widened = (f * f - 1) / 12 + (f > 1 ? f * f / 6 : 0);
        const double s = sqrt(sigma_vox * sigma_vox - widened) / f, sigma[3] = {s, s, s};
        gather(&c, v, weight, n, threads);
        ok = ek_gaussian(c.sum, c.n, sigma, threads) && ek_gaussian(c.weight, c.n, sigma, threads);
    }
    if (ok)
        scatter(v, n, &c, (float)prior, (float)base, threads);
    free(c.sum);
    free(c.weight);
    return ok;
}
