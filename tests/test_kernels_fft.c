/* The correlator against the direct sum, and against what is known: a piece cut from a volume is found
 * where it was cut, whatever the contrast, the field of view and the number of threads. */
#include "kernels/fft.h"

#include <stdlib.h>

#include "check.h"
#include "kernels/grid.h"
#include "kernels/rng.h"
#include "reference.h"

static int64_t count_of(const int64_t n[3])
{
    return n[0] * n[1] * n[2];
}

/* Smooth enough to have a peak, random enough to have one peak. */
static float *make_volume(const int64_t n[3], uint64_t seed)
{
    float *v = malloc(sizeof *v * (size_t)count_of(n));
    for (int64_t i = 0; i < count_of(n); i++)
        v[i] = (float)(100 + 20 * ek_normal(seed, (uint64_t)i));
    return v;
}

static float *make_weight(const int64_t n[3], uint64_t seed)
{
    float *w = malloc(sizeof *w * (size_t)count_of(n));
    for (int64_t i = 0; i < count_of(n); i++)
        w[i] = ek_uniform(seed, (uint64_t)i) < 0.3 ? 0.0F : (float)ek_uniform(seed + 1, (uint64_t)i);
    return w;
}

static int64_t wrapped(int64_t shift, int64_t n)
{
    return (shift % n + n) % n;
}

/* Single precision: the sums carry about 1e-6 of the largest one, the smallest overlap looked at is 0.05 of
 * it and the variances there are not small: 1e-6 / 0.05 * 4 roundings < 1e-4. */
static const double tolerance = 1e-4;

static void test_against_the_direct_sum(void)
{
    const int64_t n_a[3] = {9, 7, 8}, n_b[3] = {6, 8, 5}, n[3] = {15, 15, 12};
    float *a = make_volume(n_a, 1), *b = make_volume(n_b, 2);
    float *weight_a = make_weight(n_a, 3), *weight_b = make_weight(n_b, 5);
    a[17] = NAN;
    b[44] = INFINITY;
    float *map = malloc(sizeof *map * (size_t)count_of(n));
    ek_correlator *c = ek_correlator_create(n);
    if (!CHECK(c != NULL))
        return;
    ek_peak peak;
    ek_correlator_load_reference(c, a, weight_a, n_a, 2);
    CHECK(ek_correlator_match(c, &peak, map, b, weight_b, n_b, 0.05, 2));
    const ref_weighted of_a = {a, weight_a, n_a}, of_b = {b, weight_b, n_b};
    double best = -2;
    int64_t compared = 0;
    for (int64_t z = 1 - n_b[2]; z < n_a[2]; z++) {
        for (int64_t y = 1 - n_b[1]; y < n_a[1]; y++) {
            for (int64_t x = 1 - n_b[0]; x < n_a[0]; x++) {
                const int64_t shift[3] = {x, y, z};
                double overlap;
                const double value = ref_correlation(&overlap, &of_a, &of_b, shift);
                const float got = map[ek_index(n, wrapped(x, n[0]), wrapped(y, n[1]), wrapped(z, n[2]))];
                if (overlap < 0.0499) {
                    CHECK_EQ(got, 0);
                } else if (overlap > 0.0501) {
                    CHECK_NEAR(got, value, tolerance);
                    best = value > best ? value : best;
                    compared++;
                }
            }
        }
    }
    CHECK(compared > 500);
    CHECK_NEAR(peak.value, best, tolerance);
    ek_correlator_free(c);
    free(a);
    free(b);
    free(weight_a);
    free(weight_b);
    free(map);
}

/* b is a piece of a, with another contrast; the size is too small for all shifts but not for this one. */
static void test_finds_a_piece(const int64_t n[3], const int64_t shift[3], double gain)
{
    const int64_t n_a[3] = {20, 18, 22}, n_b[3] = {12, 13, 11};
    float *a = make_volume(n_a, 11), *b = malloc(sizeof *b * (size_t)count_of(n_b));
    for (int64_t i = 0; i < count_of(n_b); i++) {
        const int64_t x = i % n_b[0] + shift[0], y = i / n_b[0] % n_b[1] + shift[1],
                      z = i / (n_b[0] * n_b[1]) + shift[2];
        const bool in = x >= 0 && y >= 0 && z >= 0 && x < n_a[0] && y < n_a[1] && z < n_a[2];
        b[i] = in ? (float)(gain * (double)a[(z * n_a[1] + y) * n_a[0] + x] + 1e4) : NAN;
    }
    ek_correlator *c = ek_correlator_create(n);
    if (!CHECK(c != NULL))
        return;
    ek_peak peak[3];
    ek_correlator_load_reference(c, a, NULL, n_a, 1);
    CHECK(ek_correlator_match(c, &peak[0], NULL, b, NULL, n_b, 0.25, 1));
    for (int axis = 0; axis < 3; axis++)
        CHECK_EQ(peak[0].shift[axis], shift[axis]);
    CHECK_NEAR(peak[0].value, 1, 1e-3); /* b is stored to 1e-3 of its spread, on top of 1e4 */
    CHECK_NEAR(peak[0].overlap, 1, 1e-5);
    for (int t = 1; t < 3; t++) {
        ek_correlator_load_reference(c, a, NULL, n_a, 4 * t);
        CHECK(ek_correlator_match(c, &peak[t], NULL, b, NULL, n_b, 0.25, 4 * t));
        CHECK(memcmp(&peak[t].value, &peak[0].value, sizeof(double)) == 0);
        CHECK(memcmp(peak[t].shift, peak[0].shift, sizeof peak[0].shift) == 0);
    }
    ek_correlator_free(c);
    free(a);
    free(b);
}

static void test_nothing_to_match(void)
{
    const int64_t n[3] = {16, 16, 16}, small[3] = {8, 8, 8};
    float *a = make_volume(small, 1), *flat = malloc(sizeof *flat * 512),
          *none = malloc(sizeof *none * 512);
    for (int64_t i = 0; i < 512; i++) {
        flat[i] = 7;
        none[i] = NAN;
    }
    ek_correlator *c = ek_correlator_create(n);
    if (!CHECK(c != NULL))
        return;
    ek_peak peak;
    ek_correlator_load_reference(c, a, NULL, small, 1);
    CHECK(!ek_correlator_match(c, &peak, NULL, flat, NULL, small, 0.2, 1));
    CHECK_EQ(peak.value, 0);
    CHECK(!ek_correlator_match(c, &peak, NULL, none, NULL, small, 0.2, 1));
    CHECK(ek_correlator_match(c, &peak, NULL, a, NULL, small, 0.2, 1));
    CHECK_NEAR(peak.value, 1, tolerance);
    ek_correlator_load_reference(c, none, NULL, small, 1);
    CHECK(!ek_correlator_match(c, &peak, NULL, a, NULL, small, 0.2, 1));
    ek_correlator_free(c);
    ek_correlator_free(NULL);
    free(a);
    free(flat);
    free(none);
}

int main(void)
{
    CHECK_EQ(ek_fft_good_size(1), 1);
    CHECK_EQ(ek_fft_good_size(11), 12);
    CHECK_EQ(ek_fft_good_size(97), 98);
    CHECK_EQ(ek_fft_good_size(211), 216);
    test_against_the_direct_sum();
    /* Inside, and hanging over two sides by a voxel or three. */
    test_finds_a_piece((int64_t[3]){32, 30, 32}, (int64_t[3]){3, 5, 9}, 2.0);
    test_finds_a_piece((int64_t[3]){32, 30, 32}, (int64_t[3]){-3, 6, 12}, 0.5);
    test_finds_a_piece((int64_t[3]){24, 24, 24}, (int64_t[3]){-1, 2, 12}, 1.0);
    test_nothing_to_match();
    return test_end();
}
