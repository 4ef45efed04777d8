/* Protect: the brain, which is never changed. */
#ifndef EF_PROTECT_H
#define EF_PROTECT_H

#include "head/subject.h"

/* Greatest value of ef_brain.pitched that needs no look: a difference of two fractions. Above it the pose
 * leans forward and places the brain's base in the orbits, so that a brow would be kept as brain. In 26
 * real scans it is 0.05 and less. Five of about 2 700 phantoms exceed it; one of these had kept 2.8 % of
 * its face. One phantom of an earlier campaign exceeds it as well and kept 2.5 %. The limit for fat
 * (least_fat in protect_grow.c) is narrow: 3 % of the base. These two phantoms have 6.6 and 3.2 %. Of four
 * phantoms with atrophy, whose faces were gone, three have 3.0 % and less. */
#define EF_PITCHED_MOST 0.13

/* Estimates the brain. The atlas' probability is carried to the subject. From it the brain is grown over
 * what looks like this subject's brain, is connected with it, and lies where a brain can be. The union of
 * both counts: what is in doubt is protected.
 * subject  in: atlas, work, head and location; out: brain, to be released also after a failure
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_LOCATE where less than 100 ml of brain lie in the field of view; EFFACE_INTERNAL. */
efface_status ef_protect(ef_subject *subject, int threads, efface_error *err);

#endif
