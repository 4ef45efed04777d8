/* Gaussian smoothing: a constant stays constant, an impulse becomes the product of three Gaussians.
 * Borders and holes are compared with the brute-force sum. */
#include "kernels/smooth.h"

#include <stdlib.h>

#include "check.h"
#include "kernels/grid.h"
#include "kernels/rng.h"
#include "reference.h"

/* Sums of at most 60 products in float, relative to the largest value: 60 * 2^-24 < 4e-6, three passes. */
static const double tolerance = 1.2e-5;

static void test_constant(void)
{
    const int64_t n[3] = {70, 5, 9};
    float v[70 * 5 * 9];
    for (int i = 0; i < 70 * 5 * 9; i++)
        v[i] = 3.5F;
    CHECK(ek_gaussian(v, n, (double[3]){2.5, 4.0, 0.6}, 2)); /* the kernel is longer than two of the axes */
    for (int i = 0; i < 70 * 5 * 9; i++)
        CHECK_NEAR(v[i], 3.5, 3.5 * tolerance);
}

static void test_impulse(void)
{
    const int64_t n[3] = {41, 35, 29};
    const double sigma[3] = {3, 1.5, 2};
    float *v = calloc((size_t)(n[0] * n[1] * n[2]), sizeof *v);
    v[ek_index(n, 20, 17, 14)] = 1;
    CHECK(ek_gaussian(v, n, sigma, 3));
    double sum = 0;
    const double peak = pow(2 * EK_PI, -1.5) / (sigma[0] * sigma[1] * sigma[2]);
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        const double x = (double)(i % n[0] - 20) / sigma[0], y = (double)(i / n[0] % n[1] - 17) / sigma[1],
                     z = (double)(i / (n[0] * n[1]) - 14) / sigma[2];
        sum += (double)v[i];
        /* What lies beyond 4 sigma (3 * 6.3e-5) is cut off and spread over the rest, and shows at the cut.
         */
        CHECK_NEAR(v[i], peak * exp(-0.5 * (x * x + y * y + z * z)), peak * 5e-4);
    }
    CHECK_NEAR(sum, 1, tolerance);
    free(v);
}

static void check_against_reference(const int64_t n[3], const double sigma[3], bool holes)
{
    const int64_t count = n[0] * n[1] * n[2];
    float *v = malloc(sizeof *v * (size_t)count), *out = malloc(sizeof *v * (size_t)count);
    float *reference = malloc(sizeof *v * (size_t)count);
    uint8_t *valid = malloc((size_t)count);
    for (int64_t i = 0; i < count; i++) {
        v[i] = (float)(2 * ek_uniform(1, (uint64_t)i) - 1);
        valid[i] = i % n[0] < n[0] / 2 || ek_uniform(2, (uint64_t)i) < 0.01;
        if (holes && i % 7 == 0)
            v[i] = i % 2 ? NAN : INFINITY;
    }
    ref_gaussian(reference, v, holes ? valid : NULL, n, sigma);
    memcpy(out, v, sizeof *v * (size_t)count);
    CHECK(holes ? ek_gaussian_masked(out, valid, n, sigma, 1) : ek_gaussian(out, n, sigma, 1));
    for (int64_t i = 0; i < count; i++) {
        /* Where little weight is left, the quotient loses digits: 1e-4 of it may remain, rounding of the
         * sums is relative to themselves, so the tolerance stands. */
        if (isnan(reference[i]) || isnan(out[i]))
            CHECK_EQ(isnan(reference[i]), isnan(out[i]));
        else
            CHECK_NEAR(out[i], reference[i], tolerance);
    }
    for (int threads = 2; threads <= 8; threads *= 2) {
        float *again = malloc(sizeof *v * (size_t)count);
        memcpy(again, v, sizeof *v * (size_t)count);
        CHECK(holes ? ek_gaussian_masked(again, valid, n, sigma, threads)
                    : ek_gaussian(again, n, sigma, threads));
        CHECK(memcmp(again, out, sizeof *v * (size_t)count) == 0);
        free(again);
    }
    free(v);
    free(out);
    free(reference);
    free(valid);
}

/* The transforms of padded lines: 2^-24 for each of the 2 log2(256) stages, and the same again for rounded
 * twiddles, of the largest value of a line: 2e-6; three passes, and the tolerance of the sums. */
static const double fft_tolerance = 1.8e-5;

static void test_fft_identities(void)
{
    const int64_t n[3] = {35, 18, 21};
    const int64_t count = n[0] * n[1] * n[2];
    const double sigma[3] = {3, 9, 2}; /* the second kernel is longer than its axis */
    float *v = malloc(sizeof *v * (size_t)count), *sums = malloc(sizeof *v * (size_t)count);
    for (int64_t i = 0; i < count; i++)
        v[i] = -2.5F;
    CHECK(ek_fft_gaussian(v, n, sigma, 2));
    for (int64_t i = 0; i < count; i++)
        CHECK_NEAR(v[i], -2.5, 2.5 * fft_tolerance);
    memset(v, 0, sizeof *v * (size_t)count);
    v[ek_index(n, 17, 9, 10)] = 1;
    memcpy(sums, v, sizeof *v * (size_t)count);
    CHECK(ek_fft_gaussian(v, n, sigma, 1));
    CHECK(ek_direct_gaussian(sums, n, sigma, 1));
    const double peak = (double)sums[ek_index(n, 17, 9, 10)];
    for (int64_t i = 0; i < count; i++)
        CHECK_NEAR(v[i], sums[i], peak * fft_tolerance);
    free(v);
    free(sums);
}

/* Noise with one NaN: through the transforms it must spread as far as through the sums. */
static void test_fft_against_sums(const int64_t n[3], const double sigma[3], bool hole)
{
    const int64_t count = n[0] * n[1] * n[2];
    const size_t bytes = sizeof(float) * (size_t)count;
    float *v = malloc(bytes), *sums = malloc(bytes), *fft = malloc(bytes);
    for (int64_t i = 0; i < count; i++)
        v[i] = (float)(2 * ek_uniform(7, (uint64_t)i) - 1);
    if (hole)
        v[count / 2] = NAN;
    memcpy(sums, v, bytes);
    memcpy(fft, v, bytes);
    CHECK(ek_direct_gaussian(sums, n, sigma, 1));
    CHECK(ek_fft_gaussian(fft, n, sigma, 1));
    for (int64_t i = 0; i < count; i++) {
        CHECK_EQ(isnan(fft[i]), isnan(sums[i]));
        if (!isnan(fft[i]))
            CHECK_NEAR(fft[i], sums[i], fft_tolerance);
    }
    for (int threads = 2; threads <= 8; threads *= 2) {
        memcpy(sums, v, bytes);
        CHECK(ek_fft_gaussian(sums, n, sigma, threads));
        CHECK(memcmp(sums, fft, bytes) == 0);
    }
    free(v);
    free(sums);
    free(fft);
}

/* What is chosen gives the very bytes of the one or the other, on each axis; and the normalised convolution
 * over holes takes the long way too. */
static void test_choice(void)
{
    CHECK(!ek_fft_is_faster(200, 24)); /* as long as it gets in ek_spread */
    CHECK(ek_fft_is_faster(200, 80));
    const int64_t n[3] = {200, 9, 3};
    float v[200 * 9 * 3], other[200 * 9 * 3];
    for (int i = 0; i < 200 * 9 * 3; i++)
        v[i] = other[i] = (float)ek_uniform(3, (uint64_t)i);
    CHECK(ek_gaussian(v, n, (double[3]){20, 2, 0}, 2));
    CHECK(ek_fft_gaussian(other, n, (double[3]){20, 0, 0}, 1));
    CHECK(ek_direct_gaussian(other, n, (double[3]){0, 2, 0}, 1));
    CHECK(memcmp(v, other, sizeof v) == 0);
}

static void test_nothing_to_do(void)
{
    const int64_t n[3] = {3, 3, 1};
    float v[9] = {1, 2, 3, 4, NAN, 6, 7, 8, 9}, none[9];
    memcpy(none, v, sizeof v);
    CHECK(ek_gaussian(none, n, (double[3]){0, -1, 0}, 2));
    CHECK(memcmp(none, v, sizeof v) == 0);
    CHECK(ek_gaussian(none, n, (double[3]){1, 0, 0}, 2)); /* NaN spreads along x, and nowhere else */
    CHECK(!isnan(none[0]) && isnan(none[3]) && isnan(none[4]) && isnan(none[5]) && !isnan(none[8]));
    const uint8_t invalid[9] = {0};
    CHECK(ek_gaussian_masked(none, invalid, n, (double[3]){1, 1, 1}, 2));
    for (int i = 0; i < 9; i++)
        CHECK(isnan(none[i]));
}

int main(void)
{
    test_constant();
    test_impulse();
    check_against_reference((int64_t[3]){17, 12, 9}, (double[3]){1.2, 0.8, 2.1}, false);
    check_against_reference((int64_t[3]){17, 12, 9}, (double[3]){1.2, 0.8, 2.1}, true);
    check_against_reference((int64_t[3]){67, 3, 2}, (double[3]){5, 0, 1}, true);
    check_against_reference((int64_t[3]){1, 20, 10}, (double[3]){1, 1, 1}, false);
    check_against_reference((int64_t[3]){200, 5, 4}, (double[3]){20, 1, 1}, false);
    check_against_reference((int64_t[3]){200, 5, 4}, (double[3]){20, 1, 1}, true);
    test_fft_identities();
    test_fft_against_sums((int64_t[3]){67, 40, 33}, (double[3]){5, 11, 3}, false);
    test_fft_against_sums((int64_t[3]){67, 40, 33}, (double[3]){2, 3, 4}, true);
    test_fft_against_sums((int64_t[3]){1, 20, 10}, (double[3]){1, 30, 1}, false);
    test_choice();
    test_nothing_to_do();
    return test_end();
}
