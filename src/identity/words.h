/* Words in header texts: which may stay and which must not. */
#ifndef EF_WORDS_H
#define EF_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "efface.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Drops every word but those of data/safe_words.txt and numbers of one or two digits; single blanks join
 * what is left.
 * text  in and out, n characters
 * Returns the new length. */
size_t ef_words_keep(char *text, size_t n);

/* Words that must not stay in any text: a patient's names and identifiers. Zero is none. */
typedef struct ef_watch {
    char *words; /* owned: each with a newline behind it */
    size_t n;
} ef_watch;

/* Adds the words of a text: those of three characters or more, of five where all are digits, that are not
 * in data/safe_words.txt. Errors: EFFACE_INTERNAL where memory is short. */
efface_status ef_watch_add(ef_watch *watch, const char *text, size_t n, efface_error *err)
    __attribute__((warn_unused_result));

/* Whether one of the words is in the n characters, in either case of ASCII letters: anywhere, or, where it
 * has at most four characters, as a word of its own. */
bool ef_watch_finds(const ef_watch *watch, const char *text, size_t n);

/* Idempotent. */
void ef_watch_release(ef_watch *watch);

#ifdef __cplusplus
}
#endif
#endif
