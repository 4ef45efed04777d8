/* Carry: a head that was found in one scan is found again in another image of the same session, by rigid
 * registration of the two images. What the first scan shows well (how large the head is, where the atlas
 * lies on it) need not be asked of an image that shows it badly: thick slices, faint skin, no face. */
#ifndef EF_CARRY_H
#define EF_CARRY_H

#include "head/subject.h"

/* Another scan of the same head. */
typedef struct ef_carry {
    ef_affine world_from_atlas; /* mm to mm: where the head lay in it, with its size and proportions */
    ef_image first;             /* owned: that scan, with its face or without */
} ef_carry;

/* How a carried pose is judged. */
typedef struct ef_carried {
    double repeat_mm; /* distance between two registrations that began elsewhere */
    double own_mm;    /* distance to where the image itself was located; NaN where that had no confidence */
    double moved_mm;  /* distance to where the headers have it */
} ef_carried;

/* Beyond these distances in mm two answers are not the same. The atlas' own pose is good to 7 mm (locate.h);
 * two searches for the same minimum agree to a cell of the work volume. */
#define EF_CARRIED_REPEAT_MM 3.0
#define EF_CARRIED_OWN_MM    12.0

/* Finds the head by registering the first scan's kept head to this one: mutual information of the two work
 * volumes and the distance of their skins, six parameters. It starts from where the headers have the head
 * and, where the image was located itself, from there as well. The best answer counts, and the search is
 * repeated from a start that was pushed away. Disagreement is no error: look at the confidence.
 * carried  out
 * subject  in: atlas, work, head, and location as from ef_find, with confidence 0 where that failed.
 *          out: location, carried. The cues' poses stay the image's own where it has confidence (they are the
 *          audits' second opinion), else they are the repeated registration's. The confidence is 1 where the
 *          answers agree, 0.5 at the limits above, 0 at twice that
 * carry    in
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INPUT where the first scan shows no head; EFFACE_INTERNAL. */
efface_status ef_carry_locate(ef_carried *carried, ef_subject *subject, const ef_carry *carry, int threads,
                              efface_error *err);

/* Frees what it owns and zeroes it. */
void ef_carry_release(ef_carry *carry);

#endif
