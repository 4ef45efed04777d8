/* Carry: a head that was found in one scan is found again in another image of the same session, by rigid
 * registration of the two images. What the first scan knows well (how large the head is, where the atlas
 * lies on it) need not be asked of an image that knows it badly: thick slices, faint skin, no face. */
#ifndef EF_CARRY_H
#define EF_CARRY_H

#include "head/locate.h"
#include "scan/record_read.h"

typedef struct ef_carry {
    ef_record_said said;
    ef_image first; /* the first scan, with its face or without */
} ef_carry;

/* What a carried pose is judged by. */
typedef struct ef_carried {
    double repeat_mm; /* distance between two registrations that began elsewhere */
    double own_mm;    /* distance to where the image itself was located; NaN where that had no confidence */
    double moved_mm;  /* distance to where the headers have it */
} ef_carried;

/* Beyond these the two answers are not the same: the atlas' own pose is good to 7 mm (locate.h), two
 * searches for the same minimum to a cell of the work volume. */
#define EF_CARRIED_REPEAT_MM 3.0
#define EF_CARRIED_OWN_MM    12.0

/* Reads the record, and the image beside it (the record's path with its ending replaced) where `image` is
 * NULL. carry: out; release with ef_carry_release, also after a failure. Errors: as ef_record_read and
 * ef_read; EFFACE_INPUT where there is no image beside the record. */
efface_status ef_carry_open(ef_carry *carry, const char *record, const char *image, int threads,
                            efface_error *err);

/* Finds the head by registering the first scan's kept head to this one: mutual information of the two work
 * volumes and the distance of their skins, six parameters, once from where the headers have the head and,
 * where the image was located itself, from there; the best answer, and the same once more from a start that
 * was pushed away.
 * location  in: of the image itself (ef_find), its confidence 0 where that failed; out: the carried answer.
 *           The cues' poses stay the image's own where it has confidence (the audits' second opinion), else
 *           they are the repeated registration's. The confidence is 1 where the answers agree, 0.5 at the
 *           limits above, 0 at twice that
 * Errors: EFFACE_INPUT where the first scan shows no head; EFFACE_INTERNAL. Disagreement is no error: look
 * at the confidence. */
efface_status ef_carry_locate(ef_location *location, ef_carried *carried, const ef_carry *carry,
                              const ef_atlas *atlas, const ef_work *work, const ef_head *head, int threads,
                              efface_error *err);

void ef_carry_release(ef_carry *carry);

#endif
