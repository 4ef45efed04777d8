/* The options that all commands on data sets have, and how they run the pipeline. */
#ifndef EF_DATASET_OPTIONS_H
#define EF_DATASET_OPTIONS_H

#include "cli/common_options.h"
#include "dataset/unit.h"

typedef struct ef_dataset_arguments {
    efface_options options;
    int jobs;
    double memory_gib;
    const char *shard, *ratings;
    bool masks, no_pictures, no_report;
    bool dry_run, fail_fast, allow_review, json, quiet;
} ef_dataset_arguments;

/* The rows of the options' table. at: the offset of ef_dataset_arguments in the command's arguments. */
#define EF_DATASET_AT(at, member) ((at) + offsetof(ef_dataset_arguments, member))
#define EF_DATASET_ROWS(at)                                                                                \
    {.name = "What is done", .kind = EF_HEADING},                                                          \
        {.name = "mode",                                                                                   \
         .letter = 'm',                                                                                    \
         .kind = EF_CHOICE,                                                                                \
         .field = EF_DATASET_AT(at, options.mode),                                                         \
         .choices = ef_mode_words,                                                                         \
         .value = "MODE",                                                                                  \
         .help = "what the face becomes: air, a head without features, or a mean face with random "        \
                 "variation"},                                                                             \
        EF_OPTION_PARTS(EF_DATASET_AT(at, options.parts), ef_part_words,                                   \
                        "parts to remove; all is face and ears"),                                          \
        {.name = "fill",                                                                                   \
         .kind = EF_CHOICE,                                                                                \
         .field = EF_DATASET_AT(at, options.fill),                                                         \
         .choices = ef_fill_words,                                                                         \
         .value = "FILL",                                                                                  \
         .help = "what replaces it: the scan's own background, zero, or the scan's least value"},          \
        EF_OPTION_STRENGTH(EF_DATASET_AT(at, options.strength_mm), 0),                                     \
        {.name = "margin",                                                                                 \
         .kind = EF_NUMBER,                                                                                \
         .field = EF_DATASET_AT(at, options.margin_mm),                                                    \
         .low = 0.0,                                                                                       \
         .high = EF_MARGIN_MOST_MM,                                                                        \
         .value = "MM",                                                                                    \
         .help = "distance kept around the brain; less in a child, none under a scalp"},                   \
        EF_OPTION_ENGINE(EF_DATASET_AT(at, options.engine)),                                               \
        {.name = "seed",                                                                                   \
         .kind = EF_UINT64,                                                                                \
         .field = EF_DATASET_AT(at, options.seed),                                                         \
         .given = EF_DATASET_AT(at, options.has_seed),                                                     \
         .value = "N",                                                                                     \
         .help = "each image gets a seed of its own from this one and its name, so that the same command " \
                 "gives the same bytes. Without it, seeds are drawn from the system and stored nowhere"},  \
        {.name = "Who, where and when", .kind = EF_HEADING},                                               \
        EF_OPTION_DEIDENTIFY(EF_DATASET_AT(at, options.deidentify)),                                       \
        EF_OPTION_RETAIN(EF_DATASET_AT(at, options.retain)),                                               \
        EF_OPTION_KEY_FILE(EF_DATASET_AT(at, options.key_file)), {.name = "Outputs", .kind = EF_HEADING},  \
        {.name = "force",                                                                                  \
         .letter = 'f',                                                                                    \
         .kind = EF_FLAG,                                                                                  \
         .field = EF_DATASET_AT(at, options.force),                                                        \
         .help = "do everything again, and replace existing files"},                                       \
        EF_OPTION_KEEP_HEADER(EF_DATASET_AT(at, options.keep_header)),                                     \
        EF_OPTION_KEEP_REVIEW(EF_DATASET_AT(at, options.keep_review)),                                     \
        {.name = "ratings",                                                                                \
         .kind = EF_TEXT,                                                                                  \
         .field = EF_DATASET_AT(at, ratings),                                                              \
         .value = "PATH",                                                                                  \
         .help = "first do what persons decided, in a ratings.tsv of the report: a result that needed "    \
                 "review and was passed gets its real name, one that was failed is deleted"},              \
        {.name = "masks",                                                                                  \
         .kind = EF_FLAG,                                                                                  \
         .field = EF_DATASET_AT(at, masks),                                                                \
         .help = "write the mask of what was removed from each image"},                                    \
        {.name = "no-pictures",                                                                            \
         .kind = EF_FLAG,                                                                                  \
         .field = EF_DATASET_AT(at, no_pictures),                                                          \
         .help = "draw no picture of each result"},                                                        \
        EF_OPTION_NO_RECORD(EF_DATASET_AT(at, options.no_record)),                                         \
        EF_OPTION_RECORD_DATE(EF_DATASET_AT(at, options.record_date)),                                     \
        {.name = "no-report",                                                                              \
         .kind = EF_FLAG,                                                                                  \
         .field = EF_DATASET_AT(at, no_report),                                                            \
         .help = "write no pages at the end; a shard writes none either, see 'efface report'"},            \
        {.name = "Running", .kind = EF_HEADING},                                                           \
        {.name = "jobs",                                                                                   \
         .letter = 'j',                                                                                    \
         .kind = EF_INTEGER,                                                                               \
         .field = EF_DATASET_AT(at, jobs),                                                                 \
         .low = 0,                                                                                         \
         .high = EF_THREADS_MOST,                                                                          \
         .value = "N",                                                                                     \
         .help = "images that are worked on at the same time, 0 for one per processor"},                   \
        {.name = "threads",                                                                                \
         .letter = 't',                                                                                    \
         .kind = EF_INTEGER,                                                                               \
         .field = EF_DATASET_AT(at, options.threads),                                                      \
         .low = 1,                                                                                         \
         .high = EF_THREADS_MOST,                                                                          \
         .value = "N",                                                                                     \
         .help = "threads for one image; more images at a time are faster than more threads"},             \
        {.name = "mem",                                                                                    \
         .kind = EF_NUMBER,                                                                                \
         .field = EF_DATASET_AT(at, memory_gib),                                                           \
         .low = 0,                                                                                         \
         .high = 1e6,                                                                                      \
         .value = "GIB",                                                                                   \
         .help = "memory for all images at work, 0 for four fifths of what is available"},                 \
        {.name = "shard",                                                                                  \
         .kind = EF_TEXT,                                                                                  \
         .field = EF_DATASET_AT(at, shard),                                                                \
         .value = "I/N",                                                                                   \
         .help =                                                                                           \
             "treat only the I-th of N parts; which part a unit belongs to depends on its name alone"},    \
        {.name = "dry-run",                                                                                \
         .kind = EF_FLAG,                                                                                  \
         .field = EF_DATASET_AT(at, dry_run),                                                              \
         .help = "only print what would be done"},                                                         \
        {.name = "fail-fast",                                                                              \
         .kind = EF_FLAG,                                                                                  \
         .field = EF_DATASET_AT(at, fail_fast),                                                            \
         .help = "stop after the first image that neither passes nor needs review"},                       \
        {.name = "allow-review",                                                                           \
         .kind = EF_FLAG,                                                                                  \
         .field = EF_DATASET_AT(at, allow_review),                                                         \
         .help = "exit with 0 where some images need review and all others pass"},                         \
        EF_OPTION_JSON(EF_DATASET_AT(at, json), "print one JSON object a line for each image"),            \
        EF_OPTION_QUIET(EF_DATASET_AT(at, quiet), "print only errors and the last line")

/* Sets the defaults. */
void ef_dataset_arguments_init(ef_dataset_arguments *arguments);

/* A data set whose units were found. */
typedef struct ef_dataset {
    ef_units *units;
    const char *root;  /* folder of the results */
    const char *state; /* folder of everything else: journals, pictures, masks, report */
    const char *what;  /* what a unit is called in the last line */
    bool gather;       /* only count what other processes did (gather.h) */
} ef_dataset;

/* Runs the pipeline with what the command line says. SIGINT and SIGTERM stop it: each image at work is
 * dropped or finished; a second signal ends the process at once.
 * Returns the exit status; where the run gathers, EFFACE_STOPPED for images that are not treated yet. */
efface_status ef_dataset_run(const ef_dataset *dataset, const ef_dataset_arguments *arguments,
                             efface_error *err) __attribute__((warn_unused_result));

#endif
