/* Relief kept by a new face. It looks at the defaced voxels alone and knows nothing of how they were made.
 */
#include "audit_relief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "sample.h"
#include "smooth.h"

/* Steps along a ray, and how far before and behind the mean skin it looks: noses are 25 mm high. */
static const double step_mm = 0.5, ray_mm = 30;
/* Tissue that is thinner than this is noise. */
static const double least_tissue_mm = 2;
/* Nearer to the cut's border the subject's skin rightly passes over into the new one. */
static const double clear_of_border_mm = 14;
/* Relief is what is left of a height less its mean over this Gaussian: half of a wavelength of 64 mm.
 * Longer ones are the head's, and are seen outside the mask too. */
static const double smooth_mm = 12;

/* Heights over the atlas' x and z, one a cell; NaN where there is none. */
typedef struct heights {
    int64_t n[3];            /* x, z, 1 */
    float *old, *new, *mean; /* owned */
} heights;

/* Atlas cell coordinate y of the mean skin seen from the front; NaN where there is none or it is not to be
 * judged. */
static double mean_skin(const ef_audit_input *in, int64_t x, int64_t z)
{
    const ef_atlas *atlas = in->atlas;
    const int64_t *n = atlas->grid.n, row = x + n[0] * n[1] * z;
    for (int64_t y = n[1] - 2; y >= 0; y--) {
        const int64_t cell = row + n[0] * y;
        if (!((double)atlas->skin_mm[cell] <= 0))
            continue;
        const double before = (double)atlas->skin_mm[cell + n[0]], here = (double)atlas->skin_mm[cell];
        const int part = atlas->part[cell];
        if (!((double)in->cut_mm[cell] < -clear_of_border_mm) || !(before > 0) || part == 0 ||
            !(in->parts & EFFACE_PARTS_FACE & 1u << (part - 1)))
            return NAN;
        return (double)y + here / (here - before);
    }
    return NAN;
}

/* Height over the mean skin, in mm of the atlas, at which a ray from the front meets tissue for good. */
static double height(const float *value, const ef_audit_input *in, const ef_affine *work_from_cell,
                     double x, double y, double z)
{
    const double mm = in->atlas->grid.world_from_voxel.m[1][1];
    double tissue_mm = 0;
    for (double h = ray_mm; h >= -ray_mm; h -= step_mm) {
        double at[3] = {x, y + h / mm, z};
        ef_affine_apply(at, work_from_cell, at);
        for (int d = 0; d < 3; d++)
            if (at[d] < 0 || at[d] > (double)(in->work->grid.n[d] - 1))
                return NAN;
        tissue_mm =
            ek_trilinear(value, in->work->grid.n, at) > in->head->threshold ? tissue_mm + step_mm : 0;
        if (tissue_mm >= least_tissue_mm)
            return h == ray_mm ? NAN : h + least_tissue_mm;
    }
    return NAN;
}

/* Relief of a map: heights less their mean nearby. False where memory was short. */
static bool relief(float *map, const int64_t n[3], double mm, int threads)
{
    const int64_t count = n[0] * n[1];
    const double sigma[3] = {smooth_mm / mm, smooth_mm / mm, 0};
    float *smooth = malloc(sizeof(float) * (size_t)count);
    if (smooth == NULL)
        return false;
    memcpy(smooth, map, sizeof(float) * (size_t)count);
    const bool ok = ek_gaussian_masked(smooth, NULL, n, sigma, threads);
    for (int64_t i = 0; i < count && ok; i++)
        map[i] -= smooth[i];
    free(smooth);
    return ok;
}

/* The old relief's coefficient where the new one is explained by the old and by the mean head's: what a new
 * face has of all heads is no part of this one. */
static double regression(const heights *map, int64_t *pixels)
{
    double oo = 0, om = 0, mm = 0, on = 0, mn = 0;
    *pixels = 0;
    for (int64_t i = 0; i < map->n[0] * map->n[1]; i++) {
        const double o = (double)map->old[i], n = (double)map->new[i], m = (double)map->mean[i];
        if (isnan(o) || isnan(n) || isnan(m))
            continue;
        oo += o * o;
        om += o * m;
        mm += m * m;
        on += o * n;
        mn += m * n;
        ++*pixels;
    }
    const double determinant = oo * mm - om * om;
    return determinant > 1e-6 * oo * mm ? (on * mm - mn * om) / determinant : 0;
}

/* A work volume as the head was segmented from: unknown cells dark, a little smoothed. */
static bool prepare(float *value, const ef_work *work, double low, int threads)
{
    const double sigma[3] = {0.6, 0.6, 0.6};
    for (int64_t i = 0; i < ef_grid_count(&work->grid); i++)
        value[i] = isnan(work->value[i]) ? (float)low : work->value[i];
    return ek_gaussian(value, work->grid.n, sigma, threads);
}

efface_status ef_audit_relief(double *kept, double *area_cm2, const ef_audit_input *in, int threads,
                              efface_error *err)
{
    const ef_atlas *atlas = in->atlas;
    ef_work after = {0};
    heights map = {.n = {atlas->grid.n[0], atlas->grid.n[2], 1}};
    const int64_t count = map.n[0] * map.n[1], cells = ef_grid_count(&in->work->grid);
    const double mm = atlas->grid.world_from_voxel.m[1][1];
    const ef_affine work_from_cell =
        ef_affine_mul(in->location->work_from_atlas, atlas->grid.world_from_voxel);
    float *old = malloc(sizeof(float) * (size_t)cells), *new = malloc(sizeof(float) * (size_t)cells);
    map.old = malloc(sizeof(float) * (size_t)count);
    map.new = malloc(sizeof(float) * (size_t)count);
    map.mean = malloc(sizeof(float) * (size_t)count);
    efface_status status = ef_work_build(&after, in->defaced, in->work->spacing_mm, threads, in->name, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    bool ok =
        old != NULL &&
        new != NULL &&map.old != NULL &&map.new != NULL &&prepare(old, in->work, in->work->low, threads) &&
        prepare(new, &after, in->work->low, threads);
    for (int64_t i = 0; i < count && ok; i++) {
        const double x = (double)(i % map.n[0]), z = (double)(i / map.n[0]);
        const double y = mean_skin(in, i % map.n[0], i / map.n[0]);
        const double h_old = isnan(y) ? NAN : height(old, in, &work_from_cell, x, y, z);
        const double h_new = isnan(h_old) ? NAN : height(new, in, &work_from_cell, x, y, z);
        map.mean[i] = isnan(h_new) ? NAN : (float)(y * mm);
        map.old[i] = (float)(y * mm + h_old);
        map.new[i] = (float)(y * mm + h_new);
        if (isnan(h_new))
            map.old[i] = map.new[i] = NAN;
    }
    ok = ok && relief(map.mean, map.n, mm, threads) && relief(map.old, map.n, mm, threads) &&
         relief(map.new, map.n, mm, threads);
    int64_t pixels = 0;
    *kept = ok ? fabs(regression(&map, &pixels)) : 0;
    *area_cm2 = (double)pixels * mm * mm / 100;
    if (!ok)
        status = ef_fail_memory(err, sizeof(float) * (size_t)(2 * cells + 3 * count));

cleanup:
    free(old);
    free(new);
    free(map.old);
    free(map.new);
    free(map.mean);
    ef_work_release(&after);
    return status;
}
