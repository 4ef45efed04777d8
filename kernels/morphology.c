/* See morphology.h. There is no structuring element: a ball is a distance and a threshold. Only the box
 * around the foreground is processed, widened by the ball and one voxel. Beyond it everything is background
 * before and after, and no voxel in it has its nearest background beyond it. */
#include "kernels/morphology.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/box.h"
#include "kernels/distance.h"
#include "kernels/grid.h"

/* The part of a mask that is worked on. */
typedef struct box {
    int64_t from[3], n[3];
    uint8_t *mask; /* owned */
    float *mm;     /* owned; scratch */
} box;

/* False where memory was short. box->n is 0 where nothing is set. */
static bool take_box(box *b, const uint8_t *mask, const int64_t n[3], const double spacing_mm[3],
                     double radius_mm)
{
    int64_t first[3], last[3];
    *b = (box){0};
    if (!ek_box(first, last, mask, n))
        return true;
    for (int d = 0; d < 3; d++) {
        const double ball = radius_mm * (1 + 1e-6) / spacing_mm[d];
        const int64_t pad = 1 + (ball < (double)n[d] ? (int64_t)ball : n[d]);
        b->from[d] = first[d] > pad ? first[d] - pad : 0;
        b->n[d] = (last[d] + pad < n[d] ? last[d] + pad + 1 : n[d]) - b->from[d];
    }
    const size_t count = (size_t)(b->n[0] * b->n[1] * b->n[2]);
    b->mask = malloc(count);
    b->mm = malloc(sizeof *b->mm * count);
    return b->mask != NULL && b->mm != NULL;
}

/* Rows of a box from the mask, or back to it. */
static void copy_box(const box *b, uint8_t *mask, const int64_t n[3], bool back)
{
    for (int64_t row = 0; row < b->n[1] * b->n[2]; row++) {
        const int64_t y = b->from[1] + row % b->n[1], z = b->from[2] + row / b->n[1];
        uint8_t *outer = mask + ek_index(n, b->from[0], y, z), *inner = b->mask + row * b->n[0];
        memcpy(back ? outer : inner, back ? inner : outer, (size_t)b->n[0]);
    }
}

/* One dilation of the foreground (of the background where `of_background`, which erodes the foreground). */
static bool grow(const box *b, const double spacing_mm[3], double radius_mm, bool of_background,
                 int threads)
{
    const int64_t count = b->n[0] * b->n[1] * b->n[2];
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < count; i++)
        b->mask[i] = (b->mask[i] != 0) != of_background;
    if (!ek_distance_to_within(b->mm, b->mask, b->n, spacing_mm, radius_mm, threads))
        return false;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < count; i++)
        b->mask[i] = (b->mm[i] < EK_DISTANCE_FAR_MM) != of_background;
    return true;
}

/* `steps` dilations and erosions in turn, an erosion first where `erode`. */
static bool run(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, bool erode,
                int steps, int threads)
{
    box b;
    bool done = take_box(&b, mask, n, spacing_mm, radius_mm);
    if (done && b.mask != NULL) {
        copy_box(&b, mask, n, false);
        for (int s = 0; done && s < steps; s++)
            done = grow(&b, spacing_mm, radius_mm, erode == (s == 0), threads);
        if (done)
            copy_box(&b, mask, n, true);
    }
    free(b.mask);
    free(b.mm);
    return done;
}

bool ek_dilate(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    return run(mask, n, spacing_mm, radius_mm, false, 1, threads);
}

bool ek_erode(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    return run(mask, n, spacing_mm, radius_mm, true, 1, threads);
}

bool ek_open(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    return run(mask, n, spacing_mm, radius_mm, true, 2, threads);
}

bool ek_close(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    return run(mask, n, spacing_mm, radius_mm, false, 2, threads);
}
