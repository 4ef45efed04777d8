/* See quantile.h. The sample is sorted by a radix sort of order-preserving keys: there is no bad case, and
 * digits that are all alike (most of them, for 16-bit data) cost nothing. */
#include "kernels/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 11, N_DIGITS = 6, N_VALUES = 1 << DIGIT_BITS };

static double stored_value(const void *stored, ek_dtype type, int64_t at)
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

/* Unsigned order of keys = order of doubles: negative numbers have all bits flipped, others the sign. */
static uint64_t key_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((bits >> 63) ? ~UINT64_C(0) : UINT64_C(1) << 63);
}

static double value_of(uint64_t key)
{
    const uint64_t bits = key ^ ((key >> 63) ? UINT64_C(1) << 63 : ~UINT64_C(0));
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static unsigned digit_of(uint64_t key, int digit)
{
    return (unsigned)(key >> (digit * DIGIT_BITS)) & (N_VALUES - 1);
}

/* Sorts count keys; returns the array, of the two, that holds the result. counts: N_DIGITS * N_VALUES. */
static uint64_t *radix_sort(uint64_t *keys, uint64_t *spare, int64_t count, int64_t *counts)
{
    memset(counts, 0, sizeof(int64_t) * N_DIGITS * N_VALUES);
    for (int64_t i = 0; i < count; i++) {
        for (int d = 0; d < N_DIGITS; d++)
            counts[d * N_VALUES + (int)digit_of(keys[i], d)]++;
    }
    for (int d = 0; d < N_DIGITS; d++) {
        int64_t *place = counts + d * N_VALUES, sum = 0;
        if (place[digit_of(keys[0], d)] == count)
            continue;
        for (int v = 0; v < N_VALUES; v++) {
            const int64_t here = place[v];
            place[v] = sum;
            sum += here;
        }
        for (int64_t i = 0; i < count; i++)
            spare[place[digit_of(keys[i], d)]++] = keys[i];
        uint64_t *swap = keys;
        keys = spare;
        spare = swap;
    }
    return keys;
}

/* Keys of the sampled finite values; returns how many. */
static int64_t take_sample(uint64_t *keys, const void *stored, ek_dtype type, int64_t count,
                           int64_t max_samples)
{
    const bool all = count <= max_samples;
    const int64_t samples = all ? count : max_samples;
    const double stretch = (double)count / (double)samples;
    int64_t finite = 0;
    for (int64_t i = 0; i < samples; i++) {
        int64_t at = i;
        if (!all) {
            /* The golden ratio as a 32-bit fraction: the sequence with the most even gaps (Weyl, Knuth
             * 6.4). */
            const double within = (double)((uint32_t)i * UINT32_C(2654435769)) * 0x1p-32;
            at = (int64_t)(((double)i + within) * stretch);
            at = at < count ? at : count - 1;
        }
        const double value = stored_value(stored, type, at);
        if (isfinite(value))
            keys[finite++] = key_of(value);
    }
    return finite;
}

static double quantile_of_sorted(const uint64_t *keys, int64_t count, double q)
{
    const double at = q * (double)(count - 1);
    int64_t below = (int64_t)at;
    below = below < 0 ? 0 : below > count - 1 ? count - 1 : below;
    const int64_t above = below + 1 < count ? below + 1 : below;
    const double part = at - (double)below;
    return value_of(keys[below]) * (1 - part) + value_of(keys[above]) * part;
}

bool ek_sample_quantiles(double *out, const double *q, int n_q, const void *stored, ek_dtype type,
                         int64_t count, int64_t max_samples, double slope, double inter, int64_t *n_finite)
{
    const size_t room = (size_t)(count < max_samples ? count : max_samples) + 1;
    uint64_t *keys = malloc(2 * room * sizeof *keys);
    int64_t *counts = malloc(sizeof(int64_t) * N_DIGITS * N_VALUES);
    const bool enough = keys != NULL && counts != NULL;
    if (enough) {
        const int64_t finite = take_sample(keys, stored, type, count, max_samples);
        const uint64_t *sorted = finite > 0 ? radix_sort(keys, keys + room, finite, counts) : NULL;
        for (int i = 0; i < n_q; i++) {
            /* A negative slope reverses the order. */
            const double at = slope > 0 ? q[i] : 1 - q[i];
            out[i] = finite > 0 ? quantile_of_sorted(sorted, finite, at) * slope + inter : NAN;
        }
        *n_finite = finite;
    }
    free(counts);
    free(keys);
    return enough;
}

enum { CHUNK = 1 << 16 };

static void histogram_chunk(int64_t *bins, int n_bins, const float *v, const uint8_t *mask, int64_t begin,
                            int64_t end, float low, float high)
{
    const float scale = (float)n_bins / (high - low), last = (float)(n_bins - 1);
    for (int64_t i = begin; i < end; i++) {
        float at = (v[i] - low) * scale;
        if (isnan(at) || (mask != NULL && !mask[i]))
            continue;
        at = at > 0 ? at : 0;
        at = at < last ? at : last;
        bins[(int)at]++;
    }
}

void ek_histogram(int64_t *bins, int n_bins, const float *v, const uint8_t *mask, int64_t count, float low,
                  float high, int threads)
{
    memset(bins, 0, sizeof *bins * (size_t)n_bins);
    const int64_t chunks = (count + CHUNK - 1) / CHUNK;
#pragma omp parallel num_threads(threads)
    {
        int64_t own[EK_HISTOGRAM_MAX_BINS];
        memset(own, 0, sizeof *own * (size_t)n_bins);
#pragma omp for schedule(static)
        for (int64_t chunk = 0; chunk < chunks; chunk++) {
            const int64_t begin = chunk * CHUNK, end = begin + CHUNK < count ? begin + CHUNK : count;
            histogram_chunk(own, n_bins, v, mask, begin, end, low, high);
        }
        /* Counts are whole numbers: the order of the threads does not matter. */
#pragma omp critical(ek_histogram_join)
        for (int b = 0; b < n_bins; b++)
            bins[b] += own[b];
    }
}

int ek_otsu(const int64_t *bins, int n_bins)
{
    double total = 0, moment = 0;
    for (int b = 0; b < n_bins; b++) {
        total += (double)bins[b];
        moment += (double)bins[b] * b;
    }
    double best = 0, weight = 0, sum = 0;
    int first = -1, last = -1; /* the stretch of bins that are equally good */
    for (int t = 0; t < n_bins - 1; t++) {
        weight += (double)bins[t];
        sum += (double)bins[t] * t;
        if (weight <= 0 || weight >= total)
            continue;
        const double difference = sum / weight - (moment - sum) / (total - weight);
        const double between = weight * (total - weight) * difference * difference;
        if (between > best) {
            best = between;
            first = last = t;
        } else if (first >= 0 && between == best && last == t - 1) {
            last = t;
        }
    }
    return first < 0 ? -1 : (first + last) / 2;
}
