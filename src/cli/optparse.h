/* Parses command lines by option tables. Options and operands can be mixed, and `--` ends the options. It
 * understands `--name value`, `--name=value`, `-n value`, `-nvalue` and bundled flags. */
#ifndef EF_OPTPARSE_H
#define EF_OPTPARSE_H

#include "cli/command.h"

/* --help, which every command understands. */
extern const ef_option ef_option_help;

typedef struct ef_parsed {
    int n_operands;
    bool help; /* --help or -h was given; what follows it was not parsed */
} ef_parsed;

/* Parses a command line, and checks the number of operands.
 * parsed      out
 * operands    out: room for argc pointers, parsed->n_operands are set, borrowed from argv
 * arguments   in and out: the command's struct, with the defaults set
 * command     whose options and operands are expected
 * argc, argv  without the names of program and command
 * Returns EFFACE_PASS, or EFFACE_USAGE with a message that names the option and gives a hint. */
efface_status ef_parse(ef_parsed *parsed, const char **operands, void *arguments, const ef_command *command,
                       int argc, char **argv, efface_error *err);

/* The most similar word by edit distance, where swapping two neighbours is one step.
 * word   the word to compare
 * words  ends with NULL
 * Returns one of words; NULL where none is as near as a third of the word's length, or one step. */
const char *ef_nearest(const char *word, const char *const *words);

/* Writes a field's value as a person would type it: "3", "face,ears", "remove".
 * text       out, cut at size - 1 bytes; empty where the value is NULL or an empty set
 * size       of text
 * option     the field's row
 * arguments  the command's struct */
void ef_option_format(char *text, size_t size, const ef_option *option, const void *arguments);

#endif
