/* Judging a located head's face from what was measured of it. */
#ifndef EF_VERIFY_FACE_H
#define EF_VERIFY_FACE_H

#include "head/face.h"
#include "judge/edges.h"
#include "judge/likeness.h"
#include "judge/plain.h"
#include "judge/verify_ears.h"
#include "view/face_map.h"

typedef struct ef_evidence {
    ef_subject subject; /* its atlas is borrowed */
    ef_face_seen face;
    ef_face_map map;
    ef_likeness fine, wide; /* of eyes and nose; of eyes, nose and mouth, in longer waves too */
    double edge[EF_EDGES];
    ef_plain plain;
    ef_ear_found ear[EF_SIDES];
} ef_evidence;

/* Least confidence in the head's place for a conclusion from the tissue in a face's place. */
#define EF_POSE_CERTAIN 0.9

/* Names the parts of a verification, before anything is measured. */
void ef_verify_name_parts(efface_verification *v);

/* Measures each part and judges it alone.
 * v        out: part
 * e        in: all but the likenesses; its map's scratch is used
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_verify_parts(efface_verification *v, const ef_evidence *e, int threads, efface_error *err)
    __attribute__((warn_unused_result));

/* Concludes from the parts, and from the tissue in their place.
 * v      in: part, pose_confidence; out: the conclusion
 * e      in
 * parts  EFFACE_PART_ bits that must be gone */
void ef_verify_face(efface_verification *v, const ef_evidence *e, unsigned parts);

/* Writes a conclusion: face, status, confidence cut to 0 to 1, reason. */
void ef_verify_conclude(efface_verification *v, efface_face face, double confidence, const char *reason);

#endif
