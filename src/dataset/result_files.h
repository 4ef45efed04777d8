/* The files of one result: most formats have one, some two. */
#ifndef EF_RESULT_FILES_H
#define EF_RESULT_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"

/* Removes a result and the file that holds its data, where there are such. Nothing happens where there is
 * none.
 * Errors: EFFACE_INTERNAL where one of them is still there. */
efface_status ef_result_remove(const char *path, efface_error *err) __attribute__((warn_unused_result));

/* The path of the file that holds a result's data, or its header, where the format has two files and the other
 * one is there.
 * path  out, room for size bytes
 * Returns false where there is none. */
bool ef_result_other(char *path, size_t size, const char *result);

/* False for a format whose header names its data file. */
bool ef_result_can_rename(const char *path);

/* Gives a result another name; never over another file.
 * Errors: EFFACE_USAGE where a file of that name exists, or the result can't be renamed; EFFACE_INTERNAL. The result has one of both names whole, but for a pair of header and data, which a crash
 * may leave with one each. */
efface_status ef_result_rename(const char *from, const char *to, efface_error *err)
    __attribute__((warn_unused_result));

#endif
