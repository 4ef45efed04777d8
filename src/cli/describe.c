/* Texts on options and exit statuses for help page and man page. */
#include "cli/describe.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/optparse.h"

const ef_status_row ef_statuses[] = {
    {EFFACE_PASS, "the output was written and every audit held"},
    {EFFACE_INTERNAL, "out of memory, a full disk, or a bug in efface"},
    {EFFACE_USAGE, "options or arguments that make no sense"},
    {EFFACE_INPUT, "the input can't be read, or is no head scan with a face"},
    {EFFACE_LOCATE, "the head's position could not be found with confidence"},
    {EFFACE_AUDIT, "an audit did not hold: nothing was written under the output's name"},
    {EFFACE_REVIEW, "not proved either way: a person must look (see --keep-review)"},
    {EFFACE_PASS, NULL},
};

static void append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, size - used, format, args);
    va_end(args);
}

void ef_describe_option(char *text, size_t size, const ef_option *option, const void *arguments)
{
    char value[256] = "";
    text[0] = '\0';
    append(text, size, "%s", option->help);
    if (option->kind == EF_INTEGER || option->kind == EF_NUMBER || option->kind == EF_NUMBERS)
        append(text, size, "; %.10g to %.10g", option->low, option->high);
    if (option->kind == EF_NUMBERS)
        append(text, size, "; 1 or %d numbers", option->count);
    if (option->kind == EF_CHOICE || option->kind == EF_SET) {
        append(text, size,
               option->kind == EF_SET ? "; one or more of these, joined by commas: " : "; one of ");
        for (const ef_choice *choice = option->choices; choice->word != NULL; choice++)
            append(text, size, "%s%s", choice == option->choices ? "" : ", ", choice->word);
    }
    /* An option that notes whether it was given has no default: without it the command acts differently. */
    if (arguments != NULL && option->given == 0 && option->kind != EF_FLAG)
        ef_option_format(value, sizeof value, option, arguments);
    if (value[0] != '\0')
        append(text, size, " (default: %s)", value);
}

void *ef_describe_defaults(const ef_command *command)
{
    void *arguments = command->size > 0 ? calloc(1, command->size) : NULL;
    if (arguments != NULL && command->init != NULL)
        command->init(arguments);
    return arguments;
}
