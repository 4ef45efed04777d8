/* Builds the 2 mm work volume. Spaces are numbered as in grid.h; "block" is the grid of averaged voxel
 * blocks. */
#include "head/work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/blockmean.h"
#include "kernels/deviation.h"
#include "kernels/quantile.h"
#include "kernels/resample.h"

/* Limits of the field of view in each direction, mm. A smaller one shows too little of a head to find it
 * (thin slabs are 60 mm and more). No scanner's field of view is longer than a person. */
static const double min_extent_mm = 30, max_extent_mm = 2200;
/* Greatest number of cells of a work volume: 2 m x 0.5 m x 0.5 m at 2 mm. It bounds the memory. */
static const int64_t max_cells = 64000000;

/* Air is rough where the least deviation around a voxel is at least this fraction of the scan's range. In a
 * magnitude image's air it is a hundredth, and less than a tenth in the noisiest. Of values spread evenly
 * over the range, it is a sixth. */
static const double least_roughness = 0.1;
/* A voxel is calm where its deviation is less than this fraction of the air's. One voxel of a thousand in
 * such air is calm. */
static const double calm_part = 0.35;
/* Width of the field of view's sides, in voxels. */
enum { SIDE = 4 };

/* Finds the rotation nearest to a matrix with unit columns (Higham 1986: Newton iteration of the polar
 * factor). */
static bool nearest_rotation(double r[3][3])
{
    for (int iteration = 0; iteration < 50; iteration++) {
        ef_affine a = ef_affine_identity(), inverse;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                a.m[i][j] = r[i][j];
        if (!ef_affine_invert(&inverse, a))
            return false;
        double change = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                const double next = 0.5 * (r[i][j] + inverse.m[j][i]);
                change = fmax(change, fabs(next - r[i][j]));
                r[i][j] = next;
            }
        }
        if (change < 1e-12)
            return true;
    }
    return true;
}

/* Finds the axes of the work grid: voxel columns, permuted and signed to R, A, S, made orthonormal. */
static bool work_axes(double axes[3][3], const ef_affine *world_from_voxel)
{
    char code[4];
    double mm[3];
    ef_affine_orientation(code, world_from_voxel);
    ef_affine_spacing(mm, world_from_voxel);
    for (int c = 0; c < 3; c++) {
        const char *ras = "RASLPI", *at = strchr(ras, code[c]);
        const int axis = (int)(at - ras) % 3;
        const double sign = (at - ras) < 3 ? 1 : -1;
        for (int r = 0; r < 3; r++)
            axes[r][axis] = sign * world_from_voxel->m[r][c] / mm[c];
    }
    return nearest_rotation(axes);
}

efface_status ef_work_relate(ef_work *work, const ef_grid *image, const char *name, efface_error *err)
{
    ef_affine work_from_world;
    if (!ef_affine_invert(&work_from_world, work->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INTERNAL, "work grid is singular for '%s'", name);
    work->work_from_voxel = ef_affine_mul(work_from_world, image->world_from_voxel);
    if (!ef_affine_invert(&work->voxel_from_work, work->work_from_voxel))
        return ef_fail(err, EFFACE_INPUT, "header's transform is singular in '%s'", name);
    return EFFACE_PASS;
}

/* Sets the isotropic grid along the axes that just covers the field of view. */
static efface_status work_grid(ef_work *work, const ef_image *image, const char *name, efface_error *err)
{
    double axes[3][3], low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    if (!work_axes(axes, &image->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INPUT, "header's axes are not independent in '%s'", name);
    for (int corner = 0; corner < 8; corner++) {
        double at[3], world[3];
        for (int d = 0; d < 3; d++)
            at[d] = (corner >> d & 1) ? (double)image->grid.n[d] - 0.5 : -0.5;
        ef_affine_apply(world, &image->grid.world_from_voxel, at);
        for (int d = 0; d < 3; d++) {
            const double along = axes[0][d] * world[0] + axes[1][d] * world[1] + axes[2][d] * world[2];
            low[d] = fmin(low[d], along);
            high[d] = fmax(high[d], along);
        }
    }
    const double mm = work->spacing_mm;
    for (int d = 0; d < 3; d++) {
        const double extent = high[d] - low[d];
        if (!(extent >= min_extent_mm && extent <= max_extent_mm))
            return ef_fail(err, EFFACE_INPUT,
                           "field of view of %.4g mm along axis %d can't hold a head in '%s'", extent,
                           d + 1, name);
        work->grid.n[d] = (int64_t)ceil(extent / mm);
    }
    if (ef_grid_count(&work->grid) > max_cells)
        return ef_fail(err, EFFACE_INPUT, "field of view of %.0f x %.0f x %.0f mm is too large in '%s'",
                       high[0] - low[0], high[1] - low[1], high[2] - low[2], name);
    for (int r = 0; r < 3; r++) {
        double origin = 0;
        for (int d = 0; d < 3; d++) {
            work->grid.world_from_voxel.m[r][d] = axes[r][d] * mm;
            origin += axes[r][d] * (low[d] + 0.5 * mm);
        }
        work->grid.world_from_voxel.m[r][3] = origin;
    }
    return ef_work_relate(work, &image->grid, name, err);
}

/* Measures the robust range that values are clamped to. */
static efface_status value_range(ef_work *work, const ef_image *image, const char *name, efface_error *err)
{
    static const double q[2] = {0.0005, 0.9995};
    double range[2];
    const int64_t count = ef_grid_count(&image->grid) * image->n_volumes;
    if (!ek_sample_quantiles(range, q, 2, image->voxels, image->dtype, count, 500000, image->slope,
                             image->inter, &work->n_finite))
        return ef_fail_memory(err, 500000 * sizeof(double));
    if (work->n_finite == 0)
        return ef_fail(err, EFFACE_INPUT, "no finite voxel in '%s'", name);
    if (!(range[1] > range[0]))
        return ef_fail(err, EFFACE_INPUT, "all voxels have the value %g in '%s'", range[0], name);
    work->low = range[0];
    work->high = range[1];
    return EFFACE_PASS;
}

efface_status ef_work_build(ef_work *work, const ef_image *image, double spacing_mm, int threads,
                            const char *name, efface_error *err)
{
    memset(work, 0, sizeof *work);
    work->spacing_mm = spacing_mm;
    efface_status status = work_grid(work, image, name, err);
    if (status == EFFACE_PASS)
        status = value_range(work, image, name, err);
    if (status != EFFACE_PASS)
        return status;

    double mm[3];
    int factor[3];
    int64_t n_block[3];
    ef_affine voxel_from_block = ef_affine_identity(), block_from_voxel;
    ef_affine_spacing(mm, &image->grid.world_from_voxel);
    for (int d = 0; d < 3; d++) {
        factor[d] = (int)fmax(1, floor(spacing_mm / mm[d] + 0.5));
        n_block[d] = (image->grid.n[d] + factor[d] - 1) / factor[d];
        voxel_from_block.m[d][d] = factor[d];
        voxel_from_block.m[d][3] = 0.5 * (factor[d] - 1);
    }
    if (!ef_affine_invert(&block_from_voxel, voxel_from_block))
        return ef_fail(err, EFFACE_INTERNAL, "block grid is singular for '%s'", name);

    const size_t block_bytes = (size_t)(n_block[0] * n_block[1] * n_block[2]) * sizeof(float);
    const size_t work_bytes = (size_t)ef_grid_count(&work->grid) * sizeof(float);
    float *block = malloc(block_bytes);
    const ek_block_source source = {image->voxels, image->dtype, image->grid.n, image->n_volumes,
                                    image->slope,  image->inter, work->low,     work->high};
    work->value = malloc(work_bytes);
    if (block == NULL || work->value == NULL || !ek_block_mean(block, n_block, source, factor, threads)) {
        status = ef_fail_memory(err, block_bytes + work_bytes);
    } else {
        const ef_affine block_from_work = ef_affine_mul(block_from_voxel, work->voxel_from_work);
        ek_resample_linear(work->value, work->grid.n, block, n_block, block_from_work.m, NAN, threads);
    }
    free(block);
    return status;
}

/* Returns the median of the values along the sides; 0 where nothing is known there. */
static double side_median(const float *v, const int64_t n[3], bool *enough)
{
    float *side = malloc(sizeof(float) * (size_t)(n[0] * n[1] * n[2]));
    double median = 0;
    int64_t count = 0, n_finite = 0;
    *enough = side != NULL;
    for (int64_t i = 0; side != NULL && i < n[0] * n[1] * n[2]; i++) {
        const int64_t x = i % n[0], y = i / n[0] % n[1], z = i / (n[0] * n[1]);
        if (x < SIDE || y < SIDE || z < SIDE || x >= n[0] - SIDE || y >= n[1] - SIDE || z >= n[2] - SIDE)
            side[count++] = v[i];
    }
    if (count > 0)
        *enough = ek_sample_quantiles(&median, &(double){0.5}, 1, side, EK_FLOAT32, count, 200000, 1, 0,
                                      &n_finite);
    free(side);
    return n_finite > 0 ? median : 0;
}

/* Copies the scan's values with its rough air made dark.
 * value      out
 * roughness  in: as for ef_work_build_calm; out: that of the air, 0 where it is smooth
 * Returns false where memory was short. */
static bool calm_values(float *value, double *roughness, const ef_image *image, const ef_work *range,
                        int threads)
{
    const int64_t *n = image->grid.n, count = ef_grid_count(&image->grid);
    const float low = (float)range->low;
    float *least = malloc(sizeof(float) * (size_t)count);
    const ek_block_source source = {image->voxels, image->dtype, n,          1,
                                    image->slope,  image->inter, range->low, range->high};
    bool enough = least != NULL && ek_block_mean(value, n, source, (int[3]){1, 1, 1}, threads) &&
                  ek_least_deviation(least, value, n, threads);
    if (enough && !(*roughness > 0))
        *roughness = side_median(least, n, &enough) / (range->high - range->low);
    if (*roughness < least_roughness)
        *roughness = 0;
    const float calm = (float)(calm_part * *roughness * (range->high - range->low));
    for (int64_t i = 0; enough && *roughness > 0 && i < count; i++)
        if (least[i] >= calm && !isnan(value[i]))
            value[i] = low;
    free(least);
    return enough;
}

efface_status ef_work_build_calm(ef_work *work, const ef_image *image, double spacing_mm, double roughness,
                                 int threads, const char *name, efface_error *err)
{
    memset(work, 0, sizeof *work);
    if (image->n_volumes > 1)
        return EFFACE_PASS;
    const size_t bytes = sizeof(float) * (size_t)ef_grid_count(&image->grid);
    ef_image calm = *image;
    calm.dtype = EK_FLOAT32;
    calm.slope = 1;
    calm.inter = 0;
    efface_status status = value_range(work, image, name, err);
    calm.voxels = status == EFFACE_PASS ? malloc(bytes) : NULL;
    if (status == EFFACE_PASS &&
        (calm.voxels == NULL || !calm_values(calm.voxels, &roughness, image, work, threads)))
        status = ef_fail_memory(err, bytes);
    if (status == EFFACE_PASS && roughness > 0) {
        status = ef_work_build(work, &calm, spacing_mm, threads, name, err);
        work->roughness = roughness;
    }
    free(calm.voxels);
    return status;
}

efface_status ef_work_build_like(ef_work *work, const ef_work *like, const ef_image *image, int threads,
                                 const char *name, efface_error *err)
{
    return like->roughness > 0
               ? ef_work_build_calm(work, image, like->spacing_mm, like->roughness, threads, name, err)
               : ef_work_build(work, image, like->spacing_mm, threads, name, err);
}

void ef_work_release(ef_work *work)
{
    free(work->value);
    memset(work, 0, sizeof *work);
}
