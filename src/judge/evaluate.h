/* Judging a defaced image against its original; the public efface_evaluate reads files and calls this. */
#ifndef EF_EVALUATE_H
#define EF_EVALUATE_H

#include "base/image.h"
#include "efface.h"
#include "judge/evaluate_scan.h"

/* As efface_evaluate, on images in memory.
 * brain           first volume, nonzero and not NaN is brain; NULL for none
 * estimated       the brain is an estimate: it is counted, and decides nothing
 * subject         what is known of the original
 * threads         at least 1
 * original_name, defaced_name  for messages
 * EFFACE_INPUT where counts or transforms of the grids differ (corners farther apart than a tenth of the
 * smallest voxel edge) or one of the images has no surface; EFFACE_INTERNAL. */
efface_status ef_evaluate(efface_evaluation *evaluation, const ef_image *original, const ef_image *defaced,
                          const ef_image *brain, bool estimated, const ef_subject *subject, unsigned parts,
                          int threads, const char *original_name, const char *defaced_name,
                          efface_error *err) __attribute__((warn_unused_result));

#endif
