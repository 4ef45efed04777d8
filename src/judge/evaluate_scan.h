/* What the evaluation must know of a scan beside its surface: what its air is like, where its brain may be,
 * and what its face has in common with any other. */
#ifndef EF_EVALUATE_SCAN_H
#define EF_EVALUATE_SCAN_H

#include "base/image.h"
#include "efface.h"
#include "head/find.h"
#include "view/surface.h"

/* An original as efface sees it. */
typedef struct ef_original {
    ef_subject subject;
    bool has_head; /* it shows a head against air: work and head are set */
    bool located;  /* and the atlas' place in it is known with enough confidence */
} ef_original;

/* Looks at an original. A scan in which nothing is found is no failure. subject: out; release with
 * ef_original_release, also after a failure. EFFACE_INTERNAL. */
efface_status ef_original_find(ef_original *found, const ef_image *original, int threads, const char *name,
                               efface_error *err) __attribute__((warn_unused_result));

void ef_original_release(ef_original *found);

/* Fills fill_*, air_* and edge_* of the evaluation. Nothing is judged (fill_judged false) where the
 * original shows no head against air. changed: on the images' grid, nonzero where a voxel changed. First
 * volume. EFFACE_INTERNAL. */
efface_status ef_judge_fill(efface_evaluation *evaluation, const ef_image *original,
                            const ef_image *defaced, const uint8_t *changed, const ef_original *seen,
                            efface_error *err) __attribute__((warn_unused_result));

/* efface's own estimate of the brain (protect.h), without a margin.
 * brain  out, uint8 on the original's grid; no voxels where the head was not located. Release it.
 * EFFACE_INTERNAL. */
efface_status ef_estimate_brain(ef_image *brain, const ef_image *original, const ef_original *seen,
                                int threads, const char *name, efface_error *err)
    __attribute__((warn_unused_result));

/* The atlas' mean skin where this head is, as a surface that height maps can be made of; only of a head
 * that was located. surface: out; release with ef_surface_release, also after a failure. EFFACE_INTERNAL.
 */
efface_status ef_mean_surface(ef_surface *surface, const ef_original *seen, int threads, efface_error *err)
    __attribute__((warn_unused_result));

#endif
