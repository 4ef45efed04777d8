/* What the audits examine. */
#ifndef EF_AUDIT_INPUT_H
#define EF_AUDIT_INPUT_H

#include "region/region.h"

/* All borrowed. */
typedef struct ef_audit_input {
    const ef_image *original; /* its voxels are read only where `counted` is false */
    const ef_image *defaced;  /* of a series, the mean of its volumes */
    bool counted;             /* of a series: changed voxels were counted as the volumes went by */
    int64_t brain_changed, outside_changed; /* these counts */
    const ef_subject *subject;              /* all of it */
    const ef_region *region;
    const float *cut_mm; /* of the wanted parts, before the random offset; on the atlas' grid */
    unsigned parts;      /* EFFACE_PART_ bits that were to be removed */
    double margin_mm;    /* around the brain: everything within it had to stay */
    efface_mode mode;
    efface_fill fill; /* of the mode `remove`: noise comes with a wall (ef_apply_wall) */
    bool as_is;       /* the mask is that of another scan, and this one's values say nothing about tissue */
    bool redrawn;     /* the new face is not the first one drawn: its limits are stricter */
} ef_audit_input;

#endif
