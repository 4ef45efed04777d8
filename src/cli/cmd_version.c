/* efface version. */
#include "cli/command.h"

static const ef_option options[] = {{0}};

static efface_status run(const ef_call *call, efface_error *err)
{
    (void)call;
    (void)err;
    printf("efface %s\n", efface_version());
    return EFFACE_PASS;
}

const ef_command ef_cmd_version = {
    .name = "version",
    .summary = "print efface's version",
    .operands = "",
    .description = "Prints the program's name and version.",
    .options = options,
    .run = run,
};
