/* Audit of a new face: does it carry the relief of the one that was there? */
#ifndef EF_AUDIT_RELIEF_H
#define EF_AUDIT_RELIEF_H

#include "audit/audit.h"

/* Surfaces seen from the front, over the atlas' x and z: mm of the atlas along y, NaN where one of them is
 * not known or not to be judged. */
typedef struct ef_face_heights {
    int64_t n[3];            /* x, z, 1 */
    double mm;               /* edge of a pixel */
    float *old, *new, *mean; /* owned: the subject's surface before and after, and the atlas' mean skin */
} ef_face_heights;

typedef struct ef_relief_kept {
    double part;     /* of the old relief's height that the new one goes along with: see below */
    double error;    /* its standard error, by how much relief there is to tell it by */
    double told;     /* the part less twice what its error is beyond that of a whole face */
    double left_cm2; /* where the new surface is the old one, to a fraction of a millimetre */
    double area_cm2; /* of the face that was compared */
} ef_relief_kept;

/* Measures the surfaces. map: out; release with ef_face_heights_release, also after a failure.
 * Errors: as ef_work_build. */
efface_status ef_face_heights_make(ef_face_heights *map, const ef_audit_input *in, int threads,
                                   efface_error *err);

/* What of the subject's own relief the new surface shows.
 * kept  out. part: the old relief's coefficient (its size: a face turned inside out tells as much) in a
 *       regression of the new relief on the old one, on the mean skin's, on the mean skin's shifted,
 * stretched and sheared in the view, and on a bend of the whole head: what a new face has of all heads is
 * no part of this one. 1 for an untouched face, about 0 where the new surface knows nothing of the old; 0
 * too where there is no surface map   in and out: the heights become reliefs Errors: EFFACE_INTERNAL. */
efface_status ef_face_heights_compare(ef_relief_kept *kept, ef_face_heights *map, int threads,
                                      efface_error *err);

void ef_face_heights_release(ef_face_heights *map);

/* Both in one. */
efface_status ef_audit_relief(ef_relief_kept *kept, const ef_audit_input *in, int threads,
                              efface_error *err);

#endif
