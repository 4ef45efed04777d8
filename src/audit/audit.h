/* Audit: is the face gone, and is everything else unchanged? The audit examines the defaced voxels
 * themselves. Where it depends on a pose, it uses the two poses that the mask was not made from. */
#ifndef EF_AUDIT_H
#define EF_AUDIT_H

#include "audit/input.h"

/* Adds the checks to result->checks.
 * result   in and out
 * in       in
 * threads  number of threads; the numbers do not depend on it
 * Errors: EFFACE_AUDIT with the first check that does not hold; EFFACE_INTERNAL. */
efface_status ef_audit(efface_result *result, const ef_audit_input *in, int threads, efface_error *err);

/* Returns whether face_relief_kept is the only failed check, of the checks from number `first` on. A new
 * face may resemble the old one by chance; another new face may not. */
bool ef_audit_chance_alone(const efface_result *result, int first);

/* Maximum number of draws of a new face until it shows nothing of the old one. `remove` draws none. */
enum { EF_FACES_DRAWN = 4 };

/* Returns the fraction of the wanted parts' relief that stays in the scan for the sake of the brain's
 * margin. In a newborn the brow lies as near to the brain as the margin is wide. Where the fraction is far
 * larger by a cue's own pose, that one counts: then the brain was found in the face. Needs no defaced
 * voxels. */
double ef_audit_kept_for_brain(const ef_audit_input *in);

/* Returns the largest fraction that needs no look. In 151 phantoms of all kinds and ages, most of them
 * newborns and infants, 1.1 % and less was kept where at least 98 % of the face was gone. Where less was
 * gone, 2.1 % and more was kept; those were children. In 25 real heads, all adult, it is 2.5 % and less, of
 * the forehead under the hair. */
double ef_audit_most_kept_for_brain(const ef_brain *brain);

/* Decides whether a person must look although all audits hold. Reasons are an unsure pose, much of the face
 * kept for the brain, and a pose that leans into the orbits.
 * subject         in: location, brain; name for the message
 * kept_for_brain  from ef_audit_kept_for_brain
 * hint            ends the message: what to do
 * Errors: EFFACE_REVIEW. */
efface_status ef_audit_review(const ef_subject *subject, double kept_for_brain, const char *hint,
                              efface_error *err);

#endif
