/* Prints help for people, 80 columns wide, from the tables alone. The man page is in man.c. */
#include "cli/help.h"

#include <stdlib.h>
#include <string.h>

#include "cli/describe.h"
#include "cli/optparse.h"

enum { COLUMNS = 80, OPTION_COLUMN = 28 };

/* Prints text with words wrapped: the first line starts at column `at`, the others at column `indent`. */
static void print_wrapped(FILE *out, const char *text, int at, int indent)
{
    int column = at;
    bool fresh = true; /* nothing printed yet on this line */
    while (*text != '\0') {
        int length = (int)strcspn(text, " \n");
        if (!fresh && column + 1 + length > COLUMNS) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
            fresh = true;
        }
        if (!fresh)
            column += fprintf(out, " ");
        column += fprintf(out, "%.*s", length, text);
        fresh = false;
        text += length;
        if (text[0] == '\n' && text[1] == '\n') {
            fprintf(out, "\n\n%*s", indent, "");
            column = indent;
            fresh = true;
        }
        text += strspn(text, " \n");
    }
    fprintf(out, "\n");
}

static void print_option(FILE *out, const ef_option *option, const void *arguments)
{
    char text[1024];
    if (option->kind == EF_HEADING) {
        fprintf(out, "\n%s:\n", option->name);
        return;
    }
    int column = option->letter != 0 ? fprintf(out, "  -%c, ", option->letter) : fprintf(out, "      ");
    column += fprintf(out, "--%s", option->name);
    if (option->kind != EF_FLAG)
        column += fprintf(out, " %s", option->value);
    if (column + 2 > OPTION_COLUMN) {
        fprintf(out, "\n");
        column = 0;
    }
    fprintf(out, "%*s", OPTION_COLUMN - column, "");
    ef_describe_option(text, sizeof text, option, arguments);
    print_wrapped(out, text, OPTION_COLUMN, OPTION_COLUMN);
}

static void print_statuses(FILE *out)
{
    fprintf(out, "\nExit status:\n");
    for (const ef_status_row *row = ef_statuses; row->meaning != NULL; row++) {
        int column = fprintf(out, "  %d  %-9s ", row->status, efface_status_name(row->status));
        print_wrapped(out, row->meaning, column, column);
    }
}

void ef_help_overview(FILE *out)
{
    fprintf(out, "efface %s: removes the face from 3-D head scans and checks that it is gone\n\n",
            efface_version());
    fprintf(out, "usage: efface IN OUT [options]          the everyday form of 'efface run'\n"
                 "       efface COMMAND ...\n\nCommands:\n");
    for (const ef_command *const *row = ef_commands; *row != NULL; row++) {
        int column = fprintf(out, "  %-10s ", (*row)->name);
        print_wrapped(out, (*row)->summary, column, column);
    }
    print_statuses(out);
    fprintf(out, "\n'efface help COMMAND' explains a command, 'efface help --man' prints the man page.\n");
}

void ef_help_command(FILE *out, const ef_command *command)
{
    void *arguments = ef_describe_defaults(command);
    fprintf(out, "usage: efface %s [options] %s\n\n", command->name, command->operands);
    print_wrapped(out, command->description, 0, 0);
    if (command->options[0].name != NULL && command->options[0].kind != EF_HEADING)
        fprintf(out, "\nOptions:\n");
    for (const ef_option *option = command->options; option->name != NULL; option++)
        print_option(out, option, arguments);
    print_option(out, &ef_option_help, NULL);
    if (command->examples != NULL)
        fprintf(out, "\nExamples:\n");
    for (const char *line = command->examples; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1)
        fprintf(out, "  %.*s\n", (int)strcspn(line, "\n"), line);
    free(arguments);
}
