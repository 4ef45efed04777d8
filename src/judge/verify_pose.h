/* Where the head lies according to everything but its face, and whether it is a brain without its head. */
#ifndef EF_VERIFY_POSE_H
#define EF_VERIFY_POSE_H

#include "head/locate.h"

/* Looks again with an atlas that has neither face nor ears: a head without them must not seem less of a
 * head. found  in: where it was found with them; out: the more confident of the two EFFACE_INTERNAL. */
efface_status ef_locate_bare(ef_location *found, const ef_atlas *atlas, const ef_work *work,
                             const ef_head *head, int threads, efface_error *err)
    __attribute__((warn_unused_result));

/* Looks for a brain without its head: the brain's surface is the skin then, and all around it is air.
 * confidence  in and out: raised to the best that was found; from `enough` on no further start is tried
 * EFFACE_INTERNAL. */
efface_status ef_locate_brain(double *confidence, const ef_atlas *atlas, const ef_work *work,
                              const ef_head *head, double enough, int threads, const char *name,
                              efface_error *err) __attribute__((warn_unused_result));

#endif
