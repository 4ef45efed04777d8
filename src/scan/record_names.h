/* How a record names files: so that it can travel, and tells nothing of the machine that it was made on. */
#ifndef EF_RECORD_NAMES_H
#define EF_RECORD_NAMES_H

#include <stdbool.h>

enum { EF_RECORD_NAME_BYTES = 4096 };

/* Empty strings are names that are not told. */
typedef struct ef_record_names {
    char input[EF_RECORD_NAME_BYTES];     /* the file's name */
    char output[EF_RECORD_NAME_BYTES];    /* as seen from the record's folder, like the next two */
    char other[EF_RECORD_NAME_BYTES];     /* the other file of an output that is a pair of files */
    char reference[EF_RECORD_NAME_BYTES]; /* of the scan whose pose or mask was carried over */
    bool carried;                         /* there is such a scan, whether it is named or not */
} ef_record_names;

/* Names a file as seen from the record's folder: by its file name where it lies there too. Else by a relative
 * path where both lie below `root`, and by its file name alone where not.
 * name    out
 * path    of the file; NULL gives an empty name
 * record  path of the record
 * root    folder of a data set; NULL: there is none */
void ef_record_name(char name[EF_RECORD_NAME_BYTES], const char *path, const char *record,
                    const char *root);

#endif
