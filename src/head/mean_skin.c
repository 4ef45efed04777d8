/* The atlas' skin, made whole and as smooth as is wanted. It is done on the atlas' own grid: on a scan's,
 * a field of view that ends at the nose would leave the nose out of its own mean. */
#include "head/mean_skin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/distance.h"
#include "kernels/smooth.h"
#include "kernels/spread.h"

/* Where the atlas says nothing: air. */
static const float far_mm = 63;
/* The distances are kept in steps of 0.5 mm. */
static const double soften_cells = 0.7;
/* Kept skin differs from the mean one by 12 mm at most (new_face.c), and the pose's scale by a third. */
static const double within_mm = 16;
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

/* The mean of distances is a distance at the mean skin itself; away from it, where the sources' noses lay
 * in different places, it changes more slowly than one. Within reach of the skin the distance to its own
 * zero is taken, so that a new face that lies higher or deeper than the mean is not drawn out or flattened.
 * False where memory was short. */
static bool redistance(float *mm, const ef_atlas *atlas, int threads)
{
    const int64_t count = ef_grid_count(&atlas->grid);
    const double cell = atlas->grid.world_from_voxel.m[0][0], spacing[3] = {cell, cell, cell};
    uint8_t *set = malloc((size_t)count);
    float *to_mm = malloc(sizeof(float) * (size_t)count);
    bool ok = set != NULL && to_mm != NULL;
    for (int side = 0; side < 2 && ok; side++) { /* cells outside, to the head; cells in it, to the air */
        const float sign = side == 0 ? 1 : -1;
        for (int64_t i = 0; i < count; i++)
            set[i] = side == 0 ? mm[i] < 0 : mm[i] >= 0;
        ok = ek_distance_to_within(to_mm, set, atlas->grid.n, spacing, within_mm, threads);
        for (int64_t i = 0; i < count && ok; i++)
            if (!set[i] && fabs((double)mm[i]) >= cell)
                mm[i] = sign * (float)fmin(within_mm, (double)to_mm[i] - 0.5 * cell);
    }
    free(set);
    free(to_mm);
    return ok;
}

efface_status ef_mean_skin(float **mm, const ef_atlas *atlas, double smooth_mm, int threads,
                           efface_error *err)
{
    const size_t bytes = sizeof(float) * (size_t)ef_grid_count(&atlas->grid);
    *mm = malloc(bytes);
    const double sigma[3] = {soften_cells, soften_cells, soften_cells};
    bool ok = *mm != NULL;
    if (ok) {
        fill_unknown(*mm, atlas);
        ok = smooth_mm > 0 ||
             (redistance(*mm, atlas, threads) && ek_gaussian(*mm, atlas->grid.n, sigma, threads));
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
