/* Own skin: where the subject's skin lies around the mask, as far as the scan shows it. */
#ifndef EF_OWN_SKIN_H
#define EF_OWN_SKIN_H

#include "apply/box.h"
#include "apply/input.h"

/* The subject's fields on the cells of a box. Zero is valid and may be released. */
typedef struct ef_own_skin {
    float *value;   /* owned: the work volume's values */
    float *skin_mm; /* owned: signed distance to the subject's skin, negative inside, smoothed by a cell */
    float *border_mm; /* owned: signed distance to the mask's border, negative under the mask */
    bool *kept;       /* owned: outside the mask, in the head, and known */
} ef_own_skin;

/* Measures the fields.
 * own      out; to be released also after a failure
 * box      in: placed
 * image    in: its grid
 * in       in
 * threads  number of threads; the result does not depend on it
 * Returns false where memory was short or the grid is singular. */
bool ef_own_skin_measure(ef_own_skin *own, const ef_face_box *box, const ef_image *image,
                         const ef_apply_input *in, int threads);

/* Returns whether cell i lies near kept skin within the field of view. Where the head continues beyond the
 * end of the field of view, skin_mm leads out of it.
 * box  in
 * own  in
 * i    index of the cell */
bool ef_own_skin_known(const ef_face_box *box, const ef_own_skin *own, int64_t i);

/* Frees what it owns and zeroes it. */
void ef_own_skin_release(ef_own_skin *own);

#endif
