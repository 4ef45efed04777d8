/* Sums over transformed points: see joint.h. Each chunk of points has its own accumulator, and the
 * accumulators are added in order, so results are the same at any thread count. */
#include "kernels/joint.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { MAX_LABELS = 16, MAX_BINS = 64 };

typedef struct chunk_sum {
    float joint[MAX_LABELS * MAX_BINS];
    double sum, weight, all;
    int64_t count;
} chunk_sum;

/* Points of a batch. Their places are computed, and their voxels prefetched, before the first value is
 * needed: the volume is larger than the near caches, and the voxels come in no order. */
enum { BATCH = 32 };

typedef struct places {
    int64_t offset[BATCH]; /* of the first of eight voxels; -1: a neighbour lies outside */
    float u[BATCH], v[BATCH], w[BATCH];
} places;

static inline void find_places(places *at, const float *xyz, int64_t count, const float *volume,
                               const int64_t n[3], float m[3][4])
{
    const float end[3] = {(float)(n[0] - 1), (float)(n[1] - 1), (float)(n[2] - 1)};
    const int64_t row = n[0], slice = n[0] * n[1];
    for (int64_t p = 0; p < count; p++) {
        const float *point = xyz + 3 * p;
        const float x = m[0][0] * point[0] + m[0][1] * point[1] + m[0][2] * point[2] + m[0][3];
        const float y = m[1][0] * point[0] + m[1][1] * point[1] + m[1][2] * point[2] + m[1][3];
        const float z = m[2][0] * point[0] + m[2][1] * point[1] + m[2][2] * point[2] + m[2][3];
        at->offset[p] = -1;
        if (!(x >= 0 && y >= 0 && z >= 0 && x < end[0] && y < end[1] && z < end[2]))
            continue;
        const int32_t i = (int32_t)x, j = (int32_t)y, k = (int32_t)z;
        at->u[p] = x - (float)i;
        at->v[p] = y - (float)j;
        at->w[p] = z - (float)k;
        at->offset[p] = i + row * j + slice * k;
        const float *first = volume + at->offset[p];
        __builtin_prefetch(first);
        __builtin_prefetch(first + row);
        __builtin_prefetch(first + slice);
        __builtin_prefetch(first + slice + row);
    }
}

/* Trilinear value at place p of a batch; false where a neighbour lies outside or is NaN. */
static inline bool sample_at(float *value, const places *at, int64_t p, const float *volume, int64_t row,
                             int64_t slice)
{
    if (at->offset[p] < 0)
        return false;
    const float *first = volume + at->offset[p];
    const float u = at->u[p], v = at->v[p], w = at->w[p];
    const float a = first[0] + u * (first[1] - first[0]),
                b = first[row] + u * (first[row + 1] - first[row]);
    const float c = first[slice] + u * (first[slice + 1] - first[slice]);
    const float d = first[slice + row] + u * (first[slice + row + 1] - first[slice + row]);
    const float e = a + v * (b - a), f = c + v * (d - c);
    *value = e + w * (f - e);
    return !isnan(*value);
}

static int64_t batch_size(int64_t begin, int64_t end)
{
    return end - begin < BATCH ? end - begin : BATCH;
}

static void to_float(float out[3][4], double in[3][4])
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            out[r][c] = (float)in[r][c];
}

static void chunk_range(int64_t *begin, int64_t *end, int chunk, int64_t count)
{
    *begin = count * chunk / EK_JOINT_CHUNKS;
    *end = count * (chunk + 1) / EK_JOINT_CHUNKS;
}

static void joint_chunk(chunk_sum *sum, int n_labels, int n_bins, const float *xyz, const uint8_t *label,
                        int64_t begin, int64_t end, const float *volume, const int64_t n[3], float m[3][4])
{
    memset(sum->joint, 0, sizeof(float) * (size_t)(n_labels * n_bins));
    places at;
    int64_t counted = 0;
    for (int64_t first = begin; first < end; first += BATCH) {
        const int64_t size = batch_size(first, end);
        find_places(&at, xyz + 3 * first, size, volume, n, m);
        for (int64_t p = 0; p < size; p++) {
            float value;
            if (!sample_at(&value, &at, p, volume, n[0], n[0] * n[1]))
                continue;
            value = value < 0 ? 0 : value;
            int bin = (int)value;
            bin = bin > n_bins - 2 ? n_bins - 2 : bin;
            float above = value - (float)bin;
            above = above > 1 ? 1 : above;
            float *row = sum->joint + label[first + p] * n_bins + bin;
            row[0] += 1 - above;
            row[1] += above;
            counted++;
        }
    }
    sum->count = counted;
}

int64_t ek_joint_histogram(double *joint, int n_labels, int n_bins, const float *xyz, const uint8_t *label,
                           int64_t n_points, const float *volume, const int64_t n[3],
                           double index_from_point[3][4], int threads)
{
    chunk_sum sums[EK_JOINT_CHUNKS];
    float m[3][4];
    to_float(m, index_from_point);
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (int chunk = 0; chunk < EK_JOINT_CHUNKS; chunk++) {
        int64_t begin, end;
        chunk_range(&begin, &end, chunk, n_points);
        joint_chunk(&sums[chunk], n_labels, n_bins, xyz, label, begin, end, volume, n, m);
    }
    int64_t counted = 0;
    memset(joint, 0, sizeof(double) * (size_t)(n_labels * n_bins));
    for (int chunk = 0; chunk < EK_JOINT_CHUNKS; chunk++) {
        counted += sums[chunk].count;
        for (int e = 0; e < n_labels * n_bins; e++)
            joint[e] += (double)sums[chunk].joint[e];
    }
    return counted;
}

static double plogp(double p)
{
    return p > 0 ? p * log(p) : 0;
}

double ek_mutual_information(double *label_entropy, const double *joint, int n_labels, int n_bins)
{
    double total = 0, by_label[MAX_LABELS] = {0}, by_bin[MAX_BINS] = {0};
    for (int l = 0; l < n_labels; l++) {
        for (int b = 0; b < n_bins; b++) {
            by_label[l] += joint[l * n_bins + b];
            by_bin[b] += joint[l * n_bins + b];
        }
        total += by_label[l];
    }
    if (label_entropy != NULL)
        *label_entropy = 0;
    if (total <= 0)
        return 0;
    double h_label = 0, h_bin = 0, h_joint = 0;
    for (int l = 0; l < n_labels; l++)
        h_label -= plogp(by_label[l] / total);
    for (int b = 0; b < n_bins; b++)
        h_bin -= plogp(by_bin[b] / total);
    for (int e = 0; e < n_labels * n_bins; e++)
        h_joint -= plogp(joint[e] / total);
    if (label_entropy != NULL)
        *label_entropy = h_label;
    return h_label + h_bin - h_joint;
}

static void distance_chunk(chunk_sum *sums, const float *xyz, const float *weight, int64_t begin,
                           int64_t end, const float *distance_mm, const int64_t n[3], float m[3][4],
                           double cap_mm)
{
    places at;
    double sum = 0, inside = 0, all = 0;
    for (int64_t first = begin; first < end; first += BATCH) {
        const int64_t size = batch_size(first, end);
        find_places(&at, xyz + 3 * first, size, distance_mm, n, m);
        for (int64_t p = 0; p < size; p++) {
            const double w = weight != NULL ? (double)weight[first + p] : 1.0;
            float value;
            all += w;
            if (!sample_at(&value, &at, p, distance_mm, n[0], n[0] * n[1]))
                continue;
            const double distance = fabs((double)value);
            sum += w * (distance < cap_mm ? distance : cap_mm);
            inside += w;
        }
    }
    sums->sum = sum;
    sums->weight = inside;
    sums->all = all;
}

double ek_mean_capped_distance(double *seen, const float *xyz, const float *weight, int64_t n_points,
                               const float *distance_mm, const int64_t n[3], double index_from_point[3][4],
                               double cap_mm, int threads)
{
    chunk_sum sums[EK_JOINT_CHUNKS];
    float m[3][4];
    to_float(m, index_from_point);
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (int chunk = 0; chunk < EK_JOINT_CHUNKS; chunk++) {
        int64_t begin, end;
        chunk_range(&begin, &end, chunk, n_points);
        distance_chunk(&sums[chunk], xyz, weight, begin, end, distance_mm, n, m, cap_mm);
    }
    double sum = 0, inside = 0, all = 0;
    for (int chunk = 0; chunk < EK_JOINT_CHUNKS; chunk++) {
        sum += sums[chunk].sum;
        inside += sums[chunk].weight;
        all += sums[chunk].all;
    }
    *seen = all > 0 ? inside / all : 0;
    return inside > 0 ? sum / inside : cap_mm;
}
