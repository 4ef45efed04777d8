/* Where the results of a BIDS data set go. */
#ifndef EF_BIDS_PLACES_H
#define EF_BIDS_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/unit.h"

typedef enum ef_placement {
    EF_PLACE_ADJACENT,    /* a raw data set of its own, where every file has its name */
    EF_PLACE_DERIVATIVES, /* a derivative data set: images are named desc-defaced */
    EF_PLACE_INPLACE      /* the data set itself: originals are kept elsewhere (inplace.h) */
} ef_placement;

typedef struct ef_bids_places {
    const char *folder; /* of the data set */
    const char *root;   /* of the defaced data set; in place, of its mirror */
    const char *state;  /* of journals and pages; see ef_bids_state */
    ef_placement placement;
    bool pictures;
} ef_bids_places;

/* The folder of journals, pages and lists: <out>/derivatives/efface, where masks, records and pictures lie
 * too; of a derivative data set <out>/efface, and those lie beside their images.
 * state  out, room for size bytes
 * out    folder of the results
 * Returns false where it does not fit. */
bool ef_bids_state(char *state, size_t size, const char *out, ef_placement placement);

/* The name below the root that a file gets: its own, or of a derivative sub-01_desc-defaced_T1w.nii.gz, the
 * entity desc just before the suffix, as the specification orders entities.
 * path    out, room for size bytes
 * name    below the data set, with a suffix
 * Returns false where it does not fit. */
bool ef_bids_placed_name(char *path, size_t size, ef_placement placement, const char *name);

/* The name below the data set of an image's original. Points into the item. */
const char *ef_bids_original_name(const ef_bids_places *places, const ef_item *item);

/* Whether an image's result is there; in place, whether its original is kept. */
bool ef_bids_is_written(const ef_bids_places *places, const ef_item *item);

/* Adds an image to a unit, with all of its paths.
 * item  out: borrowed until the next call; NULL on failure
 * unit  in and out
 * name  below the data set
 * Errors: EFFACE_INPUT where a path is too long; EFFACE_INTERNAL where memory is short. */
efface_status ef_bids_place_image(ef_item **item, ef_unit *unit, const ef_bids_places *places,
                                  const char *name, efface_error *err) __attribute__((warn_unused_result));

#endif
