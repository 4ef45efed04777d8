/* The distance transform, compared with brute force and a sphere; morphology, by its identities. */
#include "kernels/distance.h"

#include <stdlib.h>

#include "check.h"
#include "kernels/morphology.h"
#include "kernels/rng.h"
#include "reference.h"

/* Squares of float carry two roundings each, their sum two more, the root halves it: below 3e-7 of the
 * value. */
static const double relative = 3e-7;

static int64_t count_of(const int64_t n[3])
{
    return n[0] * n[1] * n[2];
}

/* Blobs: a smooth random field cut at a level, so that there are runs, holes and specks. */
static uint8_t *make_mask(const int64_t n[3], uint64_t seed, double level)
{
    uint8_t *mask = malloc((size_t)count_of(n));
    for (int64_t i = 0; i < count_of(n); i++) {
        const double x = (double)(i % n[0]), y = (double)(i / n[0] % n[1]), z = (double)(i / (n[0] * n[1]));
        const double phase = (double)(seed % 17);
        const double field = sin(x / 3 + phase) + sin(y / 2.5 + 2 * phase) + sin(z / 2 + x / 7) +
                             0.5 * ek_normal(seed, (uint64_t)i);
        mask[i] = (uint8_t)(field > level ? 1 + i % 200 : 0);
    }
    return mask;
}

static void check_unsigned(const uint8_t *mask, const int64_t n[3], const double spacing[3], double cap)
{
    const int64_t count = count_of(n);
    float *mm = malloc(sizeof *mm * (size_t)count), *again = malloc(sizeof *mm * (size_t)count);
    double *reference = malloc(sizeof *reference * (size_t)count);
    ref_distance(reference, mask, true, n, spacing);
    CHECK(ek_distance_to_within(mm, mask, n, spacing, cap, 1));
    for (int64_t i = 0; i < count; i++) {
        const double expected = reference[i] <= cap * (1 + 1e-7) ? fmin(reference[i], 1e6) : 1e6;
        CHECK_NEAR(mm[i], expected, relative * expected);
    }
    for (int threads = 2; threads <= 8; threads *= 2) {
        CHECK(ek_distance_to_within(again, mask, n, spacing, cap, threads));
        CHECK(memcmp(again, mm, sizeof *mm * (size_t)count) == 0);
    }
    if (isinf(cap)) {
        CHECK(ek_distance_to(again, mask, n, spacing, 2));
        CHECK(memcmp(again, mm, sizeof *mm * (size_t)count) == 0);
    }
    free(mm);
    free(again);
    free(reference);
}

static void check_signed(const uint8_t *mask, const int64_t n[3], const double spacing[3])
{
    const int64_t count = count_of(n);
    const double half = 0.5 * fmin(spacing[0], fmin(spacing[1], spacing[2]));
    float *mm = malloc(sizeof *mm * (size_t)count), *again = malloc(sizeof *mm * (size_t)count);
    double *to_in = malloc(sizeof *to_in * (size_t)count), *to_out = malloc(sizeof *to_in * (size_t)count);
    ref_distance(to_in, mask, true, n, spacing);
    ref_distance(to_out, mask, false, n, spacing);
    CHECK(ek_distance_signed(mm, mask, n, spacing, 1));
    for (int64_t i = 0; i < count; i++) {
        const double other = mask[i] ? to_out[i] : to_in[i];
        const double expected = (isinf(other) ? 1e6 : other - half) * (mask[i] ? -1 : 1);
        CHECK_NEAR(mm[i], expected, relative * (fabs(expected) + half));
    }
    for (int threads = 2; threads <= 8; threads *= 2) {
        CHECK(ek_distance_signed(again, mask, n, spacing, threads));
        CHECK(memcmp(again, mm, sizeof *mm * (size_t)count) == 0);
    }
    free(mm);
    free(again);
    free(to_in);
    free(to_out);
}

static void test_distances(void)
{
    static const int64_t shapes[4][3] = {{21, 14, 11}, {16, 9, 20}, {35, 1, 7}, {1, 12, 1}};
    static const double spacings[3][3] = {{2, 2, 2}, {0.9, 1.7, 1.1}, {1, 1, 6.5}};
    static const double levels[4] = {0.3, 2.2, -2.2, 9}; /* half, few, most, none */
    for (int shape = 0; shape < 4; shape++) {
        for (int level = 0; level < 4; level++) {
            uint8_t *mask = make_mask(shapes[shape], (uint64_t)(shape + 4 * level), levels[level]);
            const double *spacing = spacings[(shape + level) % 3];
            check_unsigned(mask, shapes[shape], spacing, INFINITY);
            check_unsigned(mask, shapes[shape], spacing, 2 * spacing[1]); /* a distance that occurs */
            check_signed(mask, shapes[shape], spacing);
            free(mask);
        }
        uint8_t *full = make_mask(shapes[shape], 1, -99);
        check_unsigned(full, shapes[shape], spacings[0], INFINITY);
        check_signed(full, shapes[shape], spacings[0]);
        free(full);
    }
}

/* Distance to a ball's surface is |r - R|, to within the voxels that a surface has. */
static void test_sphere(void)
{
    const int64_t n[3] = {41, 37, 33};
    const double spacing[3] = {1, 1.1, 1.25}, radius = 12;
    uint8_t *mask = malloc((size_t)count_of(n));
    double *r = malloc(sizeof *r * (size_t)count_of(n));
    float *mm = malloc(sizeof *mm * (size_t)count_of(n));
    for (int64_t i = 0; i < count_of(n); i++) {
        const double x = (double)(i % n[0] - 20) * 1, y = (double)(i / n[0] % n[1] - 18) * 1.1,
                     z = (double)(i / (n[0] * n[1]) - 16) * 1.25;
        r[i] = sqrt(x * x + y * y + z * z);
        mask[i] = r[i] <= radius;
    }
    CHECK(ek_distance_signed(mm, mask, n, spacing, 2));
    /* A centre of the other kind is at most one voxel diagonal beyond the surface, 1.94, and at least 0. */
    for (int64_t i = 0; i < count_of(n); i++)
        CHECK(fabs((double)mm[i]) + 0.5 >= fabs(r[i] - radius) - 1e-5 &&
              fabs((double)mm[i]) + 0.5 <= fabs(r[i] - radius) + 1.94);
    free(mask);
    free(r);
    free(mm);
}

/* A ball around every voxel, by definition. */
static void ref_dilate(uint8_t *out, const uint8_t *mask, const int64_t n[3], const double spacing[3],
                       double radius)
{
    double *mm = malloc(sizeof *mm * (size_t)count_of(n));
    ref_distance(mm, mask, true, n, spacing);
    for (int64_t i = 0; i < count_of(n); i++)
        out[i] = mm[i] <= radius * (1 + 1e-7);
    free(mm);
}

typedef bool operation(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm,
                       int threads);

static uint8_t *after(operation *apply, const uint8_t *mask, const int64_t n[3], const double spacing[3],
                      double radius, int threads)
{
    uint8_t *copy = malloc((size_t)count_of(n));
    memcpy(copy, mask, (size_t)count_of(n));
    CHECK(apply(copy, n, spacing, radius, threads));
    return copy;
}

/* a is part of b. */
static bool part_of(const uint8_t *a, const uint8_t *b, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (a[i] && !b[i])
            return false;
    }
    return true;
}

static void check_morphology(const int64_t n[3], const double spacing[3], double radius, double level)
{
    const size_t count = (size_t)count_of(n);
    uint8_t *mask = make_mask(n, 4, level), *inverse = malloc(count), *reference = malloc(count);
    for (size_t i = 0; i < count; i++)
        inverse[i] = !mask[i];
    uint8_t *dilated = after(ek_dilate, mask, n, spacing, radius, 1);
    uint8_t *eroded = after(ek_erode, mask, n, spacing, radius, 1);
    uint8_t *opened = after(ek_open, mask, n, spacing, radius, 1);
    uint8_t *closed = after(ek_close, mask, n, spacing, radius, 1);
    ref_dilate(reference, mask, n, spacing, radius);
    CHECK(memcmp(dilated, reference, count) == 0);
    ref_dilate(reference, inverse, n, spacing, radius);
    for (size_t i = 0; i < count; i++) /* erosion is the dilation of what is not there */
        CHECK_EQ(eroded[i], !reference[i]);

    uint8_t *two[2] = {after(ek_dilate, eroded, n, spacing, radius, 2),
                       after(ek_erode, dilated, n, spacing, radius, 2)};
    CHECK(memcmp(opened, two[0], count) == 0);
    CHECK(memcmp(closed, two[1], count) == 0);
    CHECK(part_of(eroded, opened, (int64_t)count) && part_of(opened, mask, (int64_t)count));
    CHECK(part_of(mask, closed, (int64_t)count) && part_of(closed, dilated, (int64_t)count));
    uint8_t *again[2] = {after(ek_open, opened, n, spacing, radius, 3),
                         after(ek_close, closed, n, spacing, radius, 8)};
    CHECK(memcmp(again[0], opened, count) == 0); /* idempotent */
    CHECK(memcmp(again[1], closed, count) == 0);
    for (int i = 0; i < 2; i++) {
        free(two[i]);
        free(again[i]);
    }
    free(mask);
    free(inverse);
    free(reference);
    free(dilated);
    free(eroded);
    free(opened);
    free(closed);
}

/* A head cut by the field of view: erosion removes nothing at the cut side, dilation adds nothing
 * beyond. */
static void test_border(void)
{
    const int64_t n[3] = {9, 9, 9};
    const double spacing[3] = {1, 1, 1};
    uint8_t mask[729];
    for (int i = 0; i < 729; i++)
        mask[i] = i / 81 < 5;
    CHECK(ek_erode(mask, n, spacing, 2, 2));
    for (int i = 0; i < 729; i++)
        CHECK_EQ(mask[i], i / 81 < 3);
    CHECK(ek_dilate(mask, n, spacing, 2, 2));
    for (int i = 0; i < 729; i++)
        CHECK_EQ(mask[i], i / 81 < 5);
    memset(mask, 1, sizeof mask);
    CHECK(ek_erode(mask, n, spacing, 100, 2));
    for (int i = 0; i < 729; i++)
        CHECK_EQ(mask[i], 1);
    memset(mask, 0, sizeof mask);
    CHECK(ek_dilate(mask, n, spacing, 100, 2));
    for (int i = 0; i < 729; i++)
        CHECK_EQ(mask[i], 0);
}

int main(void)
{
    test_distances();
    test_sphere();
    check_morphology((int64_t[3]){21, 15, 12}, (double[3]){2, 2, 2}, 2, 0.3);
    check_morphology((int64_t[3]){21, 15, 12}, (double[3]){2, 2, 2}, 4.5, -1);
    check_morphology((int64_t[3]){18, 17, 9}, (double[3]){0.9, 1.2, 3.1}, 3.6, 0.5);
    check_morphology((int64_t[3]){18, 17, 9}, (double[3]){1, 1, 1}, 0, 0.5);
    test_border();
    return test_end();
}
