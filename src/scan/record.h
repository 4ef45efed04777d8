/* The record of one run, as JSON. It travels with the defaced scan. So it holds no path of the machine, not the
 * seed, which would help to undo the removal, and of a scan that is de-identified neither the input's name nor
 * its checksum. README.md of this room lists its members. */
#ifndef EF_RECORD_H
#define EF_RECORD_H

#include <stddef.h>

#include "efface.h"
#include "scan/record_names.h"

/* Makes the record's text.
 * text     out: to be freed; NULL on failure
 * length   out: its length in bytes, may be NULL
 * options  as used, not NULL
 * result   filled as far as the run got; numbers that are NaN become null
 * names    of the run's files; NULL: none is told
 * Returns EFFACE_PASS or EFFACE_INTERNAL (out of memory). */
efface_status ef_record_make(char **text, size_t *length, const efface_options *options,
                             const efface_result *result, const ef_record_names *names, efface_error *err)
    __attribute__((warn_unused_result));

/* Returns "pass", "review" or "fail": the three ends of a scan. */
const char *ef_record_verdict(efface_status status);

/* Makes the path of a record that was not given one: "a/b.nii.gz" has "a/b_efface.json". The image's name
 * with .json alone is the BIDS sidecar's.
 * path  out, room for size bytes
 * out   the output's path
 * Returns false where it doesn't fit. */
bool ef_record_path(char *path, size_t size, const char *out);

#endif
