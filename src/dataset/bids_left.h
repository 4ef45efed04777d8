/* The list of what is not copied. */
#ifndef EF_BIDS_LEFT_H
#define EF_BIDS_LEFT_H

#include "dataset/bids.h"

/* Its name in the state folder: not_copied.tsv, in place not_treated.tsv. A static string. */
const char *ef_bids_left_name(const ef_bids_places *places);

/* Writes it: a row for each file, and why. Tabs, line ends and backslashes in names are
 * written as \t, \n, \r and \\. Names that no specification gives may name people: without them a row is a
 * folder and a count.
 * n_left  out: files and folders that were not copied
 * names   false: folders and counts only
 * Errors: EFFACE_INTERNAL. */
efface_status ef_bids_write_left(size_t *n_left, const ef_bids *bids, const ef_bids_places *places,
                                 bool names, efface_error *err) __attribute__((warn_unused_result));

#endif
