/* The mean head's sides are the atlas' mean skin with its ears rolled away. */
#include "judge/verify_ears.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/landmarks.h"
#include "kernels/roll.h"
#include "kernels/smooth.h"

/* Rays into the atlas, mm, and their step: a quarter of a cell. */
static const double begin_mm = 94, end_mm = 20, step_mm = 0.5;
/* Radius of the ball, mm: as in head/ear_map.c. */
static const double ball_mm = 30;
/* What stands out of the mean head's sides by more than this is an ear, mm: two heads' sides differ by less, beside
 * the shift that is measured. */
static const double stands_mm = 3;
/* Lower things are shoulders, mm along v. */
static const double least_v_mm = -45;
/* The skin above and behind an ear, which no defacer touches: mm along u and v. Less than LEAST_PIXELS of it says
 * nothing. */
static const double above_mm = 45, behind_mm = -45, back_mm = -60, front_mm = 30, low_mm = -20,
                    high_mm = 60;
enum { LEAST_PIXELS = 50 };
/* Standard deviation of the Gaussian that takes an ear's hollows and rims away, mm. */
static const double hollow_mm = 4;

static void place(double uv[2], int64_t pixel)
{
    double xyz[3];
    ef_ear_point(xyz, pixel, EF_RIGHT, 0);
    uv[0] = xyz[1] - ef_ear_mm[1];
    uv[1] = xyz[2] - ef_ear_mm[2];
}

/* Returns the height of the atlas' mean skin; NaN where it is unknown. */
static float mean_height(const ef_atlas *atlas, const ef_affine *cell_from_atlas, int64_t pixel)
{
    for (double h = begin_mm; h > end_mm; h -= step_mm) {
        double at[3];
        ef_ear_point(at, pixel, EF_RIGHT, h);
        ef_affine_apply(at, cell_from_atlas, at);
        const int64_t cell = ef_grid_nearest(at, atlas->grid.n);
        if (cell >= 0 && atlas->skin_mm[cell] <= 0)
            return (float)h;
    }
    return NAN;
}

static int by_float(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Returns how far this side lies outside of the mean one; NaN where it is not in view. */
static double shift(const ef_ear_map *map, const float *mean)
{
    float apart[EF_EAR_PIXELS];
    size_t n = 0;
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++) {
        double uv[2];
        place(uv, i);
        const bool above = uv[1] > above_mm && uv[0] > back_mm && uv[0] < front_mm,
                   behind = uv[0] < behind_mm && uv[1] > low_mm && uv[1] < high_mm;
        if ((above || behind) && !isnan(map->height[i]) && !isnan(map->smooth[i]) && !isnan(mean[i]))
            apart[n++] = map->smooth[i] - mean[i];
    }
    qsort(apart, n, sizeof *apart, by_float);
    return n >= LEAST_PIXELS ? (double)apart[n / 2] : (double)NAN;
}

static double area(const ef_ear_map *map, const float *mean)
{
    const double shift_mm = shift(map, mean);
    double cm2 = 0;
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++) {
        double uv[2];
        place(uv, i);
        if (map->ear[i] && uv[1] > least_v_mm && (double)(map->height[i] - mean[i]) - shift_mm > stands_mm)
            cm2 += map->pixel_cm2;
    }
    return cm2;
}

/* Measures one side. Returns false where memory was short. */
static bool measure(ef_ear_found *found, const ef_ear_map *map, const float *mean, int threads)
{
    float smooth[EF_EAR_PIXELS];
    const int64_t n[3] = {EF_EAR_U, EF_EAR_V, 1};
    const double sigma[3] = {hollow_mm / EF_EAR_PIXEL_MM, hollow_mm / EF_EAR_PIXEL_MM, 0};
    double square = 0;
    int64_t count = 0;
    memcpy(smooth, map->height, sizeof smooth);
    if (!ek_gaussian_masked(smooth, NULL, n, sigma, threads))
        return false;
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++) {
        const double rise = (double)(map->height[i] - smooth[i]);
        if (!map->ear[i] || isnan(rise))
            continue;
        square += rise * rise;
        count++;
    }
    *found = (ef_ear_found){.area_cm2 = area(map, mean),
                            .relief_mm = count > 0 ? sqrt(square / (double)count) : 0};
    return true;
}

efface_status ef_verify_ears(ef_ear_found found[EF_SIDES], const ef_subject *subject, int threads,
                             efface_error *err)
{
    const int64_t n[2] = {EF_EAR_U, EF_EAR_V};
    const size_t bytes = sizeof(float) * (size_t)ef_grid_count(&subject->work.grid);
    float skin[EF_EAR_PIXELS], mean[EF_EAR_PIXELS], *value = malloc(bytes);
    ef_ears *ears = malloc(sizeof *ears);
    const ef_ear_source source = {.value = value,
                                  .work = &subject->work,
                                  .skin_mm = subject->head.skin_mm,
                                  .threshold = subject->head.threshold,
                                  .work_from_atlas = &subject->location.work_from_atlas};
    ef_affine cell_from_atlas;
    bool ok = ef_affine_invert(&cell_from_atlas, subject->atlas.grid.world_from_voxel);
    for (int64_t i = 0; i < EF_EAR_PIXELS && ok; i++)
        skin[i] = mean_height(&subject->atlas, &cell_from_atlas, i);
    ok = ok && value != NULL && ears != NULL &&
         ef_segment_smooth(value, &subject->work, subject->work.low, subject->head.smooth_cells, threads) &&
         ef_ears_make(ears, &source, threads) && ek_roll(mean, skin, n, EF_EAR_PIXEL_MM, ball_mm, threads);
    for (int side = 0; side < EF_SIDES && ok; side++)
        ok = measure(&found[side], &ears->side[side], mean, threads);
    free(value);
    free(ears);
    return ok ? EFFACE_PASS : ef_fail_memory(err, bytes + sizeof *ears);
}
