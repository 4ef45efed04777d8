/* How much of a face's relief is left: height maps of two surfaces seen from the same side, compared region
 * by region. Regions and surfaces need neither atlas nor masks; what a head has in common with any other is
 * taken from the atlas' mean skin. */
#ifndef EF_RELIEF_H
#define EF_RELIEF_H

#include "base/image.h"
#include "efface.h"
#include "judge/evaluate_scan.h"

/* Fills nose_found, nose_tip_mm and region[] (all but `gone`) of the evaluation.
 * The nose tip is the highest point of what stands out most in the middle of the original's front view, 85
 * to 205 mm below the vertex (adult; smaller for a smaller head), where something stands out; else the
 * regions are placed by proportion. Both surfaces lie at the original's threshold (ef_surface_build).
 * The new surface is what is foremost on each ray: the defaced image's own surface or the inner end of what
 * changed. Without the latter a cut would look rough where it opens a sinus, and a copy of the face behind
 * a layer of noise would hide in that roughness. changed    on the images' grid, nonzero where a voxel
 * changed EFFACE_INPUT where one of the images has no surface, EFFACE_INTERNAL. */
efface_status ef_relief_compare(efface_evaluation *evaluation, const ef_image *original,
                                const ef_image *defaced, const uint8_t *changed, const ef_subject *subject,
                                int threads, const char *original_name, const char *defaced_name,
                                efface_error *err) __attribute__((warn_unused_result));

#endif
