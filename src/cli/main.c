/* The program's frame: finds the command, parses its command line, runs it, and reports errors. It knows
 * nothing of the commands, except that `efface IN OUT` means `efface run IN OUT`. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/help.h"
#include "cli/optparse.h"

/* One call of one command. argv holds what follows the command's name. */
static efface_status run_command(const ef_command *command, int argc, char **argv, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    ef_parsed parsed = {0};
    const char **operands = calloc((size_t)argc + 1, sizeof *operands);
    void *arguments = calloc(1, command->size > 0 ? command->size : 1);
    if (operands == NULL || arguments == NULL) {
        status = ef_fail_memory(err, command->size);
        goto cleanup;
    }
    if (command->init != NULL)
        command->init(arguments);
    status = ef_parse(&parsed, operands, arguments, command, argc, argv, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    if (parsed.help)
        ef_help_command(stdout, command);
    else
        status = command->run(&(ef_call){operands, parsed.n_operands, arguments}, err);
cleanup:
    free(operands);
    free(arguments);
    return status;
}

/* Whether the word can only be the IN of `efface IN OUT`: an option, something like a path, or a file. */
static bool is_everyday(const char *word)
{
    return word[0] == '-' || strpbrk(word, "./") != NULL || access(word, F_OK) == 0;
}

static efface_status dispatch(int argc, char **argv, efface_error *err)
{
    if (argc < 2) {
        ef_help_overview(stderr);
        return EFFACE_USAGE;
    }
    const ef_command *command = ef_command_find(argv[1]);
    if (command != NULL)
        return run_command(command, argc - 2, argv + 2, err);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return run_command(&ef_cmd_help, argc - 2, argv + 2, err);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        return run_command(&ef_cmd_version, argc - 2, argv + 2, err);
    command = ef_command_find("run");
    if (command == NULL || !is_everyday(argv[1]))
        return ef_command_unknown(argv[1], err);
    return run_command(command, argc - 1, argv + 1, err);
}

/* Two libraries read their settings before main, so the program starts anew with them. A user's own settings hold.
 *   OMP_WAIT_POLICY  OpenMP's threads wait by spinning unless this says otherwise, and take the processor
 *                    from whoever has work: on a busy machine two threads were slower than one (3.4 times
 *                    the processor time).
 *   GLIBC_TUNABLES   images lie in huge pages, and what was freed is used again: the first touch of small
 *                    pages was a third of the processor time. Other C libraries don't look at it. */
static void start_with_settings(char **argv)
{
    static const struct {
        const char *name, *value;
    } settings[] = {
        {"OMP_WAIT_POLICY", "passive"},
        {"GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=67108864:"
                           "glibc.malloc.trim_threshold=268435456"},
    };
    bool anew = false;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        anew = (getenv(settings[i].name) == NULL && setenv(settings[i].name, settings[i].value, 0) == 0) ||
               anew;
    char path[4096]; /* by its path, so that lists of processes show the program's name */
    const ssize_t length = anew ? readlink("/proc/self/exe", path, sizeof path - 1) : -1;
    if (length > 0) {
        path[length] = '\0';
        execv(path, argv); /* where that fails, the program is slower */
    }
}

int main(int argc, char **argv)
{
    start_with_settings(argv);
    efface_error err = {EFFACE_PASS, ""};
    efface_status status = dispatch(argc, argv, &err);
    if (status == EFFACE_PASS && (fflush(stdout) != 0 || ferror(stdout) != 0))
        status = ef_fail(&err, EFFACE_INTERNAL, "can't write to standard output");
    if (err.message[0] != '\0')
        fprintf(stderr, "efface: %s\n", err.message);
    return (int)status;
}
