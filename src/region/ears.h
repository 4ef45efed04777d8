/* Ears: whatever stands out of the smooth head where an ear can be goes whole, its root included. */
#ifndef EF_REGION_EARS_H
#define EF_REGION_EARS_H

#include "head/subject.h"

/* Widens the cut by the subject's own ears. It goes 4 mm under the smooth head there, and 8 mm beyond the ear's
 * outline; nothing outside of where an ear can be (head/ear_map.h) goes, and nothing deeper. The random offset
 * comes on top (ef_region_deepen).
 * cut_mm   in and out, on the atlas' grid
 * subject  in: atlas, location and ears
 * parts    EFFACE_PART_ bits joined by |: only ears that are wanted */
void ef_region_ears(float *cut_mm, const ef_subject *subject, unsigned parts);

#endif
