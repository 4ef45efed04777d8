/* Audit of a new face: does it carry the relief of the one that was there? */
#ifndef EF_AUDIT_RELIEF_H
#define EF_AUDIT_RELIEF_H

#include "audit.h"

/* What of the subject's own relief the new surface shows. Both surfaces are looked at from the front, in
 * atlas coordinates; of both what varies within a few centimetres is compared. kept     out: the height of
 * the new surface's relief that goes with the old one's, as a part of it: the old relief's coefficient (its
 * size: a face turned inside out tells as much) in a regression of the new one on the old and on the mean
 * skin's. 1 for an untouched face, 0 where the new surface knows nothing of the old; 0 too where the new
 * scan shows no surface. area_cm2 out: of the face that was compared Errors: as ef_work_build;
 * EFFACE_LOCATE for a singular pose. */
efface_status ef_audit_relief(double *kept, double *area_cm2, const ef_audit_input *in, int threads,
                              efface_error *err);

#endif
