/* The brain on this subject. Errs on the side of too much: what is protected beyond the brain only costs a
 * little of the face's depth, what is missed would be cut. */
#include "protect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blockmean.h"
#include "distance.h"
#include "error.h"
#include "label.h"
#include "morphology.h"
#include "quantile.h"
#include "resample.h"
#include "smooth.h"

/* Cells that were brain in nine of ten heads show how this scan's brain looks. */
static const float certain = 0.9F;
/* Where the brain may be: one head in fifty, and the 6 mm that an affine pose leaves open between persons.
 */
static const float possible = 0.02F;
static const double possible_mm = 6;
/* Growing: values between these quantiles of the certain brain; bridges thinner than twice this are cut
 * (dura, vessels and nerves that lead out). */
static const double low_quantile = 0.05, high_quantile = 0.995, bridge_mm = 3;
/* Heads below this size against the atlas are children's: between a newborn's brain and skin are 5 mm, and
 * all these lengths are smaller in proportion. Three standard deviations below the adult mean. */
static const double grown_up = 0.88;
/* Globes are fluid, and in T2 look like the brain's; where the atlas has them, nothing grows. */
static const float globe = 0.5F;
/* A sheet of bone is darker than what is on both its sides by this part of the brain's level; in grown
 * heads, where the atlas is a close guide to what is brain. */
static const float sheet = 0.15F;
/* Protected whatever it looks like. */
static const float likely = 0.35F;
/* The brain is taken with its sulci and fissures, and with the fluid and dura that lie on it. */
static const double hull_mm = 8, fluid_mm = 2;
static const double least_ml = 100;
/* Over this distance coils and bias change little; of the ratio to the local level, no brain tissue exceeds
 * the other (fluid in T2: 3). */
static const double level_mm = 10, most_ratio = 4;

enum { N_BINS = 512 };

static double quantile_of_bins(const int64_t *bins, double q, double low, double high)
{
    int64_t total = 0, running = 0;
    for (int b = 0; b < N_BINS; b++)
        total += bins[b];
    int b = 0;
    while (b < N_BINS - 1 && (running += bins[b]) < (int64_t)(q * (double)total))
        b++;
    return low + (b + 0.5) * (high - low) / N_BINS;
}

/* Divides values (above air) by what the certain brain looks like around them, so that neither coil nor
 * bias decides what is brain: a mean over the core within about 10 mm, worked out at 4 mm and carried
 * outwards. */
static bool level_values(float *value, const uint8_t *core, const ef_work *work, double air, int threads)
{
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    const int factor[3] = {2, 2, 2};
    const int64_t small[3] = {(n[0] + 1) / 2, (n[1] + 1) / 2, (n[2] + 1) / 2};
    const double sigma[3] = {level_mm / 4, level_mm / 4, level_mm / 4};
    const ef_affine small_from_work = {{{0.5, 0, 0, -0.25}, {0, 0.5, 0, -0.25}, {0, 0, 0.5, -0.25}}};
    bool ok = false;
    float *inner = malloc(sizeof(float) * (size_t)count);
    float *level = malloc(sizeof(float) * (size_t)(small[0] * small[1] * small[2]));
    if (inner == NULL || level == NULL)
        goto cleanup;
    for (int64_t i = 0; i < count; i++)
        inner[i] = core[i] ? value[i] - (float)air : NAN;
    if (!ek_block_mean(level, small, inner, EK_FLOAT32, n, 1, factor, 1, 0, -INFINITY, INFINITY, threads) ||
        !ek_gaussian_masked(level, NULL, small, sigma, threads))
        goto cleanup;
    ek_resample_linear(inner, n, level, small, small_from_work.m, NAN, threads);
    for (int64_t i = 0; i < count; i++) {
        const float ratio = (value[i] - (float)air) / inner[i];
        value[i] = inner[i] > 0 && ratio > 0 ? fminf(ratio, (float)most_ratio) : 0;
    }
    ok = true;

cleanup:
    free(inner);
    free(level);
    return ok;
}

/* How far a cell lies below both its sides along the axis on which it does so most, looking two cells far.
 */
static float dent_at(const float *value, const int64_t n[3], const int64_t at[3], int64_t i)
{
    const int64_t stride[3] = {1, n[0], n[0] * n[1]};
    float deepest = 0;
    for (int d = 0; d < 3; d++) {
        if (at[d] < 2 || at[d] + 2 >= n[d])
            continue;
        const float before = fmaxf(value[i - stride[d]], value[i - 2 * stride[d]]);
        const float behind = fmaxf(value[i + stride[d]], value[i + 2 * stride[d]]);
        deepest = fmaxf(deepest, fminf(before, behind) - value[i]);
    }
    return deepest;
}

/* Takes the sheets of thin bone out of where brain may be: an orbit's roof is thinner than a cell, not dark
 * but darker than the fat below it, which in T2 looks like brain. Only where no head had brain: a sulcus is
 * a dent as well. */
static void leave_sheets(uint8_t *reach, const float *value, const float *prior, const int64_t n[3])
{
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        for (int64_t x = 0; x < n[0]; x++) {
            const int64_t i = row * n[0] + x, at[3] = {x, row % n[1], row / n[1]};
            if (reach[i] && prior[i] < possible && dent_at(value, n, at, i) > sheet)
                reach[i] = 0;
        }
    }
}

/* Marks what looks like brain, may be brain, and hangs together with the certain brain. */
static bool grow(uint8_t *grown, const float *prior, const float *eye, const ef_work *work,
                 const ef_head *head, const double mm[3], double size, int threads)
{
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    const double sigma[3] = {0.5, 0.5, 0.5};
    int64_t bins[N_BINS];
    bool ok = false;
    float *value = malloc(sizeof(float) * (size_t)count);
    uint8_t *core = malloc((size_t)count), *reach = malloc((size_t)count);
    if (value == NULL || core == NULL || reach == NULL)
        goto cleanup;
    for (int64_t i = 0; i < count; i++) {
        value[i] = isnan(work->value[i]) ? (float)work->low : work->value[i];
        core[i] = prior[i] >= certain;
        reach[i] = prior[i] >= possible;
    }
    if (!ek_gaussian(value, n, sigma, threads) || !level_values(value, core, work, head->air, threads) ||
        !ek_dilate(reach, n, mm, size * possible_mm, threads))
        goto cleanup;
    if (size >= 1)
        leave_sheets(reach, value, prior, n);
    ek_histogram(bins, N_BINS, value, core, count, 0, (float)most_ratio, threads);
    const float low = (float)quantile_of_bins(bins, low_quantile, 0, most_ratio);
    const float high = (float)quantile_of_bins(bins, high_quantile, 0, most_ratio);
    for (int64_t i = 0; i < count; i++)
        grown[i] = core[i] || (reach[i] && eye[i] < globe && value[i] >= low && value[i] <= high);
    ok = ek_open(grown, n, mm, bridge_mm, threads) && ek_keep_connected(grown, core, n, 6) >= 0;

cleanup:
    free(value);
    free(core);
    free(reach);
    return ok;
}

/* The atlas' brain and globes on the work grid, 0 to 1. False where memory was short. */
static bool carry_atlas(float *prior, float *eye, const ef_atlas *atlas, const ef_affine *cell_from_work,
                        const ef_head *head, const int64_t n[3], int threads)
{
    const int64_t cells = ef_grid_count(&atlas->grid);
    float *in_atlas = malloc(sizeof(float) * (size_t)cells);
    if (in_atlas == NULL)
        return false;
    for (int64_t i = 0; i < cells; i++)
        in_atlas[i] = (float)atlas->brain[i] / 255;
    ek_resample_linear(prior, n, in_atlas, atlas->grid.n, cell_from_work->m, 0, threads);
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++)
        prior[i] = head->inside[i] ? prior[i] : 0;
    for (int64_t i = 0; i < cells; i++)
        in_atlas[i] = atlas->label[i] == EF_EYE;
    ek_resample_linear(eye, n, in_atlas, atlas->grid.n, cell_from_work->m, 0, threads);
    free(in_atlas);
    return true;
}

efface_status ef_protect(ef_brain *brain, const ef_atlas *atlas, const ef_work *work, const ef_head *head,
                         const ef_location *location, int threads, const char *name, efface_error *err)
{
    memset(brain, 0, sizeof *brain);
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    const double mm[3] = {work->spacing_mm, work->spacing_mm, work->spacing_mm};
    const double size = brain->size =
        fmin(1, work->spacing_mm * cbrt(fabs(ef_affine_det(&location->work_from_atlas))) / grown_up);
    efface_status status = EFFACE_PASS;
    ef_affine cell_from_atlas, atlas_from_work;
    float *prior = malloc(sizeof(float) * (size_t)count), *eye = malloc(sizeof(float) * (size_t)count);
    brain->inside = malloc((size_t)count);
    brain->distance_mm = malloc(sizeof(float) * (size_t)count);
    if (!prior || !eye || !brain->inside || !brain->distance_mm) {
        status = ef_fail_memory(err, 13u * (unsigned long long)count);
        goto cleanup;
    }
    if (!ef_affine_invert(&cell_from_atlas, atlas->grid.world_from_voxel) ||
        !ef_affine_invert(&atlas_from_work, location->work_from_atlas)) {
        status = ef_fail(err, EFFACE_LOCATE, "pose is singular for '%s'", name);
        goto cleanup;
    }
    const ef_affine cell_from_work = ef_affine_mul(cell_from_atlas, atlas_from_work);
    if (!carry_atlas(prior, eye, atlas, &cell_from_work, head, n, threads) ||
        !grow(brain->inside, prior, eye, work, head, mm, size, threads)) {
        status = ef_fail_memory(err, 6u * (unsigned long long)count);
        goto cleanup;
    }
    int64_t by_prior = 0, by_both = 0, by_growth = 0;
    for (int64_t i = 0; i < count; i++) {
        by_prior += prior[i] >= 0.5F;
        by_growth += brain->inside[i];
        by_both += prior[i] >= 0.5F && brain->inside[i];
        brain->inside[i] |= prior[i] >= likely;
    }
    brain->prior_agreement =
        by_prior + by_growth > 0 ? 2.0 * (double)by_both / (double)(by_prior + by_growth) : 0;
    if (!ek_close(brain->inside, n, mm, size * hull_mm, threads) ||
        !ek_dilate(brain->inside, n, mm, fluid_mm, threads) ||
        !ek_distance_signed(brain->distance_mm, brain->inside, n, mm, threads)) {
        status = ef_fail_memory(err, 5u * (unsigned long long)count);
        goto cleanup;
    }
    int64_t cells_inside = 0;
    for (int64_t i = 0; i < count; i++)
        cells_inside += brain->inside[i];
    brain->volume_ml = (double)cells_inside * mm[0] * mm[1] * mm[2] / 1000;
    if (brain->volume_ml < least_ml)
        status = ef_fail(err, EFFACE_LOCATE, "only %.0f ml of brain in the field of view of '%s'",
                         brain->volume_ml, name);

cleanup:
    free(prior);
    free(eye);
    return status;
}

void ef_brain_release(ef_brain *brain)
{
    free(brain->inside);
    free(brain->distance_mm);
    memset(brain, 0, sizeof *brain);
}
