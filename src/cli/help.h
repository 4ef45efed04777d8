/* Help and man page, printed from the tables of command.h. */
#ifndef EF_HELP_H
#define EF_HELP_H

#include "cli/command.h"

/* What efface is and the list of commands. */
void ef_help_overview(FILE *out);

/* Everything about one command. */
void ef_help_command(FILE *out, const ef_command *command);

/* efface.1 for man(1), all commands. */
void ef_help_man(FILE *out);

#endif
