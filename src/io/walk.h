/* Walk: which images a path stands for. */
#ifndef EF_WALK_H
#define EF_WALK_H

#include <stddef.h>

#include "efface.h"

/* Paths in the order of their bytes, each once; zero is an empty list. */
typedef struct ef_paths {
    size_t n, room;
    char **path; /* owned */
} ef_paths;

/* Adds what a path stands for: a file itself, whatever its name; of a folder and all below it, every image.
 * Names of images end as format.h says (`sought`), whether efface can read them or not, so that none is
 * passed over in silence; of a pair the .hdr counts. Links are followed, each folder is entered once.
 * paths  in and out; what was added stays on failure
 * path   a file or a folder
 * Errors: EFFACE_INPUT where the path or a folder below it can't be read; EFFACE_INTERNAL. */
efface_status ef_walk(ef_paths *paths, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* The same with every file, whatever its name: the names of DICOM files often say nothing. */
efface_status ef_walk_all(ef_paths *paths, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* Idempotent. */
void ef_paths_release(ef_paths *paths);

#endif
