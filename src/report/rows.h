/* What the report says of each image, from journal and record. */
#ifndef EF_REPORT_ROWS_H
#define EF_REPORT_ROWS_H

#include "dataset/journal.h"

/* How an image ended, worst first: in this order a person looks at them. */
typedef enum ef_row_verdict {
    EF_ROW_REVIEW,
    EF_ROW_REFUSED,
    EF_ROW_FAILED,
    EF_ROW_UNFINISHED, /* begun, and no end is known */
    EF_ROW_REJECTED,   /* by a person */
    EF_ROW_ACCEPTED,   /* by a person, after a review */
    EF_ROW_PASS
} ef_row_verdict;

typedef struct ef_row {
    const ef_known *known; /* borrowed */
    const ef_ending *end;  /* the newest; borrowed; NULL for none */
    ef_row_verdict verdict;
    char *unit;        /* owned */
    double confidence; /* of the head's pose, from the record; NaN where unknown */
    size_t details;    /* number of the group that holds its record */
    size_t options;    /* number of its options' text; EF_ROW_NONE */
    size_t volume;     /* number of the copy for the viewer (volumes.h); EF_ROW_NONE */
} ef_row;

#define EF_ROW_NONE ((size_t)-1)

/* Zero is empty. */
typedef struct ef_rows_made {
    ef_row *row; /* owned: worst first, of the same verdict by confidence, then by name */
    size_t n;
    ef_row **by_unit; /* owned: the same rows by unit, then by name */
    size_t n_details; /* groups; each holds whole units */
    char **options;   /* owned: the different texts of the records' options, as JSON */
    size_t n_options;
} ef_rows_made;

/* Makes the rows.
 * made     out; release it, also on failure
 * history  in: borrowed until the release
 * root     of the data set
 * Errors: EFFACE_INTERNAL where memory is short. */
efface_status ef_rows_make(ef_rows_made *made, const ef_history *history, const char *root,
                           efface_error *err) __attribute__((warn_unused_result));

/* The text of an image's record, to be freed; NULL where there is none. */
char *ef_rows_record(const ef_row *row, const char *root);

/* A word of lower case. */
const char *ef_rows_verdict(ef_row_verdict verdict);

/* Idempotent. */
void ef_rows_release(ef_rows_made *made);

#endif
