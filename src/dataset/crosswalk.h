/* Who is who: the table that leads from the folders of DICOM results back to patients, studies and series. It lies
 * outside of the results, for its owner alone. Later calls add to it: a series keeps the folder that it has, and
 * no other series gets it. */
#ifndef EF_CROSSWALK_H
#define EF_CROSSWALK_H

#include "base/grow.h"
#include "efface.h"

enum {
    EF_CROSSWALK_FOLDER,
    EF_CROSSWALK_PATIENT,
    EF_CROSSWALK_NAME,
    EF_CROSSWALK_STUDY,
    EF_CROSSWALK_SERIES,
    EF_CROSSWALK_NUMBER,
    EF_CROSSWALK_DESCRIPTION,
    EF_CROSSWALK_FIELDS
};

typedef struct ef_crosswalk_row {
    char *field[EF_CROSSWALK_FIELDS]; /* owned */
} ef_crosswalk_row;

/* Zero is empty. */
typedef struct ef_crosswalk {
    ef_crosswalk_row *row; /* owned: of earlier calls by patient, study, series and folder; then new ones */
    size_t n, n_before, room;
    ef_names before, now; /* folders of earlier calls, and of this one */
} ef_crosswalk;

/* Reads what earlier calls wrote.
 * crosswalk  out: release it, also on failure; empty where there is no file
 * Errors: EFFACE_USAGE where the file is something else; EFFACE_INPUT; EFFACE_INTERNAL. */
efface_status ef_crosswalk_read(ef_crosswalk *crosswalk, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* The number of a study's folder, study_001: the one that it has, or the next one that no other study of the
 * patient has.
 * fresh  in and out: new studies of the patient in this call */
int ef_crosswalk_study(const ef_crosswalk *crosswalk, const char *patient, const char *study, int *fresh);

/* Finds the folder of a series: the one that it has, where that lies beside the wanted one; else the wanted one,
 * with a number where another series has it.
 * folder  in: the wanted one; out; room for size bytes */
void ef_crosswalk_place(char *folder, size_t size, const ef_crosswalk *crosswalk, const char *patient,
                        const char *study, const char *series);

/* Takes a folder's name for something else than a series. Errors: EFFACE_INTERNAL. */
efface_status ef_crosswalk_reserve(ef_crosswalk *crosswalk, const char *folder, efface_error *err)
    __attribute__((warn_unused_result));

/* Adds a row of this call; strings are copied, without control characters. Errors: EFFACE_INTERNAL. */
efface_status ef_crosswalk_add(ef_crosswalk *crosswalk, const char *const field[EF_CROSSWALK_FIELDS],
                               efface_error *err) __attribute__((warn_unused_result));

/* Writes the rows of this call, and those of earlier calls whose folders no row of this call has. Only its owner
 * can read the file.
 * root  of the results, which the path must not lie below
 * Errors: EFFACE_USAGE where it does; EFFACE_INTERNAL. */
efface_status ef_crosswalk_write(const ef_crosswalk *crosswalk, const char *path, const char *root,
                                 efface_error *err) __attribute__((warn_unused_result));

/* Idempotent. */
void ef_crosswalk_release(ef_crosswalk *crosswalk);

#endif
