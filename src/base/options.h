/* The options of a run: their words, their ranges, and whether they make sense together. */
#ifndef EF_OPTIONS_H
#define EF_OPTIONS_H

#include "efface.h"

/* A word of the command line and the record, and the value it stands for; word NULL ends a list. */
typedef struct ef_word {
    const char *word;
    unsigned value;
} ef_word;

extern const ef_word ef_mode_words[];   /* efface_mode */
extern const ef_word ef_fill_words[];   /* efface_fill */
extern const ef_word ef_engine_words[]; /* efface_engine */
extern const ef_word ef_part_words[];   /* "scalp", then all that judged parts have */
extern const ef_word ef_retain_words[]; /* EFFACE_RETAIN_ bits */

/* Parts that can be asked for as gone: single ones, then the sets "ears", "face", "all", then "teeth" for
 * mouth. */
#define ef_judged_part_words (ef_part_words + 1)

/* The word for exactly that value, or NULL. */
const char *ef_word_of(const ef_word *words, unsigned value);

/* Largest margin: about half the distance from cortex to skin. More would leave nothing of the forehead to
 * be removed. */
#define EF_MARGIN_MOST_MM 20.0
/* Strengths of `blur`: standard deviation s of a Gaussian, which leaves exp(-2 pi^2 s^2 / w^2) of a
 * wavelength w. Of a nose's 45 mm it leaves 11 % at 15 mm and 2 % at 20; of 60 mm, the longest that tells
 * faces apart, 29 % and 11 %. Less than 15 would leave a face. At 40 the Gaussian is half as wide as a
 * head: more costs volume and removes nothing of the face. */
#define EF_STRENGTH_LEAST_MM 15.0
#define EF_STRENGTH_MM       20.0
#define EF_STRENGTH_MOST_MM  40.0
/* Most threads; more are a slip of the keyboard. */
#define EF_THREADS_MOST 1024

/* The number of threads asked for, or the number of processors where none is. */
int ef_options_threads(const efface_options *options);

/* Checks every value's range and whether options contradict each other. Errors: EFFACE_USAGE with the
 * reason. */
efface_status ef_options_check(const efface_options *options, efface_error *err)
    __attribute__((warn_unused_result));

#endif
