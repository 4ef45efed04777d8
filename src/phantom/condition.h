/* What can be the matter with a phantom or with its scan, painted over the healthy head. */
#ifndef EF_PHANTOM_CONDITION_H
#define EF_PHANTOM_CONDITION_H

#include "efface.h"
#include "phantom/anatomy.h"
#include "phantom/options.h"

/* What CT scanners put outside of their circle of view. */
#define EF_CONDITION_PADDING_HU (-3024)

/* Lower-case word of condition bit c, as the command line has it; NULL past the last. */
const char *ef_condition_name(int c);

/* EFFACE_USAGE where conditions can't be had together or with this contrast or field of view. */
efface_status ef_condition_check(const ef_phantom_options *options, efface_error *err)
    __attribute__((warn_unused_result));

/* Widens or narrows the box in view (H mm) for conditions of the field of view. landmarks in H mm. */
void ef_condition_view(double lo[3], double hi[3], unsigned conditions,
                       const double landmark_mm[EF_N_LANDMARKS][3]);

/* Paints conditions into pure signal and labels, in place; the same at any thread count. */
void ef_condition_paint(const ef_plate *plate, const ef_shape *shape, const ef_phantom_options *options,
                        const double landmark_mm[EF_N_LANDMARKS][3], int threads);

#endif
