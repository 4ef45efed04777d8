/* How many images ended in which way. */
#ifndef EF_TALLY_H
#define EF_TALLY_H

#include <stddef.h>

#include "efface.h"

typedef struct ef_tally {
    size_t total; /* of the data set, or of its shard */
    size_t units;
    size_t done;                            /* ended, in this run or before */
    size_t kept;                            /* of those: done by an earlier run */
    size_t passed, review, refused, failed; /* of those done */
    efface_status worst;                    /* by severity; EFFACE_PASS where all passed */
} ef_tally;

/* Counts an image that has ended. */
void ef_tally_count(ef_tally *tally, efface_status status);

#endif
