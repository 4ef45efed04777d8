/* Keeping an original elsewhere, and giving it its place again. Nothing is copied: a file gets a second name,
 * or another one where the file system has no hard links. A relative link is made anew, so that it leads to
 * the same file; its time is kept. Originals lie below a folder two levels under the data set's. */
#ifndef EF_KEEP_H
#define EF_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"

/* Folder of the originals, below the data set. */
#define EF_KEEP_FOLDER "sourcedata/pre-deface"

/* Keeps the file `name` below the data set. Folders are made.
 * folder  of the data set
 * name    of the file below it; below EF_KEEP_FOLDER that name must be free
 * Errors: EFFACE_INTERNAL. A crash leaves the file where it was, or under both names; without hard links under
 * one of both. */
efface_status ef_keep_save(const char *folder, const char *name, efface_error *err)
    __attribute__((warn_unused_result));

/* Gives a kept original its place again, in place of what lies there, by one renaming.
 * scratch  path of a file that may be made on the way, on the same file system
 * Errors: EFFACE_INTERNAL. A crash leaves the original where it was kept, or under both names. */
efface_status ef_keep_restore(const char *folder, const char *name, const char *scratch, efface_error *err)
    __attribute__((warn_unused_result));

/* Whether the original is kept. */
bool ef_keep_has(const char *folder, const char *name);

/* Whether what lies in place is the kept original itself: the same file, or a link to the same one. */
bool ef_keep_in_place(const char *folder, const char *name);

/* The path of a kept original. False where it does not fit. */
bool ef_keep_path(char *path, size_t size, const char *folder, const char *name);

/* Removes the empty folders that a path lies in, up to `top`, which stays. */
void ef_keep_prune(const char *path, const char *top);

/* Removes a folder and those below it, where they hold no file. Links to folders are files. */
void ef_keep_prune_tree(const char *folder);

#endif
