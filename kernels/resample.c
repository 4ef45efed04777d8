/* See resample.h. A row of the output is a straight line through the input: the stretch of it for which all
 * neighbours exist is found first and walked without a test; only the ends, and what meets NaN, take the
 * careful way.
 *
 * Coordinate spaces: 1 index of out, 2 index of in. */
#include "kernels/resample.h"

#include <math.h>
#include <stdbool.h>

#include "kernels/grid.h"

static const double edge = 0.5 + 1e-6; /* half a voxel, and room for the rounding of the matrix */
static const double hair = 1e-6;       /* short of the last centre, so that upper neighbours exist */

/* Where an output row runs: point(x) = start + x * step, space 2. */
typedef struct line {
    double start[3], step[3];
} line;

static line row_line(const double in_from_out[3][4], int64_t y, int64_t z)
{
    line l;
    for (int a = 0; a < 3; a++) {
        l.start[a] = in_from_out[a][1] * (double)y + in_from_out[a][2] * (double)z + in_from_out[a][3];
        l.step[a] = in_from_out[a][0];
    }
    return l;
}

/* Narrows [*begin, *end) to the x with low <= start + x * step <= high, as computed in double: the division
 * gives a guess, the loops correct its rounding. */
static void clip(int64_t *begin, int64_t *end, double start, double step, double low, double high)
{
    if (step == 0) {
        if (!(start >= low && start <= high))
            *end = *begin;
        return;
    }
    const double one = (low - start) / step, two = (high - start) / step;
    const double first = one < two ? one : two, last = one < two ? two : one;
    if (first > (double)*begin)
        *begin = first < (double)*end ? (int64_t)first : *end;
    if (last < (double)*end)
        *end = last >= (double)*begin ? (int64_t)last + 1 : *begin;
    while (*begin < *end &&
           !(start + (double)*begin * step >= low && start + (double)*begin * step <= high))
        ++*begin;
    while (*begin < *end &&
           !(start + (double)(*end - 1) * step >= low && start + (double)(*end - 1) * step <= high))
        --*end;
}

/* The stretch of a row whose points lie in [low, n - 1 - high] on every axis. */
static void clip_line(int64_t *begin, int64_t *end, int64_t count, const line *l, const int64_t n[3],
                      double low, double high)
{
    *begin = 0;
    *end = count;
    for (int a = 0; a < 3; a++)
        clip(begin, end, l->start[a], l->step[a], low, (double)(n[a] - 1) - high);
}

/* The slow way: clamps to the outermost centres, leaves NaN out. */
static float sample_carefully(const float *in, const int64_t n[3], const line *l, int64_t x, float outside)
{
    int64_t low[3], high[3];
    double part[3];
    for (int a = 0; a < 3; a++) {
        const double last = (double)(n[a] - 1);
        double p = l->start[a] + (double)x * l->step[a];
        p = p > 0 ? p : 0;
        p = p < last ? p : last;
        low[a] = (int64_t)p;
        part[a] = p - (double)low[a];
        high[a] = low[a] + (part[a] > 0);
    }
    double sum = 0, weight = 0;
    for (int corner = 0; corner < 8; corner++) {
        const double w = (corner & 1 ? part[0] : 1 - part[0]) * (corner & 2 ? part[1] : 1 - part[1]) *
                         (corner & 4 ? part[2] : 1 - part[2]);
        const float value = in[ek_index(n, corner & 1 ? high[0] : low[0], corner & 2 ? high[1] : low[1],
                                        corner & 4 ? high[2] : low[2])];
        if (w > 0 && !isnan(value)) {
            sum += w * (double)value;
            weight += w;
        }
    }
    return weight >= 0.5 ? (float)(sum / weight) : outside;
}

/* Points with all eight neighbours inside; p >= 0, so the cast is the floor. */
static void sample_inner(float *out, const float *in, const int64_t n[3], const line *l, int64_t begin,
                         int64_t end, float outside)
{
    const int64_t row = n[0], slice = n[0] * n[1];
    for (int64_t x = begin; x < end; x++) {
        const double px = l->start[0] + (double)x * l->step[0], py = l->start[1] + (double)x * l->step[1],
                     pz = l->start[2] + (double)x * l->step[2];
        const int32_t i = (int32_t)px, j = (int32_t)py, k = (int32_t)pz;
        const float u = (float)(px - i), v = (float)(py - j), w = (float)(pz - k);
        const float *p = in + i + row * j + slice * k;
        const float *q = p + slice;
        const float a = p[0] + u * (p[1] - p[0]), b = p[row] + u * (p[row + 1] - p[row]);
        const float c = q[0] + u * (q[1] - q[0]), d = q[row] + u * (q[row + 1] - q[row]);
        const float e = a + v * (b - a), f = c + v * (d - c);
        out[x] = e + w * (f - e);
        if (isnan(out[x]))
            out[x] = sample_carefully(in, n, l, x, outside);
    }
}

enum { MAX_CELLS = 1024 };

/* The one axis of space 2 along which a row runs, where it needs at most MAX_CELLS of the cells there and
 * steps over none; -1 where it is oblique or coarser than the input. */
static int single_axis(const line *l, int64_t begin, int64_t end)
{
    int axis = -1;
    for (int a = 0; a < 3; a++) {
        if (l->step[a] != 0 && axis >= 0)
            return -1;
        if (l->step[a] != 0)
            axis = a;
    }
    return axis >= 0 && fabs(l->step[axis]) <= 1 &&
                   (double)(end - begin) * fabs(l->step[axis]) < MAX_CELLS - 3
               ? axis
               : -1;
}

/* As sample_inner for a row along one axis: the four lines of voxels around it are blended into one first.
 */
static void sample_along(float *out, const float *in, const int64_t n[3], const line *l, int axis,
                         int64_t begin, int64_t end, float outside)
{
    const int64_t stride[3] = {1, n[0], n[0] * n[1]};
    const int one = axis == 0 ? 1 : 0, two = axis == 2 ? 1 : 2;
    const int64_t j = (int64_t)l->start[one], k = (int64_t)l->start[two];
    const float v = (float)(l->start[one] - (double)j), w = (float)(l->start[two] - (double)k);
    const double first = l->start[axis] + (double)begin * l->step[axis],
                 last = l->start[axis] + (double)(end - 1) * l->step[axis];
    const int64_t low = (int64_t)(first < last ? first : last),
                  high = (int64_t)(first < last ? last : first) + 1;

    float blend[MAX_CELLS];
    const float *a = in + low * stride[axis] + j * stride[one] + k * stride[two], *b = a + stride[one];
    const float *c = a + stride[two], *d = b + stride[two];
    for (int64_t i = 0; i <= high - low; i++) {
        const int64_t at = i * stride[axis];
        const float e = a[at] + v * (b[at] - a[at]), f = c[at] + v * (d[at] - c[at]);
        blend[i] = e + w * (f - e);
    }
    for (int64_t x = begin; x < end; x++) {
        const double p = l->start[axis] + (double)x * l->step[axis];
        const int32_t i = (int32_t)p;
        const float u = (float)(p - i), *cell = blend + i - low;
        out[x] = cell[0] + u * (cell[1] - cell[0]);
        if (isnan(out[x]))
            out[x] = sample_carefully(in, n, l, x, outside);
    }
}

static void linear_row(float *out, int64_t count, const float *in, const int64_t n[3], const line *l,
                       float outside)
{
    int64_t seen[2], inner[2];
    clip_line(&seen[0], &seen[1], count, l, n, -edge, -edge);
    clip_line(&inner[0], &inner[1], count, l, n, 0, hair);
    if (inner[0] >= inner[1])
        inner[0] = inner[1] = seen[1];
    for (int64_t x = 0; x < seen[0]; x++)
        out[x] = outside;
    for (int64_t x = seen[0]; x < inner[0]; x++)
        out[x] = sample_carefully(in, n, l, x, outside);
    const int axis = single_axis(l, inner[0], inner[1]);
    if (axis >= 0 && inner[0] < inner[1])
        sample_along(out, in, n, l, axis, inner[0], inner[1], outside);
    else
        sample_inner(out, in, n, l, inner[0], inner[1], outside);
    for (int64_t x = inner[1]; x < seen[1]; x++)
        out[x] = sample_carefully(in, n, l, x, outside);
    for (int64_t x = seen[1]; x < count; x++)
        out[x] = outside;
}

void ek_resample_linear(float *out, const int64_t out_n[3], const float *in, const int64_t in_n[3],
                        const double in_from_out[3][4], float outside, int threads)
{
    const int64_t rows = out_n[1] * out_n[2];
#pragma omp parallel for num_threads(threads) schedule(dynamic, 16)
    for (int64_t row = 0; row < rows; row++) {
        const line l = row_line(in_from_out, row % out_n[1], row / out_n[1]);
        linear_row(out + row * out_n[0], out_n[0], in, in_n, &l, outside);
    }
}

static int64_t nearest(double p, int64_t n)
{
    const int64_t i = (int64_t)(p + 0.5); /* p >= -edge: what the cast takes for 0 is clamped to 0 anyway */
    return i > n - 1 ? n - 1 : i;
}

static void nearest_row(uint8_t *out, int64_t count, const uint8_t *in, const int64_t n[3], const line *l,
                        uint8_t outside)
{
    int64_t begin, end;
    clip_line(&begin, &end, count, l, n, -edge, -edge);
    for (int64_t x = 0; x < begin; x++)
        out[x] = outside;
    for (int64_t x = begin; x < end; x++) {
        int64_t at[3];
        for (int a = 0; a < 3; a++)
            at[a] = nearest(l->start[a] + (double)x * l->step[a], n[a]);
        out[x] = in[ek_index(n, at[0], at[1], at[2])];
    }
    for (int64_t x = end; x < count; x++)
        out[x] = outside;
}

void ek_resample_nearest_u8(uint8_t *out, const int64_t out_n[3], const uint8_t *in, const int64_t in_n[3],
                            const double in_from_out[3][4], uint8_t outside, int threads)
{
    const int64_t rows = out_n[1] * out_n[2];
#pragma omp parallel for num_threads(threads) schedule(dynamic, 16)
    for (int64_t row = 0; row < rows; row++) {
        const line l = row_line(in_from_out, row % out_n[1], row / out_n[1]);
        nearest_row(out + row * out_n[0], out_n[0], in, in_n, &l, outside);
    }
}
