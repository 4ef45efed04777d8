/* Ears without the original: what stands out of the head where the atlas' mean head, without ears, has its sides. */
#ifndef EF_VERIFY_EARS_H
#define EF_VERIFY_EARS_H

#include "head/subject.h"

/* What is found on one side. */
typedef struct ef_ear_found {
    double
        area_cm2; /* what stands out of the head's sides (head/ear_map.h), and by more than 3 mm out of the
                       * mean head's, moved to this head's sides above and behind the ears */
    double relief_mm; /* root mean square of its rims and hollows; 0 where nothing stands out */
} ef_ear_found;

/* Measures both ears. Where a cut ends, its edge stands out of what was cut, but not out of the head that was.
 * found     out: [EF_SIDES]
 * subject   in: atlas, work, head and location
 * threads   number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_verify_ears(ef_ear_found found[EF_SIDES], const ef_subject *subject, int threads,
                             efface_error *err) __attribute__((warn_unused_result));

#endif
