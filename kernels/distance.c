/* See distance.h. The squared distance is separable (Saito and Toriwaki 1994): along x it is counted, along
 * y and z it is the minimum over the column of what is there plus the squared step. The column is searched
 * outwards, several columns at once, and the search ends as soon as the step alone exceeds the best: short
 * vectorised loops, which on volumes of heads beat the lower envelope of parabolas (Felzenszwalb and
 * Huttenlocher 2012) although the latter has the better worst case.
 *
 * Both signs go in one pass: squares of voxels inside carry a minus. For a voxel outside, all that is
 * inside is at distance 0 of the inside, so a candidate is max(square, 0), and for a voxel inside
 * max(-square, 0). */
#include "kernels/distance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/simd.h"

enum {
    LANES = 16,
    BATCH = 4
}; /* columns searched together (one cache line of floats); steps between checks */

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

static EK_INLINE float largest(const float *value)
{
    float most = 0;
#pragma omp simd reduction(max : most)
    for (int l = 0; l < LANES; l++)
        most = value[l] > most ? value[l] : most;
    return most;
}

/* The row `step` away from position i of a column. Outside the column row i itself, which can't win. */
static EK_INLINE const float *row_at(const float *column, int64_t n, int64_t i, int64_t step)
{
    return column + (i + step >= 0 && i + step < n ? i + step : i) * LANES;
}

static EK_INLINE float nearer(float best, float sign, float before, float after, float square)
{
    const float one = sign * before, two = sign * after;
    float candidate = one < two ? one : two;
    candidate = (candidate > 0 ? candidate : 0) + square;
    return candidate < best ? candidate : best;
}

/* best: the minimum over a column for LANES columns, at position i; on entry the value there. column: n
 * rows of LANES signed squares; limit: candidates beyond it don't matter. The test whether the search may
 * end costs as much as a step. So it is made before every fourth step; extra steps do no harm. */
static EK_INLINE void search(float *restrict best, const float *restrict sign, const float *restrict column,
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
static EK_WIDE void column_pass(float *first, int64_t n, int64_t stride, int64_t width, float spacing,
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

typedef struct distance_job {
    float *mm;
    const uint8_t *set;
    int64_t n[3];
    float spacing[3];
    bool has_sign;
    float limit; /* squares beyond it become EK_DISTANCE_FAR_MM */
    float less;  /* taken off the distance */
} distance_job;

/* Along x, then along y: both stay within slice z. */
static void slice_pass(const distance_job *job, int64_t z, float *column)
{
    const int64_t *n = job->n, first = z * n[1] * n[0];
    for (int64_t row = first; row < first + n[1] * n[0]; row += n[0]) {
        if (job->has_sign)
            row_signed(job->mm + row, job->set + row, n[0], job->spacing[0]);
        else
            row_unsigned(job->mm + row, job->set + row, n[0], job->spacing[0]);
    }
    for (int64_t x = 0; x < n[0]; x += LANES)
        column_pass(job->mm + first + x, n[1], n[0], n[0] - x < LANES ? n[0] - x : LANES, job->spacing[1],
                    job->limit, column);
}

/* Along z, then from squares to distances: both stay within the plane of one y. */
static void plane_pass(const distance_job *job, int64_t y, float *column)
{
    const int64_t *n = job->n, stride = n[0] * n[1];
    float *plane = job->mm + y * n[0];
    for (int64_t x = 0; x < n[0]; x += LANES)
        column_pass(plane + x, n[2], stride, n[0] - x < LANES ? n[0] - x : LANES, job->spacing[2],
                    job->limit, column);
    for (int64_t z = 0; z < n[2]; z++) {
        float *row = plane + z * stride;
        for (int64_t x = 0; x < n[0]; x++) {
            const float square = fabsf(row[x]);
            const float mm = square <= job->limit ? sqrtf(square) - job->less : EK_DISTANCE_FAR_MM;
            row[x] = copysignf(mm, row[x]);
        }
    }
}

static bool transform(const distance_job *job, int threads)
{
    const int64_t longest = job->n[1] > job->n[2] ? job->n[1] : job->n[2];
    bool short_of_memory = false;
#pragma omp parallel num_threads(threads) reduction(|| : short_of_memory)
    {
        float *column = malloc(sizeof *column * LANES * (size_t)longest);
        short_of_memory = column == NULL;
#pragma omp for schedule(dynamic)
        for (int64_t z = 0; z < job->n[2]; z++) {
            if (column != NULL)
                slice_pass(job, z, column);
        }
#pragma omp for schedule(dynamic)
        for (int64_t y = 0; y < job->n[1]; y++) {
            if (column != NULL)
                plane_pass(job, y, column);
        }
        free(column);
    }
    return !short_of_memory;
}

static distance_job make_job(float *mm, const uint8_t *set, const int64_t n[3], const double spacing_mm[3])
{
    /* A little below the square of "there is none". */
    distance_job job = {.mm = mm, .set = set, .limit = far_square * (1 - 0x1p-20F)};
    for (int a = 0; a < 3; a++) {
        job.n[a] = n[a];
        job.spacing[a] = (float)spacing_mm[a];
    }
    return job;
}

bool ek_distance_signed(float *mm, const uint8_t *inside, const int64_t n[3], const double spacing_mm[3],
                        int threads)
{
    distance_job job = make_job(mm, inside, n, spacing_mm);
    job.has_sign = true;
    job.less = 0.5F * (float)fmin(spacing_mm[0], fmin(spacing_mm[1], spacing_mm[2]));
    return transform(&job, threads);
}

bool ek_distance_to_within(float *mm, const uint8_t *set, const int64_t n[3], const double spacing_mm[3],
                           double cap_mm, int threads)
{
    distance_job job = make_job(mm, set, n, spacing_mm);
    /* A little above the cap, so that rounding does not lose what lies on it. */
    const double square = cap_mm * cap_mm * (1 + 1e-6);
    job.limit = square < (double)job.limit ? (float)square : job.limit;
    return transform(&job, threads);
}

bool ek_distance_to(float *mm, const uint8_t *set, const int64_t n[3], const double spacing_mm[3],
                    int threads)
{
    return ek_distance_to_within(mm, set, n, spacing_mm, INFINITY, threads);
}
