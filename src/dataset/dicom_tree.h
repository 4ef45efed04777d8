/* DICOM trees: folders with the files of many patients, studies and series, in any order and under any
 * name. One index pass reads all headers; it holds about 1.5 kB a file. */
#ifndef EF_DICOM_TREE_H
#define EF_DICOM_TREE_H

#include "base/image.h"
#include "dataset/crosswalk.h"
#include "dataset/find.h"

typedef struct ef_dicom_tree ef_dicom_tree;

/* How the folders of results are named. */
typedef enum ef_layout {
    EF_LAYOUT_KEEP,     /* as the folder that the series' first file lies in, then series_003 */
    EF_LAYOUT_UID,      /* Study and Series Instance UID, new ones where they are replaced */
    EF_LAYOUT_PSEUDONYM /* the patient's pseudonym, study_001, series_003 */
} ef_layout;

typedef struct ef_tree_places {
    const char *folder; /* of the tree */
    const char *root;   /* of the results */
    ef_layout layout;
    ef_companions companions;
} ef_tree_places;

/* Whether a folder holds DICOM files, by the magic bytes or the ending of at least one file. */
bool ef_dicom_tree_is(const char *folder);

/* Reads the headers of all files below a folder that look like DICOM.
 * tree     out: to be closed; NULL on failure
 * folder   of the tree; what lies in `root` is passed over, where that is inside
 * root     of the results
 * options  deidentify, retain, key_file, has_seed and seed are used. A key is needed for pseudonyms and new
 *          UIDs too: without a key file there is one for this run alone
 * Errors: EFFACE_INPUT where the module with GDCM is missing, or there is no such file; EFFACE_INTERNAL. */
efface_status ef_dicom_tree_open(ef_dicom_tree **tree, const char *folder, const char *root,
                                 const efface_options *options, efface_error *err)
    __attribute__((warn_unused_result));

/* Adds the series as images. Series of one study that share a frame of reference are a unit: they help each
 * other. What is no scan is passed over, what is broken is refused.
 * units      in and out
 * crosswalk  in: of earlier calls, whose folders are kept; out: with the rows of this one
 * places     in
 * Errors: EFFACE_INTERNAL where memory is short. */
efface_status ef_dicom_tree_units(ef_units *units, ef_crosswalk *crosswalk, ef_dicom_tree *tree,
                                  const ef_tree_places *places, efface_error *err)
    __attribute__((warn_unused_result));

/* Writes <state>/not_copied.tsv: the series that are no scans. Errors: EFFACE_INTERNAL. */
efface_status ef_dicom_tree_left(const ef_dicom_tree *tree, const char *state, efface_error *err)
    __attribute__((warn_unused_result));

/* Reads a series as efface_run_dicom does. May be called from several threads. Errors: as dicom_read of
 * io/plugin.h. */
efface_status ef_dicom_tree_read(ef_image *image, const ef_dicom_tree *tree, size_t series, char sha256[65],
                                 efface_error *err) __attribute__((warn_unused_result));

/* Writes a series into a folder that exists and is empty. May be called from several threads.
 * mask    of what changed
 * result  in: its status; out: the elements that were dropped
 * Errors: as dicom_write of io/plugin.h. */
efface_status ef_dicom_tree_write(const ef_dicom_tree *tree, size_t series, const char *folder,
                                  const ef_image *defaced, const uint8_t *mask, efface_result *result,
                                  efface_error *err) __attribute__((warn_unused_result));

/* Path of a series' file, NULL after the last. */
const char *ef_dicom_tree_path(const ef_dicom_tree *tree, size_t series, size_t file);

/* NULL is allowed. */
void ef_dicom_tree_close(ef_dicom_tree *tree);

#endif
