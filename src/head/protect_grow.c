/* From the atlas' brain to what looks like brain on this subject and is connected with it. */
#include "head/protect_grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/blockmean.h"
#include "kernels/label.h"
#include "kernels/morphology.h"
#include "kernels/quantile.h"
#include "kernels/resample.h"
#include "kernels/smooth.h"

/* How far a brain may lie outside the atlas' brain, mm: what an affine pose does not explain between
 * persons. With less, cortex is missed; with more, orbits and scalp are taken for brain. */
static const double possible_mm = 6;
/* Values between these quantiles of the certain brain look like brain. Bridges thinner than twice bridge_mm
 * are cut: dura, vessels and nerves that lead out of the skull. */
static const double low_quantile = 0.05, high_quantile = 0.995, bridge_mm = 3;
/* Standard deviations of the smoothing, in cells. The smaller one holds within orbit_mm of the globes,
 * whose orbits have thin walls. */
static const double sharp_cells[3] = {0.5, 0.5, 0.5}, soft_cells[3] = {0.8, 0.8, 0.8}, orbit_mm = 35;
/* Least fraction of a globe in a cell where nothing grows. Globes are fluid, and in T2 look like the
 * brain's fluid. */
static const float globe = 0.5F;
/* What the opening removed is restored this near to what it left, mm: gyri beyond a dark sulcus. Adults
 * have a thicker skull and need less (grown_back_mm). In adults, only cells within expected_mm of the
 * atlas' likely brain are restored: with 6 mm it would reach their ears. Where fluid is bright and no
 * sulcus dark, it would restore the skull's marrow, so nothing is restored. */
static const double back_mm = 6, grown_back_mm = 3, expected_mm = 10;
/* The same in an adult's sockets that do not look like brain, mm: one cell. A gyrus lies on an orbit's
 * roof. Where bone and fat meet beyond it, a film is as bright as brain. */
static const double socket_back_mm = 2;
/* Greatest voxel edge (of a cube of the same volume) at which it is restored in adults, mm. In coarser
 * scans a skull of 5 to 8 mm is no darker than a sulcus. There possible_mm is multiplied by coarse_reach as
 * well. */
static const double coarse_mm = 3, coarse_reach = 0.5;
/* The lower value of brain is at most this fraction of the brain's level in children. Where tissues are
 * very alike, a cell that is half bone would otherwise not count as brain. In adults the lower value is
 * also moved towards it, by no more than it lies below the level. */
static const double lowest_level = 0.8;
/* Fluid is bright where it exceeds white matter by this factor. Then an orbit looks like brain within
 * socket_mm of its globe. There nothing is restored, a child's fluid on the brain is in proportion to the
 * head, and in an adult the brain is searched less widely. */
static const double bright = 1.05, socket_mm = 15;
/* A child's sockets look like its brain as well where this fraction of their content lies between the
 * brain's values. In phantoms it is 0.24 to 0.36 in PD, 0.12 to 0.17 in T1 and FLAIR, whose fat is brighter
 * and muscle darker. */
static const double socket_alike = 0.2;
/* A sheet of bone is darker than both its sides by this fraction of the brain's level. It is used in
 * adults, whose brain the atlas predicts well, and where orbits look like brain. */
static const float sheet = 0.15F;
/* The brain's base over the orbits and its frontal pole, in atlas mm along z and y. Both are judged with
 * sulci narrower than twice seen_sulcus_mm closed. They are not judged where less than least_seen_ml is in
 * view. */
static const double base_below_mm = -10, base_front_mm = 20, pole_front_mm = 55;
static const double seen_sulcus_mm = 4, least_seen_ml = 10;
/* What exceeds the brain's upper value by fat_ratio is fat. With more than least_fat of it, the base is an
 * orbit and not the fluid around a shrunken brain. */
static const double fat_ratio = 1.25, least_fat = 0.03;
/* Coils and bias change little over level_mm. No brain tissue exceeds most_ratio of the local level (fluid
 * in T2: 3). */
static const double level_mm = 10, most_ratio = 4;

/* In children, the upper value is raised by this fraction of the distance between the two. Much of a
 * child's brain lies away from the atlas' certain brain, and there the level is uncertain. */
static const double widened = 0.1;
/* In adults whose fluid is bright, the lower value is lowered by this fraction of that distance. Bright
 * fluid raises the level, and white matter under a brow lies lower by that. */
static const double lowered = 0.05;

enum { MAX_SAMPLES = 100000 };

/* Finds the values between which the certain brain lies. Returns false where memory was short. */
static bool range_of_brain(float *low, float *high, const float *value, const uint8_t *core,
                           const ef_brain_prior *c)
{
    const int64_t count = ef_grid_count(&c->work->grid);
    const double q[2] = {low_quantile, high_quantile};
    double at[2] = {0, 0};
    int64_t n = 0, finite;
    float *sample = malloc(sizeof(float) * (size_t)count);
    if (sample == NULL)
        return false;
    for (int64_t i = 0; i < count; i++)
        if (core[i])
            sample[n++] = value[i];
    const bool ok =
        n == 0 || ek_sample_quantiles(at, q, 2, sample, EK_FLOAT32, n, MAX_SAMPLES, 1, 0, &finite);
    free(sample);
    const double again = fmax(2 * at[0] - 1, lowest_level);
    *low = (float)fmin(at[0], c->size < 1 ? lowest_level : again);
    *high = (float)(at[1] + (c->size < 1 ? widened : 0) * (at[1] - at[0]));
    *low -= (c->size >= 1 && c->alike ? (float)lowered : 0) * (*high - *low);
    return ok;
}

/* Divides values (above air) by the certain brain's level around them, so that neither coil nor bias
 * decides what is brain. The level is a mean over the core within about 10 mm. It is computed on 4 mm cells
 * and continued outside the core. */
static bool level_values(float *value, const uint8_t *core, const ef_brain_prior *c)
{
    const ef_work *work = c->work;
    const double air = c->head->air;
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
    if (!ek_block_mean(level, small, ek_block_floats(inner, n), factor, c->threads) ||
        !ek_gaussian_masked(level, NULL, small, sigma, c->threads))
        goto cleanup;
    ek_resample_linear(inner, n, level, small, small_from_work.m, NAN, c->threads);
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

/* Returns how far a cell lies below both its sides, on the axis where this is most, up to two cells
 * away. */
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

/* Removes sheets of thin bone from where brain may be. An orbit's roof is thinner than a cell. It is not
 * dark, but darker than the fat below it, which in T2 looks like brain. Only cells where no head had brain
 * are removed: a sulcus is a dent as well. */
static void leave_sheets(uint8_t *reach, const float *value, const float *prior, const int64_t n[3])
{
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        for (int64_t x = 0; x < n[0]; x++) {
            const int64_t i = row * n[0] + x, at[3] = {x, row % n[1], row / n[1]};
            if (reach[i] && prior[i] < EF_BRAIN_POSSIBLE && dent_at(value, n, at, i) > sheet)
                reach[i] = 0;
        }
    }
}

void ef_brain_prior_place(double at[3], const ef_brain_prior *c, int64_t i)
{
    const int64_t *n = c->work->grid.n;
    at[0] = (double)(i % n[0]);
    at[1] = (double)(i / n[0] % n[1]);
    at[2] = (double)(i / (n[0] * n[1]));
    ef_affine_apply(at, &c->atlas_from_work, at);
}

static bool is_base(const double at[3])
{
    return at[1] > base_front_mm && at[2] < base_below_mm;
}

/* Smooths the scan's values against noise, but less around the orbits, whose walls are thinner than a cell.
 * Returns false where memory was short. */
static bool smooth_values(float *value, const ef_brain_prior *c)
{
    const ef_work *work = c->work;
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    float *soft = malloc(sizeof(float) * (size_t)count);
    uint8_t *near_eye = malloc((size_t)count);
    bool ok = false;
    if (soft == NULL || near_eye == NULL)
        goto cleanup;
    for (int64_t i = 0; i < count; i++) {
        soft[i] = value[i] = isnan(work->value[i]) ? (float)work->low : work->value[i];
        near_eye[i] = c->eye[i] >= globe;
    }
    ok = ek_gaussian(value, n, sharp_cells, c->threads) && ek_gaussian(soft, n, soft_cells, c->threads) &&
         ek_dilate(near_eye, n, c->mm, c->size * orbit_mm, c->threads);
    for (int64_t i = 0; ok && i < count; i++)
        value[i] = near_eye[i] ? value[i] : soft[i];

cleanup:
    free(soft);
    free(near_eye);
    return ok;
}

/* Returns whether fluid is brighter than the brain, as in T2. Then no sulcus is dark, and the fat and fluid
 * of orbits look like brain. The ventricles decide, which every head has. */
static bool fluid_is_bright(const ef_brain_prior *c, const float *value)
{
    const int64_t count = ef_grid_count(&c->work->grid);
    double sum[2] = {0, 0};
    int64_t seen[2] = {0, 0};
    for (int64_t i = 0; i < count; i++) {
        const bool fluid = c->fluid[i] > 0;
        if (fabs((double)c->fluid[i]) > 0.5) {
            sum[fluid] += (double)value[i];
            seen[fluid]++;
        }
    }
    return seen[0] > 0 && seen[1] > 0 && sum[1] / (double)seen[1] > bright * sum[0] / (double)seen[0];
}

/* Returns the fraction of the sockets' content, without the globes, that lies within the brain's values. */
static double part_alike(const ef_brain_prior *c, const float *value, float low, float high)
{
    const int64_t count = ef_grid_count(&c->work->grid);
    int64_t in = 0, all = 0;
    for (int64_t i = 0; i < count; i++) {
        if (c->socket[i] && c->eye[i] < globe && c->prior[i] < EF_BRAIN_POSSIBLE) {
            all++;
            in += value[i] >= low && value[i] <= high;
        }
    }
    return all > 0 ? (double)in / (double)all : 0;
}

/* Returns the fraction of the atlas' base of the brain that is far brighter than brain. */
static double part_fat(const ef_brain_prior *c, const float *value, float high)
{
    int64_t fat = 0, all = 0;
    for (int64_t i = 0; i < ef_grid_count(&c->work->grid); i++) {
        double at[3];
        if (c->prior[i] < EF_BRAIN_LIKELY || isnan(c->work->value[i]))
            continue;
        ef_brain_prior_place(at, c, i);
        all += is_base(at);
        fat += is_base(at) && (double)value[i] > fat_ratio * (double)high;
    }
    return all > 0 ? (double)fat / (double)all : 0;
}

/* Marks the sockets, a child's only where they look like its brain, and measures how much fat lies over
 * them. Returns false where memory was short. */
static bool mark_sockets(ef_brain_prior *c, const float *value, const uint8_t *core)
{
    const int64_t count = ef_grid_count(&c->work->grid);
    float low, high;
    c->alike = fluid_is_bright(c, value);
    for (int64_t i = 0; i < count; i++)
        c->socket[i] = c->eye[i] >= globe;
    if (!ek_dilate(c->socket, c->work->grid.n, c->mm, c->size * socket_mm, c->threads) ||
        !range_of_brain(&low, &high, value, core, c))
        return false;
    c->fat = part_fat(c, value, high);
    if (c->size < 1)
        c->alike = c->alike || part_alike(c, value, low, high) > socket_alike;
    if (c->size < 1 && !c->alike)
        memset(c->socket, 0, (size_t)count);
    return true;
}

/* Widens reach by what a pose does not explain. In an adult's sockets that look like brain, reach is
 * widened by two thirds of it. */
static bool widen_reach(ef_brain_prior *c, double by_mm)
{
    const int64_t count = ef_grid_count(&c->work->grid), *n = c->work->grid.n;
    if (c->size < 1 || !c->alike)
        return ek_dilate(c->reach, n, c->mm, c->size * by_mm, c->threads);
    uint8_t *less = malloc((size_t)count);
    bool ok = less != NULL;
    if (ok) {
        memcpy(less, c->reach, (size_t)count);
        ok = ek_dilate(less, n, c->mm, by_mm * 2 / 3, c->threads) &&
             ek_dilate(c->reach, n, c->mm, by_mm, c->threads);
    }
    for (int64_t i = 0; ok && i < count; i++)
        c->reach[i] = c->socket[i] ? less[i] : c->reach[i];
    free(less);
    return ok;
}

/* Removes from an adult's reach what is scalp or skull by its depth. */
static void leave_scalp(ef_brain_prior *c)
{
    for (int64_t i = 0; i < ef_grid_count(&c->work->grid); i++)
        c->reach[i] =
            c->reach[i] && (c->prior[i] >= EF_BRAIN_LIKELY || c->head->skin_mm[i] <= -EF_SCALP_MM);
}

/* Restores what is in reach near what is grown; in sockets less or nothing. In adults it must also be near
 * the atlas' likely brain. Overwrites near. */
static bool take_back(uint8_t *grown, uint8_t *near, const ef_brain_prior *c)
{
    const int64_t count = ef_grid_count(&c->work->grid), *n = c->work->grid.n;
    const double size = c->size;
    uint8_t *expected = malloc((size_t)count), *beside = malloc((size_t)count);
    bool ok = expected != NULL && beside != NULL;
    if (ok) {
        memcpy(near, grown, (size_t)count);
        memcpy(beside, grown, (size_t)count);
        for (int64_t i = 0; i < count; i++)
            expected[i] = size < 1 || c->prior[i] >= EF_BRAIN_LIKELY;
        ok = ek_dilate(near, n, c->mm, size < 1 ? size * back_mm : grown_back_mm, c->threads) &&
             (size < 1 || (ek_dilate(expected, n, c->mm, expected_mm, c->threads) &&
                           ek_dilate(beside, n, c->mm, socket_back_mm, c->threads)));
    }
    for (int64_t i = 0; ok && i < count; i++)
        grown[i] = grown[i] ||
                   (near[i] && expected[i] && c->reach[i] && (!c->socket[i] || (size >= 1 && beside[i])));
    free(expected);
    free(beside);
    return ok;
}

/* Marks what in reach looks like the core, and of that what is connected with it by more than bridges. */
static bool mark_brain(uint8_t *grown, uint8_t *looks, const ef_brain_prior *c, const float *value,
                       const uint8_t *core)
{
    const int64_t count = ef_grid_count(&c->work->grid), *n = c->work->grid.n;
    float low, high;
    if (!range_of_brain(&low, &high, value, core, c))
        return false;
    for (int64_t i = 0; i < count; i++) {
        looks[i] = c->reach[i] && c->eye[i] < globe && value[i] >= low && value[i] <= high;
        grown[i] = core[i] || looks[i];
    }
    return ek_open(grown, n, c->mm, c->size * bridge_mm, c->threads) &&
           ek_keep_connected(grown, core, n, 6) >= 0;
}

/* Grows once more, with the level from all that was grown. Where a pose leaves brain far outside the core,
 * coils and bias make it brighter or darker than the continued level. Adds to both masks.
 * value  in: smoothed; overwritten */
static bool mark_more(uint8_t *grown, uint8_t *looks, const ef_brain_prior *c, float *value,
                      const uint8_t *core)
{
    const int64_t count = ef_grid_count(&c->work->grid);
    uint8_t *more = malloc((size_t)count), *look = malloc((size_t)count);
    bool ok = more != NULL && look != NULL;
    for (int64_t i = 0; ok && i < count; i++)
        more[i] = core[i] || grown[i];
    ok = ok && level_values(value, more, c) && mark_brain(more, look, c, value, core);
    for (int64_t i = 0; ok && i < count; i++) {
        grown[i] |= more[i];
        looks[i] |= look[i];
    }
    free(more);
    free(look);
    return ok;
}

bool ef_grow_brain(uint8_t *grown, ef_brain_prior *c)
{
    const ef_work *work = c->work;
    const double size = c->size;
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    const size_t bytes = sizeof(float) * (size_t)count;
    bool ok = false;
    float *value = malloc(bytes), *smoothed = malloc(bytes);
    uint8_t *core = malloc((size_t)count), *looks = malloc((size_t)count);
    if (value == NULL || smoothed == NULL || core == NULL || looks == NULL)
        goto cleanup;
    const double voxel_mm = work->spacing_mm * cbrt(fabs(ef_affine_det(&work->work_from_voxel)));
    const double by_mm = (size >= 1 && voxel_mm > coarse_mm ? coarse_reach : 1) * possible_mm;
    for (int64_t i = 0; i < count; i++)
        core[i] = c->prior[i] >= EF_BRAIN_CERTAIN;
    if (!smooth_values(smoothed, c))
        goto cleanup;
    memcpy(value, smoothed, bytes);
    if (!level_values(value, core, c) || !mark_sockets(c, value, core) || !widen_reach(c, by_mm))
        goto cleanup;
    if (size >= 1)
        leave_scalp(c);
    if (size >= 1 || c->alike)
        leave_sheets(c->reach, value, c->prior, n);
    ok = mark_brain(grown, looks, c, value, core) &&
         (size < 1 || c->alike || mark_more(grown, looks, c, smoothed, core));
    memcpy(c->reach, looks, (size_t)count);
    if (ok && (size < 1 || (!c->alike && voxel_mm <= coarse_mm)))
        ok = take_back(grown, core, c);

cleanup:
    free(value);
    free(smoothed);
    free(core);
    free(looks);
    return ok;
}

bool ef_grown_pitched(double *pitched, const uint8_t *grown, const ef_brain_prior *c)
{
    const ef_work *work = c->work;
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    uint8_t *seen = malloc((size_t)count);
    int64_t base[2] = {0, 0}, pole[2] = {0, 0}; /* number of all cells, and of those grown */
    bool ok = seen != NULL;
    if (ok) {
        memcpy(seen, grown, (size_t)count);
        ok = ek_close(seen, n, c->mm, seen_sulcus_mm, c->threads);
    }
    for (int64_t i = 0; ok && i < count; i++) {
        if (c->prior[i] < EF_BRAIN_LIKELY || isnan(work->value[i]))
            continue;
        double at[3];
        ef_brain_prior_place(at, c, i);
        const bool in_base = is_base(at), in_pole = at[1] > pole_front_mm;
        base[0] += in_base;
        base[1] += in_base && seen[i];
        pole[0] += in_pole;
        pole[1] += in_pole && seen[i];
    }
    const double least = least_seen_ml * 1000 / (c->mm[0] * c->mm[1] * c->mm[2]);
    *pitched = c->fat > least_fat && (double)base[0] >= least && (double)pole[0] >= least
                   ? (double)pole[1] / (double)pole[0] - (double)base[1] / (double)base[0]
                   : 0;
    free(seen);
    return ok;
}
