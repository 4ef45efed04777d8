/* See roll.h. Plain sums over the ball's disc, row by row, so that the inner loops are vectors. */
#include "kernels/roll.h"

#include <math.h>
#include <stdlib.h>

/* One pass: the least of the map above the ball (sign 1), or the greatest of the ball's tops (sign -1), around each
 * pixel. Minus times a minimum is a maximum, so both are minima of sign * in.
 * out   [n[1]][n[0]]
 * in    the same shape; INFINITY times sign where nothing is known
 * top   depth of the ball's surface under its top, by row and column of the disc's square; INFINITY beyond it */
static void pass(float *out, const float *in, const int64_t n[2], const float *top, int64_t reach,
                 float sign, int threads)
{
    const int64_t width = 2 * reach + 1;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t row = 0; row < n[1]; row++) {
        float *to = out + row * n[0];
        for (int64_t x = 0; x < n[0]; x++)
            to[x] = INFINITY;
        const int64_t first = row > reach ? row - reach : 0;
        const int64_t last = row + reach < n[1] ? row + reach : n[1] - 1;
        for (int64_t other = first; other <= last; other++) {
            const float *from = in + other * n[0], *depth = top + (other - row + reach) * width + reach;
            for (int64_t d = -reach; d <= reach; d++) {
                if (isinf(depth[d]))
                    continue;
                const int64_t begin = d < 0 ? -d : 0, end = d > 0 ? n[0] - d : n[0];
                for (int64_t x = begin; x < end; x++) {
                    const float v = sign * from[x + d] + depth[d];
                    to[x] = v < to[x] ? v : to[x];
                }
            }
        }
        for (int64_t x = 0; x < n[0]; x++)
            to[x] *= sign;
    }
}

bool ek_roll(float *smooth, const float *height, const int64_t n[2], double pixel_mm, double ball_mm,
             int threads)
{
    const int64_t reach = (int64_t)(ball_mm / pixel_mm), width = 2 * reach + 1, count = n[0] * n[1];
    float *top = malloc(sizeof *top * (size_t)(width * width));
    float *map = malloc(sizeof *map * (size_t)count), *below = malloc(sizeof *below * (size_t)count);
    const bool ok = top != NULL && map != NULL && below != NULL;
    for (int64_t i = 0; ok && i < width * width; i++) {
        const double u = (double)(i % width - reach) * pixel_mm, v = (double)(i / width - reach) * pixel_mm;
        const double square = ball_mm * ball_mm - u * u - v * v;
        top[i] = square >= 0 ? (float)(ball_mm - sqrt(square)) : INFINITY;
    }
    for (int64_t i = 0; ok && i < count; i++)
        map[i] = isnan(height[i]) ? INFINITY : height[i];
    if (ok) {
        pass(below, map, n, top, reach, 1, threads);
        pass(smooth, below, n, top, reach, -1, threads);
        for (int64_t i = 0; i < count; i++)
            smooth[i] = isnan(height[i]) ? NAN : smooth[i];
    }
    free(top);
    free(map);
    free(below);
    return ok;
}
