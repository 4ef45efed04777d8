/* See morphology.h. Nothing here knows a structuring element: a ball is a distance and a threshold. */
#include "morphology.h"

#include <stdlib.h>

#include "distance.h"

/* One dilation of the foreground (of the background where `of_background`, which erodes the foreground). */
static bool grow(uint8_t *mask, float *mm, const int64_t n[3], const double spacing_mm[3], double radius_mm,
                 bool of_background, int threads)
{
    const int64_t count = n[0] * n[1] * n[2];
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < count; i++)
        mask[i] = (mask[i] != 0) != of_background;
    const bool done = ek_distance_to_within(mm, mask, n, spacing_mm, radius_mm, threads);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < count; i++)
        mask[i] = ((done ? mm[i] < EK_DISTANCE_FAR_MM : mask[i] != 0)) != of_background;
    return done;
}

static float *scratch_of(const int64_t n[3])
{
    return malloc(sizeof(float) * (size_t)(n[0] * n[1] * n[2]));
}

bool ek_dilate(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    float *mm = scratch_of(n);
    const bool done = mm != NULL && grow(mask, mm, n, spacing_mm, radius_mm, false, threads);
    free(mm);
    return done;
}

bool ek_erode(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    float *mm = scratch_of(n);
    const bool done = mm != NULL && grow(mask, mm, n, spacing_mm, radius_mm, true, threads);
    free(mm);
    return done;
}

bool ek_open(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    float *mm = scratch_of(n);
    const bool done = mm != NULL && grow(mask, mm, n, spacing_mm, radius_mm, true, threads) &&
                      grow(mask, mm, n, spacing_mm, radius_mm, false, threads);
    free(mm);
    return done;
}

bool ek_close(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    float *mm = scratch_of(n);
    const bool done = mm != NULL && grow(mask, mm, n, spacing_mm, radius_mm, false, threads) &&
                      grow(mask, mm, n, spacing_mm, radius_mm, true, threads);
    free(mm);
    return done;
}
