/* Mode `blur`: a head without features. The surface is the mean head's, smoothed until no face is left
 * (options.h says how much that takes); the tissue behind it is this head's own, smeared. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "new_face.h"
#include "spread.h"

/* Smeared by this, eyes and lips are gone, and the darker and brighter sides of a head still are. */
static const double tissue_mm = 12;
/* What of the signal of the tissue around is left at least: smeared sinuses and teeth must not open the
 * surface. */
static const double least_part = 0.5, around_mm = 24;
/* What the head's median signal weighs far from all tissue. */
static const double smear_prior = 1e-3;

/* The head's own kept values, smeared over the head alone: nothing under the mask has a say. False where
 * memory was short. */
static bool smear(float *v, uint8_t *inside, const ef_new_face *face, double mm, double far, int threads)
{
    memcpy(v, face->value, sizeof(float) * (size_t)face->count);
    for (int64_t i = 0; i < face->count; i++)
        inside[i] = face->kept[i] && (double)face->own_mm[i] < -face->mm;
    return ek_spread(v, inside, face->n, mm / face->mm, smear_prior, far, threads);
}

efface_status ef_apply_blur(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    ef_new_face face = {0};
    float *near = NULL, *around = NULL;
    uint8_t *inside = NULL;
    efface_status status = ef_new_face_make(&face, image, in, in->strength_mm, 0, threads, err);
    if (status != EFFACE_PASS || face.count == 0)
        goto cleanup;
    const size_t bytes = sizeof(float) * (size_t)face.count;
    near = malloc(bytes);
    around = malloc(bytes);
    inside = malloc((size_t)face.count);
    if (near == NULL || around == NULL || inside == NULL ||
        !smear(near, inside, &face, tissue_mm, in->head->tissue, threads) ||
        !smear(around, inside, &face, around_mm, in->head->tissue, threads)) {
        status = ef_fail_memory(err, 2 * bytes);
        goto cleanup;
    }
    const double air = in->head->air;
    for (int64_t i = 0; i < face.count; i++) {
        face.cell[i].tissue = (float)fmax((double)near[i], air + least_part * ((double)around[i] - air));
    }
    status = ef_new_face_draw(image, &face, in->region->mask, in, threads, err);

cleanup:
    free(near);
    free(around);
    free(inside);
    ef_new_face_release(&face);
    return status;
}
