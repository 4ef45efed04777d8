/* Completes the atlas' skin and smooths it as much as is wanted. This is done on the atlas' own grid. On a
 * scan's grid, a field of view that ends at the nose would remove the nose from its own mean. */
#include "head/mean_skin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/distance.h"
#include "kernels/smooth.h"
#include "kernels/spread.h"

/* Distance where the atlas knows nothing: air. It is the greatest distance that an atlas keeps, mm. */
static const float far_mm = 63;
/* Sigma in cells that smooths the steps of 0.5 mm in which the distances are kept. */
static const double soften_cells = 0.7;
/* Reach of exact distances around the skin, atlas mm. Kept skin differs from the mean skin by 12 mm at most
 * (new_face.c), and the pose's scale by a third. With less, new faces would be stretched or flattened. */
static const double within_mm = 16;
/* Weight of the value 0 against a whole neighbourhood of distances: negligible, but the division needs
 * it. */
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

/* Replaces the mean of distances by a distance near the skin. The mean of distances is a distance only at
 * the mean skin itself. Away from it, where the sources' noses lie in different places, it changes more
 * slowly than 1 mm per mm. Near the skin the distance to its own zero is used. So a new face that lies
 * higher or deeper than the mean is neither stretched nor flattened. Returns false where memory was
 * short. */
static bool redistance(float *mm, const ef_atlas *atlas, int threads)
{
    const int64_t count = ef_grid_count(&atlas->grid);
    const double cell = atlas->grid.world_from_voxel.m[0][0], spacing[3] = {cell, cell, cell};
    uint8_t *set = malloc((size_t)count);
    float *to_mm = malloc(sizeof(float) * (size_t)count);
    bool ok = set != NULL && to_mm != NULL;
    for (int side = 0; side < 2 && ok; side++) { /* cells outside: to the head; cells inside: to the air */
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
