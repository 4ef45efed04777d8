/* What help page and man page share: the texts on an option and on an exit status. */
#ifndef EF_DESCRIBE_H
#define EF_DESCRIBE_H

#include "cli/command.h"

typedef struct ef_status_row {
    efface_status status;
    const char *meaning; /* NULL ends the table */
} ef_status_row;

extern const ef_status_row ef_statuses[];

/* Makes the option's help phrase with its choices, range and default.
 * text       out, cut at size - 1 bytes
 * size       of text
 * option     one row
 * arguments  the command's struct with the defaults set; NULL: no default is shown */
void ef_describe_option(char *text, size_t size, const ef_option *option, const void *arguments);

/* Makes the command's arguments struct with its defaults set. The caller frees it. NULL where the command
 * has no arguments, or where memory is short. */
void *ef_describe_defaults(const ef_command *command);

#endif
