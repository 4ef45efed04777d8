/* Separates the head from air. The threshold lies close to the air's distribution, not the tissue's: coils
 * and bias make parts of the face as dim as a tenth of the brain. Connectedness and shape then remove the
 * air that was above it. */
#include "head/segment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/distance.h"
#include "kernels/grid.h"
#include "kernels/label.h"
#include "kernels/morphology.h"
#include "kernels/quantile.h"
#include "kernels/smooth.h"

enum { N_BINS = 1024 };

/* Upper quartile of a normal distribution in units of its sigma (of a Rayleigh distribution: 0.66 above the
 * median). */
static const double upper_quartile = 0.6745;

/* Least threshold, as a fraction of the way from air to median tissue. Skin and fat are never below it. A
 * voxel that is a tenth tissue is. A larger value would lose dim skin. */
static const double min_fraction = 0.10;
/* Distance of the threshold from the air's mode, in the air's sigmas. With less, noise counts as head. */
static const double air_sigmas = 5.0;
/* Air is searched this far from tissue, mm: beyond partial volume and ringing. */
static const double clear_of_tissue_mm = 14;
/* Least number of cells of air: 8 ml, whose median is good to a hundredth of the spread. */
static const int64_t least_air_cells = 1000;
/* CT, in HU. Air is -1000 by definition. ct_air_hu: a scan with air below it is CT. ct_threshold_hu: the
 * skin, where the value is nearly half of the way from air to water. */
static const double ct_air_hu = -900, ct_threshold_hu = -400;
/* Volumes that a head can have in the field of view, ml. A head holds 1 to 8 litres; a slab has at least
 * min_head_ml. A body outside these limits is no head. */
static const double min_head_ml = 150, max_head_ml = 30000;

/* Smoothing before the threshold, in cells. noisy_smooth holds where five sigmas of air are more than
 * noisy_fraction of the way to tissue. It reduces noise to a third and moves thin skin by less than a
 * cell. */
static const double usual_smooth = 0.6, noisy_smooth = 1.2, noisy_fraction = 0.2;

typedef struct levels {
    int64_t bins[N_BINS];
    double low, width;
} levels;

static double level_of(const levels *l, int bin)
{
    return l->low + (bin + 0.5) * l->width;
}

/* Returns the bin below which the fraction q of the counted values lies, from bin `first` on. */
static int quantile_bin(const levels *l, int first, double q)
{
    int64_t total = 0, running = 0;
    for (int b = first; b < N_BINS; b++)
        total += l->bins[b];
    int b = first;
    while (b < N_BINS - 1 && (double)(running += l->bins[b]) < q * (double)total)
        b++;
    return b;
}

static int64_t count_set(const uint8_t *set, int64_t count)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += set[i];
    return sum;
}

/* Marks air: cells far from all that Otsu's threshold calls tissue. Where there are enough others, cells
 * with the constant that pads a field of view are no air. Returns false where there is no such air or
 * memory was short. */
static bool mark_air(uint8_t *air, const float *value, const ef_work *work, double otsu, int threads)
{
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    const double mm[3] = {work->spacing_mm, work->spacing_mm, work->spacing_mm};
    const float padding = (float)(work->low + 1e-6 * (work->high - work->low));
    float *to_tissue = malloc(sizeof(float) * (size_t)count);
    bool found = false;
    if (to_tissue == NULL)
        return false;
    for (int64_t i = 0; i < count; i++)
        air[i] = (double)value[i] > otsu;
    if (ek_open(air, n, mm, 2.5, threads) && ek_keep_largest(air, n, 6) > 0 &&
        ek_distance_to_within(to_tissue, air, n, mm, clear_of_tissue_mm, threads)) {
        for (int64_t i = 0; i < count; i++)
            air[i] = (double)to_tissue[i] > clear_of_tissue_mm && work->value[i] > padding;
        found = count_set(air, count) >= least_air_cells;
        for (int64_t i = 0; !found && i < count; i++)
            air[i] = (double)to_tissue[i] > clear_of_tissue_mm && !isnan(work->value[i]);
        found = found || count_set(air, count) >= least_air_cells;
    }
    free(to_tissue);
    return found;
}

/* Sets the levels of air and tissue, and the threshold between them. Overwrites head->inside. */
static efface_status thresholds(ef_head *head, const float *value, const ef_work *work, ef_air air,
                                const char *name, int threads, efface_error *err)
{
    uint8_t *scratch = head->inside;
    const int64_t count = ef_grid_count(&work->grid);
    const float low = (float)work->low, high = (float)work->high;
    levels all = {.low = work->low, .width = (work->high - work->low) / N_BINS};
    ek_histogram(all.bins, N_BINS, value, NULL, count, low, high, threads);
    const int otsu = ek_otsu(all.bins, N_BINS);
    if (otsu < 0)
        return ef_fail(err, EFFACE_INPUT, "no body against air in '%s'", name);
    const double at_otsu = work->low + (otsu + 1) * all.width;
    head->tissue = level_of(&all, quantile_bin(&all, otsu + 1, 0.5));
    if (air == EF_AIR_FAR && mark_air(scratch, value, work, at_otsu, threads)) {
        ek_histogram(all.bins, N_BINS, value, scratch, count, low, high, threads);
        int mode = 0;
        for (int b = 0; b < N_BINS; b++)
            mode = all.bins[b] > all.bins[mode] ? b : mode;
        /* The spread is measured below the mode: above it there may be dim tissue. */
        memset(all.bins + mode + 1, 0, sizeof(int64_t) * (size_t)(N_BINS - mode - 1));
        head->air = level_of(&all, mode);
        head->air_sigma = (mode - quantile_bin(&all, 0, 0.5) + 0.5) * all.width / upper_quartile;
    } else {
        int mode = 0;
        for (int b = 0; b <= otsu; b++)
            mode = all.bins[b] > all.bins[mode] ? b : mode;
        /* The spread is measured from the mode to half-way to Otsu's threshold: beyond is tissue. */
        memset(all.bins + (mode + otsu) / 2 + 1, 0,
               sizeof(int64_t) * (size_t)(N_BINS - (mode + otsu) / 2 - 1));
        head->air = level_of(&all, mode);
        head->air_sigma = (quantile_bin(&all, mode, 0.5) - mode + 0.5) * all.width / upper_quartile;
    }
    head->ct = head->air <= ct_air_hu;
    if (head->ct) {
        head->threshold = ct_threshold_hu;
    } else {
        head->threshold = fmax(head->air + air_sigmas * head->air_sigma,
                               head->air + min_fraction * (head->tissue - head->air));
        head->threshold = fmin(head->threshold, at_otsu);
    }
    return EFFACE_PASS;
}

static void find_cuts(ef_head *head, const int64_t n[3])
{
    /* A side is cut where the head covers more than 2 % of it. */
    for (int side = 0; side < 6; side++) {
        const int axis = side / 2, a = (axis + 1) % 3, b = (axis + 2) % 3;
        int64_t at[3], covered = 0;
        at[axis] = side % 2 ? n[axis] - 1 : 0;
        for (at[a] = 0; at[a] < n[a]; at[a]++)
            for (at[b] = 0; at[b] < n[b]; at[b]++)
                covered += head->inside[ek_index(n, at[0], at[1], at[2])];
        head->cut[side] = covered * 50 > n[a] * n[b];
    }
}

/* Computes the skin's distance field. The field of view may end within the work grid (shear, rotation).
 * There the head continues as its nearest known cell: the end of a picture is no skin. Returns false where
 * memory was short. */
static bool skin_distance(ef_head *head, const ef_work *work, int threads)
{
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    const double mm[3] = {work->spacing_mm, work->spacing_mm, work->spacing_mm};
    int64_t unknown = 0;
    for (int64_t i = 0; i < count; i++)
        unknown += isnan(work->value[i]) != 0;
    if (unknown == 0)
        return ek_distance_signed(head->skin_mm, head->inside, n, mm, threads);
    bool ok = false;
    uint8_t *set = malloc((size_t)count);
    float *to_head = malloc(sizeof(float) * (size_t)count);
    if (set == NULL || to_head == NULL)
        goto cleanup;
    for (int64_t i = 0; i < count; i++)
        set[i] = head->inside[i] && !isnan(work->value[i]);
    if (!ek_distance_to(to_head, set, n, mm, threads))
        goto cleanup;
    for (int64_t i = 0; i < count; i++)
        set[i] = !head->inside[i] && !isnan(work->value[i]);
    if (!ek_distance_to(head->skin_mm, set, n, mm, threads))
        goto cleanup;
    for (int64_t i = 0; i < count; i++) {
        const bool known = !isnan(work->value[i]);
        set[i] = known ? head->inside[i] : to_head[i] < head->skin_mm[i];
        head->inside[i] = known && head->inside[i];
    }
    ok = ek_distance_signed(head->skin_mm, set, n, mm, threads);

cleanup:
    free(set);
    free(to_head);
    return ok;
}

bool ef_segment_smooth(float *value, const ef_work *work, double low, double cells, int threads)
{
    const double sigma[3] = {cells, cells, cells};
    for (int64_t i = 0; i < ef_grid_count(&work->grid); i++)
        value[i] = isnan(work->value[i]) ? (float)low : work->value[i];
    return ek_gaussian(value, work->grid.n, sigma, threads);
}

/* Smooths the values, and sets the levels among them. */
static efface_status smooth_and_threshold(ef_head *head, float *value, const ef_work *work, ef_air air,
                                          const char *name, int threads, efface_error *err)
{
    if (!ef_segment_smooth(value, work, work->low, head->smooth_cells, threads))
        return ef_fail_memory(err, sizeof *value * (size_t)ef_grid_count(&work->grid));
    return thresholds(head, value, work, air, name, threads, err);
}

efface_status ef_segment(ef_head *head, const ef_work *work, ef_air air, int threads, const char *name,
                         efface_error *err)
{
    memset(head, 0, sizeof *head);
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    const double mm[3] = {work->spacing_mm, work->spacing_mm, work->spacing_mm};
    const bool open_side[6] = {true, true, true, true, false, true};
    efface_status status = EFFACE_PASS;
    float *value = malloc((size_t)count * sizeof *value);
    head->inside = malloc((size_t)count);
    head->skin_mm = malloc((size_t)count * sizeof *head->skin_mm);
    if (value == NULL || head->inside == NULL || head->skin_mm == NULL) {
        status = ef_fail_memory(err, (unsigned long long)count * 9);
        goto cleanup;
    }
    head->smooth_cells = usual_smooth;
    status = smooth_and_threshold(head, value, work, air, name, threads, err);
    if (status == EFFACE_PASS && head->air > ct_air_hu &&
        air_sigmas * head->air_sigma > noisy_fraction * (head->tissue - head->air)) {
        head->smooth_cells = noisy_smooth;
        status = smooth_and_threshold(head, value, work, air, name, threads, err);
    }
    if (status != EFFACE_PASS)
        goto cleanup;
    for (int64_t i = 0; i < count; i++)
        head->inside[i] = (double)value[i] > head->threshold;
    /* Opening cuts the thin bridges to ghosts, coils and pillows, in mm. Closing seals nostrils, ear canals
     * and the thin dark skull under a dim scalp. Then filling finds the cavities closed. */
    if (!ek_open(head->inside, n, mm, 2.5, threads) || ek_keep_largest(head->inside, n, 6) < 0 ||
        !ek_close(head->inside, n, mm, 6.0, threads) || !ek_fill_holes(head->inside, n, open_side) ||
        !skin_distance(head, work, threads)) {
        status = ef_fail_memory(err, (unsigned long long)count * sizeof *value);
        goto cleanup;
    }
    int64_t size = 0;
    for (int64_t i = 0; i < count; i++)
        size += head->inside[i];
    head->volume_ml = (double)size * mm[0] * mm[1] * mm[2] / 1000;
    if (head->volume_ml < min_head_ml || head->volume_ml > max_head_ml || size * 100 > count * 99)
        status =
            ef_fail(err, EFFACE_INPUT, "no head against air: largest body is %.0f ml of %.0f ml in '%s'",
                    head->volume_ml, (double)count * mm[0] * mm[1] * mm[2] / 1000, name);
    find_cuts(head, n);

cleanup:
    free(value);
    return status;
}

void ef_head_release(ef_head *head)
{
    free(head->inside);
    free(head->skin_mm);
    memset(head, 0, sizeof *head);
}
