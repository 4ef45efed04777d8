/* Search: where a head can lie when its header is not trusted. */
#ifndef EF_SEARCH_H
#define EF_SEARCH_H

#include "head/subject.h"

enum { EF_SEARCH_ROTATIONS = 24 };

/* One hypothesis of the axes, with a position. */
typedef struct ef_candidate {
    ef_pose pose;
    double match; /* normalised correlation of the skins' distance fields, -1 to 1 */
} ef_candidate;

/* Places the atlas on the head in each of the 24 rotations that permute and turn axes. The two skins'
 * distance fields are correlated at 8 mm, for all shifts at once (FFT). The atlas is its own mirror image,
 * so this covers all 48 orders and signs of axes.
 * candidates  out: *count of them, the best match first
 * count       out: 0 to EF_SEARCH_ROTATIONS
 * subject     in: atlas, work and head
 * threads     number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_search_axes(ef_candidate candidates[EF_SEARCH_ROTATIONS], int *count,
                             const ef_subject *subject, int threads, efface_error *err);

#endif
