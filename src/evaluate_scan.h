/* What the evaluation must know of a scan beside its surface: what its air is like, and where its brain may
 * be. */
#ifndef EF_EVALUATE_SCAN_H
#define EF_EVALUATE_SCAN_H

#include "efface.h"
#include "image.h"

/* Fills fill_*, air_* and edge_* of the evaluation. Nothing is judged (fill_judged false) where the
 * original shows no head against air. changed: on the images' grid, nonzero where a voxel changed. First
 * volume. EFFACE_INTERNAL. */
efface_status ef_judge_fill(efface_evaluation *evaluation, const ef_image *original,
                            const ef_image *defaced, const uint8_t *changed, int threads, const char *name,
                            efface_error *err) __attribute__((warn_unused_result));

/* efface's own estimate of the brain (protect.h), without a margin.
 * brain  out, uint8 on the original's grid; no voxels where the head is not found with enough confidence.
 * Release it. EFFACE_INTERNAL. */
efface_status ef_estimate_brain(ef_image *brain, const ef_image *original, int threads, const char *name,
                                efface_error *err) __attribute__((warn_unused_result));

#endif
