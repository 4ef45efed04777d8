/* Progress of a data set, for a person or for a machine: a bar on a terminal, else a line for each image,
 * or an object of JSON for each. */
#ifndef EF_PROGRESS_H
#define EF_PROGRESS_H

#include <stdbool.h>

#include "dataset/pipeline.h"

typedef struct ef_progress {
    bool json, quiet, dry_run;
    bool terminal;  /* standard error is one */
    double begin_s; /* since when the rate counts */
} ef_progress;

void ef_progress_begin(ef_progress *progress, bool json, bool quiet, bool dry_run);

/* As ef_pipeline_options' tell; the context is the progress. */
void ef_progress_tell(void *context, const ef_news *news);

/* Takes the bar away and prints the last line: "200 sessions: 812 passed, 9 need review, ...".
 * what    what a unit is called: "session"
 * report  path for the line's end; NULL for none */
void ef_progress_end(ef_progress *progress, const ef_tally *tally, const char *what, const char *report);

#endif
