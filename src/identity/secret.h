/* The key that links what was replaced to what replaces it. Whoever has the key and a guess of an
 * identifier can check the guess; without the key nobody can. With the same key the same identifier becomes
 * the same replacement, in every file and every run. */
#ifndef EF_SECRET_H
#define EF_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/checksum.h"
#include "efface.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    EF_UID_BYTES = 65,       /* 64 characters, the most of a DICOM UID, and NUL */
    EF_PSEUDONYM_BYTES = 17, /* "anon-" and 11 letters, and NUL: fits a DICOM SH */
    EF_SHIFT_MOST_DAYS = 3650
};

typedef struct ef_secret {
    uint8_t key[EF_KEY_BYTES];
} ef_secret;

/* Draws a key for one run from the system's random numbers. Errors: EFFACE_INTERNAL where it gives none. */
efface_status ef_secret_draw(ef_secret *secret, efface_error *err) __attribute__((warn_unused_result));

/* Reads the key in a file. Where there is no file, a key is drawn and the file made: readable by its owner
 * alone, whole or not at all, and never over another that appears meanwhile.
 * secret  out
 * Errors: EFFACE_USAGE where the file holds no key; EFFACE_INTERNAL where it can't be read or made. */
efface_status ef_secret_open(ef_secret *secret, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* The UID that replaces the n characters at `uid`: "2.25." and a number made from a UUID (DICOM PS3.5 B.2)
 * whose bits come from the key. */
void ef_secret_uid(char out[EF_UID_BYTES], const ef_secret *secret, const char *uid, size_t n);

/* The name that replaces a patient's, in letters that are hard to confuse (no vowels, so no words). */
void ef_secret_pseudonym(char out[EF_PSEUDONYM_BYTES], const ef_secret *secret, const char *patient,
                         size_t n);

/* By how many days the patient's dates are shifted: -EF_SHIFT_MOST_DAYS to -1. */
int ef_secret_days(const ef_secret *secret, const char *patient, size_t n);

#ifdef __cplusplus
}
#endif
#endif
