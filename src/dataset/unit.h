/* Units: what of a data set is decided together. A unit is a session of one head, or a single image. Who
 * finds units (find.h) fills them in; the pipeline only reads them. */
#ifndef EF_UNIT_H
#define EF_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"

/* How the head is found in an image. */
typedef enum ef_way {
    EF_WAY_ALONE, /* by the image itself */
    EF_WAY_ANY,   /* the unit's first image that passes leads; another one follows the leader where that is
                   * sure, and else stands by itself */
    EF_WAY_AS_IS  /* it shows no anatomy to go by: the mask of an image on the same grid is carried over */
} ef_way;

struct ef_dicom_tree;

/* One image of a data set. Strings are owned. */
typedef struct ef_item {
    char *name;    /* unique in the data set: the output's path below the data set's root */
    char *in;      /* path of the input */
    char *out;     /* path of the output */
    char *placed;  /* path that a result which passed gets after the run (inplace.h); NULL: it stays */
    char *record;  /* path of the record */
    char *mask;    /* path of the mask; NULL: none */
    char *picture; /* path of the picture of the result; NULL: none */
    char *refused; /* why it can't be treated, found before the work; NULL where it can */
    bool sidecar;  /* write its JSON sidecar too */
    struct ef_dicom_tree
        *tree;     /* borrowed: `in` is the first file of one of its series, and `out` a folder;
                                 * NULL: both are files */
    size_t series; /* its number in the tree */
    ef_way way;
} ef_item;

typedef struct ef_unit {
    char *name;    /* owned */
    ef_item *item; /* owned; in the order in which a leader is sought */
    size_t n, room;
} ef_unit;

/* Zero is an empty list. */
typedef struct ef_units {
    ef_unit *unit; /* owned */
    size_t n, room;
} ef_units;

/* Adds a unit.
 * name  copied
 * Returns it, borrowed until the next call; NULL where memory is short. */
ef_unit *ef_units_add(ef_units *units, const char *name);

/* Adds an image to a unit. The record is named as efface_run names it.
 * name     of the image; copied, like the paths
 * in, out  paths
 * Returns it, borrowed until the next call; NULL where memory is short. */
ef_item *ef_unit_add(ef_unit *unit, const char *name, const char *in, const char *out);

/* Refuses every image whose output or record is another image's too, and whose output is an input. Errors:
 * EFFACE_INTERNAL where memory is short. */
efface_status ef_units_check(ef_units *units, efface_error *err) __attribute__((warn_unused_result));

/* Keeps the units of one shard: those whose name's SHA-256 leaves the rest `shard` - 1 by `shards`. The
 * choice depends on nothing else, so that shards can run anywhere and be repeated.
 * shard   from 1 to shards */
void ef_units_shard(ef_units *units, int shard, int shards);

/* The number of images. */
size_t ef_units_items(const ef_units *units);

/* Idempotent. */
void ef_units_release(ef_units *units);

/* A path of two parts with a slash between them, to be freed; NULL where memory is short. */
char *ef_path_join(const char *folder, const char *name);

/* The path of a file that is there, below a folder, to be freed; NULL where there is none, where it lies
 * elsewhere, and where memory is short. path: may be NULL. */
char *ef_path_below(const char *folder, const char *path);

#endif
