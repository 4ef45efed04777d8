/* Command lines against option tables. Options and operands may be mixed; `--` ends the options;
 * `--name value`, `--name=value`, `-n value`, `-nvalue` and bundled flags are all understood. */
#ifndef EF_OPTPARSE_H
#define EF_OPTPARSE_H

#include "cli/command.h"

/* --help, which every command understands. */
extern const ef_option ef_option_help;

typedef struct ef_parsed {
    int n_operands;
    bool help; /* --help or -h was among the options; nothing else was looked at after it */
} ef_parsed;

/* Parses argv[0 .. argc-1] (the program's and command's name already taken off).
 * parsed     out
 * operands   out: argc pointers of room, parsed->n_operands filled, borrowed from argv
 * arguments  in, out: the command's struct, defaults set
 * Returns EFFACE_PASS, or EFFACE_USAGE with a message that names the option and a hint. The number of
 * operands is checked too. */
efface_status ef_parse(ef_parsed *parsed, const char **operands, void *arguments, const ef_command *command,
                       int argc, char **argv, efface_error *err);

/* The words[i] nearest to `word` by edit distance (with neighbours swapped counted as one step), or NULL
 * where none is nearer than a third of the word's length, and at least one step. words ends with NULL. */
const char *ef_nearest(const char *word, const char *const *words);

/* Writes a field's value as a person would type it: "3", "face,ears", "remove". Empty where it is NULL or,
 * for sets, where nothing is set. At most size - 1 bytes. */
void ef_option_format(char *text, size_t size, const ef_option *option, const void *arguments);

#endif
