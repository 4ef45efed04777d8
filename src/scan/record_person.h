/* What a person decided about a result, in its record. The verdict stays the program's own. */
#ifndef EF_RECORD_PERSON_H
#define EF_RECORD_PERSON_H

#include <stdbool.h>

#include "efface.h"

typedef struct ef_person {
    bool pass;                /* else the result was rejected */
    const char *rater, *note; /* NULL for none */
    const char *output;       /* path that the result has now; NULL: it is gone */
    const char *root;         /* folder of the data set */
} ef_person;

/* Writes a record with what a person decided as its last member, "person"; an earlier decision is replaced.
 * The member "output" names the result as it is now.
 * to      path of the new record; may be the old one's. Another file than a record of efface is not replaced
 * from    path of the record
 * person  in
 * Errors: EFFACE_INPUT where `from` is no record; EFFACE_USAGE where `to` exists and is none;
 * EFFACE_INTERNAL. */
efface_status ef_record_decide(const char *to, const char *from, const ef_person *person, efface_error *err)
    __attribute__((warn_unused_result));

#endif
