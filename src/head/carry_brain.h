/* The brain of an image that shows too little of the head to find it there. */
#ifndef EF_CARRY_BRAIN_H
#define EF_CARRY_BRAIN_H

#include "head/carry.h"

/* Examines the first scan once more, at the pose that its record states.
 * first    out: all of it; release with ef_carry_first_release, also after a failure
 * carry    in
 * atlas    in; `first` borrows it
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INPUT where the first scan shows no head; EFFACE_LOCATE as ef_protect; EFFACE_INTERNAL. */
efface_status ef_carry_first(ef_subject *first, const ef_carry *carry, const ef_atlas *atlas, int threads,
                             efface_error *err);

/* Frees what it owns and zeroes it. */
void ef_carry_first_release(ef_subject *first);

/* Protects the brain of a carried head. Where the image itself was located, that is ef_protect. Where not,
 * its tissues may be noise, as in phase images, so the brain of the first scan is protected as well. Where
 * the pose is that of the headers, only that one is.
 * subject  in: atlas, work, head, and location as from ef_carry_locate; out: brain, to be released also
 *          after a failure
 * carry    in
 * carried  in
 * threads  number of threads; the result does not depend on it
 * Errors: those of ef_protect and ef_carry_first. */
efface_status ef_carry_protect(ef_subject *subject, const ef_carry *carry, const ef_carried *carried,
                               int threads, efface_error *err);

#endif
