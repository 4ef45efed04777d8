/* Report: the pages on which a person looks through a data set. They lie in the state folder, need no
 * server, fetch nothing from elsewhere, and show results only, never an original:
 *
 * - index.html: the page
 * - report/report.js, report.css, words.js: how it looks and works, the same for every data set
 * - report/table.js: a row for each image
 * - report/details/0.js and so on: records of images, in groups of whole units
 * - report/niivue.js: the viewer, NiiVue, loaded when it is asked for
 * - report/volumes/0.js and so on: on request, copies of results for the viewer
 *
 * All that varies goes into the .js files as JSON. The page's script makes text of it, never markup. */
#ifndef EF_REPORT_H
#define EF_REPORT_H

#include <stddef.h>

#include "report/volumes.h"

/* Finds the state folder of a data set: the path itself, or <path>/efface, or <path>/derivatives/efface;
 * whichever has a folder `journal` first.
 * state  out, room for size bytes
 * Errors: EFFACE_INPUT where none has; EFFACE_USAGE where the path is too long. */
efface_status ef_report_find(char *state, size_t size, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* Writes the pages from the journals and the records, over those of an earlier report.
 * index  out, room for size bytes: the path of the first page
 * state  folder
 * of     whose results are copied for the viewer; copies of an earlier report are removed
 * Errors: EFFACE_INPUT where a journal can't be read; EFFACE_INTERNAL where the pages can't be written;
 * EFFACE_USAGE where a path is too long, or something else lies at a page's path. */
efface_status ef_report_write(char *index, size_t size, const char *state, ef_volumes_of of,
                              efface_error *err) __attribute__((warn_unused_result));

#endif
