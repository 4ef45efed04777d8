/* Finds the units of lists and folders. */
#ifndef EF_DATASET_FIND_H
#define EF_DATASET_FIND_H

#include "dataset/unit.h"

/* What lies beside each result. */
typedef struct ef_companions {
    const char *state; /* folder for pictures and masks; each has the image's name below it */
    bool pictures, masks;
} ef_companions;

/* Sets the paths of an image's mask and picture. Errors: EFFACE_INTERNAL where memory is short. */
efface_status ef_companions_add(ef_item *item, const ef_companions *companions, efface_error *err)
    __attribute__((warn_unused_result));

/* Every image of a folder and of those below it, a unit each, but for DICOM (dicom_tree.h). Its result has the same name below the root;
 * a format that is not written becomes .nii.gz.
 * units       in and out
 * folder      where the images lie
 * root        where the results go; what lies in it is no input, where it lies inside the folder
 * companions  in
 * Errors: EFFACE_INPUT where the folder can't be read; EFFACE_INTERNAL. */
efface_status ef_find_folder(ef_units *units, const char *folder, const char *root,
                             const ef_companions *companions, efface_error *err)
    __attribute__((warn_unused_result));

/* The rows of a list: a table of tab-separated fields whose first line names its columns. Lines that begin
 * with # are comments.
 *   in         path of an image, relative to the list's folder
 *   out        path of the result, below the root
 *   group      optional: rows with the same word are images of one head from one session, a unit. The first
 *              that passes by itself leads the others
 *   reference  optional: the `in` of another row, of the same head and session, which is to lead this one
 * An empty field, and "n/a", is none.
 * Errors: EFFACE_INPUT with the line's number where a row is broken; EFFACE_INTERNAL. */
efface_status ef_find_list(ef_units *units, const char *list, const char *root,
                           const ef_companions *companions, efface_error *err)
    __attribute__((warn_unused_result));

#endif
