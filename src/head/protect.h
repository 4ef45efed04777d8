/* Protect: the brain that is never touched. */
#ifndef EF_PROTECT_H
#define EF_PROTECT_H

#include "head/locate.h"

typedef struct ef_brain {
    uint8_t *inside;    /* owned, on the work grid: the brain as estimated on this subject, no margin */
    float *distance_mm; /* owned, signed distance to it: negative inside */
    float *away_mm;     /* owned, what a margin is held against: deep in a grown head 3 mm less than the
                         * distance, at its skin the same; in a noisy scan 1 mm less over the
                         * ears as well, in speckled air 3 */
    double volume_ml;
    double size;            /* of a child's head against a grown one's, less than 1; 1 for those */
    double prior_agreement; /* Dice of the estimate with the atlas' brain at probability one half */
    double pitched; /* of the atlas' frontal pole, the part that looks like brain here, less the same of
                     * its base over the orbits; 0 where that holds no fat, or less than 10 ml of
                     * either are in view */
} ef_brain;

/* Beyond this the pose leans forward and has the brain's base in the orbits: what is kept for it is a brow.
 * In 26 real scans 0.05 and less; more in five of some 2 700 phantoms, of which one had kept 2.8 % of its
 * face, and in one of an earlier campaign that kept 2.5 %. What counts as fat is a narrow line: 3 % of the
 * base; these two have 6.6 and 3.2 %, three of four with atrophy, whose faces were gone, 3.0 % and less. */
#define EF_PITCHED_MOST 0.13

/* Estimates the brain: the atlas' probability carried to the subject, then grown over what looks like this
 * subject's brain and hangs together with it, within what any brain could reach. Union of both, so that a
 * doubt protects. brain   out; release with ef_brain_release, also after a failure Errors: EFFACE_LOCATE
 * where less than 100 ml of brain lie in the field of view; EFFACE_INTERNAL. */
efface_status ef_protect(ef_brain *brain, const ef_atlas *atlas, const ef_work *work, const ef_head *head,
                         const ef_location *location, int threads, const char *name, efface_error *err);

void ef_brain_release(ef_brain *brain);

#endif
