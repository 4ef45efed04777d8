/* See distance.h. The squared distance is separable (Saito and Toriwaki 1994): along x it is counted, along
 * y and z it is the minimum over the column of what is there plus the squared step. The column is searched
 * outwards, several columns at once, and the search ends as soon as the step alone exceeds the best: short
 * vectorised loops, which on volumes of heads beat the lower envelope of parabolas (Felzenszwalb and
 * Huttenlocher 2012) although the latter has the better worst case.
 *
 * Both signs go in one pass: squares of voxels inside carry a minus. For a voxel outside, all that is
 * inside is at distance 0 of the inside, so a candidate is max(square, 0), and for a voxel inside
 * max(-square, 0). */
#include "distance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 16 }; /* columns searched together: one cache line of floats */

static const float far_square = EK_DISTANCE_FAR_MM * EK_DISTANCE_FAR_MM;

/* Signed squares along one row: to the nearest voxel of the other kind in this row. */
static void row_signed(float *square, const uint8_t *inside, int64_t n, float spacing)
{
    for (int64_t begin = 0, end; begin < n; begin = end) {
        const bool in = inside[begin] != 0;
        for (end = begin + 1; end < n && (inside[end] != 0) == in; end++)
            ;
        for (int64_t x = begin; x < end; x++) {
            const int64_t left = begin > 0 ? x - begin + 1 : n, right = end < n ? end - x : n;
            const float mm = (float)(left < right ? left : right) * spacing;
            const float value = begin > 0 || end < n ? mm * mm : far_square;
            square[x] = in ? -value : value;
        }
    }
}

/* Squares along one row to the nearest set voxel. */
static void row_unsigned(float *square, const uint8_t *set, int64_t n, float spacing)
{
    for (int64_t begin = 0, end; begin < n; begin = end) {
        for (end = begin; end < n && !set[end]; end++)
            ;
        for (int64_t x = begin; x < end; x++) {
            const int64_t left = begin > 0 ? x - begin + 1 : n, right = end < n ? end - x : n;
            const float mm = (float)(left < right ? left : right) * spacing;
            square[x] = begin > 0 || end < n ? mm * mm : far_square;
        }
        for (; end < n && set[end]; end++)
            square[end] = 0;
    }
}

/* Minimum over one column position for LANES columns. column: rows of LANES signed squares, n of them;
 * i: the position; limit: candidates at or beyond it don't matter. */
static void search(float *restrict best, const float *restrict sign, const float *restrict column,
                   int64_t n, int64_t i, float spacing, float limit)
{
    for (int64_t step = 1; step < n; step++) {
        float most = 0;
        for (int l = 0; l < LANES; l++)
            most = best[l] > most ? best[l] : most;
        const float mm = (float)step * spacing, square = mm * mm;
        if (square >= most || square > limit || (step > i && step >= n - i))
            return;
        const float *before = column + (i - (step <= i ? step : 0)) * LANES;
        const float *after = column + (i + (step < n - i ? step : 0)) * LANES;
        for (int l = 0; l < LANES; l++) {
            const float one = sign[l] * before[l], two = sign[l] * after[l];
            float nearer = one < two ? one : two;
            nearer = (nearer > 0 ? nearer : 0) + square;
            best[l] = nearer < best[l] ? nearer : best[l];
        }
    }
}

/* LANES columns of n elements, `stride` apart, `width` of them real. column: scratch, n rows of LANES. */
static void column_pass(float *first, int64_t n, int64_t stride, int64_t width, float spacing, float limit,
                        float *column)
{
    bool hopeless = true;
    for (int64_t i = 0; i < n; i++) {
        float *row = column + i * LANES;
        for (int64_t l = 0; l < LANES; l++) {
            row[l] = first[i * stride + (l < width ? l : width - 1)];
            hopeless = hopeless && row[l] == column[0] && fabsf(row[l]) == far_square;
        }
    }
    if (hopeless)
        return;
    for (int64_t i = 0; i < n; i++) {
        float best[LANES], sign[LANES];
        for (int l = 0; l < LANES; l++) {
            sign[l] = signbit(column[i * LANES + l]) ? -1.0F : 1.0F;
            best[l] = sign[l] * column[i * LANES + l];
        }
        search(best, sign, column, n, i, spacing, limit);
        for (int64_t l = 0; l < width; l++)
            first[i * stride + l] = sign[l] * best[l];
    }
}

static bool columns(float *square, const int64_t n[3], int axis, float spacing, float limit, int threads)
{
    const int64_t strips = (n[0] + LANES - 1) / LANES, planes = axis == 1 ? n[2] : n[1];
    const int64_t stride = axis == 1 ? n[0] : n[0] * n[1], plane = axis == 1 ? n[0] * n[1] : n[0];
    bool short_of_memory = false;
#pragma omp parallel num_threads(threads) reduction(|| : short_of_memory)
    {
        float *column = malloc(sizeof *column * LANES * (size_t)n[axis]);
        short_of_memory = column == NULL;
#pragma omp for schedule(dynamic, 16)
        for (int64_t bundle = 0; bundle < planes * strips; bundle++) {
            const int64_t x = bundle % strips * LANES;
            if (column != NULL)
                column_pass(square + bundle / strips * plane + x, n[axis], stride,
                            n[0] - x < LANES ? n[0] - x : LANES, spacing, limit, column);
        }
        free(column);
    }
    return !short_of_memory;
}

bool ek_distance_signed(float *mm, const uint8_t *inside, const int64_t n[3], const double spacing_mm[3],
                        int threads)
{
    const int64_t rows = n[1] * n[2], count = rows * n[0];
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t row = 0; row < rows; row++)
        row_signed(mm + row * n[0], inside + row * n[0], n[0], (float)spacing_mm[0]);
    if (!columns(mm, n, 1, (float)spacing_mm[1], far_square, threads) ||
        !columns(mm, n, 2, (float)spacing_mm[2], far_square, threads))
        return false;
    const float half = 0.5F * (float)fmin(spacing_mm[0], fmin(spacing_mm[1], spacing_mm[2]));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < count; i++) {
        const float square = fabsf(mm[i]);
        const float distance = square < far_square ? sqrtf(square) - half : EK_DISTANCE_FAR_MM;
        mm[i] = copysignf(distance, mm[i]);
    }
    return true;
}

bool ek_distance_to_within(float *mm, const uint8_t *set, const int64_t n[3], const double spacing_mm[3],
                           double cap_mm, int threads)
{
    const int64_t rows = n[1] * n[2], count = rows * n[0];
    /* A little above the cap, so that rounding does not lose what lies on it. */
    const double cap_square = cap_mm * cap_mm * (1 + 1e-6);
    const float limit = cap_square < (double)far_square ? (float)cap_square : far_square;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t row = 0; row < rows; row++)
        row_unsigned(mm + row * n[0], set + row * n[0], n[0], (float)spacing_mm[0]);
    if (!columns(mm, n, 1, (float)spacing_mm[1], limit, threads) ||
        !columns(mm, n, 2, (float)spacing_mm[2], limit, threads))
        return false;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < count; i++)
        mm[i] = mm[i] <= limit ? sqrtf(mm[i]) : EK_DISTANCE_FAR_MM;
    return true;
}

bool ek_distance_to(float *mm, const uint8_t *set, const int64_t n[3], const double spacing_mm[3],
                    int threads)
{
    return ek_distance_to_within(mm, set, n, spacing_mm, INFINITY, threads);
}
