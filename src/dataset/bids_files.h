/* The files of a BIDS data set beside its images: sidecars that several images inherit, tables, gradients. */
#ifndef EF_BIDS_FILES_H
#define EF_BIDS_FILES_H

#include "dataset/inplace.h"

/* What was done with them. */
typedef struct ef_bids_written {
    size_t copied;  /* files; in place, those that changed */
    size_t removed; /* files of an earlier run, none of whose images is there any more */
    size_t left;    /* files and folders that were not copied */
    size_t over_89; /* rows of participants.tsv whose age is above 89, which HIPAA counts as identifying */
} ef_bids_written;

/* Copies what belongs to the images that were written, and writes the list of what is left,
 * <state>/not_copied.tsv, and the descriptions of derivatives (bids_describe.h). Files of units that are not
 * in bids->units (another shard's) are passed over. What an earlier run copied goes where all its images
 * have gone. A table's rows about files that are not there are left out. With de-identification JSON is
 * cleaned, columns of tables that tell who, where and when become n/a, and acquisition times are shifted
 * where dates are retained.
 * A derivative gets what its images need, inherited sidecars and gradients, and nothing else. In place, files
 * that de-identification changes are placed, and put back where their images are.
 * written  out
 * bids     in
 * places   in; files at the destination are replaced
 * inplace  in and out: NULL for another placement
 * options  deidentify, retain and key_file are used
 * Errors: EFFACE_INPUT where a file can't be read; EFFACE_INTERNAL. */
efface_status ef_bids_write(ef_bids_written *written, const ef_bids *bids, const ef_bids_places *places,
                            ef_inplace *inplace, const efface_options *options, efface_error *err)
    __attribute__((warn_unused_result));

#endif
