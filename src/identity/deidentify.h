/* De-identification: what becomes of each attribute of a DICOM header (PS3.15 Annex E, Basic Application
 * Level Confidentiality Profile with options), as the tables say (data/deidentify.tsv and its neighbours).
 * Headers are read and written elsewhere: sidecar.c for JSON, src/itk for DICOM. */
#ifndef EF_DEIDENTIFY_H
#define EF_DEIDENTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efface.h"
#include "identity/secret.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ef_action {
    EF_ACTION_KEEP, /* as it is; a sequence: its items by the same rules */
    EF_ACTION_REMOVE,
    EF_ACTION_EMPTY,    /* zero length */
    EF_ACTION_DUMMY,    /* ef_deidentify_dummy; a sequence: its items with every value replaced so */
    EF_ACTION_UID,      /* ef_deidentify_uid; a sequence: its items by the same rules */
    EF_ACTION_SHIFT,    /* ef_deidentify_shift, `otherwise` where that can't be done */
    EF_ACTION_WORDS,    /* ef_words_keep, `otherwise` where no word is left */
    EF_ACTION_PSEUDONYM /* ef_deidentify_pseudonym */
} ef_action;

typedef struct ef_decision {
    ef_action action;
    ef_action otherwise; /* REMOVE, EMPTY or DUMMY */
} ef_decision;

/* Which kind of image the attribute is in: it decides where the profile leaves a choice. */
typedef enum ef_family {
    EF_FAMILY_MR_CT,
    EF_FAMILY_PET,
    EF_FAMILY_MULTIFRAME /* enhanced, legacy converted, and what isn't known */
} ef_family;

/* A private attribute that may stay. */
typedef struct ef_safe_private {
    char vr[3];
    const char
        *values; /* of a CS: the allowed ones, separated by commas (n_values characters); else NULL */
    size_t n_values;
} ef_safe_private;

/* A code of CID 7050, De-identification Method. */
typedef struct ef_method {
    const char *code, *meaning; /* static strings */
} ef_method;

enum { EF_METHODS_MOST = 8 };

typedef struct ef_deidentify ef_deidentify;

/* Reads the tables and the key.
 * made      out: the caller frees it (ef_deidentify_free); NULL on failure
 * retain    EFFACE_RETAIN_ bits
 * key_file  see ef_secret_open; NULL: a key for this run alone
 * Errors: as ef_secret_open, and EFFACE_INTERNAL where memory is short. */
efface_status ef_deidentify_open(ef_deidentify **made, unsigned retain, const char *key_file,
                                 efface_error *err) __attribute__((warn_unused_result));

/* NULL is allowed. */
void ef_deidentify_free(ef_deidentify *how);

/* What becomes of an attribute of an even group.
 * vr      two letters; "UN" where it isn't known
 * known   whether a dictionary has the attribute; what neither dictionary nor table has is removed
 * family  only matters where the profile leaves a choice */
ef_decision ef_deidentify_decide(const ef_deidentify *how, uint16_t group, uint16_t element, const char *vr,
                                 bool known, ef_family family);

/* What becomes of a member of a JSON sidecar, found by its DICOM keyword or in data/sidecar.tsv (letter
 * case does not matter). KEEP for one that neither has; EMPTY and DUMMY do not occur. */
ef_decision ef_deidentify_decide_key(const ef_deidentify *how, const char *key, size_t n);

/* Whether the words of an attribute, or of a member, are watched: searched in all texts that stay
 * (words.h). */
bool ef_deidentify_watches(const ef_deidentify *how, uint16_t group, uint16_t element);
bool ef_deidentify_watches_key(const ef_deidentify *how, const char *key, size_t n);

/* Whether a private attribute may stay, provided that its value is what it should be
 * (ef_deidentify_safe_value).
 * safe     out: what its value should be; set with true only
 * group    odd
 * element  its low byte
 * creator  of the block, n characters; blanks at its end do not matter */
bool ef_deidentify_safe(ef_safe_private *safe, const ef_deidentify *how, uint16_t group, uint8_t element,
                        const char *creator, size_t n);

/* Whether n bytes are a value of that kind: whole binary numbers, decimal digits, or one of the codes. */
bool ef_deidentify_safe_value(const ef_safe_private *safe, const void *bytes, size_t n);

/* The dummy of a VR: a static string for VRs of characters. NULL for binary ones (zeros replace them), for
 * sequences and for UIDs. */
const char *ef_deidentify_dummy(const char *vr);

/* The new UID for n characters at uid. UIDs of the standard itself (root 1.2.840.10008) stay. */
void ef_deidentify_uid(char out[EF_UID_BYTES], const ef_deidentify *how, const char *uid, size_t n);

/* The patient's pseudonym. */
void ef_deidentify_pseudonym(char out[EF_PSEUDONYM_BYTES], const ef_deidentify *how, const char *patient,
                             size_t n);

/* Shifts the dates in a text by the patient's constant; times stay.
 * text     in and out, n characters; undefined on failure
 * vr       DA, DT or TM; "" for a text whose form alone tells
 * patient  n_patient characters that identify the patient
 * Returns false where a value is no date or time. */
bool ef_deidentify_shift(char *text, size_t n, const char *vr, const ef_deidentify *how,
                         const char *patient, size_t n_patient);

/* The codes that hold for what was done, without those of defacing. Returns how many. */
int ef_deidentify_methods(ef_method methods[EF_METHODS_MOST], const ef_deidentify *how);

/* The EFFACE_RETAIN_ bits that it was opened with. */
unsigned ef_deidentify_retain(const ef_deidentify *how);

#ifdef __cplusplus
}
#endif
#endif
