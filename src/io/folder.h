/* Folders that are made on the way to an output. */
#ifndef EF_FOLDER_H
#define EF_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"

/* Makes a folder and those above it that are missing. Errors: EFFACE_INTERNAL with the reason. */
efface_status ef_folder_make(const char *path, efface_error *err) __attribute__((warn_unused_result));

/* Makes the folders above a file. Errors: as ef_folder_make. */
efface_status ef_folder_make_for(const char *path, efface_error *err) __attribute__((warn_unused_result));

/* Writes a file below a folder, in place of what may be there; folders that are missing are made.
 * folder, name  joined by a slash
 * text          n bytes
 * Errors: EFFACE_USAGE where the path is too long; as ef_folder_make and ef_output_add_bytes. */
efface_status ef_folder_write(const char *folder, const char *name, const char *text, size_t n,
                              efface_error *err) __attribute__((warn_unused_result));

/* Whether a folder holds nothing but the way to another one, whatever that holds; true where it is empty or
 * not there.
 * other  a path that begins with the folder's */
bool ef_folder_leads_to(const char *folder, const char *other);

#endif
