/* Chooses the mode that was asked for. */
#include "apply/apply.h"

#include <string.h>

#include "apply/blur.h"
#include "apply/reface.h"
#include "apply/remove.h"

static efface_status apply_mode(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    switch (in->mode) {
    case EFFACE_BLUR:
        return ef_apply_blur(image, in, threads, err);
    case EFFACE_REFACE:
        return ef_apply_reface(image, in, threads, err);
    default:
        return ef_apply_remove(image, in, threads, err);
    }
}

efface_status ef_apply(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    /* Where only the scalp is wanted, there is no face to remove. */
    if (memchr(in->region->mask, 1, (size_t)ef_grid_count(&image->grid)) != NULL)
        status = apply_mode(image, in, threads, err);
    if (status == EFFACE_PASS && in->region->emptied != NULL)
        status = ef_apply_emptied(image, in, threads, err);
    return status;
}
