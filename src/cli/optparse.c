/* Parses command lines by option tables. It knows kinds of values, not commands: only the command that
 * reads the arguments struct knows what an option means. */
#include "cli/optparse.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

const ef_option ef_option_help = {
    .name = "help", .letter = 'h', .kind = EF_FLAG, .help = "print this help"};

/* State of the parser. */
typedef struct state {
    const ef_command *command;
    unsigned char *arguments;
    int argc, at;
    char **argv;
    efface_error *err;
} state;

static efface_status refuse_value(const state *s, const ef_option *option, const char *text,
                                  const char *expected)
{
    return ef_fail(s->err, EFFACE_USAGE, "--%s expects %s, got '%s'", option->name, expected, text);
}

static void store(const state *s, size_t offset, const void *value, size_t size)
{
    memcpy(s->arguments + offset, value, size);
}

/* Parses all of text[0 .. length-1] as one double. The program never leaves the C locale. */
static bool parse_double(double *value, const char *text, size_t length)
{
    char copy[64], *end;
    if (length == 0 || length >= sizeof copy || strchr(" \t\n", text[0]) != NULL)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *value = strtod(copy, &end);
    return *end == '\0' && isfinite(*value);
}

static efface_status parse_numbers(const state *s, const ef_option *option, const char *text)
{
    double values[16];
    int n = 0;
    char expected[128];
    if (option->kind == EF_NUMBERS)
        snprintf(expected, sizeof expected, "1 or %d numbers from %g to %g joined by commas", option->count,
                 option->low, option->high);
    else
        snprintf(expected, sizeof expected, "a number from %g to %g", option->low, option->high);
    for (const char *p = text;; p++) {
        size_t length = strcspn(p, ",");
        if (n == option->count || !parse_double(&values[n], p, length) || values[n] < option->low ||
            values[n] > option->high)
            return refuse_value(s, option, text, expected);
        n++;
        p += length;
        if (*p == '\0')
            break;
    }
    if (n != 1 && n != option->count)
        return refuse_value(s, option, text, expected);
    for (; n < option->count; n++)
        values[n] = values[0];
    store(s, option->field, values, (size_t)option->count * sizeof values[0]);
    return EFFACE_PASS;
}

static efface_status parse_integer(const state *s, const ef_option *option, const char *text)
{
    char *end, expected[80];
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < (long)option->low ||
        value > (long)option->high) {
        snprintf(expected, sizeof expected, "a whole number from %g to %g", option->low, option->high);
        return refuse_value(s, option, text, expected);
    }
    int narrow = (int)value;
    store(s, option->field, &narrow, sizeof narrow);
    return EFFACE_PASS;
}

static efface_status parse_uint64(const state *s, const ef_option *option, const char *text)
{
    char *end;
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    errno = 0;
    unsigned long long value = strtoull(text, &end, hex ? 16 : 10);
    if (text[0] < '0' || text[0] > '9' || errno != 0 || *end != '\0')
        return refuse_value(s, option, text, "a whole number from 0 to 2^64-1");
    uint64_t wide = value;
    store(s, option->field, &wide, sizeof wide);
    return EFFACE_PASS;
}

enum { MOST_CHOICES = 64 };

static efface_status refuse_choice(const state *s, const ef_option *option, const char *word)
{
    const char *words[MOST_CHOICES + 1] = {NULL};
    char list[256] = "";
    for (int i = 0; i < MOST_CHOICES && option->choices[i].word != NULL; i++) {
        words[i] = option->choices[i].word;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    const char *nearest = ef_nearest(word, words);
    if (nearest != NULL)
        return ef_fail(s->err, EFFACE_USAGE, "--%s doesn't know '%s'; did you mean '%s'?", option->name,
                       word, nearest);
    return ef_fail(s->err, EFFACE_USAGE, "--%s doesn't know '%s'; it takes %s", option->name, word, list);
}

/* One word for EF_CHOICE, words joined by commas for EF_SET. */
static efface_status parse_choices(const state *s, const ef_option *option, const char *text)
{
    unsigned value = 0;
    char word[64];
    for (const char *p = text;; p++) {
        size_t length = option->kind == EF_SET ? strcspn(p, ",") : strlen(p);
        snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1), p);
        const ef_choice *choice = option->choices;
        while (choice->word != NULL && strcmp(choice->word, word) != 0)
            choice++;
        if (choice->word == NULL)
            return refuse_choice(s, option, word);
        value |= choice->value;
        p += length;
        if (*p == '\0')
            break;
    }
    _Static_assert(sizeof(efface_mode) == sizeof value, "enumerations are stored through an unsigned");
    store(s, option->field, &value, sizeof value);
    return EFFACE_PASS;
}

static efface_status parse_value(const state *s, const ef_option *option, const char *text)
{
    switch (option->kind) {
    case EF_INTEGER:
        return parse_integer(s, option, text);
    case EF_NUMBER: {
        ef_option single = *option;
        single.count = 1;
        return parse_numbers(s, &single, text);
    }
    case EF_NUMBERS:
        return parse_numbers(s, option, text);
    case EF_UINT64:
        return parse_uint64(s, option, text);
    case EF_CHOICE:
    case EF_SET:
        return parse_choices(s, option, text);
    default:
        if (*text == '\0')
            return refuse_value(s, option, text, option->value);
        store(s, option->field, &text, sizeof text);
        return EFFACE_PASS;
    }
}

static void note_given(const state *s, const ef_option *option)
{
    bool yes = true;
    if (option->given != 0)
        store(s, option->given, &yes, sizeof yes);
}

/* A list's first word is there; those that follow belong to it, up to the next option. */
static efface_status take_list(state *s, const ef_option *option, const char *first, bool attached)
{
    ef_list list = {.first = first};
    if (*first == '\0')
        return refuse_value(s, option, first, option->value);
    list.more = s->argv + s->at + 1;
    while (!attached && s->at + 1 < s->argc && s->argv[s->at + 1][0] != '-') {
        list.n_more++;
        s->at++;
    }
    store(s, option->field, &list, sizeof list);
    return EFFACE_PASS;
}

/* Stores the option's value: `attached`, or where that is NULL the next argument. */
static efface_status take(state *s, const ef_option *option, const char *attached)
{
    const char *text = attached;
    note_given(s, option);
    if (option->kind == EF_FLAG) {
        bool yes = true;
        if (attached != NULL)
            return ef_fail(s->err, EFFACE_USAGE, "--%s takes no value, got '%s'", option->name, attached);
        store(s, option->field, &yes, sizeof yes);
        return EFFACE_PASS;
    }
    if (text == NULL) {
        /* A forgotten value must not swallow the next option as a path. */
        bool present = s->at + 1 < s->argc && strncmp(s->argv[s->at + 1], "--", 2) != 0;
        if (!present)
            return ef_fail(s->err, EFFACE_USAGE, "--%s needs a value: --%s=%s", option->name, option->name,
                           option->value);
        text = s->argv[++s->at];
    }
    if (option->kind == EF_LIST)
        return take_list(s, option, text, attached != NULL);
    return parse_value(s, option, text);
}

static efface_status refuse_option(const state *s, const char *given, const char *name)
{
    const char *names[128] = {"help"};
    int n = 1;
    for (const ef_option *option = s->command->options; option->name != NULL && n < 127; option++) {
        if (option->kind != EF_HEADING)
            names[n++] = option->name;
    }
    const char *nearest = ef_nearest(name, names);
    if (nearest != NULL)
        return ef_fail(s->err, EFFACE_USAGE, "no option '%s'; did you mean '--%s'?", given, nearest);
    return ef_fail(s->err, EFFACE_USAGE, "no option '%s'; see 'efface help %s'", given, s->command->name);
}

static const ef_option *find_long(const state *s, const char *name)
{
    for (const ef_option *option = s->command->options; option->name != NULL; option++) {
        if (option->kind != EF_HEADING && strcmp(option->name, name) == 0)
            return option;
    }
    return strcmp(name, ef_option_help.name) == 0 ? &ef_option_help : NULL;
}

static const ef_option *find_short(const state *s, char letter)
{
    for (const ef_option *option = s->command->options; option->name != NULL; option++) {
        if (option->kind != EF_HEADING && option->letter == letter)
            return option;
    }
    return letter == ef_option_help.letter ? &ef_option_help : NULL;
}

static efface_status take_long(state *s, bool *help)
{
    const char *given = s->argv[s->at], *equals = strchr(given, '=');
    char name[64];
    size_t length = equals != NULL ? (size_t)(equals - given) - 2 : strlen(given) - 2;
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), given + 2);
    for (char *at = name; *at != '\0'; at++)
        *at = *at == '_' ? '-' : *at;
    const ef_option *option = find_long(s, name);
    if (option == NULL)
        return refuse_option(s, given, name);
    if (option == &ef_option_help) {
        *help = true;
        return EFFACE_PASS;
    }
    return take(s, option, equals != NULL ? equals + 1 : NULL);
}

/* Parses a word of short options: any number of flags, then at most one option with its value. */
static efface_status take_short(state *s, bool *help)
{
    for (const char *letter = s->argv[s->at] + 1; *letter != '\0'; letter++) {
        const ef_option *option = find_short(s, *letter);
        if (option == NULL) { /* perhaps a long option that lost a dash */
            char given[3] = {'-', *letter, '\0'};
            return refuse_option(s, given, s->argv[s->at] + 1);
        }
        if (option == &ef_option_help) {
            *help = true;
            return EFFACE_PASS;
        }
        if (option->kind != EF_FLAG)
            return take(s, option, letter[1] != '\0' ? letter + 1 : NULL);
        efface_status status = take(s, option, NULL);
        if (status != EFFACE_PASS)
            return status;
    }
    return EFFACE_PASS;
}

static efface_status check_operands(const state *s, const char *const *operands, int n)
{
    const ef_command *c = s->command;
    if (n < c->least)
        return ef_fail(s->err, EFFACE_USAGE, "too few arguments: efface %s %s; see 'efface help %s'",
                       c->name, c->operands, c->name);
    if (n > c->most)
        return ef_fail(s->err, EFFACE_USAGE, "unexpected argument '%s'; see 'efface help %s'",
                       operands[c->most], c->name);
    return EFFACE_PASS;
}

efface_status ef_parse(ef_parsed *parsed, const char **operands, void *arguments, const ef_command *command,
                       int argc, char **argv, efface_error *err)
{
    state s = {.command = command, .arguments = arguments, .argc = argc, .argv = argv, .err = err};
    bool only_operands = false;
    *parsed = (ef_parsed){0};
    for (; s.at < argc; s.at++) {
        const char *word = argv[s.at];
        efface_status status = EFFACE_PASS;
        if (only_operands || word[0] != '-' || word[1] == '\0')
            operands[parsed->n_operands++] = word;
        else if (strcmp(word, "--") == 0)
            only_operands = true;
        else if (word[1] == '-')
            status = take_long(&s, &parsed->help);
        else
            status = take_short(&s, &parsed->help);
        if (status != EFFACE_PASS || parsed->help)
            return status;
    }
    return check_operands(&s, operands, parsed->n_operands);
}

/* Restricted Damerau-Levenshtein distance ("optimal string alignment"). A step adds, removes or
 * replaces a letter, or swaps two neighbours. Words longer than the table count as far away. */
static size_t edit_distance(const char *a, const char *b)
{
    enum { WIDTH = 48 };
    size_t n = strlen(a), m = strlen(b), d[WIDTH][WIDTH];
    if (n >= WIDTH || m >= WIDTH)
        return WIDTH;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *ef_nearest(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    size_t allowed = strlen(word) / 3 > 1 ? strlen(word) / 3 : 1;
    for (; *words != NULL; words++) {
        size_t distance = edit_distance(word, *words);
        /* A one-letter word is one step from every other: it is similar to none. */
        if (distance <= allowed && distance < strlen(word)) {
            nearest = *words;
            allowed = distance > 0 ? distance - 1 : 0;
        }
    }
    return nearest;
}

/* Writes the fewest words that make up the value: the widest set that fits ("face") is taken each time,
 * since tables are in no such order. */
static void format_set(char *text, size_t size, const ef_choice *choices, unsigned value)
{
    unsigned left = value;
    while (left != 0) {
        const ef_choice *widest = NULL;
        int widest_bits = 0;
        for (const ef_choice *c = choices; c->word != NULL; c++) {
            int bits = 0;
            for (unsigned rest = c->value & left; rest != 0; rest &= rest - 1)
                bits++;
            if ((c->value & ~value) == 0 && bits > widest_bits) {
                widest = c;
                widest_bits = bits;
            }
        }
        if (widest == NULL)
            return;
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s", used > 0 ? "," : "", widest->word);
        left &= ~widest->value;
    }
}

void ef_option_format(char *text, size_t size, const ef_option *option, const void *arguments)
{
    const unsigned char *at = (const unsigned char *)arguments + option->field;
    union {
        int i;
        unsigned u;
        double d;
        uint64_t wide;
        const char *s;
    } v;
    text[0] = '\0';
    switch (option->kind) {
    case EF_INTEGER:
        memcpy(&v.i, at, sizeof v.i);
        snprintf(text, size, "%d", v.i);
        break;
    case EF_NUMBER:
        memcpy(&v.d, at, sizeof v.d);
        snprintf(text, size, "%g", v.d);
        break;
    case EF_NUMBERS:
        for (int i = 0; i < option->count; i++) {
            size_t used = strlen(text);
            memcpy(&v.d, at + (size_t)i * sizeof v.d, sizeof v.d);
            snprintf(text + used, size - used, "%s%g", i > 0 ? "," : "", v.d);
        }
        break;
    case EF_UINT64:
        memcpy(&v.wide, at, sizeof v.wide);
        snprintf(text, size, "%llu", (unsigned long long)v.wide);
        break;
    case EF_TEXT:
        memcpy(&v.s, at, sizeof v.s);
        snprintf(text, size, "%s", v.s != NULL ? v.s : "");
        break;
    case EF_CHOICE:
    case EF_SET:
        memcpy(&v.u, at, sizeof v.u);
        for (const ef_choice *c = option->choices; option->kind == EF_CHOICE && c->word != NULL; c++) {
            if (c->value == v.u)
                snprintf(text, size, "%s", c->word);
        }
        if (option->kind == EF_SET)
            format_set(text, size, option->choices, v.u);
        break;
    default:
        break;
    }
}
