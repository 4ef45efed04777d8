/* What makes a folder a BIDS derivative. */
#ifndef EF_BIDS_DESCRIBE_H
#define EF_BIDS_DESCRIBE_H

#include "dataset/bids.h"

/* Writes dataset_description.json into the state folder; for a derivative data set into its root, with a
 * .bidsignore for what BIDS has no names for. There the sidecars of images get SkullStripped and Sources,
 * where they lack them.
 * bids    in: images whose results are there
 * places  in
 * relative_path_may_be_told  false: the description does not say where the source is, as the names of
 *                            folders may name people, but where it lies just above
 * Errors: EFFACE_INPUT where a sidecar can't be read; EFFACE_INTERNAL. */
efface_status ef_bids_describe(const ef_bids *bids, const ef_bids_places *places,
                               bool relative_path_may_be_told, efface_error *err)
    __attribute__((warn_unused_result));

#endif
