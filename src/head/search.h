/* Search: where a head could lie when its header is not to be trusted. */
#ifndef EF_SEARCH_H
#define EF_SEARCH_H

#include "head/fit.h"

enum { EF_SEARCH_ROTATIONS = 24 };

/* One hypothesis of the axes, placed. */
typedef struct ef_candidate {
    ef_pose pose;
    double match; /* normalised correlation of the skin's distance fields, -1 to 1 */
} ef_candidate;

/* Places the atlas on the head in each of the 24 rotations that permute and turn axes, by correlation of
 * the two skin distance fields at 8 mm, all shifts at once (FFT). The atlas being its own mirror image,
 * this covers all 48 orders and signs of axes. candidates  out, *count of them, best match first Errors:
 * EFFACE_INTERNAL. */
efface_status ef_search_axes(ef_candidate candidates[EF_SEARCH_ROTATIONS], int *count,
                             const ef_atlas *atlas, const ef_work *work, const ef_head *head, int threads,
                             efface_error *err);

#endif
