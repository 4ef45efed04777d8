/* Face: how much of a face a scan shows before anything is done. */
#ifndef EF_FACE_H
#define EF_FACE_H

#include "head/subject.h"

/* How much of a face a scan shows, measured in a shell under the skin within the cut. */
typedef struct ef_face_seen {
    double expected_ml[8]; /* by part: what the atlas expects within the field of view */
    double present_ml[8];  /* by part: how much of it is tissue of this head */
    double present;        /* present as a fraction of expected: of nose, mouth and chin; where these
                            * are not in view, of the whole face */
    double seen_ml;        /* volume that the fraction is measured in; 0: no face in the field of view */
    double scalp;          /* fraction of the atlas' scalp within the field of view that is head here */
} ef_face_seen;

/* Least fraction of a face that counts as a face. Below it the face counts as already removed. 28 faces in
 * scans of all contrasts have 51 % and more (echo-planar scans with signal loss; 73 % and more elsewhere).
 * Five defaced scans have 21 % and less. */
#define EF_FACE_LEAST 0.40
/* Least fraction of the atlas' scalp. A scan with less of it is a brain without its head. Brain-extracted
 * scans have 50 % and less, heads 58 % and more. */
#define EF_SCALP_LEAST 0.54

/* Measures how much of a face there is.
 * face     out
 * subject  in: atlas, work, head and location
 * Errors: EFFACE_LOCATE for a singular pose. */
efface_status ef_face_measure(ef_face_seen *face, const ef_subject *subject, efface_error *err);

/* Refuses scans that can't be defaced, each with the reason.
 * face     in
 * subject  in: location; name for messages
 * parts    EFFACE_PART_ bits that are to be removed
 * Errors: EFFACE_LOCATE where the best pose holds no head; EFFACE_INPUT for brain-extracted scans, heads
 * without a face in the field of view, and heads whose face was removed before. */
efface_status ef_face_judge(const ef_face_seen *face, const ef_subject *subject, unsigned parts,
                            efface_error *err);

#endif
