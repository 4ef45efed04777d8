/* Tables of a BIDS data set (.tsv), copied with some cells changed. */
#ifndef EF_BIDS_TABLE_H
#define EF_BIDS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"
#include "identity/deidentify.h"

typedef struct ef_bids_table {
    const char *text; /* borrowed, n bytes */
    size_t n;
    const char *folder;       /* files in the column "filename" lie below it, where keep_rows is set */
    const char *label;        /* the subject's, "sub-01": determines the shift of dates */
    const ef_deidentify *how; /* NULL: no cell changes */
    bool rows_follow;         /* drop rows whose file does not exist */
} ef_bids_table;

/* Makes the copy.
 * made     out: to be freed; NULL on failure
 * n_made   out: bytes
 * over_89  in and out: counts rows whose column "age" is above 89
 * Errors: EFFACE_INTERNAL where memory is short. */
efface_status ef_bids_table_copy(char **made, size_t *n_made, size_t *over_89, const ef_bids_table *table,
                                 efface_error *err) __attribute__((warn_unused_result));

#endif
