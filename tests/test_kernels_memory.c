/* Every kernel that allocates, with each of its allocations failing in turn. It must report the failure,
 * keep what its header promises to keep, and free what it allocated. The linker sends all allocations of
 * this program here. */
#include <stdatomic.h>
#include <stdlib.h>

#include "check.h"
#include "kernels/blockmean.h"
#include "kernels/distance.h"
#include "kernels/fft.h"
#include "kernels/label.h"
#include "kernels/morphology.h"
#include "kernels/quantile.h"
#include "kernels/smooth.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *block, size_t n);
void __real_free(void *block);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *block, size_t n);
void __wrap_free(void *block);

static atomic_int until_failure; /* allocations that still succeed; below 0: all do */
static atomic_int live;

static bool refused(void)
{
    return until_failure >= 0 && until_failure-- == 0;
}

static void *counted(void *block)
{
    live += block != NULL;
    return block;
}

void *__wrap_malloc(size_t n)
{
    return refused() ? NULL : counted(__real_malloc(n));
}

void *__wrap_calloc(size_t count, size_t n)
{
    return refused() ? NULL : counted(__real_calloc(count, n));
}

void *__wrap_realloc(void *block, size_t n)
{
    void *grown = refused() ? NULL : __real_realloc(block, n);
    live += block == NULL && grown != NULL;
    return grown;
}

void __wrap_free(void *block)
{
    live -= block != NULL;
    __real_free(block);
}

static const int64_t n[3] = {12, 10, 8};
enum { COUNT = 12 * 10 * 8 };
static const double spacing[3] = {1, 1, 1}, sigma[3] = {1, 0.7, 1.2};

static float volume[COUNT];
static uint8_t mask[COUNT], original[COUNT];

static bool run_block_mean(void)
{
    float mean[COUNT];
    return ek_block_mean(mean, n, ek_block_floats(volume, n), (int[3]){1, 1, 1}, 2);
}

static bool run_quantiles(void)
{
    double out;
    int64_t n_finite;
    return ek_sample_quantiles(&out, &(double){0.5}, 1, volume, EK_FLOAT32, COUNT, 100, 1, 0, &n_finite);
}

static bool run_gaussian(void)
{
    return ek_gaussian(volume, n, sigma, 2);
}

static bool run_fft_gaussian(void)
{
    return ek_fft_gaussian(volume, n, sigma, 2);
}

static bool run_gaussian_masked(void)
{
    return ek_gaussian_masked(volume, mask, n, sigma, 2);
}

static bool run_distance(void)
{
    return ek_distance_signed(volume, mask, n, spacing, 2);
}

static bool run_distance_to(void)
{
    return ek_distance_to(volume, mask, n, spacing, 2);
}

static bool run_open(void)
{
    return ek_open(mask, n, spacing, 2, 2);
}

static bool run_close(void)
{
    return ek_close(mask, n, spacing, 2, 2);
}

static bool run_dilate(void)
{
    return ek_dilate(mask, n, spacing, 2, 2);
}

static bool run_erode(void)
{
    return ek_erode(mask, n, spacing, 2, 2);
}

static bool run_largest(void)
{
    return ek_keep_largest(mask, n, 6) >= 0;
}

static bool run_connected(void)
{
    return ek_keep_connected(mask, original, n, 26) >= 0;
}

static bool run_holes(void)
{
    return ek_fill_holes(mask, n, NULL);
}

static bool run_components(void)
{
    int32_t label[COUNT];
    return ek_components(label, NULL, 0, mask, n, 6) >= 0;
}

static bool run_correlator(void)
{
    ek_correlator *c = ek_correlator_create(n);
    ek_correlator_free(c);
    return c != NULL;
}

/* Fails the first, second, ... allocation until a run goes through. The team's threads, OpenMP's own
 * affair, are there already. */
static void fail_in_turn(bool (*run)(void), bool keeps_mask)
{
    int failures = 0;
    for (bool done = false; !done; failures++) {
        memcpy(mask, original, sizeof mask);
        for (int i = 0; i < COUNT; i++)
            volume[i] = (float)(i % 31);
        const int before = live;
        until_failure = failures;
        done = run();
        const bool met = until_failure < 0;
        until_failure = -1;
        CHECK_EQ(done, !met);
        CHECK_EQ(live, before);
        CHECK(done || !keeps_mask || memcmp(mask, original, sizeof mask) == 0);
    }
    CHECK(failures > 1); /* or nothing was allocated, and nothing tested */
}

int main(void)
{
    for (int i = 0; i < COUNT; i++)
        original[i] = i * 37 % 11 < 5;
    memcpy(mask, original, sizeof mask);
    until_failure = -1;
    CHECK(run_gaussian());
    fail_in_turn(run_block_mean, false);
    fail_in_turn(run_quantiles, false);
    fail_in_turn(run_gaussian, false);
    fail_in_turn(run_fft_gaussian, false);
    fail_in_turn(run_gaussian_masked, false);
    fail_in_turn(run_distance, false);
    fail_in_turn(run_distance_to, false);
    fail_in_turn(run_dilate, true);
    fail_in_turn(run_erode, true);
    fail_in_turn(run_open, false);
    fail_in_turn(run_close, false);
    fail_in_turn(run_largest, true);
    fail_in_turn(run_connected, true);
    fail_in_turn(run_holes, true);
    fail_in_turn(run_components, false);
    fail_in_turn(run_correlator, false);
    return test_end();
}
