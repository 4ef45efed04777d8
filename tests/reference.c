/* See reference.h. Slow on purpose: nothing here may be clever. */
#include "reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/grid.h"

double ref_value(const void *stored, ek_dtype type, int64_t at)
{
    switch (type) {
    case EK_UINT8:
        return ((const uint8_t *)stored)[at];
    case EK_INT8:
        return ((const int8_t *)stored)[at];
    case EK_UINT16:
        return ((const uint16_t *)stored)[at];
    case EK_INT16:
        return ((const int16_t *)stored)[at];
    case EK_UINT32:
        return ((const uint32_t *)stored)[at];
    case EK_INT32:
        return ((const int32_t *)stored)[at];
    case EK_UINT64:
        return (double)((const uint64_t *)stored)[at];
    case EK_INT64:
        return (double)((const int64_t *)stored)[at];
    case EK_FLOAT32:
        return (double)((const float *)stored)[at];
    default:
        return ((const double *)stored)[at];
    }
}

static bool is_inside(const int64_t n[3], int64_t x, int64_t y, int64_t z)
{
    return x >= 0 && y >= 0 && z >= 0 && x < n[0] && y < n[1] && z < n[2];
}

void ref_block_mean(float *mean, const int64_t out_n[3], ek_block_source source, const int factor[3])
{
    const int64_t *n = source.n;
    const int64_t out_count = out_n[0] * out_n[1] * out_n[2], count = n[0] * n[1] * n[2];
    double *sum = calloc((size_t)out_count, sizeof *sum),
           *weight = calloc((size_t)out_count, sizeof *weight);
    if (sum == NULL || weight == NULL)
        abort();
    for (int64_t i = 0; i < count * source.n_volumes; i++) {
        const double value = ref_value(source.stored, source.type, i) * source.slope + source.inter;
        const int64_t x = i % n[0], y = i / n[0] % n[1], z = i / (n[0] * n[1]) % n[2];
        const int64_t to = ek_index(out_n, x / factor[0], y / factor[1], z / factor[2]);
        if (isfinite(value)) {
            sum[to] += fmin(fmax(value, source.low), source.high);
            weight[to] += 1;
        }
    }
    for (int64_t i = 0; i < out_count; i++)
        mean[i] = (float)(sum[i] / weight[i]);
    free(sum);
    free(weight);
}

static int by_value(const void *one, const void *two)
{
    const double a = *(const double *)one, b = *(const double *)two;
    return (a > b) - (a < b);
}

double ref_quantile(double q, const void *stored, ek_dtype type, int64_t count, double slope, double inter)
{
    double *values = malloc(sizeof *values * (size_t)(count + 1));
    if (values == NULL)
        abort();
    int64_t finite = 0;
    for (int64_t i = 0; i < count; i++) {
        const double value = ref_value(stored, type, i) * slope + inter;
        if (isfinite(value))
            values[finite++] = value;
    }
    qsort(values, (size_t)finite, sizeof *values, by_value);
    const double at = q * (double)(finite - 1);
    const int64_t below = (int64_t)floor(at);
    double result = NAN;
    if (finite > 0)
        result = below + 1 < finite
                     ? values[below] + (at - (double)below) * (values[below + 1] - values[below])
                     : values[finite - 1];
    free(values);
    return result;
}

/* The point of voxel (x, y, z); false where it lies off the input. */
static bool map_point(double p[3], const double m[3][4], int64_t x, int64_t y, int64_t z,
                      const int64_t n[3])
{
    bool in = true;
    for (int a = 0; a < 3; a++) {
        p[a] = m[a][0] * (double)x + m[a][1] * (double)y + m[a][2] * (double)z + m[a][3];
        in = in && p[a] >= -0.5 - 1e-6 && p[a] <= (double)n[a] - 0.5 + 1e-6;
        p[a] = fmin(fmax(p[a], 0), (double)(n[a] - 1));
    }
    return in;
}

void ref_resample_linear(float *out, const int64_t out_n[3], const float *in, const int64_t in_n[3],
                         const double in_from_out[3][4], float outside)
{
    for (int64_t i = 0; i < out_n[0] * out_n[1] * out_n[2]; i++) {
        double p[3], sum = 0, weight = 0;
        const bool in_view = map_point(p, in_from_out, i % out_n[0], i / out_n[0] % out_n[1],
                                       i / (out_n[0] * out_n[1]), in_n);
        for (int64_t c = 0; c < 8; c++) {
            const int64_t x = (int64_t)floor(p[0]) + (c & 1), y = (int64_t)floor(p[1]) + (c >> 1 & 1),
                          z = (int64_t)floor(p[2]) + (c >> 2);
            const double w =
                (1 - fabs(p[0] - (double)x)) * (1 - fabs(p[1] - (double)y)) * (1 - fabs(p[2] - (double)z));
            if (!is_inside(in_n, x, y, z) || isnan(in[ek_index(in_n, x, y, z)]))
                continue;
            sum += w * (double)in[ek_index(in_n, x, y, z)];
            weight += w;
        }
        out[i] = in_view && weight >= 0.5 ? (float)(sum / weight) : outside;
    }
}

void ref_resample_nearest_u8(uint8_t *out, const int64_t out_n[3], const uint8_t *in, const int64_t in_n[3],
                             const double in_from_out[3][4], uint8_t outside)
{
    for (int64_t i = 0; i < out_n[0] * out_n[1] * out_n[2]; i++) {
        double p[3];
        const bool in_view = map_point(p, in_from_out, i % out_n[0], i / out_n[0] % out_n[1],
                                       i / (out_n[0] * out_n[1]), in_n);
        out[i] = in_view ? in[ek_index(in_n, (int64_t)floor(p[0] + 0.5), (int64_t)floor(p[1] + 0.5),
                                       (int64_t)floor(p[2] + 0.5))]
                         : outside;
    }
}

static double bell(int64_t distance, double sigma)
{
    if (!(sigma > 0))
        return distance == 0;
    return (double)llabs(distance) <= ceil(4 * sigma)
               ? exp(-0.5 * (double)(distance * distance) / (sigma * sigma))
               : 0;
}

static double bell_total(double sigma)
{
    double total = 0;
    for (int64_t d = -1000; d <= 1000; d++)
        total += bell(d, sigma);
    return total;
}

void ref_gaussian(float *out, const float *v, const uint8_t *valid, const int64_t n[3],
                  const double sigma_vox[3])
{
    const double whole = bell_total(sigma_vox[0]) * bell_total(sigma_vox[1]) * bell_total(sigma_vox[2]);
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        double sum = 0, weight = 0;
        for (int64_t j = 0; j < n[0] * n[1] * n[2]; j++) {
            const double w = bell(i % n[0] - j % n[0], sigma_vox[0]) *
                             bell(i / n[0] % n[1] - j / n[0] % n[1], sigma_vox[1]) *
                             bell(i / (n[0] * n[1]) - j / (n[0] * n[1]), sigma_vox[2]);
            if (w > 0 && isfinite(v[j]) && (valid == NULL || valid[j])) {
                sum += w * (double)v[j];
                weight += w;
            }
        }
        out[i] = weight / whole >= 1e-4 ? (float)(sum / weight) : NAN;
    }
}

static double nearest_square(int64_t x, int64_t y, int64_t z, const uint8_t *set, bool kind,
                             const int64_t n[3], const double spacing_mm[3])
{
    double best = INFINITY;
    for (int64_t k = 0; k < n[2]; k++) {
        for (int64_t j = 0; j < n[1]; j++) {
            for (int64_t i = 0; i < n[0]; i++) {
                const double dx = (double)(x - i) * spacing_mm[0], dy = (double)(y - j) * spacing_mm[1],
                             dz = (double)(z - k) * spacing_mm[2];
                if ((set[ek_index(n, i, j, k)] != 0) == kind)
                    best = fmin(best, dx * dx + dy * dy + dz * dz);
            }
        }
    }
    return best;
}

void ref_distance(double *mm, const uint8_t *set, bool kind, const int64_t n[3], const double spacing_mm[3])
{
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++)
        mm[i] =
            sqrt(nearest_square(i % n[0], i / n[0] % n[1], i / (n[0] * n[1]), set, kind, n, spacing_mm));
}

static void flood(int32_t *label, const uint8_t *mask, const int64_t n[3], int connectivity, int64_t from,
                  int32_t number, int64_t *stack)
{
    int64_t depth = 0;
    stack[depth++] = from;
    label[from] = number;
    while (depth > 0) {
        const int64_t i = stack[--depth], x = i % n[0], y = i / n[0] % n[1], z = i / (n[0] * n[1]);
        for (int64_t c = 0; c < 27; c++) {
            const int64_t dx = c % 3 - 1, dy = c / 3 % 3 - 1, dz = c / 9 - 1;
            if ((connectivity == 6 && llabs(dx) + llabs(dy) + llabs(dz) != 1) ||
                !is_inside(n, x + dx, y + dy, z + dz))
                continue;
            const int64_t j = ek_index(n, x + dx, y + dy, z + dz);
            if (mask[j] && label[j] == 0) {
                label[j] = number;
                stack[depth++] = j;
            }
        }
    }
}

int64_t ref_components(int32_t *label, const uint8_t *mask, const int64_t n[3], int connectivity)
{
    const int64_t count = n[0] * n[1] * n[2];
    int64_t *stack = malloc(sizeof *stack * (size_t)(count + 1));
    if (stack == NULL)
        abort();
    int32_t components = 0;
    memset(label, 0, sizeof *label * (size_t)count);
    for (int64_t i = 0; i < count; i++) {
        if (mask[i] && label[i] == 0)
            flood(label, mask, n, connectivity, i, ++components, stack);
    }
    free(stack);
    return components;
}

double ref_correlation(double *overlap, const ref_weighted *a, const ref_weighted *b,
                       const int64_t shift[3])
{
    double sums[6] = {0}, total = 0;
    for (int64_t j = 0; j < b->n[0] * b->n[1] * b->n[2]; j++) {
        const int64_t x = j % b->n[0] + shift[0], y = j / b->n[0] % b->n[1] + shift[1],
                      z = j / (b->n[0] * b->n[1]) + shift[2];
        const double vb = (double)b->v[j], w_b = isfinite(vb) ? (double)b->weight[j] : 0;
        total += w_b;
        if (!is_inside(a->n, x, y, z) || !isfinite(vb))
            continue;
        const int64_t i = ek_index(a->n, x, y, z);
        const double w = w_b * (double)a->weight[i], va = (double)a->v[i];
        if (!isfinite(va))
            continue;
        const double terms[6] = {1, va, vb, va * va, vb * vb, va * vb};
        for (int t = 0; t < 6; t++)
            sums[t] += w * terms[t];
    }
    *overlap = sums[0] / total;
    const double mean_a = sums[1] / sums[0], mean_b = sums[2] / sums[0];
    const double variance = (sums[3] / sums[0] - mean_a * mean_a) * (sums[4] / sums[0] - mean_b * mean_b);
    return sums[0] > 0 && variance > 0 ? (sums[5] / sums[0] - mean_a * mean_b) / sqrt(variance) : 0;
}

/* The sample at a point; false where it has none. */
static bool sample_point(double *value, const float *volume, const int64_t n[3], double m[3][4],
                         const float *xyz)
{
    double p[3];
    *value = 0;
    for (int a = 0; a < 3; a++) {
        p[a] = m[a][0] * (double)xyz[0] + m[a][1] * (double)xyz[1] + m[a][2] * (double)xyz[2] + m[a][3];
        if (!(p[a] >= 0 && p[a] < (double)(n[a] - 1)))
            return false;
    }
    for (int64_t c = 0; c < 8; c++) {
        const int64_t x = (int64_t)p[0] + (c & 1), y = (int64_t)p[1] + (c >> 1 & 1),
                      z = (int64_t)p[2] + (c >> 2);
        *value += (double)volume[ek_index(n, x, y, z)] * (1 - fabs(p[0] - (double)x)) *
                  (1 - fabs(p[1] - (double)y)) * (1 - fabs(p[2] - (double)z));
    }
    return !isnan(*value);
}

int64_t ref_joint_histogram(double *joint, int n_labels, int n_bins, const ref_points *points,
                            const float *volume, const int64_t n[3], double index_from_point[3][4])
{
    int64_t counted = 0;
    memset(joint, 0, sizeof *joint * (size_t)(n_labels * n_bins));
    for (int64_t i = 0; i < points->n; i++) {
        double value;
        if (!sample_point(&value, volume, n, index_from_point, points->xyz + 3 * i))
            continue;
        value = fmin(fmax(value, 0), n_bins - 1);
        for (int b = 0; b < n_bins; b++)
            joint[points->label[i] * n_bins + b] += fmax(0, 1 - fabs(value - b));
        counted++;
    }
    return counted;
}

double ref_mean_capped_distance(double *seen, const ref_points *points, const float *distance_mm,
                                const int64_t n[3], double index_from_point[3][4], double cap_mm)
{
    double sum = 0, inside = 0, all = 0;
    for (int64_t i = 0; i < points->n; i++) {
        const double w = points->weight != NULL ? (double)points->weight[i] : 1;
        double value;
        all += w;
        if (!sample_point(&value, distance_mm, n, index_from_point, points->xyz + 3 * i))
            continue;
        sum += w * fmin(fabs(value), cap_mm);
        inside += w;
    }
    *seen = all > 0 ? inside / all : 0;
    return inside > 0 ? sum / inside : cap_mm;
}

double ref_field(const ek_field *field, int64_t x, int64_t y, int64_t z)
{
    const int64_t *n = field->n;
    double p[3], sum = 0;
    for (int a = 0; a < 3; a++) {
        const double *m = field->index_from_voxel[a];
        p[a] = fmin(fmax(m[0] * (double)x + m[1] * (double)y + m[2] * (double)z + m[3], 0),
                    (double)(n[a] - 1));
    }
    for (int64_t k = 0; k < n[2]; k++)
        for (int64_t j = 0; j < n[1]; j++)
            for (int64_t i = 0; i < n[0]; i++)
                sum += (double)field->value[ek_index(n, i, j, k)] * fmax(0, 1 - fabs(p[0] - (double)i)) *
                       fmax(0, 1 - fabs(p[1] - (double)j)) * fmax(0, 1 - fabs(p[2] - (double)k));
    return sum;
}
