/* Ratings: what persons decided about results. A result that needed review and that a person passed gets its
 * real name, since a person said so; a result that a person failed is removed. Journal and record say it. */
#ifndef EF_RATINGS_H
#define EF_RATINGS_H

#include "dataset/unit.h"

typedef struct ef_ratings_done {
    size_t accepted, rejected; /* now */
    size_t before;             /* what an earlier run did, and passes of what had passed */
    size_t without_effect;
} ef_ratings_done;

typedef struct ef_ratings_place {
    const ef_units *units; /* other images are none of this run's business */
    const char *root;      /* of the data set */
    const char *journals;  /* folder */
    int shard, shards;     /* 1 and 1: then a rating of no image is told */
    /* Called for each rating without effect. why: a phrase. May be NULL. */
    void (*tell)(void *context, const char *item, const char *why);
    void *context;
} ef_ratings_place;

/* Reads ratings and does what they say. The file is a table of tab-separated fields whose first line names
 * its columns; "n/a" and an empty field are none:
 *   item    the image's name in the data set; "./#..." for a name that begins with #
 *   rating  "pass" or "fail"; none for a mere note
 *   note, rater  optional
 *   sha256  optional: of the result that the rater saw. Another result is not touched
 * Of several ratings of one image a fail counts more than a pass.
 * done   out: also on failure
 * Errors: EFFACE_INPUT where the file can't be read or is broken, before anything is done; EFFACE_INTERNAL
 * where a file can't be renamed or removed. The same call goes on where it stopped. */
efface_status ef_ratings_apply(ef_ratings_done *done, const char *path, const ef_ratings_place *place,
                               efface_error *err) __attribute__((warn_unused_result));

#endif
