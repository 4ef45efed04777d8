/* Mode `blur`: a head without features. The surface is the mean head's, smoothed until no face is left
 * (options.h says how much is needed). The tissue behind it is this head's own, smeared. */
#include "apply/blur.h"

#include <math.h>
#include <stdlib.h>

#include "apply/draw.h"
#include "base/error.h"

/* Standard deviation of the smearing, mm. Eyes and lips vanish; the darker and brighter sides of a head
 * remain. */
static const double tissue_mm = 12;
/* Least fraction of the signal of the tissue around, and how far around (mm). With less, smeared sinuses
 * and teeth would open the surface. */
static const double least_part = 0.5, around_mm = 24;

efface_status ef_apply_blur(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    ef_new_face face = {0};
    float *near = NULL, *around = NULL;
    efface_status status = ef_new_face_make(&face, image, in, in->strength_mm, threads, err);
    if (status != EFFACE_PASS || face.box.count == 0)
        goto cleanup;
    const size_t bytes = sizeof(float) * (size_t)face.box.count;
    near = malloc(bytes);
    around = malloc(bytes);
    if (near == NULL || around == NULL ||
        !ef_new_face_smear(near, &face, &in->subject->head, tissue_mm, threads) ||
        !ef_new_face_smear(around, &face, &in->subject->head, around_mm, threads)) {
        status = ef_fail_memory(err, 2 * bytes);
        goto cleanup;
    }
    const double air = in->subject->head.air;
    for (int64_t i = 0; i < face.box.count; i++)
        face.cell[i].tissue = (float)fmax((double)near[i], air + least_part * ((double)around[i] - air));
    if (!ef_new_face_meet(&face, &in->subject->head, threads)) {
        status = ef_fail_memory(err, bytes);
        goto cleanup;
    }
    status = ef_draw_face(image, &face, in->region->mask, in, threads, err);

cleanup:
    free(near);
    free(around);
    ef_new_face_release(&face);
    return status;
}
