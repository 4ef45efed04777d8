/* Averages located heads: see average.h. */
#include "average.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/smooth.h"

/* Depth of the scalp's class under the skin, mm. It ends at the outer table of the skull, 5 to 7 mm deep on
 * the vault. A larger value labels bone as scalp. */
static const double scalp_mm = 5;

efface_status average_init(atlas_sums *sums, const ef_grid *grid, efface_error *err)
{
    const size_t count = (size_t)ef_grid_count(grid);
    memcpy(sums->n, grid->n, sizeof sums->n);
    sums->value = calloc(count, sizeof(double));
    sums->brain = calloc(count, sizeof(double));
    sums->skin = calloc(count, sizeof(double));
    sums->n_value = calloc(count, sizeof(float));
    sums->n_brain = calloc(count, sizeof(float));
    sums->n_skin = calloc(count, sizeof(float));
    if (!sums->value || !sums->brain || !sums->skin || !sums->n_value || !sums->n_brain || !sums->n_skin)
        return ef_fail_memory(err, count * 36);
    return EFFACE_PASS;
}

void average_release(atlas_sums *sums)
{
    free(sums->value);
    free(sums->brain);
    free(sums->skin);
    free(sums->n_value);
    free(sums->n_brain);
    free(sums->n_skin);
    memset(sums, 0, sizeof *sums);
}

static void add_field(double *sum, float *n_sum, const float *field, const int64_t n[3])
{
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        for (int64_t i = 0; i < n[0]; i++) {
            const float value = field[row * n[0] + i];
            if (isnan(value))
                continue;
            const int64_t here = row * n[0] + i, mirrored = row * n[0] + n[0] - 1 - i;
            sum[here] += (double)value;
            sum[mirrored] += (double)value;
            n_sum[here] += 1;
            n_sum[mirrored] += 1;
        }
    }
}

void average_add(atlas_sums *sums, const float *value, const float *brain, const float *skin)
{
    add_field(sums->value, sums->n_value, value, sums->n);
    add_field(sums->brain, sums->n_brain, brain, sums->n);
    add_field(sums->skin, sums->n_skin, skin, sums->n);
}

/* Finds three means of the values in a set of cells: one-dimensional k-means, started at the quantiles 1/6,
 * 1/2, 5/6. */
static void three_means(double centre[3], const float *value, const uint8_t *use, int64_t count)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < count; i++) {
        if (use[i]) {
            low = fmin(low, (double)value[i]);
            high = fmax(high, (double)value[i]);
        }
    }
    for (int c = 0; c < 3; c++)
        centre[c] = low + (high - low) * (2 * c + 1) / 6;
    for (int round = 0; round < 50; round++) {
        double sum[3] = {0}, n[3] = {0};
        for (int64_t i = 0; i < count; i++) {
            if (!use[i])
                continue;
            const double v = (double)value[i];
            const int c = v < 0.5 * (centre[0] + centre[1]) ? 0 : v < 0.5 * (centre[1] + centre[2]) ? 1 : 2;
            sum[c] += v;
            n[c]++;
        }
        for (int c = 0; c < 3; c++)
            if (n[c] > 0)
                centre[c] = sum[c] / n[c];
    }
}

static int nearest(const double centre[3], double v)
{
    return v < 0.5 * (centre[0] + centre[1]) ? 0 : v < 0.5 * (centre[1] + centre[2]) ? 1 : 2;
}

static void classify(ef_atlas *atlas, const float *value, const float *brain, uint8_t *use)
{
    const int64_t count = ef_grid_count(&atlas->grid);
    double inner[3], outer[3];
    for (int64_t i = 0; i < count; i++)
        use[i] = brain[i] >= 0.5F && !isnan(value[i]);
    three_means(inner, value, use, count);
    for (int64_t i = 0; i < count; i++)
        use[i] = brain[i] < 0.15F && (double)atlas->skin_mm[i] < -scalp_mm && !isnan(value[i]);
    three_means(outer, value, use, count);
    for (int64_t i = 0; i < count; i++) {
        const double skin = (double)atlas->skin_mm[i], v = (double)value[i];
        uint8_t label = EF_UNKNOWN;
        if (skin >= 0)
            label = EF_AIR;
        else if (isnan(skin) || isnan(v))
            label = EF_UNKNOWN;
        else if (brain[i] >= 0.5F)
            label = (uint8_t)(EF_CSF + nearest(inner, v));
        else if (brain[i] >= 0.15F)
            label = EF_CSF;
        else if (skin > -scalp_mm)
            label = EF_SCALP;
        else
            label = (uint8_t)(EF_BONE + nearest(outer, v));
        atlas->label[i] = label;
    }
}

efface_status average_finish(ef_atlas *atlas, const atlas_sums *sums, const landmarks *marks,
                             efface_error *err)
{
    const int64_t count = ef_grid_count(&atlas->grid);
    float *value = malloc(sizeof(float) * (size_t)count), *brain = malloc(sizeof(float) * (size_t)count);
    uint8_t *use = calloc((size_t)count, 1);
    efface_status status = EFFACE_PASS;
    if (value == NULL || brain == NULL || use == NULL) {
        status = ef_fail_memory(err, 9 * (size_t)count);
        goto cleanup;
    }
    for (int64_t i = 0; i < count; i++) {
        value[i] = sums->n_value[i] > 0 ? (float)(sums->value[i] / (double)sums->n_value[i]) : NAN;
        brain[i] = sums->n_brain[i] > 0 ? (float)(sums->brain[i] / (double)sums->n_brain[i]) : 0;
        atlas->skin_mm[i] = sums->n_skin[i] > 0 ? (float)(sums->skin[i] / (double)sums->n_skin[i]) : NAN;
        atlas->brain[i] = (uint8_t)lrintf(255 * brain[i]);
    }
    classify(atlas, value, brain, use);
    regions_eyes(atlas, marks);

cleanup:
    free(value);
    free(brain);
    free(use);
    return status;
}
