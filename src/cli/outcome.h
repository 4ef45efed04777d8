/* Outcome: what a command that defaces prints at its end. */
#ifndef EF_OUTCOME_H
#define EF_OUTCOME_H

#include "efface.h"

/* Prints the record of a run to standard output, as JSON.
 * options  in: as used
 * result   in: filled as far as the run came
 * Errors: EFFACE_INTERNAL. */
efface_status ef_print_record(const efface_options *options, const efface_result *result,
                              efface_error *err);

/* What one run from file to file leaves to be said. */
typedef struct ef_outcome {
    const char *out; /* path of the output */
    const efface_options *options;
    const efface_result *result;
    bool json, quiet;
} ef_outcome;

/* Prints the record or one line, as asked.
 * outcome  in
 * status   of the run
 * Returns status, or the error of printing after a pass. */
efface_status ef_print_outcome(const ef_outcome *outcome, efface_status status, efface_error *err);

#endif
