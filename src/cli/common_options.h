/* Options that several commands have, so that text and range are the same everywhere. Each macro takes the
 * offset of its field in the command's arguments; the comment above it names the field's type. */
#ifndef EF_COMMON_OPTIONS_H
#define EF_COMMON_OPTIONS_H

#include "cli/command.h"

/* int */
#define EF_OPTION_THREADS(offset)                                                                          \
    {                                                                                                      \
        .name = "threads", .letter = 't', .kind = EF_INTEGER, .field = (offset), .low = 0,                 \
        .high = EF_THREADS_MOST, .value = "N",                                                             \
        .help = "threads, 0 for one per processor; the result does not depend on it"                       \
    }

/* bool */
#define EF_OPTION_JSON(offset, text)                                                                       \
    {                                                                                                      \
        .name = "json", .kind = EF_FLAG, .field = (offset), .help = (text)                                 \
    }

/* bool */
#define EF_OPTION_QUIET(offset, text)                                                                      \
    {                                                                                                      \
        .name = "quiet", .letter = 'q', .kind = EF_FLAG, .field = (offset), .help = (text)                 \
    }

/* bool */
#define EF_OPTION_FORCE(offset)                                                                            \
    {                                                                                                      \
        .name = "force", .letter = 'f', .kind = EF_FLAG, .field = (offset),                                \
        .help = "replace existing files"                                                                   \
    }

/* unsigned; words: ef_part_words or ef_judged_part_words */
#define EF_OPTION_PARTS(offset, words, text)                                                               \
    {                                                                                                      \
        .name = "parts", .letter = 'p', .kind = EF_SET, .field = (offset), .choices = (words),             \
        .value = "PARTS", .help = (text)                                                                   \
    }

/* double, bool */
#define EF_OPTION_STRENGTH(offset, given_offset)                                                           \
    {                                                                                                      \
        .name = "strength", .kind = EF_NUMBER, .field = (offset), .given = (given_offset),                 \
        .low = EF_STRENGTH_LEAST_MM, .high = EF_STRENGTH_MOST_MM, .value = "MM",                           \
        .help = "for the mode blur: standard deviation of the surface's smoothing"                         \
    }

/* For commands that deface: bool each, then const char * each */
#define EF_OPTION_KEEP_HEADER(offset)                                                                      \
    {                                                                                                      \
        .name = "keep-header", .kind = EF_FLAG, .field = (offset),                                         \
        .help = "keep the header's free text and extensions, which may name the subject"                   \
    }
#define EF_OPTION_KEEP_REVIEW(offset)                                                                      \
    {                                                                                                      \
        .name = "keep-review", .kind = EF_FLAG, .field = (offset),                                         \
        .help = "write a result that needs review, under a name that says so"                              \
    }
#define EF_OPTION_MASK(offset)                                                                             \
    {                                                                                                      \
        .name = "mask", .kind = EF_TEXT, .field = (offset), .value = "PATH",                               \
        .help = "write the mask of what was removed"                                                       \
    }
#define EF_OPTION_BRAIN(offset)                                                                            \
    {                                                                                                      \
        .name = "brain", .kind = EF_TEXT, .field = (offset), .value = "PATH",                              \
        .help = "write the mask of the protected brain"                                                    \
    }

#define EF_OPTION_ENGINE(offset)                                                                            \
    {                                                                                                       \
        .name = "engine", .kind = EF_CHOICE, .field = (offset), .choices = ef_engine_words,                 \
        .value = "ENGINE",                                                                                  \
        .help =                                                                                             \
            "what locates the head; with itk, efface locates it and ITK's registration checks the answer: " \
            "where they differ, the scan needs review"                                                      \
    }
#define EF_OPTION_DEIDENTIFY(offset)                                                                         \
    {                                                                                                        \
        .name = "deidentify", .letter = 'd', .kind = EF_FLAG, .field = (offset),                             \
        .help =                                                                                              \
            "remove them from the header (DICOM PS3.15 Basic Profile) and from the JSON sidecar beside IN, " \
            "which is then written beside OUT"                                                               \
    }
#define EF_OPTION_RETAIN(offset)                                                                                \
    {                                                                                                           \
        .name = "retain", .kind = EF_SET, .field = (offset), .choices = ef_retain_words, .value = "WHAT",       \
        .help =                                                                                                 \
            "what --deidentify keeps: dates shifted by a secret number of days, the patient's age, sex, size "  \
            "and weight, scanner, UIDs, hospital, harmless words of descriptions, private numbers that images " \
            "need"                                                                                              \
    }
#define EF_OPTION_KEY_FILE(offset)                                                                            \
    {                                                                                                         \
        .name = "key-file", .kind = EF_TEXT, .field = (offset), .value = "PATH",                              \
        .help =                                                                                               \
            "secret key of new UIDs, pseudonyms and date shifts; created where the file does not exist. The " \
            "same key gives the same values in every run"                                                     \
    }
#define EF_OPTION_NO_RECORD(offset)                                                                        \
    {                                                                                                      \
        .name = "no-record", .kind = EF_FLAG, .field = (offset), .help = "do not write a record"           \
    }
#define EF_OPTION_RECORD_DATE(offset)                                                                      \
    {                                                                                                      \
        .name = "record-date", .kind = EF_FLAG, .field = (offset),                                         \
        .help = "say in the record on which day it was made"                                               \
    }
#define EF_OPTION_PNG_ORIGINAL(offset)                                                                     \
    {                                                                                                      \
        .name = "png-original", .kind = EF_TEXT, .field = (offset), .value = "PATH",                       \
        .help = "draw the result and below it the original; THIS PICTURE SHOWS THE FACE"                   \
    }

#endif
