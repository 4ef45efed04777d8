/* A new face, as a surface and a tissue on a box of work cells around the mask. It is made of the atlas and
 * of what is kept around the mask. Nothing under the mask influences it, except the outermost centimetre,
 * over which skin is smoothed: the old face can't be read from it. */
#ifndef EF_NEW_FACE_H
#define EF_NEW_FACE_H

#include "apply/own_skin.h"
#include "kernels/blend.h"

/* Zero is valid and may be released. */
typedef struct ef_new_face {
    ef_face_box box;    /* where it is made */
    double edge_mm;     /* extra breadth over which the kept skin passes into air, beyond that of cells */
    ek_face_cell *cell; /* owned: surface and tissue; the mode fills in the tissue */
    uint8_t *label;     /* owned: the atlas' tissue classes in the box */
    ef_own_skin own;    /* the subject's own fields in the box */
} ef_new_face;

/* Makes the surface. It is the atlas' mean skin in proportions of its own, carried by the pose. Added is
 * the difference of this head's kept skin from it, extrapolated under the mask by normalised convolution.
 * Added is also a secret smooth variation: 3 mm over the breadth of a face and about 1 mm in detail.
 * face       out; to be released also after a failure; box.count is 0 where the mask is empty
 * image      in: its grid
 * in         in
 * smooth_mm  standard deviation of a Gaussian over the mean skin's distance field: 0 leaves a face, 15 and
 *            more none
 * threads    number of threads; the result does not depend on it
 * Errors: EFFACE_LOCATE for a singular pose; EFFACE_INTERNAL. */
efface_status ef_new_face_make(ef_new_face *face, const ef_image *image, const ef_apply_input *in,
                               double smooth_mm, int threads, efface_error *err);

/* Smears the kept tissue's values over the whole box by a Gaussian. Cells as dark as air do not count as
 * tissue (in MR bone is among them), nor does CT's bone. Far from all tissue the value is the head's
 * median.
 * v        out, [face->box.count]
 * face     in
 * head     in: air, threshold, tissue
 * mm       standard deviation
 * threads  number of threads; the result does not depend on it
 * Returns false where memory was short. */
bool ef_new_face_smear(float *v, const ef_new_face *face, const ef_head *head, double mm, int threads);

/* Joins the new tissue to the kept tissue at the mask's border, once the mode has filled it in. Some
 * millimetres under the border it continues the kept tissue. Its edge becomes as sharp as the kept skin's.
 * face     in and out: cell and edge_mm
 * head     in
 * threads  number of threads; the result does not depend on it
 * Returns false where memory was short. */
bool ef_new_face_meet(ef_new_face *face, const ef_head *head, int threads);

/* Frees what it owns and zeroes it. */
void ef_new_face_release(ef_new_face *face);

#endif
