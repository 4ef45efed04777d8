/* Resume: what an earlier run has done already. Done is what the journal says and the bytes confirm. */
#ifndef EF_RESUME_H
#define EF_RESUME_H

#include "dataset/journal.h"
#include "dataset/unit.h"

typedef enum ef_before {
    EF_BEFORE_NOTHING, /* nobody treated the image */
    EF_BEFORE_OURS,    /* begun, or done from another input, by other options or another version, or not
                        * whole: to be done again, and what lies at its outputs may be replaced */
    EF_BEFORE_DONE     /* done by the same options from the same bytes, and the result is whole */
} ef_before;

/* Asks the history about an image. An input of the same size and time counts as the same bytes, else its
 * checksum is taken. A result counts by its checksum. What failed by EFFACE_INTERNAL or EFFACE_USAGE is
 * never done: the cause lay outside of the image.
 * ending   out: where it is done, how it ended, borrowed from the history; else NULL. May be NULL
 * history  in
 * root     of the data set
 * item     in
 * options  hash, from ef_journal_options
 * keep_review  whether results that need review are wanted: an image without such a result, or with one
 *              that is not wanted, is not done */
ef_before ef_resume_ask(const ef_ending **ending, const ef_history *history, const char *root,
                        const ef_item *item, const char options[65], bool keep_review);

/* Removes what earlier runs wrote for an image, so that no result stays that the new verdict does not
 * support.
 * known  of the image; NULL removes nothing
 * root   of the data set
 * item   its mask and picture go as well where `out` is NULL
 * out    what the new run wrote, below the root, which stays; NULL for nothing */
void ef_resume_remove(const ef_known *known, const char *root, const ef_item *item, const char *out);

#endif
