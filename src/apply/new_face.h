/* New face: the surface that takes the face's place in the modes `blur` and `reface`, on the part of the
 * work grid that the mask lies in. Of what lay under the mask nothing has a say in it but a cell along the
 * border, over which skin is smoothed: what the face was can't be read from it, only what is kept around.
 */
#ifndef EF_NEW_FACE_H
#define EF_NEW_FACE_H

#include "apply/apply.h"
#include "kernels/blend.h"

typedef struct ef_new_face {
    int64_t n[3], count, origin[3]; /* cells; the first one's index on the work grid */
    double mm;                      /* edge of a cell */
    double edge_mm;            /* over this the kept skin passes into air, beyond what cells make of it */
    ef_affine cell_from_voxel; /* from the image's voxels */
    ek_face_cell *cell;        /* owned: the surface; tissue is for the mode to fill in */
    float *value;              /* owned: the work volume here */
    float *own_mm;             /* owned: signed distance to the subject's skin, smoothed by a cell */
    float *border_mm;          /* owned: signed distance to the mask's border, negative under the mask */
    uint8_t *label;            /* owned: the atlas' tissue classes here */
    bool *kept;                /* owned: outside the mask, in the head, known */
} ef_new_face;

/* Makes the surface: the atlas' mean skin in proportions of its own, carried by the pose, plus what this
 * head's kept skin differs from it (extrapolated under the mask by normalised convolution), plus a secret
 * smooth variation of 3 mm over the breadth of a face and of about one in detail.
 *
 * face       out; release with ef_new_face_release, also after a failure
 *
 * smooth_mm  standard deviation of a Gaussian over the mean skin's distance field: 0 leaves a face, 15 and
 * more none
 *
 * Errors: EFFACE_LOCATE for a singular pose, EFFACE_INTERNAL. */
efface_status ef_new_face_make(ef_new_face *face, const ef_image *image, const ef_apply_input *in,
                               double smooth_mm, int threads, efface_error *err);

/* Sets n, count, origin, mm and cell_from_voxel: the work cells from low to high, given as indices, with
 * room around. count is 0 where low lies beyond high. */
void ef_new_face_box(ef_new_face *face, const ef_work *work, const double low[3], const double high[3],
                     double room_mm);

/* Indices of cell i of the box. */
void ef_new_face_point(double at[3], const ef_new_face *face, int64_t i);

/* The kept tissue's values, smeared over the whole box by a Gaussian of mm: v out, [count]. What is as dark
 * as air is none (in MR that is bone as well), nor is CT's bone. Far from all of it stands the head's
 * median. False where memory was short. */
bool ef_new_face_smear(float *v, const ef_new_face *face, const ef_head *head, double mm, int threads);

/* Lets the tissue meet the kept tissue at the mask's border, once the mode has filled it in: some
 * millimetres under it, it is what the kept one would go on as; and its edge is as sharp as the kept
 * skin's. False where memory was short. */
bool ef_new_face_meet(ef_new_face *face, const ef_head *head, int threads);

/* Draws it into the image: tissue is what face->cell says, air and noise are the scan's. reach  mask of the
 * voxels that the face reaches, within the region's own, which may be passed; the region's others become
 * air. */
efface_status ef_new_face_draw(ef_image *image, const ef_new_face *face, const uint8_t *mask,
                               const ef_apply_input *in, int threads, efface_error *err);

void ef_new_face_release(ef_new_face *face);

#endif
