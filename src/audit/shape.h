/* Shape: does the original show a face where the pose has one? Every other audit trusts the pose. The relief
 * of the original's own skin does not: a pose that has the brain over nose and orbits finds a forehead's skin,
 * or a throat's, where the mean face has eyes and a nose. */
#ifndef EF_SHAPE_H
#define EF_SHAPE_H

#include "head/face.h"

/* What the original's skin shows where the pose has eyes and nose. NaN where no part is judged. */
typedef struct ef_face_shape {
    double relief; /* correlation of the relief with the mean face's, -1 to 1: the better of eyes with brow,
                       * and nose */
    double
        before_mm; /* distance of the skin in front of the mean skin: the larger of the medians over both */
} ef_face_shape;

/* Below this correlation the relief is not a face's, or too coarse to show it. In 31 real heads whose eyes or nose
 * are full of tissue it is 0.35 and more, but 0.06 in a CT slab of thick slices; 0.12 in a chin-up head whose pose
 * was wrong by 24 mm. */
#define EF_SHAPE_RELIEF 0.25
/* Greatest distance of the skin in front of the mean skin, mm, with a face's relief and without. In the same heads 5
 * mm and less, 18 mm where the pose was wrong. */
#define EF_SHAPE_BEFORE_MOST_MM   12.0
#define EF_SHAPE_BEFORE_UNLIKE_MM 6.0

/* Returns the distance that a shape of this relief may have, mm. */
static inline double ef_face_shape_most_mm(const ef_face_shape *shape)
{
    return shape->relief < EF_SHAPE_RELIEF ? EF_SHAPE_BEFORE_UNLIKE_MM : EF_SHAPE_BEFORE_MOST_MM;
}

/* Measures the shape. A part is judged where it is in view and full of tissue: signal loss and the end of a
 * field of view spoil its surface.
 * shape    out
 * face     in: as from ef_face_measure
 * subject  in: atlas, work, head and location
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_face_shape_measure(ef_face_shape *shape, const ef_face_seen *face,
                                    const ef_subject *subject, int threads, efface_error *err);

/* Decides whether a person must look.
 * shape  in
 * name   for the message
 * hint   ends the message: what to do
 * Errors: EFFACE_REVIEW. */
efface_status ef_face_shape_review(const ef_face_shape *shape, const char *name, const char *hint,
                                   efface_error *err);

#endif
