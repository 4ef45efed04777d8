/* As is: the first scan's mask goes to another image of the session without a registration. For phases, real
 * and imaginary parts, field maps and quantitative maps, in which no head stands out against air. */
#ifndef EF_AS_IS_H
#define EF_AS_IS_H

#include "scan/state.h"

/* Reads the mask, and refuses what it can't be used for.
 * s  in: from, options, original's grid; out: as_is
 * Errors: EFFACE_USAGE for another mode than remove; EFFACE_INPUT where the mask is not the one that the
 * record tells of, or does not reach as far as the image. */
efface_status ef_as_is_open(ef_scan *s, efface_error *err);

/* Sets what is known of the head to what the first scan shows, at the place that the headers give. Where the
 * image itself can be located, that must be the same place, and is the audits' second opinion.
 * s  in: from, carry; work and head of the image, head zero where none stands out. out: subject
 * Errors: EFFACE_LOCATE where the image's own head lies elsewhere; those of ef_carry_first. */
efface_status ef_as_is_place(ef_scan *s, efface_error *err);

/* Replaces the region's mask by the first scan's: nearest voxel, by the headers.
 * s  in: as_is; in and out: region
 * Errors: EFFACE_INTERNAL. */
efface_status ef_as_is_region(ef_scan *s, efface_error *err);

#endif
