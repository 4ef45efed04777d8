/* Words in header texts: those that may stay and those that must not. */
#include "identity/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/table.h"
#include "identity/deidentify_data.h"

/* Where the word that begins here ends; begin itself where no word begins. */
static size_t word_end(const char *text, size_t begin, size_t n)
{
    size_t end = begin;
    /* bytes above 127 belong to words: half of a name must not count as a safe word */
    while (end < n && (isalnum((unsigned char)text[end]) || (unsigned char)text[end] > 127))
        end++;
    return end;
}

static bool is_safe_word(const char *word, size_t n)
{
    ef_field field[EF_FIELDS_MOST];
    ef_rows rows = {.at = (const char *)ef_safe_words_data,
                    .end = (const char *)ef_safe_words_data + ef_safe_words_data_size};
    size_t digits = 0;
    while (digits < n && isdigit((unsigned char)word[digits]))
        digits++;
    if (digits == n)
        return n <= 2;
    while (ef_rows_next(field, &rows) > 0) {
        if (ef_field_is(&field[0], word, n))
            return true;
    }
    return false;
}

size_t ef_words_keep(char *text, size_t n)
{
    size_t made = 0;
    for (size_t begin = 0; begin < n;) {
        const size_t end = word_end(text, begin, n);
        if (end == begin) {
            begin++;
            continue;
        }
        if (is_safe_word(text + begin, end - begin)) {
            if (made > 0)
                text[made++] = ' ';
            memmove(text + made, text + begin, end - begin);
            made += end - begin;
        }
        begin = end;
    }
    return made;
}

/* ---- watched words ---- */

/* Too short to tell anything: two letters are in every text, four digits in every second number. */
static bool is_telling(const char *word, size_t n)
{
    enum { LETTERS = 3, DIGITS = 5 };
    size_t digits = 0;
    for (size_t i = 0; i < n; i++)
        digits += isdigit((unsigned char)word[i]) != 0;
    return n >= (digits == n ? DIGITS : LETTERS) && !is_safe_word(word, n);
}

efface_status ef_watch_add(ef_watch *watch, const char *text, size_t n, efface_error *err)
{
    for (size_t begin = 0; begin < n;) {
        const size_t end = word_end(text, begin, n), length = end - begin;
        if (length == 0) {
            begin++;
            continue;
        }
        if (is_telling(text + begin, length)) {
            char *more = realloc(watch->words, watch->n + length + 1);
            if (more == NULL)
                return ef_fail_memory(err, watch->n + length + 1);
            memcpy(more + watch->n, text + begin, length);
            more[watch->n + length] = '\n';
            watch->words = more;
            watch->n += length + 1;
        }
        begin = end;
    }
    return EFFACE_PASS;
}

/* A short word counts only where it stands alone: Lee is in sleep. */
static bool is_in(const char *word, size_t n_word, const char *text, size_t n)
{
    enum { SHORT = 4 };
    for (size_t at = 0; at + n_word <= n; at++) {
        if (strncasecmp(text + at, word, n_word) != 0)
            continue;
        if (n_word > SHORT ||
            ((at == 0 || word_end(text, at - 1, at) == at - 1) && word_end(text, at, n) == at + n_word))
            return true;
    }
    return false;
}

bool ef_watch_finds(const ef_watch *watch, const char *text, size_t n)
{
    for (size_t begin = 0, end = 0; end < watch->n; end++) {
        if (watch->words[end] != '\n')
            continue;
        if (is_in(watch->words + begin, end - begin, text, n))
            return true;
        begin = end + 1;
    }
    return false;
}

void ef_watch_release(ef_watch *watch)
{
    free(watch->words);
    *watch = (ef_watch){0};
}
