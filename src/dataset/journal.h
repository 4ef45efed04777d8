/* Journal: what was done to a data set, one line of JSON for each event. Every process appends to a file of
 * its own, so that there is no lock on shared storage; all files of the folder are read. Nothing else is
 * kept between runs. The lines:
 *
 * A line "begin" has the members unit and item: from here on, what lies at the outputs is ours. A line "end"
 * has those of ef_ending as well.
 *
 * "item" is the output's path below the data set's root, "out" the same of what was written (another name
 * where the result needs review), null for nothing; "record", "picture", "mask" and "sidecar" likewise. "rating",
 * "rater" and "note" are there where a person decided (ratings.h). No line holds the input's path, which may
 * name a person. Names are bytes that need not be UTF-8 (ef_json_bytes). Lines that can't be parsed, such as the last one of a killed process, are passed over. */
#ifndef EF_JOURNAL_H
#define EF_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efface.h"

/* How an image ended. Strings are owned. */
typedef struct ef_ending {
    char *item;    /* its name */
    char *unit;    /* its unit's name */
    char *out;     /* what was written, below the root; NULL for nothing */
    char *reason;  /* "" on a pass */
    char *follows; /* name of the image that it followed; NULL where it stood by itself */
    char *record, *picture, *mask, *sidecar; /* as out; NULL also where they lie elsewhere */
    char *rating;       /* a person's: "pass" or "fail"; NULL: the program decided alone */
    char *rater, *note; /* of that person; NULL for none */
    char out_sha256[65], out_other_sha256[65]; /* the other: of a pair of files; empty for none */
    char in_seen[65], in_bytes[65]; /* marks of what it was made from (made_from.h); empty: not known */
    char options[65];               /* hash of what decides the result (ef_journal_options) */
    char version[32];               /* of efface */
    efface_status status;
    double seconds; /* from the start of reading to the end of writing */
} ef_ending;

/* Frees what it owns and zeroes it. */
void ef_ending_release(ef_ending *ending);

/* What the journals of a data set say of one image. */
typedef struct ef_known {
    char *item;       /* owned */
    bool begun;       /* some process began it: its outputs are ours */
    ef_ending *ended; /* owned: every end that was written, the newest last */
    size_t n_ended;
    size_t order; /* of the first line, over all journals */
} ef_known;

/* Zero knows nothing. */
typedef struct ef_history {
    ef_known *known; /* owned, by the bytes of the item's name */
    size_t n;
} ef_history;

/* Reads all journals of a folder.
 * history  out; release it, also on failure
 * folder   that may be missing
 * Errors: EFFACE_INPUT where a journal can't be read; EFFACE_INTERNAL where memory is short. */
efface_status ef_history_read(ef_history *history, const char *folder, efface_error *err)
    __attribute__((warn_unused_result));

/* What is known of an image; NULL for nothing. */
const ef_known *ef_history_of(const ef_history *history, const char *item);

/* Idempotent. */
void ef_history_release(ef_history *history);

/* A journal that this process appends to; fd -1 for none. */
typedef struct ef_journal {
    int fd;
    char path[4096];
} ef_journal;

/* Creates a file of its own in the folder, which is created where it is missing.
 * shard, shards  are part of the name; 1 and 1 for a whole data set
 * Errors: EFFACE_INTERNAL. */
efface_status ef_journal_open(ef_journal *journal, const char *folder, int shard, int shards,
                              efface_error *err) __attribute__((warn_unused_result));

/* Appends a line and flushes it to the disk. May be called from several threads. Errors: EFFACE_INTERNAL. */
efface_status ef_journal_begin(const ef_journal *journal, const char *unit, const char *item,
                               efface_error *err) __attribute__((warn_unused_result));
efface_status ef_journal_end(const ef_journal *journal, const ef_ending *ending, efface_error *err)
    __attribute__((warn_unused_result));

/* A journal without lines is removed. Idempotent. */
void ef_journal_close(ef_journal *journal);

/* Hash of the options that decide a result and its files, and of efface's version. Whether a result that
 * needs review is kept changes nothing else, and is no part of it.
 * hex  out */
void ef_journal_options(char hex[65], const efface_options *options);

#endif
