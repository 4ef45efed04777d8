/* Audit of the ears: is what stood out of the head's sides still there? */
#ifndef EF_AUDIT_EARS_H
#define EF_AUDIT_EARS_H

#include "audit/input.h"

/* Greatest area of an ear that may stay, cm2, as seen from the side. Ears have 4 to 31 cm2 in 25 real heads. A rim of
 * 1 cm2, 25 by 4 mm, is no ear to a person who sees it. */
#define EF_EAR_LEFT_MOST_CM2 1.0

/* Measures how much of the wanted ears the defaced scan still has: where the voxel under the old surface is unchanged,
 * by whatever mode. The brain's margin can keep some of it.
 * in  in; before anything is changed `defaced` has no voxels, and the mask counts
 * Returns the area as seen from the side, cm2, of the ear of which more is left. */
double ef_audit_ears_left(const ef_audit_input *in);

/* Decides whether a person must look.
 * left_cm2  from ef_audit_ears_left
 * name      for the message
 * hint      ends the message: what to do
 * Errors: EFFACE_REVIEW. */
efface_status ef_audit_ears_review(double left_cm2, const char *name, const char *hint, efface_error *err);

#endif
