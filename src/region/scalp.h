/* Scalp: skin, hair and the fat under them over the skull, from the brow to the nape. */
#ifndef EF_SCALP_H
#define EF_SCALP_H

#include "region/region.h"

/* Adds the scalp to region->emptied and region->changed, after ef_region_build. How deep it goes is told by
 * the subject's own skin, 5 to 7 mm of a grown head, varied by a smooth random field; where, by the pose.
 * Where the head moved between volumes by moved_mm it goes so much deeper. margin_mm is kept of a child's
 * brain, of a grown head's none.
 * Errors: EFFACE_INPUT where air is speckled, so that the skin is not known; EFFACE_INTERNAL; EFFACE_LOCATE
 * for a singular pose. */
efface_status ef_scalp_find(ef_region *region, const ef_image *image, const ef_atlas *atlas,
                            const ef_work *work, const ef_head *head, const ef_location *location,
                            const ef_brain *brain, double margin_mm, double moved_mm, uint64_t seed,
                            int threads, const char *name, efface_error *err);

/* Of the scalp's outer half, the fraction that is tissue.
 * left   out; 0 where none is in view
 * value  [work cells], as from ef_segment_smooth, of the defaced scan
 * Errors: EFFACE_LOCATE for a singular pose. */
efface_status ef_scalp_left(double *left, const float *value, const ef_atlas *atlas, const ef_work *work,
                            const ef_head *head, const ef_location *location, const ef_brain *brain,
                            efface_error *err);

#endif
