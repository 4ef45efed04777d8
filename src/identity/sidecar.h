/* JSON sidecars of NIfTI images (BIDS, dcm2niix) without what tells who, where and when. */
#ifndef EF_SIDECAR_H
#define EF_SIDECAR_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"
#include "identity/deidentify.h"

/* Reads a sidecar. EFFACE_PASS and *text NULL where there is none; *text is to be freed, and has a NUL
 * after its *n bytes. EFFACE_INPUT where it can't be read or is longer than 16 MiB. */
efface_status ef_sidecar_read(char **text, size_t *n, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* Takes identifying members out of a JSON object, on every level, and writes down in it that this was done
 * (DeidentificationMethod and DeidentificationMethodCodeSequence of BIDS 1.10, appended to what is there).
 * made      out: to be freed; NULL on failure
 * n_made    out: bytes without the NUL that follows
 * text      n bytes, read only; order, spacing and all members that stay are copied byte for byte
 * label     who it is where the object has no PatientID: dates are shifted by what this gives
 * defaced   whether the face is proved to be gone from the image
 * path      for messages
 * A member goes by its name, or where a word of the patient's names or identifiers is in its text.
 * EFFACE_INPUT where the text isn't a JSON object (RFC 8259) or is nested deeper than 64 levels. */
efface_status ef_sidecar_clean(char **made, size_t *n_made, const char *text, size_t n,
                               const ef_deidentify *how, const char *label, bool defaced, const char *path,
                               efface_error *err) __attribute__((warn_unused_result));

#endif
