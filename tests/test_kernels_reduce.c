/* Block means, quantiles, histograms and Otsu's threshold: compared with their references for every
 * element type, and with small cases computed by hand. */
#include <stdlib.h>

#include "check.h"
#include "kernels/blockmean.h"
#include "kernels/quantile.h"
#include "kernels/rng.h"
#include "reference.h"

enum { N_TYPES = EK_FLOAT64 + 1 };

/* Random elements of every kind that the type has: small, large, negative, NaN, infinite. */
static void make_stored(void *stored, ek_dtype type, int64_t count, uint64_t seed)
{
    for (int64_t i = 0; i < count; i++) {
        const uint64_t bits = ek_hash64(seed, (uint64_t)i);
        char *to = (char *)stored + (size_t)i * ek_dtype_size(type);
        const double normal = 1000 * ek_normal(seed, (uint64_t)i);
        const bool odd = bits % 50 == 0;
        const double value = !odd ? normal : bits % 3 == 0 ? NAN : bits % 3 == 1 ? INFINITY : -INFINITY;
        const float value_f = (float)value;
        if (type == EK_FLOAT32)
            memcpy(to, &value_f, sizeof value_f);
        else if (type == EK_FLOAT64)
            memcpy(to, &value, sizeof value);
        else
            memcpy(to, &bits, ek_dtype_size(type));
    }
}

/* float output: half a unit of the last place; sums of at most 2 * 3 * 4 * 2 terms in double add nothing to
 * see, bounds of 8- and 16-bit types are rounded to float once. */
static double mean_tolerance(double low, double high)
{
    return 3 * 0x1p-24 * fmax(fabs(low), fabs(high));
}

static void check_block_mean(ek_dtype type, const int64_t n[3], const int factor[3], int64_t n_volumes,
                             double slope)
{
    const int64_t count = n[0] * n[1] * n[2];
    int64_t out_n[3];
    for (int a = 0; a < 3; a++)
        out_n[a] = (n[a] + factor[a] - 1) / factor[a];
    const int64_t out_count = out_n[0] * out_n[1] * out_n[2];
    void *stored = malloc((size_t)(count * n_volumes) * 8);
    float *mean = malloc(sizeof *mean * (size_t)out_count),
          *reference = malloc(sizeof *mean * (size_t)out_count);
    float *again = malloc(sizeof *mean * (size_t)out_count);
    make_stored(stored, type, count * n_volumes, (uint64_t)type + 7);
    /* Clamped to the middle half of an integer type's range, or a standard deviation. */
    const double reach = ek_dtype_is_float(type) ? 1000 : ldexp(0.5, (int)ek_dtype_size(type) * 8 - 1);
    const double low = -reach * fabs(slope) + 3.25, high = reach * fabs(slope) + 3.25;
    const ek_block_source source = {stored, type, n, n_volumes, slope, 3.25, low, high};
    CHECK(ek_block_mean(mean, out_n, source, factor, 2));
    ref_block_mean(reference, out_n, source, factor);
    for (int64_t i = 0; i < out_count; i++)
        CHECK(isnan(reference[i]) ? isnan(mean[i])
                                  : fabs((double)(mean[i] - reference[i])) <= mean_tolerance(low, high));
    for (int threads = 1; threads <= 8; threads += threads) {
        CHECK(ek_block_mean(again, out_n, source, factor, threads));
        CHECK(memcmp(again, mean, sizeof *mean * (size_t)out_count) == 0);
    }
    free(stored);
    free(mean);
    free(reference);
    free(again);
}

static void test_block_mean_by_hand(void)
{
    /* Factor 1 is the identity, bit for bit, on what float can hold; a block of NaN has no mean. */
    const int64_t n[3] = {3, 2, 1}, halves[3] = {2, 1, 1};
    const int one[3] = {1, 1, 1}, two[3] = {2, 2, 2};
    const int16_t whole[6] = {-32768, 0, 32767, 5, -7, 11};
    const float gaps[6] = {1, NAN, NAN, 5, -INFINITY, INFINITY};
    float mean[6];
    ek_block_source source = {whole, EK_INT16, n, 1, 1, 0, -INFINITY, INFINITY};
    CHECK(ek_block_mean(mean, n, source, one, 2));
    for (int i = 0; i < 6; i++)
        CHECK_EQ(mean[i], whole[i]);
    source.slope = -2;
    source.inter = 1;
    CHECK(ek_block_mean(mean, halves, source, two, 2));
    CHECK_NEAR(mean[0], -2 * (-32768 + 5 - 7) / 4.0 + 1, 0);
    CHECK_NEAR(mean[1], -2 * (32767 + 11) / 2.0 + 1, 0);
    source = ek_block_floats(gaps, n);
    source.high = 4;
    CHECK(ek_block_mean(mean, halves, source, two, 2));
    CHECK_NEAR(mean[0], 2.5, 0); /* 1 and 5, which is clamped to 4 */
    CHECK(isnan(mean[1]));
}

static void check_quantiles(ek_dtype type, double slope)
{
    enum { COUNT = 4001, N_Q = 7 };
    const double q[N_Q] = {0.5, 0, 1, 0.0005, 0.9995, 0.123, 0.77};
    double out[N_Q];
    int64_t n_finite, expected = 0;
    uint64_t stored[COUNT];
    make_stored(stored, type, COUNT, 99);
    CHECK(ek_sample_quantiles(out, q, N_Q, stored, type, COUNT, COUNT, slope, -5, &n_finite));
    for (int64_t i = 0; i < COUNT; i++)
        expected += isfinite(ref_value(stored, type, i));
    CHECK_EQ(n_finite, expected);
    const double range = fabs(out[2] - out[1]);
    for (int i = 0; i < N_Q; i++) {
        const double reference = ref_quantile(q[i], stored, type, COUNT, slope, -5);
        /* The same two order statistics: a few roundings of the value, and of the place between them, which
         * count times (range / count) turns into as many roundings of the range. */
        CHECK_NEAR(out[i], reference, 16 * 0x1p-53 * (fabs(reference) + range));
    }
}

/* Each stretch of a ramp gives one sample, so the sample's quantiles are within a stretch of the ramp's. On
 * data that repeat with the row, every column must be seen as often as any other. */
static void test_quantile_sampling(void)
{
    enum { COUNT = 208 * 250, SAMPLES = 4000 };
    const double q[3] = {0.1, 0.5, 0.9};
    float *ramp = malloc(sizeof *ramp * COUNT);
    double out[3];
    int64_t n_finite;
    for (int i = 0; i < COUNT; i++)
        ramp[i] = (float)i;
    CHECK(ek_sample_quantiles(out, q, 3, ramp, EK_FLOAT32, COUNT, SAMPLES, 1, 0, &n_finite));
    CHECK_EQ(n_finite, SAMPLES);
    for (int i = 0; i < 3; i++)
        CHECK_NEAR(out[i], q[i] * (COUNT - 1), 2.0 * COUNT / SAMPLES);
    for (int period = 13; period <= 208; period *= 2) {
        for (int i = 0; i < COUNT; i++)
            ramp[i] = (float)(i % period) / (float)period;
        CHECK(ek_sample_quantiles(out, q, 3, ramp, EK_FLOAT32, COUNT, SAMPLES, 1, 0, &n_finite));
        /* A column more or less, and three standard errors of an independent sample: sqrt(.25 / 4000) */
        for (int i = 0; i < 3; i++)
            CHECK_NEAR(out[i], q[i], 1.0 / period + 3 * 0.0079);
    }
    for (int i = 0; i < COUNT; i++)
        ramp[i] = NAN;
    CHECK(ek_sample_quantiles(out, q, 3, ramp, EK_FLOAT32, COUNT, SAMPLES, 1, 0, &n_finite));
    CHECK_EQ(n_finite, 0);
    CHECK(isnan(out[0]) && isnan(out[2]));
    free(ramp);
}

static void test_histogram(void)
{
    enum { COUNT = 200000, BINS = 37 };
    float *v = malloc(sizeof *v * COUNT);
    uint8_t *mask = malloc(COUNT);
    int64_t bins[BINS], expected[2][BINS] = {{0}}, again[BINS];
    for (int i = 0; i < COUNT; i++) {
        v[i] = i % 1000 == 0 ? NAN : i % 1000 == 1 ? INFINITY : (float)(i % 512) - 100; /* exact in float */
        mask[i] = (uint8_t)(i % 3 == 0 ? 7 : 0);
        const double bin = fmin(fmax(floor(((double)v[i] + 64) / 8), 0), BINS - 1);
        if (!isnan(v[i])) {
            expected[0][(int)bin]++;
            expected[1][(int)bin] += mask[i] != 0;
        }
    }
    for (int masked = 0; masked < 2; masked++) {
        ek_histogram(bins, BINS, v, masked ? mask : NULL, COUNT, -64, -64 + 8 * BINS, 1);
        CHECK(memcmp(bins, expected[masked], sizeof bins) == 0);
        ek_histogram(again, BINS, v, masked ? mask : NULL, COUNT, -64, -64 + 8 * BINS, 5);
        CHECK(memcmp(bins, again, sizeof bins) == 0);
    }
    ek_histogram(bins, BINS, v, NULL, 0, 0, 1, 2);
    for (int b = 0; b < BINS; b++)
        CHECK_EQ(bins[b], 0);
    free(v);
    free(mask);
}

static void test_otsu(void)
{
    CHECK_EQ(ek_otsu((int64_t[4]){0, 0, 0, 0}, 4), -1);
    CHECK_EQ(ek_otsu((int64_t[4]){0, 9, 0, 0}, 4), -1);
    CHECK_EQ(ek_otsu((int64_t[2]){1, 1}, 2), 0);
    /* Two peaks with a gap: any bin from the first peak to the last empty one is as good; the middle. */
    CHECK_EQ(ek_otsu((int64_t[10]){5, 9, 5, 0, 0, 0, 0, 2, 6, 2}, 10), 4);
    /* Against the definition: least variance within. */
    int64_t bins[64];
    double best = INFINITY;
    int best_at = -1;
    for (int b = 0; b < 64; b++)
        bins[b] =
            1 +
            (int64_t)(1e4 * (exp(-(b - 12) * (b - 12) / 30.0) + 0.3 * exp(-(b - 40) * (b - 40) / 90.0)));
    for (int t = 0; t < 63; t++) {
        double within = 0;
        for (int half = 0; half < 2; half++) {
            double w = 0, s = 0, s2 = 0;
            for (int b = half ? t + 1 : 0; b <= (half ? 63 : t); b++) {
                w += (double)bins[b];
                s += (double)bins[b] * b;
                s2 += (double)bins[b] * b * b;
            }
            within += s2 - s * s / w;
        }
        if (within < best) {
            best = within;
            best_at = t;
        }
    }
    CHECK_EQ(ek_otsu(bins, 64), best_at);
}

int main(void)
{
    for (int t = 0; t < N_TYPES; t++) {
        const ek_dtype type = (ek_dtype)t;
        check_block_mean(type, (int64_t[3]){13, 9, 7}, (int[3]){1, 1, 1}, 1, 1);
        check_block_mean(type, (int64_t[3]){33, 9, 7}, (int[3]){2, 3, 4}, 2, -0.5);
        check_block_mean(type, (int64_t[3]){5, 9, 7}, (int[3]){8, 2, 1}, 1, 2);
        check_quantiles(type, 1);
        check_quantiles(type, -0.25);
    }
    test_block_mean_by_hand();
    test_quantile_sampling();
    test_histogram();
    test_otsu();
    return test_end();
}
