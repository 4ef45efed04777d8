/* Plain: is there anatomy under the skin of a face? A scanned face has airways, fat, muscle, teeth. A tissue that a
 * program put there has a smooth value and the scan's noise. */
#ifndef EF_PLAIN_H
#define EF_PLAIN_H

#include "head/subject.h"

/* Detail of the tissue in waves of about 4 to 25 mm, as a fraction of that of the tissue beside the face. */
typedef struct ef_plain {
    double detail[8]; /* by part: NaN where less than 1 ml of it lies under skin in view */
    double whole;     /* of eyes, nose, mouth and chin together */
} ef_plain;

/* Measures the detail: root mean square of the difference of two Gaussians, more than 4 mm under this head's skin.
 * plain    out
 * subject  in: atlas, work, head and location
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL; EFFACE_LOCATE where the pose is singular. */
efface_status ef_plain_measure(ef_plain *plain, const ef_subject *subject, int threads, efface_error *err)
    __attribute__((warn_unused_result));

#endif
