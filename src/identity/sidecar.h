/* JSON sidecars of NIfTI images (BIDS, dcm2niix) without what tells who, where and when. */
#ifndef EF_SIDECAR_H
#define EF_SIDECAR_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"
#include "identity/deidentify.h"

/* A sidecar as it was read. Borrows what it points to. */
typedef struct ef_sidecar {
    const char *text; /* n bytes */
    size_t n;
    const char *path; /* for messages */
    const char
        *label;    /* the subject's, where the object has no PatientID: it determines the shift of dates */
    bool by_label; /* the label does so in any case: tables of the data set know nothing else */
} ef_sidecar;

/* Reads a sidecar.
 * text  out: to be freed, with a NUL after its n bytes; NULL where there is no such file, and on failure
 * n     out: bytes; 0 where there is no such file
 * path  of the sidecar
 * Errors: EFFACE_INPUT where it can't be read or is longer than 16 MiB; EFFACE_INTERNAL where memory is
 * short. */
efface_status ef_sidecar_read(char **text, size_t *n, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* Removes identifying members from a JSON object, on every level, and states in it that this was done
 * (DeidentificationMethod and DeidentificationMethodCodeSequence of BIDS 1.10, appended to what is there).
 * A member is removed by its name, or where a word of the patient's names or identifiers is in its text.
 * Order, spacing and all members that stay are copied byte for byte.
 * made     out: to be freed; NULL on failure
 * n_made   out: bytes without the NUL that follows
 * sidecar  the text
 * how      tables and key; NULL: nothing is removed, what was done is added all the same
 * defaced  whether the face is proved to be gone from the image
 * Errors: EFFACE_INPUT where the text isn't a JSON object (RFC 8259) or is nested deeper than 64 levels;
 * EFFACE_INTERNAL where memory is short. */
efface_status ef_sidecar_clean(char **made, size_t *n_made, const ef_sidecar *sidecar,
                               const ef_deidentify *how, bool defaced, efface_error *err)
    __attribute__((warn_unused_result));

#endif
