/* Where the head lies according to everything but its face, and whether it is a brain without its head. */
#ifndef EF_VERIFY_POSE_H
#define EF_VERIFY_POSE_H

#include "head/locate.h"

/* Locates the head again with an atlas that has neither face nor ears: a head without them must not seem less
 * of a head.
 * subject  in: atlas, work, head, and location as it was found with them; out: the more confident location
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_locate_bare(ef_subject *subject, int threads, efface_error *err)
    __attribute__((warn_unused_result));

/* Searches for a brain without its head: the brain's surface is the skin then, and all around it is air.
 * confidence  in and out: raised to the best that was found
 * subject     in: atlas, work and head
 * enough      from this confidence on no further start is tried
 * threads     number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_locate_brain(double *confidence, const ef_subject *subject, double enough, int threads,
                              efface_error *err) __attribute__((warn_unused_result));

#endif
