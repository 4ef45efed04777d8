/* Blind: the brain as it is found without the atlas and its pose. The proof compares the pose with it: a
 * wrong pose deceives every audit that asks the pose. */
#ifndef EF_BLIND_H
#define EF_BLIND_H

#include "head/segment.h"

/* The brain, on a grid of its own. It has no margin, and no gaps where sulci are narrower than 24 mm.
 * Against brain masks of another origin its Dice is 0.77 to 0.96 on 21 real heads (median 0.92), against
 * the truth 0.88 to 0.97 on phantoms. In T1 it is often smaller than the brain by some of the cortex. */
typedef struct ef_blind_brain {
    int64_t n[3];
    double spacing_mm;        /* isotropic */
    ef_affine cell_from_work; /* cells of this grid from space 3 */
    uint8_t *inside;          /* owned: 1 in the brain */
    float *end_mm;            /* owned: distance to the end of the field of view, negative outside */
    double volume_ml;         /* of inside; 0 where nothing was found */
    double roundness;         /* Dice with the ellipsoid of the same moments, 0 to 1 */
    double shallow;           /* fraction of its surface that lies directly under the skin, 0 to 1 */
} ef_blind_brain;

/* Finds the brain: the roundest body of like values deep in the head. The deepest places of the head are
 * tried in turn. What is as bright as their surroundings is opened by a ball of 8 mm, which cuts it from
 * scalp, face and neck (erosion and dilation as in Shattuck et al. 2001, NeuroImage 13). Of several ranges of
 * values the one counts whose body is most like an ellipsoid and does not reach the skin. Contrast does not
 * matter: bone is darker than any brain in MR and brighter in CT.
 * brain    out; release with ef_blind_brain_release, also after a failure. Finding nothing is no error
 * work     in
 * head     in
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_blind_brain_find(ef_blind_brain *brain, const ef_work *work, const ef_head *head,
                                  int threads, efface_error *err);

/* Returns whether what was found is a brain by its own shape: a body of a brain's volume, round, and with
 * skull between it and the skin. */
bool ef_blind_brain_is_sure(const ef_blind_brain *brain);

/* Frees what it owns and zeroes it. */
void ef_blind_brain_release(ef_blind_brain *brain);

#endif
