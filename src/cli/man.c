/* Prints efface.1 in man(7) macros, from the same tables as the help pages. It has no date, so that two
 * builds of one version give the same bytes. */
#include "cli/help.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/describe.h"

/* Prints text with the characters escaped that troff would interpret; an empty line becomes .PP. */
static void print_text(FILE *out, const char *text)
{
    bool line_start = true;
    for (; *text != '\0'; text++) {
        if (text[0] == '\n' && text[1] == '\n') {
            fputs("\n.PP\n", out);
            text++;
            line_start = true;
            continue;
        }
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\'')
            fputs("\\(aq", out);
        else
            fputc(*text, out);
        line_start = *text == '\n';
    }
}

static void print_option(FILE *out, const ef_option *option, const void *arguments)
{
    char text[1024];
    if (option->kind == EF_HEADING) {
        fputs(".PP\n", out);
        print_text(out, option->name);
        fputs(":\n", out);
        return;
    }
    fputs(".TP\n.B ", out);
    if (option->letter != 0)
        fprintf(out, "\\-%c, ", option->letter);
    fputs("\\-\\-", out);
    print_text(out, option->name);
    if (option->kind != EF_FLAG) {
        fputs(" \\fI", out);
        print_text(out, option->value);
        fputs("\\fR", out);
    }
    fputs("\n", out);
    ef_describe_option(text, sizeof text, option, arguments);
    print_text(out, text);
    fputs("\n", out);
}

static void print_command(FILE *out, const ef_command *command)
{
    void *arguments = ef_describe_defaults(command);
    fprintf(out, ".SS efface %s", command->name);
    fputs(" [options] ", out);
    print_text(out, command->operands);
    fputs("\n", out);
    print_text(out, command->description);
    fputs("\n", out);
    for (const ef_option *option = command->options; option->name != NULL; option++)
        print_option(out, option, arguments);
    if (command->examples != NULL) {
        fputs(".PP\n.nf\n.RS\n", out);
        print_text(out, command->examples);
        fputs(".RE\n.fi\n", out);
    }
    free(arguments);
}

void ef_help_man(FILE *out)
{
    fprintf(out, ".TH EFFACE 1 \"\" \"efface %s\" \"User Commands\"\n", efface_version());
    fputs(".SH NAME\nefface \\- removes the face from 3\\-D head scans and checks that it is gone\n", out);
    fputs(".SH SYNOPSIS\n.B efface\n.I IN OUT\n[options]\n.br\n.B efface\n.I COMMAND\n\\&...\n", out);
    fputs(".SH DESCRIPTION\n", out);
    print_text(out, "The everyday form, efface IN OUT, is short for efface run IN OUT. Every command has "
                    "--help. Results go to standard output, messages to standard error.");
    fputs("\n.SH COMMANDS\n", out);
    for (const ef_command *const *row = ef_commands; *row != NULL; row++)
        print_command(out, *row);
    fputs(".SH EXIT STATUS\n", out);
    for (const ef_status_row *row = ef_statuses; row->meaning != NULL; row++) {
        fprintf(out, ".TP\n.B %d %s\n", row->status, efface_status_name(row->status));
        print_text(out, row->meaning);
        fputs("\n", out);
    }
}
