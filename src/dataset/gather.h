/* Gathers what other processes did: by labels, or in shards. */
#ifndef EF_GATHER_H
#define EF_GATHER_H

#include "dataset/settings.h"

/* Counts how all images ended, as the journals say, and touches none. An image whose result is not there any
 * more counts as not treated.
 * tally    out
 * units    in
 * options  in: root, state, tell and context are used
 * Returns the worst status of an image, as ef_pipeline_run does; EFFACE_STOPPED, with a message, where all
 * others passed or need review, but some are not treated. Errors: EFFACE_INPUT where a journal can't be read;
 * EFFACE_INTERNAL. */
efface_status ef_gather(ef_tally *tally, const ef_units *units, const ef_pipeline_options *options,
                        efface_error *err) __attribute__((warn_unused_result));

#endif
