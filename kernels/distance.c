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

#include "simd.h"

enum {
    LANES = 16,
    BATCH = 4
}; /* columns searched together: one cache line of floats; steps between checks */

static const float far_square = EK_DISTANCE_FAR_MM * EK_DISTANCE_FAR_MM;

/* Squares of the distances in a run [begin, end) of one kind to the voxels that end it, with the run's
 * sign. Runs that end at the volume's side have no other kind there. */
static void run_squares(float *square, int64_t begin, int64_t end, int64_t n, float spacing, float sign)
{
    /* No side: further away than any voxel of the row. */
    const float left = begin > 0 ? (float)(begin - 1) : (float)-n,
                right = end < n ? (float)end : (float)(2 * n);
    const int32_t length = (int32_t)(end - begin);
    const float first = (float)begin;
    for (int32_t x = 0; x < length; x++) {
        const float at = first + (float)x, to_left = at - left, to_right = right - at;
        const float mm = (to_left < to_right ? to_left : to_right) * spacing;
        square[begin + x] = sign * (mm * mm);
    }
}

static void fill_row(float *square, int64_t begin, int64_t end, float value)
{
    for (int64_t x = begin; x < end; x++)
        square[x] = value;
}

/* First x from `from` on whose kind is not `kind`, n where there is none. Eight at once in long runs of
 * zeros and of ones. */
static int64_t end_of_run(const uint8_t *row, int64_t from, int64_t n, bool kind)
{
    const uint64_t run = kind ? UINT64_C(0x0101010101010101) : 0;
    int64_t x = from;
    for (uint64_t eight; x + 8 <= n; x += 8) {
        memcpy(&eight, row + x, 8);
        if (eight != run)
            break;
    }
    while (x < n && (row[x] != 0) == kind)
        x++;
    return x;
}

/* Signed squares along one row: to the nearest voxel of the other kind in this row. */
static void row_signed(float *square, const uint8_t *inside, int64_t n, float spacing)
{
    for (int64_t begin = 0, end; begin < n; begin = end) {
        const float sign = inside[begin] != 0 ? -1.0F : 1.0F;
        end = end_of_run(inside, begin, n, inside[begin] != 0);
        if (end - begin == n)
            fill_row(square, 0, n, sign * far_square);
        else
            run_squares(square, begin, end, n, spacing, sign);
    }
}

/* Squares along one row to the nearest set voxel. */
static void row_unsigned(float *square, const uint8_t *set, int64_t n, float spacing)
{
    for (int64_t begin = 0, end; begin < n; begin = end) {
        end = end_of_run(set, begin, n, set[begin] != 0);
        if (set[begin] != 0 || end - begin == n)
            fill_row(square, begin, end, set[begin] != 0 ? 0 : far_square);
        else
            run_squares(square, begin, end, n, spacing, 1);
    }
}

EK_INLINE float largest(const float *value)
{
    float most = 0;
#pragma omp simd reduction(max : most)
    for (int l = 0; l < LANES; l++)
        most = value[l] > most ? value[l] : most;
    return most;
}

/* The row `step` away from position i of a column, or i itself where that is off the column: it can't win.
 */
EK_INLINE const float *row_at(const float *column, int64_t n, int64_t i, int64_t step)
{
    return column + (i + step >= 0 && i + step < n ? i + step : i) * LANES;
}

EK_INLINE float nearer(float best, float sign, float before, float after, float square)
{
    const float one = sign * before, two = sign * after;
    float candidate = one < two ? one : two;
    candidate = (candidate > 0 ? candidate : 0) + square;
    return candidate < best ? candidate : best;
}

/* best: the minimum over a column for LANES columns, at position i; on entry what stands there. column: n
 * rows of LANES signed squares; limit: candidates beyond it don't matter. Whether the search may end costs
 * as much to ask as a step: it is asked before every fourth, and steps too many do no harm. */
EK_INLINE void search(float *restrict best, const float *restrict sign, const float *restrict column,
                      int64_t n, int64_t i, float spacing, float limit)
{
    const int64_t last = i > n - 1 - i ? i : n - 1 - i;
    for (int64_t step = 1; step <= last; step += 4) {
        const float a = (float)step * spacing, b = (float)(step + 1) * spacing,
                    c = (float)(step + 2) * spacing, d = (float)(step + 3) * spacing;
        if (a * a > limit || a * a >= largest(best))
            return;
        const float *before_a = row_at(column, n, i, -step), *after_a = row_at(column, n, i, step);
        const float *before_b = row_at(column, n, i, -step - 1), *after_b = row_at(column, n, i, step + 1);
        const float *before_c = row_at(column, n, i, -step - 2), *after_c = row_at(column, n, i, step + 2);
        const float *before_d = row_at(column, n, i, -step - 3), *after_d = row_at(column, n, i, step + 3);
#pragma omp simd
        for (int l = 0; l < LANES; l++) {
            float value = nearer(best[l], sign[l], before_a[l], after_a[l], a * a);
            value = nearer(value, sign[l], before_b[l], after_b[l], b * b);
            value = nearer(value, sign[l], before_c[l], after_c[l], c * c);
            best[l] = nearer(value, sign[l], before_d[l], after_d[l], d * d);
        }
    }
}

/* LANES columns of n elements, `stride` apart, `width` of them real. column: scratch, n rows of LANES. */
EK_WIDE static void column_pass(float *first, int64_t n, int64_t stride, int64_t width, float spacing,
                                float limit, float *column)
{
    bool hopeless = true; /* no other kind in any of these rows */
    for (int64_t i = 0; i < n; i++) {
        float *row = column + i * LANES;
        for (int64_t l = width; l < LANES; l++)
            row[l] = first[i * stride];
        memcpy(row, first + i * stride, sizeof *row * (size_t)width);
        for (int64_t l = 0; hopeless && l < LANES; l++)
            hopeless = row[l] == column[0] && fabsf(row[l]) == far_square;
    }
    if (hopeless)
        return;
    for (int64_t i = 0; i < n; i++) {
        float best[LANES], sign[LANES];
#pragma omp simd
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
