/* Scans for the attack, from seeds or from files. */
#include "attack/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "io/file.h"
#include "io/read.h"
#include "kernels/grid.h"
#include "kernels/rng.h"
#include "scan/scan.h"

/* First seed of the learners: above any number of people. */
static const uint64_t learners_from = UINT64_C(1) << 40;
/* Counter of the random number that is the head shared by all. */
static const uint64_t shared_head = UINT64_C(1) << 41;
enum { COLUMNS = 4, MOST_COLUMNS = 32 };
static const char *const column_names[COLUMNS] = {"person", "original", "probe", "use"};

/* Cuts a line at its tabs; returns the number of fields. */
static int cut_line(char *field[MOST_COLUMNS], char *line)
{
    int n = 0;
    for (char *at = line; at != NULL && n < MOST_COLUMNS;) {
        char *tab = strchr(at, '\t');
        field[n++] = at;
        if (tab != NULL)
            *tab++ = '\0';
        at = tab;
    }
    return n;
}

/* The next line without its end, or NULL. */
static char *next_line(char **rest)
{
    char *line = *rest, *end;
    if (line == NULL || *line == '\0')
        return NULL;
    end = strchr(line, '\n');
    *rest = end != NULL ? end + 1 : NULL;
    if (end != NULL)
        *end = '\0';
    end = line + strlen(line);
    if (end > line && end[-1] == '\r')
        end[-1] = '\0';
    return line;
}

static efface_status read_text(char **text, const char *path, efface_error *err)
{
    ef_input input;
    efface_status status = ef_input_open(&input, path, err);
    if (status != EFFACE_PASS)
        return status;
    *text = malloc(input.size + 1);
    if (*text == NULL)
        status = ef_fail_memory(err, (unsigned long long)input.size + 1);
    else if ((status = ef_input_read(&input, *text, input.size, 0, path, err)) == EFFACE_PASS)
        (*text)[input.size] = '\0';
    ef_input_close(&input);
    if (status == EFFACE_PASS && strlen(*text) != input.size)
        status = ef_fail(err, EFFACE_INPUT, "a list of people holds a NUL byte '%s'", path);
    return status;
}

static efface_status find_columns(int column[COLUMNS], char *first, const char *path, efface_error *err)
{
    char *field[MOST_COLUMNS];
    const int n = first != NULL ? cut_line(field, first) : 0;
    for (int c = 0; c < COLUMNS; c++) {
        column[c] = -1;
        for (int f = 0; f < n; f++)
            if (strcmp(field[f], column_names[c]) == 0)
                column[c] = f;
        if (column[c] < 0 && c < COLUMNS - 1)
            return ef_fail(err, EFFACE_INPUT, "expected a column '%s' in the first line of '%s'",
                           column_names[c], path);
    }
    return EFFACE_PASS;
}

static efface_status read_person(ef_person *person, char *line, const int column[COLUMNS], int64_t number,
                                 const char *path, efface_error *err)
{
    char *field[MOST_COLUMNS];
    const char *value[COLUMNS] = {NULL};
    const int n = cut_line(field, line);
    for (int c = 0; c < COLUMNS; c++) {
        if (column[c] >= 0 && column[c] < n)
            value[c] = field[column[c]];
        if (c < COLUMNS - 1 && (value[c] == NULL || *value[c] == '\0'))
            return ef_fail(err, EFFACE_INPUT, "no %s in line %lld of '%s'", column_names[c],
                           (long long)number, path);
    }
    *person = (ef_person){value[0], value[1], value[2], value[3] != NULL && strcmp(value[3], "learn") == 0};
    return EFFACE_PASS;
}

/* Two rows with one name would count as impostors of each other. */
static efface_status check_names(const ef_person *person, int64_t n, const char *path, efface_error *err)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++)
            if (strcmp(person[i].name, person[j].name) == 0)
                return ef_fail(err, EFFACE_INPUT, "person '%s' is twice in '%s'", person[i].name, path);
    return EFFACE_PASS;
}

efface_status ef_people_read(ef_people *people, const char *path, efface_error *err)
{
    int column[COLUMNS];
    int64_t rows = 1, n = 0, learners = 0, number = 1;
    efface_status status = read_text(&people->text, path, err);
    if (status != EFFACE_PASS)
        return status;
    for (const char *c = people->text; *c != '\0'; c++)
        rows += *c == '\n';
    ef_person *all = calloc((size_t)rows, sizeof *all);
    people->person = calloc((size_t)rows, sizeof *people->person);
    if (all == NULL || people->person == NULL) {
        free(all);
        return ef_fail_memory(err, 2 * (unsigned long long)rows * sizeof *all);
    }
    char *rest = people->text, *line = next_line(&rest);
    status = find_columns(column, line, path, err);
    while (status == EFFACE_PASS && (line = next_line(&rest)) != NULL) {
        number++;
        if (*line == '\0')
            continue;
        status = read_person(&all[n], line, column, number, path, err);
        learners += all[n++].learn;
    }
    if (status == EFFACE_PASS)
        status = check_names(all, n, path, err);
    int64_t at[2] = {learners, 0};
    for (int64_t i = 0; i < n; i++)
        people->person[at[all[i].learn]++] = all[i];
    free(all);
    people->phantom[1] = false;
    people->phantom[0] = learners < EF_LEARN_LEAST;
    people->n[1] = n - learners;
    if (!people->phantom[0])
        people->n[0] = learners;
    else if (status == EFFACE_PASS && learners > 0)
        status = ef_fail(err, EFFACE_INPUT, "expected at least %d people to learn from, got %lld in '%s'",
                         EF_LEARN_LEAST, (long long)learners, path);
    return status;
}

void ef_people_release(ef_people *people)
{
    free(people->text);
    free(people->person);
    people->text = NULL;
    people->person = NULL;
}

efface_status ef_ghost_add(ef_image *image, double percent, efface_error *err)
{
    const int64_t *n = image->grid.n;
    int16_t *to = image->voxels, *from = malloc(image->n_bytes);
    if (from == NULL)
        return ef_fail_memory(err, image->n_bytes);
    memcpy(from, to, image->n_bytes);
    for (int64_t k = 0; k < n[2]; k++) {
        for (int64_t j = 0; j < n[1]; j++) {
            const int64_t row = ek_index(n, 0, j, k), other = ek_index(n, 0, (j + n[1] / 2) % n[1], k);
            for (int64_t i = 0; i < n[0]; i++) {
                const double v = from[row + i] + 0.01 * percent * from[other + i];
                to[row + i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v + 0.5);
            }
        }
    }
    free(from);
    return EFFACE_PASS;
}

static efface_status scan_phantom(ef_image *image, const ef_people *people, bool learner, bool probe,
                                  int64_t i, int threads, efface_error *err)
{
    const uint64_t who = ek_hash64(people->seed, (learner ? learners_from : 0) + (uint64_t)i);
    ef_phantom_options options = probe ? people->probe : people->original;
    ef_phantom phantom;
    options.seed = who == 0 ? 1 : who;
    options.head = people->own_heads ? 0 : ek_hash64(people->seed, shared_head) | 1;
    options.scan = ek_hash64(who, probe ? 2 : 1);
    efface_status status = ef_phantom_make(&phantom, &options, threads, err);
    if (status != EFFACE_PASS)
        return status;
    *image = phantom.image;
    phantom.image = (ef_image){.n_volumes = 0};
    ef_phantom_release(&phantom);
    if (probe && people->ghost_percent > 0)
        status = ef_ghost_add(image, people->ghost_percent, err);
    if (status == EFFACE_PASS && probe && people->deface != NULL) {
        efface_options deface = *people->deface;
        char name[48];
        deface.threads = threads;
        deface.seed = ek_hash64(who, 3);
        snprintf(name, sizeof name, "phantom %llu", (unsigned long long)options.seed);
        status = ef_deface_image(image, &deface, name, err);
    }
    return status;
}

efface_status ef_people_scan(ef_image *image, const ef_people *people, ef_group group, int64_t i,
                             int threads, efface_error *err)
{
    const bool learner = group == EF_LEARN_ORIGINAL || group == EF_LEARN_PROBE;
    const bool probe = group == EF_LEARN_PROBE || group == EF_PROBE;
    *image = (ef_image){.n_volumes = 0};
    if (people->phantom[learner ? 0 : 1])
        return scan_phantom(image, people, learner, probe, i, threads, err);
    const ef_person *person = &people->person[i + (learner || people->phantom[0] ? 0 : people->n[0])];
    return ef_read(image, probe ? person->probe : person->original, threads, NULL, err);
}
