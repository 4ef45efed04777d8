/* Find: the head in a scan, by every method that can find it. */
#ifndef EF_FIND_H
#define EF_FIND_H

#include "head/locate.h"

/* Locates a segmented head. The search first follows the header's axes. While the confidence is below
 * EF_CONFIDENCE_ENOUGH, it goes on with another estimate of the air and from any rotation. The most
 * convincing answer counts; of several equal ones, the first.
 * subject  in: atlas, work, and head as from ef_segment with EF_AIR_MODE.
 *          out: location; head is replaced where another segmentation gave a better answer
 * threads  number of threads; the result does not depend on it
 * Errors: those of ef_locate for the header's start, where no other way worked either; EFFACE_INTERNAL. */
efface_status ef_find(ef_subject *subject, int threads, efface_error *err);

/* Tries once more where a head was not found, with rough air made dark.
 * subject  in and out: work, head and location are replaced together where this gives a better answer; else
 *          they stay
 * image    in: the scan that the work volume was made from
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. Finding nothing is no error. */
efface_status ef_find_through_speckle(ef_subject *subject, const ef_image *image, int threads,
                                      efface_error *err);

#endif
