/* How much of a face's relief is left: compares height maps of two surfaces, seen from the same side,
 * region by region. Regions and surfaces need neither atlas nor masks. What a head has in common with any
 * other is taken from the atlas' mean skin. */
#ifndef EF_RELIEF_H
#define EF_RELIEF_H

#include "efface.h"
#include "judge/pair.h"

/* Fills nose_found, nose_tip_mm and region[] (all but `gone`) of the evaluation.
 * The nose tip is the highest point of what stands out most in the middle of the original's front view: 85
 * to 205 mm below the vertex in an adult, less in a smaller head. Where nothing stands out, the regions are
 * placed by proportion. Both surfaces lie at the original's threshold (ef_surface_build).
 * The new surface is what lies foremost on each ray: the defaced image's own surface or the inner end of
 * what changed. Without the inner end, a cut would look rough where it opens a sinus, and a copy of the
 * face behind a layer of noise would be hidden by that roughness.
 * evaluation  in and out
 * pair        the two images, borrowed
 * changed     on the images' grid, nonzero where a voxel changed
 * Errors: EFFACE_INPUT where one of the images has no surface; EFFACE_INTERNAL. */
efface_status ef_relief_compare(efface_evaluation *evaluation, const ef_pair *pair, const uint8_t *changed,
                                efface_error *err) __attribute__((warn_unused_result));

#endif
