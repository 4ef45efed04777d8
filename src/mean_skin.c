/* The atlas' skin, made whole and as smooth as is wanted. It is done on the atlas' own grid: on a scan's,
 * a field of view that ends at the nose would leave the nose out of its own mean. */
#include "mean_skin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distance.h"
#include "error.h"
#include "smooth.h"
#include "spread.h"

/* Where the atlas says nothing: air. */
static const float far_mm = 63;
/* The distances are kept in steps of 0.5 mm, and their own zero in whole cells. */
static const double soften_cells = 0.7;
/* What 0 weighs against a whole neighbourhood of distances: nothing, but a division needs it. */
static const double no_prior = 1e-6;

static void fill_unknown(float *mm, const ef_atlas *atlas)
{
    const int64_t *n = atlas->grid.n, slice = n[0] * n[1], count = slice * n[2];
    memcpy(mm, atlas->skin_mm, sizeof(float) * (size_t)count);
    for (int64_t i = count - slice - 1; i >= 0; i--)
        mm[i] = isnan(mm[i]) ? mm[i + slice] : mm[i];
    for (int64_t i = slice; i < count; i++)
        mm[i] = isnan(mm[i]) ? mm[i - slice] : mm[i];
    for (int64_t i = 0; i < count; i++)
        mm[i] = isnan(mm[i]) ? far_mm : mm[i];
}

/* The mean of distances is a distance near the mean skin; farther off it jumps where the sources' fields of
 * view end. There the distance to its own zero is taken. False where memory was short. */
static bool redistance(float *mm, const ef_atlas *atlas, int threads)
{
    const int64_t count = ef_grid_count(&atlas->grid);
    const double cell = atlas->grid.world_from_voxel.m[0][0], spacing[3] = {cell, cell, cell};
    const double sigma[3] = {soften_cells, soften_cells, soften_cells};
    uint8_t *inside = malloc((size_t)count);
    float *exact_mm = malloc(sizeof(float) * (size_t)count);
    bool ok = inside != NULL && exact_mm != NULL;
    for (int64_t i = 0; ok && i < count; i++)
        inside[i] = mm[i] < 0;
    ok = ok && ek_distance_signed(exact_mm, inside, atlas->grid.n, spacing, threads);
    for (int64_t i = 0; ok && i < count; i++)
        mm[i] = fabs((double)mm[i]) < cell ? mm[i] : exact_mm[i];
    ok = ok && ek_gaussian(mm, atlas->grid.n, sigma, threads);
    free(inside);
    free(exact_mm);
    return ok;
}

efface_status ef_mean_skin(float **mm, const ef_atlas *atlas, double smooth_mm, int threads,
                           efface_error *err)
{
    const size_t bytes = sizeof(float) * (size_t)ef_grid_count(&atlas->grid);
    *mm = malloc(bytes);
    bool ok = *mm != NULL;
    if (ok) {
        fill_unknown(*mm, atlas);
        ok = redistance(*mm, atlas, threads);
    }
    if (ok && smooth_mm > 0)
        ok = ek_spread(*mm, NULL, atlas->grid.n, smooth_mm / atlas->grid.world_from_voxel.m[0][0], no_prior,
                       0, threads);
    if (ok)
        return EFFACE_PASS;
    free(*mm);
    *mm = NULL;
    return ef_fail_memory(err, bytes);
}
