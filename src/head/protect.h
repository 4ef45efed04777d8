/* Protect: the brain that is never touched. */
#ifndef EF_PROTECT_H
#define EF_PROTECT_H

#include "head/subject.h"

/* Above this value of ef_brain.pitched the pose leans forward and places the brain's base in the orbits, so
 * that a brow would be kept as brain. Unit: difference of two fractions. In 26 real scans it is 0.05 and
 * less. It is more in five of some 2 700 phantoms, one of which had kept 2.8 % of its face, and in one of an
 * earlier campaign that kept 2.5 %. The limit for fat is narrow: 3 % of the base; these two have 6.6 and
 * 3.2 %; three of four with atrophy, whose faces were gone, have 3.0 % and less. */
#define EF_PITCHED_MOST 0.13

/* Estimates the brain: the atlas' probability is carried to the subject, then grown over what looks like
 * this subject's brain and is connected with it, within the reach of any brain. The union of both counts, so
 * that a doubt protects.
 * subject  in: atlas, work, head and location; out: brain, to be released also after a failure
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_LOCATE where less than 100 ml of brain lie in the field of view; EFFACE_INTERNAL. */
efface_status ef_protect(ef_subject *subject, int threads, efface_error *err);

#endif
