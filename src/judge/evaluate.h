/* Judges a defaced image against its original. The public efface_evaluate reads files and calls this. */
#ifndef EF_EVALUATE_H
#define EF_EVALUATE_H

#include "efface.h"
#include "judge/pair.h"

/* As efface_evaluate, on images in memory.
 * evaluation  out; zero on failure
 * pair        the two images, borrowed
 * brain       its first volume is used: nonzero and not NaN is brain; NULL for none
 * estimated   true: the brain is an estimate; its changes are counted and decide nothing
 * parts       EFFACE_PART_ bits that must be gone
 * Errors: EFFACE_INPUT where counts or transforms of the grids differ (corners farther apart than a tenth
 * of the smallest voxel edge), or where one of the images has no surface; EFFACE_INTERNAL. */
efface_status ef_evaluate(efface_evaluation *evaluation, const ef_pair *pair, const ef_image *brain,
                          bool estimated, unsigned parts, efface_error *err)
    __attribute__((warn_unused_result));

#endif
