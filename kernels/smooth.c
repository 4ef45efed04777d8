/* See smooth.h. Each pass copies a bundle of lines into scratch, with zeros before and after them, and
 * writes back the weighted sums; the innermost loop always runs along x over neighbours in memory. */
#include "smooth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    STRIP = 64
}; /* floats side by side in a y or z pass: four cache lines, and a column of 256 of them in L2 */

typedef struct kernel {
    int64_t radius;
    float *weight; /* 0 .. radius */
    float *norm;   /* per position on the axis: one over the weight inside the volume; all 1 where plain */
} kernel;

static void kernel_release(kernel *k)
{
    free(k->weight);
    *k = (kernel){0};
}

/* normalise: divide at the borders; else the volume is taken to be zero outside. */
static bool kernel_init(kernel *k, double sigma, int64_t n, bool normalise)
{
    *k = (kernel){.radius = (int64_t)ceil(4 * sigma)};
    k->weight = malloc(sizeof(float) * (size_t)(k->radius + 1 + n));
    double *exact = malloc(sizeof(double) * (size_t)(k->radius + 1));
    if (k->weight == NULL || exact == NULL) {
        free(exact);
        kernel_release(k);
        return false;
    }
    k->norm = k->weight + k->radius + 1;
    double sum = 0;
    for (int64_t r = 0; r <= k->radius; r++) {
        exact[r] = exp(-0.5 * (double)(r * r) / (sigma * sigma));
        sum += r == 0 ? exact[r] : 2 * exact[r];
    }
    for (int64_t r = 0; r <= k->radius; r++)
        k->weight[r] = (float)(exact[r] /= sum);
    for (int64_t i = 0; i < n; i++) {
        double inside = exact[0];
        for (int64_t r = 1; r <= k->radius; r++)
            inside += (i - r >= 0 ? exact[r] : 0) + (i + r < n ? exact[r] : 0);
        k->norm[i] = normalise ? (float)(1 / inside) : 1.0F;
    }
    free(exact);
    return true;
}

/* sum[x] = w * centre[x], or += w * (before[x] + after[x]). */
static void weigh_centre(float *restrict sum, const float *restrict centre, float w, int64_t n)
{
    for (int64_t x = 0; x < n; x++)
        sum[x] = w * centre[x];
}

static void weigh_pair(float *restrict sum, const float *restrict before, const float *restrict after,
                       float w, int64_t n)
{
    for (int64_t x = 0; x < n; x++)
        sum[x] += w * (before[x] + after[x]);
}

static void row_pass(float *row, int64_t n, const kernel *k, float *scratch)
{
    memcpy(scratch + k->radius, row, sizeof(float) * (size_t)n);
    const float *centre = scratch + k->radius;
    weigh_centre(row, centre, k->weight[0], n);
    for (int64_t r = 1; r <= k->radius; r++)
        weigh_pair(row, centre - r, centre + r, k->weight[r], n);
    for (int64_t x = 0; x < n; x++)
        row[x] *= k->norm[x];
}

/* A bundle of `width` columns of n elements, `stride` apart; scratch holds n + 2 * radius rows of STRIP. */
static void column_pass(float *first, int64_t n, int64_t stride, int64_t width, const kernel *k,
                        float *scratch)
{
    const size_t bytes = sizeof(float) * (size_t)width;
    for (int64_t i = 0; i < n; i++)
        memcpy(scratch + (i + k->radius) * STRIP, first + i * stride, bytes);
    for (int64_t i = 0; i < n; i++) {
        const float *centre = scratch + (i + k->radius) * STRIP;
        float sum[STRIP];
        weigh_centre(sum, centre, k->weight[0], width);
        for (int64_t r = 1; r <= k->radius; r++)
            weigh_pair(sum, centre - r * STRIP, centre + r * STRIP, k->weight[r], width);
        for (int64_t x = 0; x < width; x++)
            first[i * stride + x] = sum[x] * k->norm[i];
    }
}

/* One axis of the volume. The lines are bundles of rows' pieces; what the bundles are does not depend on
 * the threads. */
static bool smooth_axis(float *v, const int64_t n[3], int axis, const kernel *k, int threads)
{
    const int64_t strips = axis == 0 ? 1 : (n[0] + STRIP - 1) / STRIP;
    const int64_t planes = axis == 0 ? n[1] * n[2] : axis == 1 ? n[2] : n[1];
    const int64_t stride = axis == 1 ? n[0] : n[0] * n[1], plane = axis == 1 ? n[0] * n[1] : n[0];
    const size_t room = (size_t)((n[axis] + 2 * k->radius) * (axis == 0 ? 1 : STRIP));
    bool short_of_memory = false;
#pragma omp parallel num_threads(threads) reduction(|| : short_of_memory)
    {
        float *scratch = calloc(room, sizeof *scratch);
        short_of_memory = scratch == NULL;
#pragma omp for schedule(static)
        for (int64_t bundle = 0; bundle < planes * strips; bundle++) {
            if (scratch == NULL)
                continue;
            const int64_t x = bundle % strips * STRIP;
            if (axis == 0)
                row_pass(v + bundle * n[0], n[0], k, scratch);
            else
                column_pass(v + bundle / strips * plane + x, n[axis], stride,
                            n[0] - x < STRIP ? n[0] - x : STRIP, k, scratch);
        }
        free(scratch);
    }
    return !short_of_memory;
}

static bool smooth_all(float *v, const int64_t n[3], const double sigma_vox[3], bool normalise, int threads)
{
    for (int axis = 0; axis < 3; axis++) {
        if (!(sigma_vox[axis] > 0))
            continue;
        kernel k;
        if (!kernel_init(&k, sigma_vox[axis], n[axis], normalise))
            return false;
        const bool done = smooth_axis(v, n, axis, &k, threads);
        kernel_release(&k);
        if (!done)
            return false;
    }
    return true;
}

bool ek_gaussian(float *v, const int64_t n[3], const double sigma_vox[3], int threads)
{
    return smooth_all(v, n, sigma_vox, true, threads);
}

bool ek_gaussian_masked(float *v, const uint8_t *valid, const int64_t n[3], const double sigma_vox[3],
                        int threads)
{
    const int64_t count = n[0] * n[1] * n[2];
    float *weight = malloc(sizeof *weight * (size_t)count);
    if (weight == NULL)
        return false;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < count; i++) {
        const bool counts = (valid == NULL || valid[i]) && isfinite(v[i]);
        weight[i] = counts ? 1.0F : 0.0F;
        v[i] = counts ? v[i] : 0.0F;
    }
    const bool done =
        smooth_all(v, n, sigma_vox, false, threads) && smooth_all(weight, n, sigma_vox, false, threads);
    if (done) {
#pragma omp parallel for num_threads(threads) schedule(static)
        for (int64_t i = 0; i < count; i++)
            v[i] = weight[i] >= 1e-4F ? v[i] / weight[i] : NAN;
    }
    free(weight);
    return done;
}
