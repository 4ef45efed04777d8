/* Checksums of what lies on the disk. */
#ifndef EF_DIGEST_H
#define EF_DIGEST_H

#include "efface.h"
#include "io/file.h"

/* SHA-256 of a file's bytes, as hexadecimal digits. Errors: EFFACE_INPUT where it can't be read;
 * EFFACE_INTERNAL where memory is short. hex is "" then. */
efface_status ef_digest_file(char hex[65], const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* The same of a file, or of all files of a folder one after the other, in the order of their names; false
 * where there is none, or one can't be read. */
bool ef_digest(char hex[65], const char *path);

/* The same of an output that has no name yet. Errors: EFFACE_INTERNAL. */
efface_status ef_digest_output(char hex[65], const ef_output *out, efface_error *err)
    __attribute__((warn_unused_result));

#endif
