/* Folders that are made on the way to an output. */
#ifndef EF_FOLDER_H
#define EF_FOLDER_H

#include "efface.h"

/* Makes a folder and those above it that are missing. Errors: EFFACE_INTERNAL with the reason. */
efface_status ef_folder_make(const char *path, efface_error *err) __attribute__((warn_unused_result));

/* Makes the folders above a file. Errors: as ef_folder_make. */
efface_status ef_folder_make_for(const char *path, efface_error *err) __attribute__((warn_unused_result));

#endif
