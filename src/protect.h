/* Protect: the brain that is never touched. */
#ifndef EF_PROTECT_H
#define EF_PROTECT_H

#include "locate.h"

typedef struct ef_brain {
    uint8_t *inside;    /* owned, on the work grid: the brain as estimated on this subject, no margin */
    float *distance_mm; /* owned, signed distance to it: negative inside */
    float *away_mm;     /* owned, what a margin is held against: deep in a grown head 3 mm less than the
                         * distance, at its skin the same */
    double volume_ml;
    double size;            /* of a child's head against a grown one's, less than 1; 1 for those */
    double prior_agreement; /* Dice of the estimate with the atlas' brain at probability one half */
} ef_brain;

/* Estimates the brain: the atlas' probability carried to the subject, then grown over what looks like this
 * subject's brain and hangs together with it, within what any brain could reach. Union of both, so that a
 * doubt protects. brain   out; release with ef_brain_release, also after a failure Errors: EFFACE_LOCATE
 * where less than 100 ml of brain lie in the field of view; EFFACE_INTERNAL. */
efface_status ef_protect(ef_brain *brain, const ef_atlas *atlas, const ef_work *work, const ef_head *head,
                         const ef_location *location, int threads, const char *name, efface_error *err);

void ef_brain_release(ef_brain *brain);

#endif
