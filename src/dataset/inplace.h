/* Results in place of their originals. The pipeline writes into a mirror of the data set, <state>/unplaced, so
 * that originals stay untouched while it runs. Afterwards each file of the mirror is placed: the original is
 * kept (keep.h), and the result takes its name by one renaming. A kill at any moment leaves the original in
 * place, or the result in place and the original kept.
 *
 * A list, <state>/placed, has a line for each file before it is placed, with its checksum: that is how a later
 * run knows what is ours. No line is ever changed. */
#ifndef EF_INPLACE_H
#define EF_INPLACE_H

#include "dataset/bids.h"
#include "dataset/journal.h"

/* A file that was placed, or was about to be. */
typedef struct ef_placed {
    char *name; /* owned: below the data set */
    char sha256[65];
    bool original; /* there was an original, which is kept */
} ef_placed;

typedef struct ef_inplace {
    const char *folder, *state, *mirror; /* borrowed: of the data set; <state>; its mirror */
    ef_placed *placed;                   /* owned: lines of earlier runs, sorted by their names */
    size_t n, room;
    bool alone; /* set by the caller: no other process works on the data set, so that the mirror can go */
    ef_journal list; /* that this process appends to; opened with its first line */
} ef_inplace;

/* Reads the list, and gives originals their places again that a killed run left without a file.
 * inplace  out: release it, also on failure
 * places   in, borrowed
 * Errors: EFFACE_USAGE where originals are kept that no list names; EFFACE_INPUT; EFFACE_INTERNAL. */
efface_status ef_inplace_open(ef_inplace *inplace, const ef_bids_places *places, efface_error *err)
    __attribute__((warn_unused_result));

/* Makes the mirror. To be called before the pipeline runs. Errors: EFFACE_USAGE where a path is too long;
 * EFFACE_INTERNAL. */
efface_status ef_inplace_make_mirror(const ef_inplace *inplace, efface_error *err)
    __attribute__((warn_unused_result));

/* Places a file of the mirror.
 * name    below the mirror and the data set
 * sha256  of the file; NULL: it is read
 * Errors: EFFACE_USAGE where what lies in place is neither the original nor ours; EFFACE_INTERNAL. */
efface_status ef_inplace_place(ef_inplace *inplace, const char *name, const char *sha256, efface_error *err)
    __attribute__((warn_unused_result));

/* Only keeps the original, so that it is kept before other files are placed. Errors: as ef_inplace_place. */
efface_status ef_inplace_keep(ef_inplace *inplace, const char *name, const char *sha256, efface_error *err)
    __attribute__((warn_unused_result));

/* Whether an item's original is kept, and something else in its place. */
bool ef_inplace_is_placed(const ef_item *item);

/* Undoes that: the original has its place again, or what had no original is removed. Nothing happens to a file
 * that was not placed.
 * changed  out: whether anything was done; may be NULL
 * Errors: as ef_inplace_place; also EFFACE_USAGE where the original is not kept any more. */
efface_status ef_inplace_put_back(bool *changed, const ef_inplace *inplace, const char *name,
                                  efface_error *err) __attribute__((warn_unused_result));

/* What became of images. */
typedef struct ef_inplace_done {
    size_t placed;    /* now */
    size_t with_face; /* images that are in place as they were */
} ef_inplace_done;

/* Places all results of the images that passed, with their sidecars. An image that did not pass is as it was:
 * an earlier result of it goes.
 * done   out
 * tell   called for each image that still shows its face; may be NULL
 * Errors: as ef_inplace_place, of the first image that can't be placed; the others are. */
efface_status ef_inplace_place_all(ef_inplace_done *done, ef_inplace *inplace, const ef_units *units,
                                   void (*tell)(const ef_item *item, const ef_ending *ending),
                                   efface_error *err) __attribute__((warn_unused_result));

/* What a revert did. */
typedef struct ef_reverted {
    size_t back;    /* originals that have their places again */
    size_t removed; /* files that had no original */
    size_t refused; /* files that are neither the original nor ours, or whose original is gone */
    size_t left;    /* other files in the state folder, which stay */
} ef_reverted;

/* Puts everything back, and removes masks, records, pictures, journals and pages. The list goes last, so that
 * the same call goes on where it was killed; it stays where a file was refused.
 * units  whose files are put back; NULL: all, and the state folder goes too
 * tell   called for each file that is refused or left, with the reason; may be NULL
 * Errors: EFFACE_INTERNAL. */
efface_status ef_inplace_revert(ef_reverted *reverted, ef_inplace *inplace, const ef_units *units,
                                void (*tell)(const char *name, const char *why), efface_error *err)
    __attribute__((warn_unused_result));

/* Removes the mirror where it is empty and no other process needs it, and frees. Idempotent. */
void ef_inplace_close(ef_inplace *inplace);

#endif
