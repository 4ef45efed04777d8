/* What a run of the pipeline is given, and what it tells. */
#ifndef EF_SETTINGS_H
#define EF_SETTINGS_H

#include "dataset/journal.h"
#include "dataset/tally.h"
#include "dataset/unit.h"

/* Something that a person wants to see.
 * tally   so far
 * unit, item  what it is about
 * ending  how it ended
 * kept    it was done by an earlier run */
typedef struct ef_news {
    const ef_tally *tally;
    const ef_unit *unit;
    const ef_item *item;
    const ef_ending *ending;
    bool kept;
} ef_news;

typedef struct ef_pipeline_options {
    efface_options scan; /* of every image; paths in it must be NULL but for key_file; threads is the
                              * number for one image */
    const char *root;    /* folder that the items' names are below */
    const char *state;   /* folder of the journals */
    int shard, shards;   /* of the whole data set; 1 and 1 */
    int jobs;            /* workers; at least 1 */
    size_t memory_bytes; /* for what is in flight; one image is always allowed */
    bool force;          /* do everything again, and replace what lies at the outputs */
    bool dry_run;        /* only report what would be done; ends with EFFACE_PASS */
    bool fail_fast;      /* stop after the first image that neither passes nor needs review */
    const volatile int *interrupt; /* becomes nonzero where the run is to stop; NULL: never */
    /* Called by one thread at a time; may be NULL. */
    void (*tell)(void *context, const ef_news *news);
    void *context;
} ef_pipeline_options;

#endif
