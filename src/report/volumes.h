/* Copies of results for the viewer in the page: a page that was opened from a disk may read no image file, but
 * may load scripts. */
#ifndef EF_REPORT_VOLUMES_H
#define EF_REPORT_VOLUMES_H

#include "report/rows.h"

/* Whose copies are made. */
typedef enum ef_volumes_of {
    EF_VOLUMES_NONE,
    EF_VOLUMES_REVIEW, /* of results that need review */
    EF_VOLUMES_ALL
} ef_volumes_of;

/* Removes the copies of an earlier report.
 * state  folder
 * Errors: EFFACE_INTERNAL where one is still there. */
efface_status ef_volumes_drop(const char *state, efface_error *err) __attribute__((warn_unused_result));

/* Writes copies of results and masks as report/volumes/N.js below the state folder, and numbers the rows by
 * them. A result of more than 256 MiB gets none: browsers do not take such scripts.
 * made         in and out
 * state, root  folders
 * of           whose
 * Errors: EFFACE_INTERNAL, EFFACE_USAGE where a copy can't be written. A result that can't be read gets no
 * copy. */
efface_status ef_volumes_write(ef_rows_made *made, const char *state, const char *root, ef_volumes_of of,
                               efface_error *err) __attribute__((warn_unused_result));

#endif
