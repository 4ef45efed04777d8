/* The kernels that write stored voxels and that prove others unchanged: fill, counting of changed bits,
 * checksum; and their random numbers. */
#include <stdlib.h>

#include "check.h"
#include "kernels/compare.h"
#include "kernels/fill.h"
#include "kernels/rng.h"

enum { COUNT = 70001, VOLUMES = 3, TABLE = 64 }; /* more than one chunk, and not a whole number of blocks */

static void test_random_numbers(void)
{
    /* SplitMix64 from state 0: its first outputs as Vigna's program splitmix64 gives them. */
    CHECK(ek_mix64(UINT64_C(0x9e3779b97f4a7c15)) == UINT64_C(0xe220a8397b1dcdaf));
    CHECK(ek_mix64(2 * UINT64_C(0x9e3779b97f4a7c15)) == UINT64_C(0x6e789e6aa1b965f4));
    enum { N = 200000 };
    double sums[6] = {0};
    int64_t equal = 0;
    for (uint64_t i = 0; i < N; i++) {
        const double u = ek_uniform(1, i), g = ek_normal(2, i);
        sums[0] += u;
        sums[1] += u * u;
        sums[2] += g;
        sums[3] += g * g;
        sums[4] += g * g * g * g;
        sums[5] += g * ek_normal(2, i + 1);
        equal += ek_hash64(1, i) == ek_hash64(2, i) || ek_hash64(1, i + 1) == ek_hash64(2, i);
        CHECK(u >= 0 && u < 1);
    }
    /* Five standard errors of each moment. */
    const double error = 5 / sqrt((double)N);
    CHECK_NEAR(sums[0] / N, 0.5, error * sqrt(1 / 12.0));
    CHECK_NEAR(sums[1] / N, 1 / 3.0, error * sqrt(4 / 45.0));
    CHECK_NEAR(sums[2] / N, 0, error);
    CHECK_NEAR(sums[3] / N, 1, error * sqrt(2));
    CHECK_NEAR(sums[4] / N, 3, error * sqrt(96));
    CHECK_NEAR(sums[5] / N, 0, error);
    CHECK_EQ(equal, 0);
}

static void test_fill(ek_dtype type)
{
    const size_t size = ek_dtype_size(type), n_bytes = size * COUNT * VOLUMES;
    unsigned char *stored = malloc(n_bytes), *before = malloc(n_bytes), *again = malloc(n_bytes);
    unsigned char table[TABLE * 8];
    uint8_t *mask = malloc(COUNT);
    for (size_t i = 0; i < n_bytes; i++)
        stored[i] = before[i] = (unsigned char)ek_hash64(3, i);
    for (size_t i = 0; i < sizeof table; i++)
        table[i] = (unsigned char)ek_hash64(4, i);
    int64_t masked = 0, wrong = 0, used[TABLE] = {0};
    for (int64_t i = 0; i < COUNT; i++) {
        mask[i] = ek_uniform(5, (uint64_t)i) < 0.4 ? 255 : 0;
        masked += mask[i] != 0;
    }
    ek_fill_stored(stored, type, mask, COUNT, VOLUMES, table, TABLE, 77, 1);
    for (int64_t i = 0; i < COUNT * VOLUMES; i++) {
        const uint64_t pick = ek_hash64(77, (uint64_t)i) % TABLE;
        const unsigned char *expected = mask[i % COUNT] ? table + pick * size : before + (size_t)i * size;
        wrong += memcmp(stored + (size_t)i * size, expected, size) != 0;
        used[pick] += mask[i % COUNT] != 0;
    }
    CHECK_EQ(wrong, 0);
    for (int t = 0; t < TABLE; t++) /* five standard deviations of a count that is about Poisson */
        CHECK_NEAR((double)used[t], (double)(masked * VOLUMES) / TABLE,
                   5 * sqrt((double)(masked * VOLUMES) / TABLE));
    for (int threads = 2; threads <= 8; threads *= 2) {
        memcpy(again, before, n_bytes);
        ek_fill_stored(again, type, mask, COUNT, VOLUMES, table, TABLE, 77, threads);
        CHECK(memcmp(again, stored, n_bytes) == 0);
    }
    /* What the audit will report. */
    CHECK_EQ(ek_count_changed(before, stored, type, mask, false, COUNT, VOLUMES, 2), 0);
    CHECK(ek_hash_outside(before, type, mask, COUNT, VOLUMES, 2) ==
          ek_hash_outside(stored, type, mask, COUNT, VOLUMES, 1));
    int64_t differ = 0;
    for (int64_t i = 0; i < COUNT * VOLUMES; i++)
        differ += memcmp(stored + (size_t)i * size, before + (size_t)i * size, size) != 0;
    CHECK_EQ(ek_count_changed(before, stored, type, mask, true, COUNT, VOLUMES, 3), differ);
    CHECK_EQ(ek_count_changed(before, stored, type, NULL, false, COUNT, VOLUMES, 3), differ);
    free(stored);
    free(before);
    free(again);
    free(mask);
}

/* One bit anywhere outside the mask shows, one inside does not; first, last, volume borders, block borders.
 */
static void test_single_bits(ek_dtype type)
{
    const size_t size = ek_dtype_size(type), n_bytes = size * COUNT * VOLUMES;
    static const int64_t places[8] = {
        0, 1, 4095, 4096, COUNT - 1, COUNT, 2 * COUNT + 8191, VOLUMES * COUNT - 1};
    unsigned char *a = calloc(n_bytes, 1), *b = calloc(n_bytes, 1);
    uint8_t *mask = calloc(COUNT, 1);
    const uint64_t hash = ek_hash_outside(a, type, mask, COUNT, VOLUMES, 2);
    CHECK(hash == ek_hash_outside(a, type, NULL, COUNT, VOLUMES, 8));
    CHECK_EQ(ek_count_changed(a, b, type, NULL, false, COUNT, VOLUMES, 2), 0);
    for (int p = 0; p < 8; p++) {
        const int64_t at = places[p];
        unsigned char *byte = b + (size_t)at * size + (size_t)p % size;
        *byte = (unsigned char)(1 << p);
        CHECK_EQ(ek_count_changed(a, b, type, mask, false, COUNT, VOLUMES, 2), 1);
        CHECK_EQ(ek_count_changed(a, b, type, mask, true, COUNT, VOLUMES, 2), 0);
        CHECK(ek_hash_outside(b, type, mask, COUNT, VOLUMES, 2) != hash);
        mask[at % COUNT] = 1;
        CHECK_EQ(ek_count_changed(a, b, type, mask, false, COUNT, VOLUMES, 2), 0);
        CHECK_EQ(ek_count_changed(a, b, type, mask, true, COUNT, VOLUMES, 2), 1);
        CHECK(ek_hash_outside(b, type, mask, COUNT, VOLUMES, 2) == hash);
        mask[at % COUNT] = 0;
        *byte = 0;
    }
    /* The same bytes elsewhere are another image. */
    a[0] = 1;
    b[size * 4096] = 1;
    CHECK(ek_hash_outside(a, type, NULL, COUNT, VOLUMES, 2) !=
          ek_hash_outside(b, type, NULL, COUNT, VOLUMES, 2));
    free(a);
    free(b);
    free(mask);
}

static void test_bits_not_values(void)
{
    const float a[4] = {0.0F, NAN, 1.0F, 2.0F};
    float b[4] = {-0.0F, NAN, 1.0F, 2.0F};
    uint32_t bits;
    CHECK_EQ(ek_count_changed(a, b, EK_FLOAT32, NULL, false, 4, 1, 1), 1); /* the sign of zero */
    memcpy(&bits, &b[1], sizeof bits);
    bits ^= 1;
    memcpy(&b[1], &bits, sizeof bits);
    CHECK_EQ(ek_count_changed(a, b, EK_FLOAT32, NULL, false, 4, 1, 1), 2); /* another NaN */
}

int main(void)
{
    static const ek_dtype sizes[4] = {EK_UINT8, EK_INT16, EK_FLOAT32, EK_FLOAT64};
    test_random_numbers();
    for (int s = 0; s < 4; s++) {
        test_fill(sizes[s]);
        test_single_bits(sizes[s]);
    }
    test_bits_not_values();
    return test_end();
}
