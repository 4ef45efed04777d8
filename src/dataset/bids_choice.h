/* Which images of a BIDS data set are chosen. */
#ifndef EF_BIDS_CHOICE_H
#define EF_BIDS_CHOICE_H

#include "dataset/bids.h"

/* Whether a subject or session is chosen.
 * prefix   "sub-" or "ses-", which words may leave out
 * label    with its prefix; n characters
 * with     that it must be one of; an empty list admits all
 * without  that it must not be one of */
bool ef_bids_label_chosen(const char *prefix, const char *label, size_t n, const ef_bids_words *with,
                          const ef_bids_words *without);

/* Whether an image is chosen by its modality and by the filter file: an object of queries, each an object of
 * entities with a word, a list of words, or null for an entity that must be missing. An image is chosen
 * where it matches at least one query; "datatype", "suffix" and "extension" are entities too.
 * datatype  name of its folder */
bool ef_bids_image_chosen(const ef_bids_choice *choice, const char *datatype, const ef_bids_name *name);

/* Whether a filter file's text is what the function above expects. Errors: EFFACE_USAGE. */
efface_status ef_bids_filter_check(const char *text, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

#endif
