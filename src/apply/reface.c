/* Mode `reface`: the atlas' mean face in this scan's own values. Each tissue class has one value: the
 * median of the kept tissue of that class near the face. So it works with any contrast. A smooth gain joins
 * it to the kept tissue. */
#include "apply/reface.h"

#include <math.h>
#include <stdlib.h>

#include "apply/draw.h"
#include "base/error.h"
#include "kernels/smooth.h"
#include "kernels/spread.h"

enum { N_BINS = 1024, LEAST_CELLS = 100 };

/* Thickness of skin and the fat under it in the atlas, mm (data/README.md). */
static const double scalp_mm = 5;
/* The gain models what coils and bias do within a head. gain_mm: it is smooth over this distance. It stays
 * between least_gain and most_gain. */
static const double gain_mm = 16, least_gain = 0.4, most_gain = 2.5;
/* Weight of a gain of 1 against the kept tissue's gain, as a fraction of a whole neighbourhood. */
static const double gain_prior = 0.01;
/* Sigma in cells that softens the steps of the labels, whose cells have 2 mm. */
static const double soften_cells = 0.8;

/* The classes that faces are made of; the other classes of the head belong to the brain. */
static bool is_face_tissue(uint8_t label)
{
    return label == EF_SCALP || label == EF_BONE || label == EF_MUSCLE || label == EF_FAT ||
           label == EF_EYE;
}

/* Returns the median of a histogram between two values. */
static double median_of(const int64_t bins[N_BINS], int64_t total, double low, double high)
{
    int64_t below = 0;
    int b = 0;
    while (b < N_BINS - 1 && 2 * (below += bins[b]) < total)
        b++;
    return low + (b + 0.5) * (high - low) / N_BINS;
}

/* Finds the median value of each class in what is kept. A class with hardly any kept cells gets the median
 * of all. Eyes are under the mask: water fills them, as it surrounds the brain. Returns false where memory
 * was short. */
static bool class_values(double value[EF_N_TISSUES], const ef_new_face *face, const ef_apply_input *in)
{
    enum { ALL = EF_N_TISSUES };
    const double low = in->subject->work.low, high = in->subject->work.high;
    int64_t(*bins)[N_BINS] = calloc(EF_N_TISSUES + 1, sizeof *bins), total[EF_N_TISSUES + 1] = {0};
    if (bins == NULL)
        return false;
    for (int64_t i = 0; i < face->box.count; i++) {
        const uint8_t label = face->label[i];
        if (!face->own.kept[i] || !((double)face->own.skin_mm[i] < -face->box.mm) ||
            !(is_face_tissue(label) || label == EF_CSF))
            continue;
        const double at = ((double)face->own.value[i] - low) / (high - low) * N_BINS;
        const int b = (int)fmax(0, fmin(N_BINS - 1, at));
        bins[label][b]++;
        total[label]++;
        bins[ALL][b] += label != EF_CSF;
        total[ALL] += label != EF_CSF;
    }
    const double all = total[ALL] >= LEAST_CELLS ? median_of(bins[ALL], total[ALL], low, high) : 0;
    for (int c = 0; c < EF_N_TISSUES; c++) {
        const int like = c == EF_EYE ? EF_CSF : c;
        value[c] = total[like] >= LEAST_CELLS ? median_of(bins[like], total[like], low, high) : all;
    }
    free(bins);
    return true;
}

/* Returns the tissue class of a cell of the new head: the atlas' labels where they go deeper than the
 * scalp. */
static uint8_t new_class(const ef_new_face *face, int64_t i)
{
    const uint8_t label = face->label[i];
    if ((double)face->cell[i].surface_mm > -scalp_mm)
        return EF_SCALP;
    return is_face_tissue(label) && label != EF_SCALP ? label : EF_MUSCLE;
}

/* Computes the ratio of own to made values in the kept tissue, smoothed and continued. Returns false where
 * memory was short. */
static bool gain(float *ratio, const float *made, const ef_new_face *face, const ef_apply_input *in,
                 int threads)
{
    for (int64_t i = 0; i < face->box.count; i++) {
        const double own = (double)face->own.value[i] - in->subject->head.air,
                     new_one = (double)made[i] - in->subject->head.air;
        const bool counts = face->own.kept[i] && is_face_tissue(face->label[i]) &&
                            (double)face->own.skin_mm[i] < -face->box.mm && own > 0 && new_one > 0;
        ratio[i] = counts ? (float)log(fmax(least_gain, fmin(most_gain, own / new_one))) : NAN;
    }
    if (!ek_spread(ratio, NULL, face->box.n, gain_mm / face->box.mm, gain_prior, 0, threads))
        return false;
    for (int64_t i = 0; i < face->box.count; i++)
        ratio[i] = expf(ratio[i]);
    return true;
}

efface_status ef_apply_reface(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    ef_new_face face = {0};
    float *made = NULL, *ratio = NULL;
    double value[EF_N_TISSUES] = {0};
    const double sigma[3] = {soften_cells, soften_cells, soften_cells};
    efface_status status = ef_new_face_make(&face, image, in, 0, threads, err);
    if (status != EFFACE_PASS || face.box.count == 0)
        goto cleanup;
    const size_t bytes = sizeof(float) * (size_t)face.box.count;
    made = malloc(bytes);
    ratio = malloc(bytes);
    bool ok = made != NULL && ratio != NULL && class_values(value, &face, in);
    for (int64_t i = 0; ok && i < face.box.count; i++)
        made[i] = (float)value[new_class(&face, i)];
    ok = ok && ek_gaussian(made, face.box.n, sigma, threads) && gain(ratio, made, &face, in, threads);
    if (!ok) {
        status = ef_fail_memory(err, 2 * bytes);
        goto cleanup;
    }
    const double air = in->subject->head.air;
    for (int64_t i = 0; i < face.box.count; i++)
        face.cell[i].tissue = (float)(air + ((double)made[i] - air) * (double)ratio[i]);
    if (!ef_new_face_meet(&face, &in->subject->head, threads)) {
        status = ef_fail_memory(err, bytes);
        goto cleanup;
    }
    status = ef_draw_face(image, &face, in->region->mask, in, threads, err);

cleanup:
    free(made);
    free(ratio);
    ef_new_face_release(&face);
    return status;
}
