/* The table of commands, in the order in which help lists them. */
#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/optparse.h"

const ef_command *const ef_commands[] = {
    &ef_cmd_run,     &ef_cmd_apply,  &ef_cmd_batch,    &ef_cmd_bids,    &ef_cmd_report,
    &ef_cmd_slurm,   &ef_cmd_verify, &ef_cmd_evaluate, &ef_cmd_attack,  &ef_cmd_phantom,
    &ef_cmd_formats, &ef_cmd_series, &ef_cmd_help,     &ef_cmd_version, NULL,
};

const ef_command *ef_command_find(const char *name)
{
    for (const ef_command *const *row = ef_commands; *row != NULL; row++) {
        if (strcmp((*row)->name, name) == 0)
            return *row;
    }
    return NULL;
}

efface_status ef_command_unknown(const char *name, efface_error *err)
{
    const char *names[sizeof ef_commands / sizeof *ef_commands] = {NULL};
    for (size_t i = 0; ef_commands[i] != NULL; i++)
        names[i] = ef_commands[i]->name;
    const char *nearest = ef_nearest(name, names);
    if (nearest != NULL)
        return ef_fail(err, EFFACE_USAGE, "no command '%s'; did you mean '%s'?", name, nearest);
    return ef_fail(err, EFFACE_USAGE, "no command and no file '%s'; see 'efface help'", name);
}
