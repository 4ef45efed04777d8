/* What every mode works from. */
#ifndef EF_APPLY_INPUT_H
#define EF_APPLY_INPUT_H

#include "region/region.h"

/* All borrowed. */
typedef struct ef_apply_input {
    const ef_region *region;
    const ef_subject *subject; /* all of it */
    const float *cut_mm;       /* of the wanted parts, before the random offset; on the atlas' grid */
    double margin_mm;          /* around the brain */
    double strength_mm;        /* of the mode `blur` */
    efface_mode mode;
    efface_fill fill;
    bool plain;    /* of the mode `remove`: noise without a wall, for images in which no tissue is known */
    uint64_t seed; /* of the run; the same seed gives the same bytes at any thread count */
} ef_apply_input;

#endif
