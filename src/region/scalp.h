/* Scalp: skin, hair and the fat under them over the skull, from the brow to the nape. */
#ifndef EF_SCALP_H
#define EF_SCALP_H

#include "region/region.h"

/* How much of a scalp goes. */
typedef struct ef_scalp_depth {
    double margin_mm; /* kept around a child's brain; around an adult's, none */
    double moved_mm;  /* movement of the head between volumes: the scalp goes deeper by it */
    uint64_t seed;    /* of the run: the depth varies by a smooth random field */
} ef_scalp_depth;

/* Adds the scalp to what is emptied. How deep it goes follows the subject's own skin, 5 to 7 mm in an
 * adult; where it lies follows the pose.
 * region   in and out: as from ef_region_build
 * image    in: its grid
 * subject  in: all of it
 * depth    in
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INPUT where air is speckled, so that the skin is not known; EFFACE_INTERNAL; EFFACE_LOCATE
 * for a singular pose. */
efface_status ef_scalp_find(ef_region *region, const ef_image *image, const ef_subject *subject,
                            ef_scalp_depth depth, int threads, efface_error *err);

/* Measures the fraction of the scalp's outer half that is still tissue.
 * left     out, 0 to 1; 0 where no scalp is in view
 * value    in: [work cells], as from ef_segment_smooth, of the defaced scan
 * subject  in: of the original
 * Errors: EFFACE_LOCATE for a singular pose. */
efface_status ef_scalp_left(double *left, const float *value, const ef_subject *subject, efface_error *err);

#endif
