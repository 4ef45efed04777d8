/* Carry: finds a head that was found in one scan again in another image of the same session, by rigid
 * registration of the two images. The first scan already shows how large the head is and where the atlas
 * lies on it. The other image may show that badly: thick slices, faint skin, no face. */
#ifndef EF_CARRY_H
#define EF_CARRY_H

#include "head/subject.h"

/* Another scan of the same head. */
typedef struct ef_carry {
    ef_affine world_from_atlas; /* mm to mm: where the head lies in it, with its size and proportions */
    ef_image first;             /* owned: that scan, with its face or without */
} ef_carry;

/* How a carried pose is judged. */
typedef struct ef_carried {
    double repeat_mm; /* distance between two registrations with different starts */
    double own_mm;    /* distance to where the image itself was located; NaN where that had no confidence */
    double moved_mm;  /* distance to where the headers place it */
    bool by_header; /* the pose is that of the headers: same place, and no confidence in the image itself */
} ef_carried;

/* Greatest distances in mm at which two answers count as the same. The atlas' own pose is good to 7 mm
 * (locate.h). Two searches for the same minimum agree to a cell of the work volume. Larger values let a
 * wrong pose pass; smaller ones refuse good registrations. */
#define EF_CARRIED_REPEAT_MM 3.0
#define EF_CARRIED_OWN_MM    12.0
/* Where the image itself was not located, the headers are the only opinion beside the registration. A head
 * moves a few mm between the scans of a session. Farther from it, nothing speaks for the registration: of a
 * phase image it cut up to 3 ml of brain. A smaller value refuses heads that moved. */
#define EF_CARRIED_HEADER_MM 5.0

/* Finds the head by registering the first scan's kept head to this image. The cost is the mutual
 * information of the two work volumes and the distance of their skins; there are six parameters. The search
 * starts from where the headers place the head. Where the image itself was located, the search starts from
 * there as well. The best answer counts. The search is then repeated from a start that is pushed away.
 * Disagreement is no error: look at the confidence.
 * Where the image itself was not located, the place by the headers is the second opinion. Where both scans
 * cover the same place, it is the answer, and the registration is the second opinion.
 * carried  out
 * subject  in: atlas, work, head, and location as from ef_find, with confidence 0 where that failed.
 *          out: location. The poses of the two cues stay the image's own where it has confidence: they are
 *          the audits' second opinion. Otherwise they are those of the opinions that are not the answer. The
 *          confidence is 1 where the opinions agree, 0.5 at the limits above, 0 at twice the limits
 * carry    in
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INPUT where the first scan shows no head; EFFACE_INTERNAL. */
efface_status ef_carry_locate(ef_carried *carried, ef_subject *subject, const ef_carry *carry, int threads,
                              efface_error *err);

/* Frees what it owns and zeroes it. */
void ef_carry_release(ef_carry *carry);

#endif
