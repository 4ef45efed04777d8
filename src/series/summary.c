/* The sums of a series' mean, and the choice of the runs of volumes that count. */
#include "series/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/work.h"
#include "kernels/blockmean.h"
#include "kernels/quantile.h"

enum { MOST_BINS = 9, SAMPLED = 20000 };

/* Edge of the blocks on which motion is estimated, mm. A head has some thousand such blocks, and a tenth of
 * a block can be measured (motion.h). */
static const double small_mm = 8;
/* Least correlation of a run with the median, as a fraction of the best run's. Other contrasts of a head
 * have 0.6 and more of it; damaged runs have less. */
static const double least_agreement = 0.5;

/* Sets blocks of about `mm` on a grid: their edges, their number, and where they lie. */
static void blocks_of(int factor[3], ef_grid *blocks, const ef_grid *grid, double mm)
{
    double voxel_mm[3];
    ef_affine voxel_from_block = ef_affine_identity();
    ef_affine_spacing(voxel_mm, &grid->world_from_voxel);
    for (int d = 0; d < 3; d++) {
        factor[d] = (int)fmax(1, floor(mm / voxel_mm[d] + 0.5));
        blocks->n[d] = (grid->n[d] + factor[d] - 1) / factor[d];
        voxel_from_block.m[d][d] = factor[d];
        voxel_from_block.m[d][3] = 0.5 * (factor[d] - 1);
    }
    blocks->world_from_voxel = ef_affine_mul(grid->world_from_voxel, voxel_from_block);
}

efface_status ef_summary_begin(ef_summary *s, const ef_image *like, bool with_small, efface_error *err)
{
    int to_small[3];
    ef_grid small;
    memset(s, 0, sizeof *s);
    s->n_volumes = like->n_volumes;
    s->n_bins = like->n_volumes < MOST_BINS ? (int)like->n_volumes : MOST_BINS;
    s->mean = (ef_image){.n_volumes = 1,
                         .dtype = EK_FLOAT32,
                         .slope = 1,
                         .has_geometry = like->has_geometry,
                         .forms_disagree = like->forms_disagree};
    blocks_of(s->factor, &s->mean.grid, &like->grid, EF_WORK_MM);
    blocks_of(to_small, &small, &s->mean.grid, small_mm);
    memcpy(s->n, small.n, sizeof s->n);
    s->world_from_small = small.world_from_voxel;
    const size_t count = (size_t)ef_grid_count(&s->mean.grid), cells = (size_t)ef_grid_count(&small);
    s->mean.n_bytes = count * sizeof(float);
    s->mean.voxels = malloc(s->mean.n_bytes);
    s->bin = malloc(s->mean.n_bytes * (size_t)s->n_bins);
    s->sum = calloc(count, sizeof(float));
    s->block = malloc(s->mean.n_bytes);
    s->count = calloc(count, sizeof *s->count);
    s->small = with_small ? malloc(sizeof(float) * cells * (size_t)s->n_volumes) : NULL;
    if (!s->mean.voxels || !s->bin || !s->sum || !s->block || !s->count || (with_small && !s->small))
        return ef_fail_memory(err, s->mean.n_bytes * (size_t)(s->n_bins + 5));
    return EFFACE_PASS;
}

/* Ends a run: its mean goes to its bin. */
static void close_bin(ef_summary *s, int bin)
{
    const int64_t count = ef_grid_count(&s->mean.grid);
    float *mean = s->bin + (size_t)bin * (size_t)count;
    for (int64_t i = 0; i < count; i++)
        mean[i] = s->count[i] > 0 ? s->sum[i] / (float)s->count[i] : NAN;
    memset(s->sum, 0, (size_t)count * sizeof *s->sum);
    memset(s->count, 0, (size_t)count * sizeof *s->count);
}

efface_status ef_summary_add(ef_summary *s, const ef_image *like, const void *voxels, int threads,
                             efface_error *err)
{
    static const double q[2] = {0.0005, 0.9995};
    double range[2];
    int64_t n_finite;
    const int64_t count = ef_grid_count(&s->mean.grid), v = s->added;
    if (!ek_sample_quantiles(range, q, 2, voxels, like->dtype, ef_grid_count(&like->grid), SAMPLED,
                             like->slope, like->inter, &n_finite))
        return ef_fail_memory(err, SAMPLED * 16);
    if (n_finite == 0) {
        range[0] = -INFINITY;
        range[1] = INFINITY;
    }
    const ek_block_source source = {voxels,      like->dtype, like->grid.n, 1,
                                    like->slope, like->inter, range[0],     range[1]};
    if (!ek_block_mean(s->block, s->mean.grid.n, source, s->factor, threads))
        return ef_fail_memory(err, s->mean.n_bytes);
    for (int64_t i = 0; i < count; i++) {
        const bool known = !isnan(s->block[i]);
        s->sum[i] += known ? s->block[i] : 0;
        s->count[i] += known;
    }
    if (s->small != NULL) {
        int factor[3];
        ef_grid small;
        blocks_of(factor, &small, &s->mean.grid, small_mm);
        float *to = s->small + (size_t)v * (size_t)ef_grid_count(&small);
        if (!ek_block_mean(to, small.n, ek_block_floats(s->block, s->mean.grid.n), factor, threads))
            return ef_fail_memory(err, s->mean.n_bytes);
    }
    const int bin = (int)(v * s->n_bins / s->n_volumes);
    s->added++;
    if (s->added == s->n_volumes || (int)(s->added * s->n_bins / s->n_volumes) != bin)
        close_bin(s, bin);
    return EFFACE_PASS;
}

/* Frees what is needed only while volumes are added. */
static void release_sums(ef_summary *s)
{
    free(s->bin);
    free(s->sum);
    free(s->block);
    free(s->count);
    s->bin = s->sum = s->block = NULL;
    s->count = NULL;
}

/* Returns the median of the runs' means at a block; NaN where none is known. */
static float median_of_bins(const ef_summary *s, int64_t i)
{
    const size_t count = (size_t)ef_grid_count(&s->mean.grid);
    float sorted[MOST_BINS];
    int known = 0;
    for (int b = 0; b < s->n_bins; b++) {
        const float value = s->bin[(size_t)b * count + (size_t)i];
        int at = known;
        if (isnan(value))
            continue;
        for (; at > 0 && sorted[at - 1] > value; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = value;
        known++;
    }
    return known > 0 ? sorted[known / 2] : NAN;
}

/* Returns the correlation of two volumes where both are known; 0 where one is constant. */
static double correlate(const float *a, const float *b, int64_t count)
{
    double n = 0, sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
    for (int64_t i = 0; i < count; i++) {
        const double x = (double)a[i], y = (double)b[i];
        if (isnan(x) || isnan(y))
            continue;
        n++;
        sum_a += x;
        sum_b += y;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    const double va = aa * n - sum_a * sum_a, vb = bb * n - sum_b * sum_b;
    return va > 0 && vb > 0 ? (ab * n - sum_a * sum_b) / sqrt(va * vb) : 0;
}

void ef_summary_end(ef_summary *s)
{
    const int64_t count = ef_grid_count(&s->mean.grid);
    float *mean = s->mean.voxels;
    double agreement[MOST_BINS], best = 0;
    for (int64_t i = 0; i < count; i++)
        mean[i] = median_of_bins(s, i);
    for (int b = 0; b < s->n_bins; b++) {
        agreement[b] = correlate(mean, s->bin + (size_t)b * (size_t)count, count);
        best = fmax(best, agreement[b]);
    }
    for (int64_t i = 0; i < count; i++) {
        double sum = 0;
        int known = 0;
        for (int b = 0; b < s->n_bins; b++) {
            const double value = (double)s->bin[(size_t)b * (size_t)count + (size_t)i];
            if (isnan(value) || agreement[b] < least_agreement * best)
                continue;
            known++;
            sum += value;
        }
        mean[i] = known > 0 ? (float)(sum / known) : NAN;
    }
    release_sums(s);
}

void ef_summary_release(ef_summary *s)
{
    ef_image_release(&s->mean);
    free(s->small);
    release_sums(s);
    memset(s, 0, sizeof *s);
}
