/* What help page and man page have in common: the words for an option and for an exit status. */
#ifndef EF_DESCRIBE_H
#define EF_DESCRIBE_H

#include "cli/command.h"

typedef struct ef_status_row {
    efface_status status;
    const char *meaning; /* NULL ends the table */
} ef_status_row;

extern const ef_status_row ef_statuses[];

/* The option's help phrase with its choices, range and default.
 * arguments  the command's struct with the defaults set, or NULL to leave defaults out */
void ef_describe_option(char *text, size_t size, const ef_option *option, const void *arguments);

/* The command's arguments struct with its defaults set, to be freed; NULL where it has none (or no memory).
 */
void *ef_describe_defaults(const ef_command *command);

#endif
