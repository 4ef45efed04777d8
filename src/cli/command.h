/* A command talks to a person. It is a row of the program's table, and its options are a table too. The
 * frame (main.c, optparse.c, help.c) uses only these tables to parse, to print help and man page, and to
 * report errors.
 *
 * To add a command: one file cmd_<name>.c that defines `const ef_command ef_cmd_<name>`, its declaration
 * below and its row in commands.c.
 *
 *     struct arguments { bool json; double voxel_mm[3]; int contrast; };
 *     static const ef_option options[] = {
 *         {.name = "json", .kind = EF_FLAG, .field = offsetof(struct arguments, json),
 *          .help = "print the numbers as JSON"},
 *         {.name = "voxel", .letter = 'v', .kind = EF_NUMBERS, .count = 3, .low = 0.2, .high = 10,
 *          .field = offsetof(struct arguments, voxel_mm), .value = "MM", .help = "voxel size"},
 *         {0}};
 */
#ifndef EF_COMMAND_H
#define EF_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/options.h"
#include "efface.h"

/* What an option takes, and the C type of its field. */
typedef enum ef_kind {
    EF_FLAG,    /* bool: no value */
    EF_INTEGER, /* int, low to high */
    EF_NUMBER,  /* double, low to high */
    EF_NUMBERS, /* double[count], each low to high, joined by commas; a single one is used for all */
    EF_UINT64,  /* uint64_t, decimal or 0x...; any */
    EF_TEXT,    /* const char *, not empty; points into argv */
    EF_CHOICE,  /* an enum: one of the choices */
    EF_SET,     /* unsigned: choices joined by commas, their values joined by | */
    EF_LIST,    /* ef_list: the words that follow, up to the next option; several may be joined by commas */
    EF_HEADING  /* no option: .name is a heading for the rows that follow */
} ef_kind;

/* The word NULL ends a list of choices. */
typedef ef_word ef_choice;

/* The value of an EF_LIST. Points into argv. */
typedef struct ef_list {
    const char *first; /* NULL: not given */
    char *const *more; /* n_more words that follow the first */
    int n_more;
} ef_list;

/* One row; a row with name NULL ends the table. */
typedef struct ef_option {
    const char *name; /* long form without dashes; _ is understood for - */
    char letter;      /* short form, 0 for none */
    ef_kind kind;
    size_t field;             /* offset of the value in the arguments */
    size_t given;             /* offset of a bool that is set where the option was given; 0 for none */
    int count;                /* EF_NUMBERS: how many */
    double low, high;         /* EF_INTEGER, EF_NUMBER, EF_NUMBERS: both ends belong to the range */
    const ef_choice *choices; /* EF_CHOICE, EF_SET */
    const char *value;        /* the value's name in help: "MM", "PATH"; NULL for flags */
    const char *help;         /* a phrase: lower case, no full stop; the default is added by the frame */
} ef_option;

/* The command line as a command sees it. */
typedef struct ef_call {
    const char *const *operands; /* borrowed */
    int n_operands;              /* within the command's least and most */
    const void *arguments;       /* the command's struct, init() applied, then the options */
} ef_call;

typedef struct ef_command {
    const char *name;
    const char *summary;      /* for the list of commands: a phrase */
    const char *operands;     /* "IN OUT" */
    int least, most;          /* how many operands */
    const char *description;  /* full sentences; paragraphs separated by an empty line */
    const char *examples;     /* lines to paste, each with its newline; NULL for none */
    const ef_option *options; /* the frame adds --help */
    size_t size;              /* of the arguments struct */
    /* Sets the defaults, which help shows too, in zeroed memory; may be NULL. */
    void (*init)(void *arguments);
    /* Does the work; prints results to stdout and nothing to stderr. Returns the exit status. The frame
     * prints err->message, where not empty, to stderr as `efface: message`. */
    efface_status (*run)(const ef_call *call, efface_error *err);
} ef_command;

/* The table, in the order of help; ends with NULL. */
extern const ef_command *const ef_commands[];

extern const ef_command ef_cmd_run;
extern const ef_command ef_cmd_apply;
extern const ef_command ef_cmd_batch;
extern const ef_command ef_cmd_report;
extern const ef_command ef_cmd_slurm;
extern const ef_command ef_cmd_bids;
extern const ef_command ef_cmd_phantom;
extern const ef_command ef_cmd_verify;
extern const ef_command ef_cmd_evaluate;
extern const ef_command ef_cmd_attack;
extern const ef_command ef_cmd_formats;
extern const ef_command ef_cmd_series;
extern const ef_command ef_cmd_help;
extern const ef_command ef_cmd_version;

/* The command of that name, or NULL. */
const ef_command *ef_command_find(const char *name);

/* Returns EFFACE_USAGE with a message that names the most similar command. */
efface_status ef_command_unknown(const char *name, efface_error *err);

#endif
