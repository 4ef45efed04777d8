/* Source: where an image of a data set comes from and goes to: a file, or a series of a DICOM tree, whose
 * result is a folder. */
#ifndef EF_SOURCE_H
#define EF_SOURCE_H

#include "base/image.h"
#include "dataset/unit.h"

/* Reads an item's image. Errors: as ef_read or ef_dicom_tree_read. */
efface_status ef_source_read(ef_image *image, const ef_item *item, efface_error *err)
    __attribute__((warn_unused_result));

/* The folder that a series is written into before it has its name. A unit is in flight once, so that the
 * name needs no chance, and what a killed run left is found.
 * path  out, room for size bytes; false where it does not fit */
bool ef_source_partial(char *path, size_t size, const char *out);

/* Removes a result: a file, or a folder of files. What is not there is no error. */
void ef_source_remove(const char *path);

/* Makes an empty folder, in place of what a killed run left. Errors: EFFACE_INTERNAL. */
efface_status ef_source_make_partial(const char *partial, efface_error *err)
    __attribute__((warn_unused_result));

/* Flushes a folder's files and gives it its name.
 * force  in place of an earlier result
 * Errors: EFFACE_USAGE where something is there; EFFACE_INTERNAL. The partial folder is gone then. */
efface_status ef_source_name(const char *partial, const char *out, bool force, efface_error *err)
    __attribute__((warn_unused_result));

#endif
