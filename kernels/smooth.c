/* See smooth.h. Each pass copies a bundle of lines into scratch, with zeros before and after them, and
 * writes back the weighted sums. The innermost loop always runs along x over neighbours in memory. Long
 * kernels go through Fourier space, axis by axis like the short ones: the kernel is separable there too. So
 * no more than one axis is padded at a time, and no complex volume is held. */
#include "kernels/smooth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/fft.h"

enum {
    STRIP = 64
}; /* floats side by side in a y or z pass: four cache lines, and a column of 256 of them in L2 */

typedef struct kernel {
    int64_t radius;
    double *exact; /* owned: 0 .. radius */
    float *weight; /* owned: the same in single precision, and the norm */
    float *norm;   /* per position on the axis: one over the weight inside the volume; all 1 where plain */
} kernel;

static void kernel_release(kernel *k)
{
    free(k->exact);
    free(k->weight);
    *k = (kernel){0};
}

/* normalise: divide at the borders; else the volume is taken to be zero outside. */
static bool kernel_init(kernel *k, double sigma, int64_t n, bool normalise)
{
    *k = (kernel){.radius = (int64_t)ceil(4 * sigma)};
    k->weight = malloc(sizeof(float) * (size_t)(k->radius + 1 + n));
    k->exact = malloc(sizeof(double) * (size_t)(k->radius + 1));
    if (k->weight == NULL || k->exact == NULL) {
        kernel_release(k);
        return false;
    }
    k->norm = k->weight + k->radius + 1;
    double *exact = k->exact;
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

/* One axis of the volume, in bundles of pieces of rows. The bundles do not depend on the threads. */
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

/* A bundle of lines in memory: element i of line l is first[i * step + l * across]. */
typedef struct bundle {
    float *first;
    int64_t n, step, across, width;
} bundle;

static bundle bundle_of(float *v, const int64_t n[3], int axis, int64_t index)
{
    const int64_t across = axis == 0 ? 1 : 0, lines = n[across], slice = n[0] * n[1];
    const int64_t strips = (lines + EK_FFT_BUNDLE - 1) / EK_FFT_BUNDLE;
    const int64_t line = index % strips * EK_FFT_BUNDLE, plane = index / strips;
    bundle b = {.n = n[axis], .step = axis == 0 ? 1 : axis == 1 ? n[0] : slice};
    b.across = axis == 0 ? n[0] : 1;
    b.width = lines - line < EK_FFT_BUNDLE ? lines - line : EK_FFT_BUNDLE;
    b.first = v + plane * (axis == 2 ? n[0] : slice) + line * b.across;
    return b;
}

/* Into room, [n][EK_FFT_BUNDLE]; false where a value isn't finite. */
static bool bundle_load(float *room, const bundle *b)
{
    float none = 0; /* 0 times a value is 0, except for a value that isn't finite */
    for (int64_t i = 0; i < b->n; i++) {
        float *to = room + i * EK_FFT_BUNDLE;
        for (int64_t l = 0; l < b->width; l++) {
            to[l] = b->first[i * b->step + l * b->across];
            none += 0 * to[l];
        }
        for (int64_t l = b->width; l < EK_FFT_BUNDLE; l++)
            to[l] = 0;
    }
    return none == 0;
}

/* The plain sums, for a bundle with values that aren't finite: in Fourier space they would spread over the
 * whole line. */
static void bundle_sum(const bundle *b, const float *room, const kernel *k)
{
    for (int64_t i = 0; i < b->n; i++) {
        float sum[EK_FFT_BUNDLE] = {0};
        for (int64_t r = -k->radius; r <= k->radius; r++) {
            if (i + r >= 0 && i + r < b->n)
                for (int64_t l = 0; l < EK_FFT_BUNDLE; l++)
                    sum[l] += k->weight[r < 0 ? -r : r] * room[(i + r) * EK_FFT_BUNDLE + l];
        }
        for (int64_t l = 0; l < b->width; l++)
            b->first[i * b->step + l * b->across] = sum[l] * k->norm[i];
    }
}

static void bundle_store(const bundle *b, const float *room, const kernel *k)
{
    for (int64_t i = 0; i < b->n; i++) {
        for (int64_t l = 0; l < b->width; l++)
            b->first[i * b->step + l * b->across] = room[i * EK_FFT_BUNDLE + l] * k->norm[i];
    }
}

/* smooth_axis by way of Fourier space. */
static bool transform_axis(float *v, const int64_t n[3], int axis, const kernel *k, int threads)
{
    const int64_t lines = axis == 0 ? n[1] : n[0], planes = axis == 2 ? n[1] : n[2];
    const int64_t bundles = (lines + EK_FFT_BUNDLE - 1) / EK_FFT_BUNDLE * planes;
    ek_fft_lines *fft = ek_fft_lines_create(n[axis], k->exact, k->radius);
    if (fft == NULL)
        return false;
    const int64_t tail = ek_fft_lines_padded(fft) - n[axis];
    bool short_of_memory = false;
#pragma omp parallel num_threads(threads) reduction(|| : short_of_memory)
    {
        float *room = ek_fft_bundle_create(fft);
        short_of_memory = room == NULL;
#pragma omp for schedule(static)
        for (int64_t i = 0; i < bundles; i++) {
            if (room == NULL)
                continue;
            const bundle b = bundle_of(v, n, axis, i);
            if (bundle_load(room, &b)) {
                memset(room + b.n * EK_FFT_BUNDLE, 0, sizeof(float) * (size_t)(tail * EK_FFT_BUNDLE));
                ek_fft_lines_convolve(fft, room);
                bundle_store(&b, room, k);
            } else {
                bundle_sum(&b, room, k);
            }
        }
        ek_fft_bundle_free(room);
    }
    ek_fft_lines_free(fft);
    return !short_of_memory;
}

/* Ratio at which both ways take equal time. The sums' time per value grows with the radius, the transforms'
 * with the logarithm of the padded length and with the padding. bench/results/gaussian.csv has them equal
 * at this ratio, within its noise, for edges of 64 to 200 voxels: at radii of 32 to 60, sigma 8 to 15. */
static const double sums_per_level = 4.5;

bool ek_fft_is_faster(int64_t n, int64_t radius)
{
    const double padded = (double)(n + (radius < n - 1 ? radius : n - 1));
    return (double)radius * (double)n > sums_per_level * padded * log2(padded);
}

typedef bool axis_pass(float *v, const int64_t n[3], int axis, const kernel *k, int threads);

static bool pass_that_is_faster(float *v, const int64_t n[3], int axis, const kernel *k, int threads)
{
    return (ek_fft_is_faster(n[axis], k->radius) ? transform_axis : smooth_axis)(v, n, axis, k, threads);
}

static bool smooth_all(float *v, const int64_t n[3], const double sigma_vox[3], bool normalise,
                       axis_pass *pass, int threads)
{
    for (int axis = 0; axis < 3; axis++) {
        if (!(sigma_vox[axis] > 0))
            continue;
        kernel k;
        if (!kernel_init(&k, sigma_vox[axis], n[axis], normalise))
            return false;
        const bool done = pass(v, n, axis, &k, threads);
        kernel_release(&k);
        if (!done)
            return false;
    }
    return true;
}

bool ek_gaussian(float *v, const int64_t n[3], const double sigma_vox[3], int threads)
{
    return smooth_all(v, n, sigma_vox, true, pass_that_is_faster, threads);
}

bool ek_direct_gaussian(float *v, const int64_t n[3], const double sigma_vox[3], int threads)
{
    return smooth_all(v, n, sigma_vox, true, smooth_axis, threads);
}

bool ek_fft_gaussian(float *v, const int64_t n[3], const double sigma_vox[3], int threads)
{
    return smooth_all(v, n, sigma_vox, true, transform_axis, threads);
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
    const bool done = smooth_all(v, n, sigma_vox, false, pass_that_is_faster, threads) &&
                      smooth_all(weight, n, sigma_vox, false, pass_that_is_faster, threads);
    if (done) {
#pragma omp parallel for num_threads(threads) schedule(static)
        for (int64_t i = 0; i < count; i++)
            v[i] = weight[i] >= 1e-4F ? v[i] / weight[i] : NAN;
    }
    free(weight);
    return done;
}
