/* Find: the head in a scan, tried in every way there is of looking for it. */
#ifndef EF_FIND_H
#define EF_FIND_H

#include "head/locate.h"

/* Locates a head that was segmented: first along its header's axes, then, as long as the confidence is below
 * EF_CONFIDENCE_ENOUGH, with another estimate of the air and from any rotation. The most convincing answer
 * stays, the first of several that are equal.
 * subject  in: atlas, work, and head as ef_segment with EF_AIR_MODE left it.
 *          out: location; head is replaced where another segmentation did better
 * Errors: those of ef_locate for the header's start, where no other way worked either; EFFACE_INTERNAL. */
efface_status ef_find(ef_subject *subject, int threads, efface_error *err);

/* Tries once more where a head was not found, with rough air made dark.
 * subject  in and out: work, head and location are replaced together where the head is seen better in this
 *          way, else they stay
 * image    in: the scan that the work volume was made from
 * Errors: EFFACE_INTERNAL. That nothing is found is no error. */
efface_status ef_find_through_speckle(ef_subject *subject, const ef_image *image, int threads,
                                      efface_error *err);

#endif
