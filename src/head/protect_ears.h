/* Ears and the brain: where an ear stands, no brain lies near the surface. The atlas' brain, closed and widened, reaches
 * the skin there in some heads, and the ear would stay with the brain's margin. */
#ifndef EF_PROTECT_EARS_H
#define EF_PROTECT_EARS_H

#include "head/protect_grow.h"

/* Finds the ears.
 * subject  in: work, head and location; out: ears
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_find_ears(ef_subject *subject, int threads, efface_error *err);

/* Removes from the brain what lies in an ear or right under it.
 * inside    in and out: the brain, on the work grid
 * grown     in and out: what looks like this subject's brain
 * possible  in: where some head of the atlas had brain, by one of the poses
 * subject   in: work and ears
 * c         in: size */
void ef_leave_ears(uint8_t *inside, uint8_t *grown, const uint8_t *possible, const ef_subject *subject,
                   const ef_brain_prior *c);

/* Returns the depth of a cell under the skin, mm. At an ear the smooth head is the skin: there a field of view often
 * ends.
 * c     in: head
 * ears  in
 * xyz   in: the cell's place in atlas mm
 * cell  its index in the work volume */
double ef_depth_at_ear(const ef_brain_prior *c, const ef_ears *ears, const double xyz[3], int64_t cell);

#endif
