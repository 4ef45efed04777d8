/* Labels, modalities and filter files. */
#include "dataset/bids_choice.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"

enum { WORD_BYTES = 256 };

bool ef_bids_words_add(ef_bids_words *words, const char *text)
{
    for (const char *at = text;; at++) {
        const size_t n = strcspn(at, ",");
        const char **word = realloc(words->word, (words->n + 1) * sizeof *word);
        words->word = word != NULL ? word : words->word;
        size_t *length = realloc(words->length, (words->n + 1) * sizeof *length);
        words->length = length != NULL ? length : words->length;
        if (word == NULL || length == NULL)
            return false;
        words->word[words->n] = at;
        words->length[words->n] = n;
        words->n += n > 0 ? 1 : 0;
        at += n;
        if (*at == '\0')
            return true;
    }
}

void ef_bids_words_release(ef_bids_words *words)
{
    free(words->word);
    free(words->length);
    *words = (ef_bids_words){0};
}

static bool holds_label(const ef_bids_words *words, const char *prefix, const char *label, size_t n)
{
    const size_t n_prefix = strlen(prefix);
    for (size_t k = 0; k < words->n; k++) {
        const char *word = words->word[k];
        size_t length = words->length[k];
        if (length > n_prefix && strncmp(word, prefix, n_prefix) == 0) {
            word += n_prefix;
            length -= n_prefix;
        }
        if (length == n - n_prefix && memcmp(word, label + n_prefix, length) == 0)
            return true;
    }
    return false;
}

bool ef_bids_all_chosen(const ef_bids_choice *c)
{
    return c->participants.n + c->sessions.n + c->without_participants.n + c->without_sessions.n +
                   c->modalities.n ==
               0 &&
           c->filter == NULL;
}

bool ef_bids_label_chosen(const char *prefix, const char *label, size_t n, const ef_bids_words *with,
                          const ef_bids_words *without)
{
    return (with->n == 0 || holds_label(with, prefix, label, n)) && !holds_label(without, prefix, label, n);
}

/* --- filter files --- */

/* A piece of a name. */
typedef struct piece {
    const char *text; /* NULL: the name has none */
    size_t n;
} piece;

/* BIDS filters call entities by their long names. */
static piece piece_of(const char *entity, const char *datatype, const ef_bids_name *name)
{
    static const char *const spelled[][2] = {
        {"subject", "sub"},   {"session", "ses"},      {"acquisition", "acq"}, {"reconstruction", "rec"},
        {"direction", "dir"}, {"inversion", "inv"},    {"ceagent", "ce"},      {"tracer", "trc"},
        {"modality", "mod"},  {"description", "desc"}, {"mt", "mt"},           {NULL, NULL}};
    piece p = {datatype, strlen(datatype)};
    if (strcmp(entity, "datatype") == 0)
        return p;
    if (strcmp(entity, "suffix") == 0)
        return (piece){name->suffix, name->n_suffix};
    if (strcmp(entity, "extension") == 0)
        return (piece){name->extension, strlen(name->extension)};
    for (int k = 0; spelled[k][0] != NULL; k++)
        if (strcmp(entity, spelled[k][0]) == 0)
            entity = spelled[k][1];
    p.text = ef_bids_entity(&p.n, name, entity);
    return p;
}

/* Whether a piece is the word at `value`, one of a list of words, or missing where null is asked. */
static bool piece_matches(const piece *p, const char *value)
{
    char word[WORD_BYTES];
    if (*value == '[') {
        for (value = ef_json_past_space(value + 1, NULL); *value != ']' && *value != '\0';) {
            if (piece_matches(p, value))
                return true;
            value = ef_json_past_space(ef_json_past_value(value, NULL), NULL);
            value = *value == ',' ? ef_json_past_space(value + 1, NULL) : value;
        }
        return false;
    }
    if (*value == 'n')
        return p->text == NULL;
    const char *behind = ef_json_past_plain(value, NULL);
    if (*value != '"' && behind != NULL) /* "run": 1 */
        return p->text != NULL && strtol(value, NULL, 10) == strtol(p->text, NULL, 10);
    const long n = ef_json_read_text(word, sizeof word, value, NULL);
    return n >= 0 && p->text != NULL && p->n == (size_t)n && memcmp(word, p->text, p->n) == 0;
}

/* Steps through an object: the key at `at`, its value, and the next key; NULL at the end. */
static const char *step(char key[WORD_BYTES], const char **value, const char *at)
{
    if (at == NULL || *at != '"' || ef_json_read_text(key, WORD_BYTES, at, NULL) < 0)
        return NULL;
    at = ef_json_past_space(ef_json_past_string(at, NULL), NULL);
    *value = ef_json_past_space(at + 1, NULL);
    at = ef_json_past_space(ef_json_past_value(*value, NULL), NULL);
    return *at == ',' ? ef_json_past_space(at + 1, NULL) : at;
}

static const char *first_key(const char *object)
{
    return *object == '{' ? ef_json_past_space(object + 1, NULL) : NULL;
}

static bool query_matches(const char *query, const char *datatype, const ef_bids_name *name)
{
    char key[WORD_BYTES];
    const char *value;
    for (const char *at = first_key(query); (at = step(key, &value, at)) != NULL;) {
        const piece p = piece_of(key, datatype, name);
        if (!piece_matches(&p, value))
            return false;
    }
    return true;
}

static bool filter_matches(const char *filter, const char *datatype, const ef_bids_name *name)
{
    char key[WORD_BYTES];
    const char *value;
    for (const char *at = first_key(ef_json_past_space(filter, NULL));
         (at = step(key, &value, at)) != NULL;)
        if (query_matches(value, datatype, name))
            return true;
    return false;
}

static bool holds_word(const ef_bids_words *words, const char *text, size_t n)
{
    for (size_t k = 0; k < words->n; k++)
        if (words->length[k] == n && memcmp(words->word[k], text, n) == 0)
            return true;
    return false;
}

bool ef_bids_image_chosen(const ef_bids_choice *choice, const char *datatype, const ef_bids_name *name)
{
    const ef_bids_words *m = &choice->modalities;
    if (m->n > 0 && !holds_word(m, datatype, strlen(datatype)) &&
        !holds_word(m, name->suffix, name->n_suffix))
        return false;
    return choice->filter == NULL || filter_matches(choice->filter, datatype, name);
}

efface_status ef_bids_filter_check(const char *text, const char *path, efface_error *err)
{
    char key[WORD_BYTES];
    const char *value, *object = ef_json_past_space(text, NULL);
    const char *behind = ef_json_past_value(object, NULL);
    bool fine = *object == '{' && behind != NULL && *ef_json_past_space(behind, NULL) == '\0';
    for (const char *at = fine ? first_key(object) : NULL; (at = step(key, &value, at)) != NULL;)
        fine = fine && *value == '{';
    return fine ? EFFACE_PASS
                : ef_fail(err, EFFACE_USAGE, "expected a JSON object of queries, each an object, in '%s'",
                          path);
}
