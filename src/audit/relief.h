/* Audit of a new face: does it carry the relief of the old face? */
#ifndef EF_AUDIT_RELIEF_H
#define EF_AUDIT_RELIEF_H

#include "audit/input.h"

/* Surfaces seen from the front, over the atlas' x and z: mm of the atlas along y. NaN where one of them is
 * unknown or must not be judged. */
typedef struct ef_face_heights {
    int64_t n[3]; /* x, z, 1 */
    double mm;    /* edge of a pixel */
    float *old;   /* owned: the subject's surface before */
    float *new;   /* owned: the subject's surface after */
    float *mean;  /* owned: the atlas' mean skin */
} ef_face_heights;

/* How much of the old relief a new surface keeps. */
typedef struct ef_relief_kept {
    double part;  /* coefficient of the old relief in the new one, its size: see ef_face_heights_compare */
    double error; /* its standard error, by the amount of relief that it is measured with */
    double told;  /* the part minus twice the error beyond that of a whole face */
    double left_cm2; /* area where the new surface is the old one, to a fraction of a millimetre */
    double area_cm2; /* of the face that was compared */
} ef_relief_kept;

/* Measures the surfaces.
 * map      out; to be released also after a failure
 * in       in
 * threads  number of threads; the result does not depend on it
 * Errors: those of ef_work_build. */
efface_status ef_face_heights_make(ef_face_heights *map, const ef_audit_input *in, int threads,
                                   efface_error *err);

/* Measures how much of the subject's own relief the new surface shows: the coefficient of the old relief in
 * a regression of the new relief. The other regressors are the mean skin's relief, this relief shifted,
 * stretched and sheared in the view, and a bend of the whole head. So what a new face has in common with
 * all heads does not count. The coefficient is 1 for an untouched face. It is about 0 where the new surface
 * knows nothing of the old one, and 0 where there is no surface. Its size counts: a face turned inside out
 * reveals as much.
 * kept     out
 * map      in and out: the heights become reliefs
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_face_heights_compare(ef_relief_kept *kept, ef_face_heights *map, int threads,
                                      efface_error *err);

/* Frees what it owns and zeroes it. */
void ef_face_heights_release(ef_face_heights *map);

/* Makes and compares the surfaces.
 * Arguments and errors as above. */
efface_status ef_audit_relief(ef_relief_kept *kept, const ef_audit_input *in, int threads,
                              efface_error *err);

#endif
