/* Which images of a BIDS data set are chosen. */
#ifndef EF_BIDS_CHOICE_H
#define EF_BIDS_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/bids_name.h"
#include "efface.h"

/* Words to look for. */
typedef struct ef_bids_words {
    const char **word; /* owned array of borrowed strings, without NUL behind them */
    size_t *length;    /* owned */
    size_t n;
} ef_bids_words;

/* What of a data set is chosen. */
typedef struct ef_bids_choice {
    ef_bids_words participants, sessions; /* labels, with or without "sub-" and "ses-" */
    ef_bids_words without_participants, without_sessions;
    ef_bids_words modalities; /* suffixes or folders: "T1w", "anat" */
    const char *filter;       /* text of a filter file (JSON); NULL for none */
} ef_bids_choice;

/* Adds words, joined by commas or not, to a list. The text is borrowed. False where memory is short. */
bool ef_bids_words_add(ef_bids_words *words, const char *text);

void ef_bids_words_release(ef_bids_words *words);

/* Whether everything is chosen. */
bool ef_bids_all_chosen(const ef_bids_choice *choice);

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
