/* De-identification of one scan: the tables and the key, and the JSON sidecar that lies beside the image.
 * Where it isn't asked for, all of this does nothing. */
#ifndef EF_HEADERS_H
#define EF_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"
#include "identity/deidentify.h"
#include "io/file.h"

/* Zero is nothing to be done. Without de-identification the sidecar only gets what was done. */
typedef struct ef_headers {
    ef_deidentify *how; /* owned; NULL where de-identification isn't asked for */
    char *sidecar;      /* owned: as read; NULL where there is none */
    size_t n_sidecar;
    char *sidecar_path; /* owned: where it was, for messages */
    char *label;        /* owned: the subject's label */
    bool by_label;      /* as in ef_sidecar */
} ef_headers;

/* Opens the key and reads the sidecar of `in`. Refuses, before any long work, what ef_headers_prepare would
 * refuse.
 * headers  overwritten; the caller releases it, also on failure
 * in, out  paths of the images
 * options  not NULL
 * Errors: as ef_deidentify_open and ef_sidecar_clean, and EFFACE_USAGE where the sidecar of `out` exists or
 * would take the name of the record. */
efface_status ef_headers_open(ef_headers *headers, const char *in, const char *out,
                              const efface_options *options, efface_error *err)
    __attribute__((warn_unused_result));

/* Adds the cleaned sidecar, where there is one, under the name that belongs to `out`.
 * set      gets the output
 * defaced  the face is proved to be gone
 * force    replace an existing file
 * Errors: as ef_sidecar_clean and ef_output_add_bytes. */
efface_status ef_headers_prepare(ef_output_set *set, const ef_headers *headers, const char *out,
                                 bool defaced, bool force, efface_error *err)
    __attribute__((warn_unused_result));

/* Idempotent. */
void ef_headers_release(ef_headers *headers);

#endif
