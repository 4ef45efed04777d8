/* efface help [COMMAND] [--man]. */
#include "base/error.h"
#include "cli/help.h"
#include "cli/optparse.h"

struct arguments {
    bool man;
};

static const ef_option options[] = {
    {.name = "man",
     .kind = EF_FLAG,
     .field = offsetof(struct arguments, man),
     .help = "print the man page of the whole program in man(7) form"},
    {0},
};

static efface_status run(const ef_call *call, efface_error *err)
{
    const struct arguments *a = call->arguments;
    if (a->man) {
        ef_help_man(stdout);
        return EFFACE_PASS;
    }
    if (call->n_operands == 0) {
        ef_help_overview(stdout);
        return EFFACE_PASS;
    }
    const ef_command *command = ef_command_find(call->operands[0]);
    if (command == NULL)
        return ef_command_unknown(call->operands[0], err);
    ef_help_command(stdout, command);
    return EFFACE_PASS;
}

const ef_command ef_cmd_help = {
    .name = "help",
    .summary = "explain efface and its commands",
    .operands = "[COMMAND]",
    .most = 1,
    .description = "Prints what efface does, or everything about one command.",
    .options = options,
    .size = sizeof(struct arguments),
    .run = run,
};
