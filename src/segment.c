/* Separates head from air. The threshold hugs the air's distribution rather than the tissue's, because coils
 * and bias make parts of the face as dim as a tenth of the brain; connectedness and shape then remove what of
 * the air was above it. */
#include "segment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distance.h"
#include "error.h"
#include "label.h"
#include "morphology.h"
#include "quantile.h"
#include "smooth.h"

enum { N_BINS = 1024 };

/* Fraction of the way from air to median tissue below which nothing is called tissue: skin and fat are never
 * below it, the partial volume of a voxel that is a tenth tissue is. */
static const double min_fraction = 0.10;
/* Spread of the air above its mode that the threshold stays clear of. */
static const double air_sigmas = 5.0;
/* CT: air is -1000 HU by definition, so the skin is where the value crosses half of water. */
static const double ct_air_hu = -900, ct_threshold_hu = -400;
/* A head holds 1 to 8 litres within any field of view worth looking at; a slab at least this. */
static const double min_head_ml = 150, max_head_ml = 30000;

static efface_status thresholds(ef_head *head, const float *value, int64_t count, const ef_work *work,
                                const char *name, int threads, efface_error *err)
{
    int64_t bins[N_BINS];
    const float low = (float)work->low, high = (float)work->high;
    const double width = (work->high - work->low) / N_BINS;
    ek_histogram(bins, N_BINS, value, NULL, count, low, high, threads);
    const int otsu = ek_otsu(bins, N_BINS);

    int mode = 0;
    int64_t above = 0, below = 0;
    for (int b = 0; b < N_BINS; b++) {
        if (b <= otsu) {
            below += bins[b];
            if (bins[b] > bins[mode])
                mode = b;
        } else {
            above += bins[b];
        }
    }
    if (above == 0 || below == 0)
        return ef_fail(err, EFFACE_INPUT, "no body against air in '%s'", name);
    /* Spread of the air: the distance from the mode to the value that has half of those between mode and
     * Otsu below it, scaled as for a normal distribution; tissue in that interval only makes it larger, so
     * the part beyond half-way to Otsu is not counted. */
    int64_t upper = 0, running = 0;
    for (int b = mode; b <= (mode + otsu) / 2; b++)
        upper += bins[b];
    int half = mode;
    while (half < otsu && (running += bins[half]) < upper / 2)
        half++;
    int median = otsu;
    running = 0;
    while (median < N_BINS - 1 && running < above / 2)
        running += bins[++median];

    head->air = work->low + (mode + 0.5) * width;
    head->air_sigma = (half - mode + 0.5) * width / 0.6745;
    head->tissue = work->low + (median + 0.5) * width;
    const double at_otsu = work->low + (otsu + 1) * width;
    if (head->air <= ct_air_hu) {
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
                covered += head->inside[at[0] + n[0] * (at[1] + n[1] * at[2])];
        head->cut[side] = covered * 50 > n[a] * n[b];
    }
}

efface_status ef_segment(ef_head *head, const ef_work *work, int threads, const char *name, efface_error *err)
{
    memset(head, 0, sizeof *head);
    const int64_t count = ef_grid_count(&work->grid), *n = work->grid.n;
    const double mm[3] = {work->spacing_mm, work->spacing_mm, work->spacing_mm};
    const double sigma[3] = {0.6, 0.6, 0.6};
    const bool open_side[6] = {true, true, true, true, false, true};
    efface_status status = EFFACE_PASS;
    float *value = malloc((size_t)count * sizeof *value);
    head->inside = malloc((size_t)count);
    head->skin_mm = malloc((size_t)count * sizeof *head->skin_mm);
    if (value == NULL || head->inside == NULL || head->skin_mm == NULL) {
        status = ef_fail_memory(err, (unsigned long long)count * 9);
        goto cleanup;
    }
    for (int64_t i = 0; i < count; i++)
        value[i] = isnan(work->value[i]) ? (float)work->low : work->value[i];
    if (!ek_gaussian(value, n, sigma, threads)) {
        status = ef_fail_memory(err, (unsigned long long)count * sizeof *value);
        goto cleanup;
    }
    status = thresholds(head, value, count, work, name, threads, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    for (int64_t i = 0; i < count; i++)
        head->inside[i] = (double)value[i] > head->threshold;
    /* Opening cuts the thin bridges to ghosts, coils and pillows; closing seals nostrils, ear canals and the
     * thin dark skull under a dim scalp, so that filling finds the cavities closed. */
    if (!ek_open(head->inside, n, mm, 2.5, threads) || ek_keep_largest(head->inside, n, 6) < 0 ||
        !ek_close(head->inside, n, mm, 6.0, threads) || !ek_fill_holes(head->inside, n, open_side) ||
        !ek_distance_signed(head->skin_mm, head->inside, n, mm, threads)) {
        status = ef_fail_memory(err, (unsigned long long)count * sizeof *value);
        goto cleanup;
    }
    int64_t size = 0;
    for (int64_t i = 0; i < count; i++)
        size += head->inside[i];
    head->volume_ml = (double)size * mm[0] * mm[1] * mm[2] / 1000;
    if (head->volume_ml < min_head_ml || head->volume_ml > max_head_ml || size * 100 > count * 99)
        status = ef_fail(err, EFFACE_INPUT, "no head against air: largest body is %.0f ml of %.0f ml in '%s'",
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
