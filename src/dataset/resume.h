/* Resume: what an earlier run has done already. Done is what the journal says and the bytes confirm. */
#ifndef EF_RESUME_H
#define EF_RESUME_H

#include "dataset/journal.h"
#include "dataset/made_from.h"
#include "dataset/unit.h"

typedef enum ef_before {
    EF_BEFORE_NOTHING, /* nobody treated the image */
    EF_BEFORE_OURS,    /* begun, or done from another input, by other options or another version, or not
                        * whole: to be done again, and what lies at its outputs may be replaced */
    EF_BEFORE_DONE     /* done by the same options from the same bytes, and the result is whole */
} ef_before;

/* What an image is asked about with. Borrowed. */
typedef struct ef_resume {
    const ef_history *history;
    const char *root;        /* of the data set */
    const char *options;     /* hash, from ef_journal_options */
    const ef_secret *secret; /* of the marks; NULL: none */
    bool sidecars;           /* every sidecar decides the result, as with de-identification */
    /* Whether results that need review are wanted: an image without such a result, or with one that is not
     * wanted, is not done. */
    bool keep_review;
} ef_resume;

/* Asks the history about an image. Inputs of the same sizes and times count as the same bytes, else their
 * checksums are taken. A result counts by its checksum, and by the mask and picture that are wanted now. What failed by EFFACE_INTERNAL or EFFACE_USAGE is
 * never done: the cause lay outside of the image.
 * ending  out: where it is done, how it ended, borrowed from the history; else NULL. May be NULL
 * resume  in
 * item    in */
ef_before ef_resume_ask(const ef_ending **ending, const ef_resume *resume, const ef_item *item);

/* Removes what earlier runs wrote for an image, so that no result stays that the new verdict does not
 * support.
 * known  of the image; NULL removes nothing
 * root   of the data set
 * item   its mask and picture go as well where `out` is NULL
 * out    what the new run wrote, below the root, which stays; NULL for nothing */
void ef_resume_remove(const ef_known *known, const char *root, const ef_item *item, const char *out);

#endif
