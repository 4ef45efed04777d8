/* BIDS data sets: which images a session has, and which other files belong to them. */
#ifndef EF_BIDS_H
#define EF_BIDS_H

#include "dataset/bids_choice.h"
#include "dataset/bids_places.h"

/* What is to become of a file that is no image to be defaced. */
typedef enum ef_bids_fate {
    EF_BIDS_COPY,  /* text that we know: copied, cleaned as asked */
    EF_BIDS_SCANS, /* a table of a session's files: its rows follow what was written */
    EF_BIDS_LEAVE  /* it may show a face: not copied, but listed */
} ef_bids_fate;

typedef struct ef_bids_file {
    char *name; /* owned: path below the data set */
    char *unit; /* owned: name of the unit that it belongs to; NULL for none */
    ef_bids_fate fate;
    const char *why; /* static string: why it is left; NULL for a file that is copied */
} ef_bids_file;

/* A data set as found. Zero is empty. */
typedef struct ef_bids {
    const char *folder; /* borrowed: of the data set */
    ef_units units;     /* a session each, or a subject without sessions */
    size_t n_units;     /* that were found; 0 where not all images are chosen */
    ef_bids_file *file; /* owned, n_files */
    size_t n_files, room;
} ef_bids;

/* Finds everything.
 * bids    out: release it, also on failure
 * places  in
 * choice  in
 * Errors: EFFACE_INPUT where the folder is no BIDS data set (no dataset_description.json and no sub-*), or
 * where nothing is chosen; EFFACE_INTERNAL. */
efface_status ef_bids_find(ef_bids *bids, const ef_bids_places *places, const ef_bids_choice *choice,
                           efface_error *err) __attribute__((warn_unused_result));

/* Idempotent. */
void ef_bids_release(ef_bids *bids);

#endif
