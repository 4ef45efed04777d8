/* The table of ratings that the report exports. */
#ifndef EF_RATINGS_READ_H
#define EF_RATINGS_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"

/* One row that decides. Strings are owned. */
typedef struct ef_rating {
    char *item;
    char *rater, *note, *sha256; /* NULL for none */
    bool pass;                   /* else fail */
    size_t line;                 /* in the file, without comments; the first behind the names is 1 */
} ef_rating;

/* Zero is empty. */
typedef struct ef_ratings {
    ef_rating *row; /* owned: by item; of one item fails before passes */
    size_t n, room;
} ef_ratings;

/* Reads the file; rows without a rating, mere notes, are left out. Its columns: see ratings.h.
 * all  out: release it, also on failure
 * Errors: EFFACE_INPUT where the file can't be read or is broken; EFFACE_INTERNAL where memory is short. */
efface_status ef_ratings_read(ef_ratings *all, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* Idempotent. */
void ef_ratings_release(ef_ratings *all);

#endif
