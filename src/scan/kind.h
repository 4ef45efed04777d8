/* Kind: what differs between a scan of one volume and one of many. */
#ifndef EF_KIND_H
#define EF_KIND_H

#include "apply/input.h"
#include "audit/input.h"
#include "scan/state.h"

typedef struct ef_scan_kind {
    /* Builds s->subject.work. For many volumes, it is that of their mean, after a first pass over them.
     * Errors: EFFACE_INPUT, EFFACE_INTERNAL. */
    efface_status (*work)(ef_scan *s, efface_error *err);
    /* Extends the cut and the brain to all places where motion moved them.
     * Errors: EFFACE_AUDIT where the head moved too far; EFFACE_INTERNAL. */
    efface_status (*cover)(ef_scan *s, efface_error *err);
    /* Changes the voxels, into s->defaced or into a file that has no name yet.
     * Errors: those of ef_apply and ef_volumes_apply. */
    efface_status (*apply)(ef_scan *s, const ef_apply_input *in, efface_error *err);
    /* Sets what the audit compares: original, defaced, counts. */
    void (*compare)(ef_audit_input *in, const ef_scan *s);
    /* Returns the 3-D image that pictures show, before or after. */
    const ef_image *(*shown)(const ef_scan *s, bool after);
    /* Whether a new face can be drawn again: the original is still in memory. */
    bool may_redraw;
} ef_scan_kind;

/* Returns the kind of the scan that was read. */
const ef_scan_kind *ef_scan_kind_of(const ef_scan *s);

#endif
