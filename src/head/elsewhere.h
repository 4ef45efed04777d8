/* Elsewhere: does the brain lie where the pose has it? The other audits trust the pose or answers of the
 * same search. This one asks the brain that was found without it (head/blind.h). */
#ifndef EF_ELSEWHERE_H
#define EF_ELSEWHERE_H

#include "head/blind.h"
#include "head/subject.h"

/* How the pose would have to move for its brain to be the one that was found. */
enum { EF_LARGER = 6, EF_MOTIONS = 7 };
/* Greatest ef_elsewhere.off that needs no look. With right poses it is 0.99 and less in 30 real heads
 * (median 0.5), 0.7 and less in 93 phantoms. */
#define EF_ELSEWHERE_MOST 1.0

typedef struct ef_elsewhere {
    double seen;               /* fraction of the brain's surface in view */
    double motion[EF_MOTIONS]; /* mm to R, A, S; degrees about R (nodding), A (tilting), S (turning); mm
                                * larger all round */
    double residual_mm;        /* what the motion does not explain, root mean square */
    double off;       /* root of the sum of squares of the motions as fractions of their limits; NaN
                       * where it is not judged */
    int worst_motion; /* index of the one nearest to its limit or farthest beyond it */
} ef_elsewhere;

/* Measures the motion: the atlas brain's surface at the pose against the surface of the brain found, fitted
 * by a shift, small turns and a distance all round (iteratively reweighted least squares). It is not judged
 * where the brain found is not sure, or too little of its surface in view.
 * out      out
 * brain    in
 * subject  in: atlas, work, location
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_elsewhere_measure(ef_elsewhere *out, const ef_blind_brain *brain,
                                   const ef_subject *subject, int threads, efface_error *err);

/* Decides whether a person must look.
 * elsewhere  in
 * name       for the message
 * hint       ends the message: what to do
 * Errors: EFFACE_REVIEW. */
efface_status ef_elsewhere_review(const ef_elsewhere *elsewhere, const char *name, const char *hint,
                                  efface_error *err);

#endif
