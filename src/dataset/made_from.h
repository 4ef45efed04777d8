/* What the result of an image is made from, so that a later run notices a change of it: the image's file, the
 * data file that its header names, the sidecar that is written with the result; or the files of a series.
 *
 * A mark is a SHA-256. With a secret it is keyed by it: who has an original can't find it in a journal that
 * is published, and learns nothing of when it was made. */
#ifndef EF_MADE_FROM_H
#define EF_MADE_FROM_H

#include <stdbool.h>

#include "dataset/unit.h"
#include "identity/secret.h"

typedef struct ef_made_from {
    const ef_item *item;     /* borrowed, like the secret */
    const ef_secret *secret; /* NULL: no key */
    bool sidecar;            /* the sidecar decides the result */
} ef_made_from;

/* The mark of sizes and times of all files. False, with an empty mark, where the image is not there. */
bool ef_made_from_seen(char mark[65], const ef_made_from *from);

/* The mark of the bytes of all files. False, with an empty mark, where one can't be read, and for a series of a
 * DICOM tree, whose bytes are many.
 * sha256  of the image's file, where it is known; NULL or "": not known */
bool ef_made_from_bytes(char mark[65], const ef_made_from *from, const char *sha256);

#endif
