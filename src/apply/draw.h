/* Draw: puts a new face into the image. */
#ifndef EF_DRAW_H
#define EF_DRAW_H

#include "apply/input.h"
#include "apply/new_face.h"

/* Draws a face into the image. Its tissue is face->cell; its air and noise are the scan's.
 * image    in and out
 * face     in: box, cell and edge_mm
 * reach    in: mask of the voxels that the face reaches, within the region's own mask, which may itself be
 *          passed; the other voxels of the region's mask become air
 * in       in
 * threads  number of threads; the bytes do not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_draw_face(ef_image *image, const ef_new_face *face, const uint8_t *reach,
                           const ef_apply_input *in, int threads, efface_error *err);

#endif
