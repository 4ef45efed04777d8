/* What the evaluation needs to know of a scan beside its surface: its air, its brain, and what its face has
 * in common with any other. */
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

/* Analyses an original. A scan in which no head is found is no failure.
 * found     out; release with ef_original_release, also after a failure
 * original  the image
 * threads   at least 1
 * name      for messages
 * Errors: EFFACE_INTERNAL. */
efface_status ef_original_find(ef_original *found, const ef_image *original, int threads, const char *name,
                               efface_error *err) __attribute__((warn_unused_result));

void ef_original_release(ef_original *found);

/* Sets fill_*, air_* and edge_* of the evaluation, from the first volume. Where the original shows no head
 * against air nothing is judged (fill_judged is false).
 * evaluation  in and out
 * original    the original
 * defaced     the tool's output, on the same grid
 * changed     on the same grid, nonzero where a voxel changed
 * seen        what is known of the original
 * Errors: EFFACE_INTERNAL. */
efface_status ef_judge_fill(efface_evaluation *evaluation, const ef_image *original,
                            const ef_image *defaced, const uint8_t *changed, const ef_original *seen,
                            efface_error *err) __attribute__((warn_unused_result));

/* Makes efface's own estimate of the brain (head/protect.h), without a margin.
 * brain     out: uint8 on the original's grid, the caller releases it; without voxels where the head was
 *           not located
 * original  the image
 * seen      what is known of it
 * threads   at least 1
 * name      for messages
 * Errors: EFFACE_INTERNAL. */
efface_status ef_estimate_brain(ef_image *brain, const ef_image *original, const ef_original *seen,
                                int threads, const char *name, efface_error *err)
    __attribute__((warn_unused_result));

/* Makes a surface of the atlas' mean skin at this head's pose, for height maps.
 * surface  out; release with ef_surface_release, also after a failure
 * seen     a head that was located
 * threads  at least 1
 * Errors: EFFACE_INTERNAL. */
efface_status ef_mean_surface(ef_surface *surface, const ef_original *seen, int threads, efface_error *err)
    __attribute__((warn_unused_result));

#endif
