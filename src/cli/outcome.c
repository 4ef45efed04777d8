/* One line for people, or the record for machines. */
#include "cli/outcome.h"

#include <stdio.h>
#include <stdlib.h>

#include "scan/record.h"

efface_status ef_print_record(const efface_options *options, const efface_result *result, efface_error *err)
{
    char *text = NULL;
    const efface_status status = ef_record_make(&text, NULL, options, result, NULL, err);
    if (status == EFFACE_PASS)
        fputs(text, stdout);
    free(text);
    return status;
}

efface_status ef_print_outcome(const ef_outcome *outcome, efface_status status, efface_error *err)
{
    efface_error unprinted;
    if (outcome->json) {
        const efface_status printed = ef_print_record(outcome->options, outcome->result, &unprinted);
        if (status == EFFACE_PASS && printed != EFFACE_PASS) {
            *err = unprinted;
            return printed;
        }
    } else if (!outcome->quiet && status == EFFACE_PASS) {
        if (outcome->result->note[0] != '\0')
            fprintf(stderr, "note: %s\n", outcome->result->note);
        printf("pass: %s\n", outcome->out);
    }
    return status;
}
