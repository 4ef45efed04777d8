/* Conditions of a phantom or of its scan, painted over the healthy head. */
#ifndef EF_PHANTOM_CONDITION_H
#define EF_PHANTOM_CONDITION_H

#include "efface.h"
#include "phantom/anatomy.h"
#include "phantom/options.h"

/* Value of CT scanners outside their circle of view. */
#define EF_CONDITION_PADDING_HU (-3024)

/* The word for condition bit c, as the command line has it; NULL past the last. */
const char *ef_condition_name(int c);

/* Checks that the conditions fit each other, the contrast and the field of view.
 * Errors: EFFACE_USAGE. */
efface_status ef_condition_check(const ef_phantom_options *options, efface_error *err)
    __attribute__((warn_unused_result));

/* Widens or narrows the box in view for conditions of the field of view.
 * lo, hi       in and out: the box, H mm
 * conditions   EFFACE_CONDITION_ bits
 * landmark_mm  H mm */
void ef_condition_view(double lo[3], double hi[3], unsigned conditions,
                       const double landmark_mm[EF_N_LANDMARKS][3]);

/* Paints conditions into pure signal and labels, in place; the same at any thread count.
 * plate        its image and labels: in and out
 * shape        the person's boundaries
 * options      contrast, conditions and seeds are used
 * landmark_mm  H mm */
void ef_condition_paint(const ef_plate *plate, const ef_shape *shape, const ef_phantom_options *options,
                        const double landmark_mm[EF_N_LANDMARKS][3], int threads);

#endif
