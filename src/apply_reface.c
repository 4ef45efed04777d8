/* Mode `reface`: the atlas' mean face in this scan's own values. Each tissue class has one number, its
 * median over what is kept of the class near the face, so that any contrast will do; a smooth gain makes it
 * meet the kept tissue. */
#include <math.h>
#include <stdlib.h>

#include "error.h"
#include "new_face.h"
#include "quantile.h"
#include "smooth.h"
#include "spread.h"

enum { N_BINS = 1024, LEAST_CELLS = 100 };

/* Thickness of skin and the fat under it, as the atlas has it (data/README.md). */
static const double scalp_mm = 5;
/* The gain is what coils and bias do within a head, smooth over this; and within these bounds. */
static const double gain_mm = 16, least_gain = 0.4, most_gain = 2.5;
/* What 1 weighs against the kept tissue's gain, as a part of a whole neighbourhood. */
static const double gain_prior = 0.01;
/* Labels are cells of 2 mm: their steps are softened by this. */
static const double soften_cells = 0.8;
/* Of the secret variation from the mask's border on: a step of it would be a line across the forehead. */
static const double grow_mm = 12;

/* The classes that faces are made of; the rest of the head is the brain's. */
static bool is_face_tissue(uint8_t label)
{
    return label == EF_SCALP || label == EF_BONE || label == EF_MUSCLE || label == EF_FAT ||
           label == EF_EYE;
}

/* Median value of each class in what is kept; a class of which hardly anything is gets the median of all.
 * False where memory was short. */
static bool class_values(double value[EF_N_TISSUES], const ef_new_face *face, const ef_apply_input *in,
                         int threads)
{
    const float low = (float)in->work->low, high = (float)in->work->high;
    uint8_t *of_class = malloc((size_t)face->count);
    double all = 0;
    if (of_class == NULL)
        return false;
    for (int c = EF_N_TISSUES; c >= 0; c--) { /* first all of them */
        int64_t bins[N_BINS], total = 0, below = 0;
        int b = 0;
        for (int64_t i = 0; i < face->count; i++)
            of_class[i] = face->kept[i] && (double)face->own_mm[i] < -face->mm &&
                          is_face_tissue(face->label[i]) && (c == EF_N_TISSUES || face->label[i] == c);
        ek_histogram(bins, N_BINS, face->value, of_class, face->count, low, high, threads);
        for (int i = 0; i < N_BINS; i++)
            total += bins[i];
        while (b < N_BINS - 1 && 2 * (below += bins[b]) < total)
            b++;
        const double median =
            total >= LEAST_CELLS ? (double)low + (b + 0.5) * (double)(high - low) / N_BINS : all;
        if (c == EF_N_TISSUES)
            all = median;
        else
            value[c] = median;
    }
    free(of_class);
    return true;
}

/* Tissue class of a cell of the new head: the atlas' labels where they go deeper than the scalp. */
static uint8_t new_class(const ef_new_face *face, int64_t i)
{
    const uint8_t label = face->label[i];
    if ((double)face->cell[i].surface_mm > -scalp_mm)
        return EF_SCALP;
    return is_face_tissue(label) && label != EF_SCALP ? label : EF_MUSCLE;
}

/* Own over made values in the kept tissue, smoothed and carried on. False where memory was short. */
static bool gain(float *ratio, const float *made, const ef_new_face *face, const ef_apply_input *in,
                 int threads)
{
    for (int64_t i = 0; i < face->count; i++) {
        const double own = (double)face->value[i] - in->head->air,
                     new_one = (double)made[i] - in->head->air;
        const bool counts = face->kept[i] && is_face_tissue(face->label[i]) &&
                            (double)face->own_mm[i] < -face->mm && own > 0 && new_one > 0;
        ratio[i] = counts ? (float)log(fmax(least_gain, fmin(most_gain, own / new_one))) : NAN;
    }
    if (!ek_spread(ratio, NULL, face->n, gain_mm / face->mm, gain_prior, 0, threads))
        return false;
    for (int64_t i = 0; i < face->count; i++)
        ratio[i] = expf(ratio[i]);
    return true;
}

efface_status ef_apply_reface(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    ef_new_face face = {0};
    float *made = NULL, *ratio = NULL;
    double value[EF_N_TISSUES] = {0};
    const double sigma[3] = {soften_cells, soften_cells, soften_cells};
    efface_status status = ef_new_face_make(&face, image, in, 0, grow_mm, threads, err);
    if (status != EFFACE_PASS || face.count == 0)
        goto cleanup;
    const size_t bytes = sizeof(float) * (size_t)face.count;
    made = malloc(bytes);
    ratio = malloc(bytes);
    bool ok = made != NULL && ratio != NULL && class_values(value, &face, in, threads);
    for (int64_t i = 0; ok && i < face.count; i++)
        made[i] = (float)value[new_class(&face, i)];
    ok = ok && ek_gaussian(made, face.n, sigma, threads) && gain(ratio, made, &face, in, threads);
    if (!ok) {
        status = ef_fail_memory(err, 2 * bytes);
        goto cleanup;
    }
    const double air = in->head->air;
    for (int64_t i = 0; i < face.count; i++)
        face.cell[i].tissue = (float)(air + ((double)made[i] - air) * (double)ratio[i]);
    if (!ef_new_face_meet(&face, in->head, threads)) {
        status = ef_fail_memory(err, bytes);
        goto cleanup;
    }
    status = ef_new_face_draw(image, &face, in->region->mask, in, threads, err);

cleanup:
    free(made);
    free(ratio);
    ef_new_face_release(&face);
    return status;
}
