/* The table of commands, in the order in which help lists them. */
#include <string.h>

#include "command.h"

const ef_command *const ef_commands[] = {
    &ef_cmd_help,
    &ef_cmd_version,
    NULL,
};

const ef_command *ef_command_find(const char *name)
{
    for (const ef_command *const *row = ef_commands; *row != NULL; row++) {
        if (strcmp((*row)->name, name) == 0)
            return *row;
    }
    return NULL;
}
