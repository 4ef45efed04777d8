/* Lists: rows become images, rows that belong together become units. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/table.h"
#include "dataset/find.h"
#include "io/file.h"

enum { PATH_BYTES = 4096 };

/* One row. Fields are borrowed from the list's text; n 0 is none. */
typedef struct row {
    ef_field in, out, group, reference;
    size_t line;
    bool leads; /* another row names it as its reference */
    bool placed;
} row;

typedef struct rows {
    row *row;
    size_t n, room;
} rows;

static bool same(const ef_field *a, const ef_field *b)
{
    return a->n > 0 && a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

/* --- reading --- */

/* Where the columns stand; -1 for a column that is missing. */
typedef struct columns {
    int in, out, group, reference;
} columns;

static ef_field field_of(const ef_field *fields, int n, int column)
{
    ef_field field = {"", 0};
    if (column >= 0 && column < n && !ef_field_is(&fields[column], "n/a", 3))
        field = fields[column];
    while (field.n > 0 && (field.text[field.n - 1] == '\r' || field.text[field.n - 1] == ' '))
        field.n--;
    return field;
}

static efface_status read_columns(columns *c, const ef_field *fields, int n, const char *list,
                                  efface_error *err)
{
    static const char *const names[] = {"in", "out", "group", "reference"};
    int *const place[] = {&c->in, &c->out, &c->group, &c->reference};
    *c = (columns){-1, -1, -1, -1};
    for (int f = 0; f < n; f++) {
        const ef_field title = field_of(fields, n, f);
        for (int k = 0; k < 4; k++)
            if (ef_field_is(&title, names[k], strlen(names[k])))
                *place[k] = f;
    }
    return c->in >= 0 && c->out >= 0
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_INPUT,
                         "expected a first line with the columns in and out, joined by tabs, in '%s'",
                         list);
}

/* Whether a path stays below the folder that it is relative to. */
static bool stays_below(const ef_field *path)
{
    const char *end = path->text + path->n;
    if (path->n == 0 || path->text[0] == '/')
        return false;
    for (const char *at = path->text; at < end;) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        const size_t n = (size_t)((slash != NULL ? slash : end) - at);
        if (n == 0 || (n == 1 && at[0] == '.') || (n == 2 && at[0] == '.' && at[1] == '.'))
            return false; /* also what names one file in two ways */
        at += n + 1;
    }
    return true;
}

static efface_status add_row(rows *all, const row *r, const char *list, efface_error *err)
{
    if (r->in.n == 0)
        return ef_fail(err, EFFACE_INPUT, "row %zu has no input in '%s'", r->line, list);
    if (!stays_below(&r->out))
        return ef_fail(err, EFFACE_INPUT, "row %zu: expected an output below OUT, got '%.*s' in '%s'",
                       r->line, (int)r->out.n, r->out.text, list);
    if (all->n == all->room) {
        row *more = realloc(all->row, (2 * all->room + 64) * sizeof *more);
        if (more == NULL)
            return ef_fail_memory(err, all->room * sizeof *more);
        all->row = more;
        all->room = 2 * all->room + 64;
    }
    all->row[all->n++] = *r;
    return EFFACE_PASS;
}

static efface_status read_rows(rows *all, const char *text, size_t size, const char *list,
                               efface_error *err)
{
    ef_rows reader = {text, text + size, true}; /* the line of names is read as a row */
    ef_field fields[EF_FIELDS_MOST];
    columns c;
    int n = ef_rows_next(fields, &reader);
    efface_status status = read_columns(&c, fields, n, list, err);
    for (size_t line = 1; status == EFFACE_PASS && (n = ef_rows_next(fields, &reader)) > 0; line++) {
        const row r = {.in = field_of(fields, n, c.in),
                       .out = field_of(fields, n, c.out),
                       .group = field_of(fields, n, c.group),
                       .reference = field_of(fields, n, c.reference),
                       .line = line};
        status = add_row(all, &r, list, err);
    }
    return status;
}

/* --- units --- */

static int by_in(const void *a, const void *b)
{
    const ef_field *p = &(*(row *const *)a)->in, *q = &(*(row *const *)b)->in;
    const int order = memcmp(p->text, q->text, p->n < q->n ? p->n : q->n);
    return order != 0 ? order : (p->n > q->n) - (p->n < q->n);
}

/* Marks the rows that others name as their reference, and gives both one group. */
static efface_status join_references(rows *all, const char *list, efface_error *err)
{
    row **sorted = malloc((all->n + 1) * sizeof(row *));
    efface_status status = sorted != NULL ? EFFACE_PASS : ef_fail_memory(err, all->n * sizeof(row *));
    for (size_t k = 0; status == EFFACE_PASS && k < all->n; k++)
        sorted[k] = &all->row[k];
    if (status == EFFACE_PASS && all->n > 0)
        qsort(sorted, all->n, sizeof(row *), by_in);
    for (size_t k = 0; status == EFFACE_PASS && k < all->n; k++) {
        row *r = &all->row[k], wanted = {.in = r->reference}, *key = &wanted;
        if (r->reference.n == 0)
            continue;
        row **found = bsearch(&key, sorted, all->n, sizeof(row *), by_in);
        if (found == NULL || *found == r) {
            status = ef_fail(err, EFFACE_INPUT, "row %zu: no other row has the input '%.*s' in '%s'",
                             r->line, (int)r->reference.n, r->reference.text, list);
            continue;
        }
        row *leader = *found;
        leader->leads = true;
        if (leader->group.n == 0)
            leader->group = leader->out; /* not its input, whose path may name a person */
        if (r->group.n > 0 && !same(&r->group, &leader->group))
            status = ef_fail(err, EFFACE_INPUT, "row %zu and its reference are of different groups in '%s'",
                             r->line, list);
        r->group = leader->group;
    }
    free(sorted);
    return status;
}

/* A path of the list, relative to the list's folder; NULL where memory is short. */
static char *input_path(const char *list, const ef_field *in)
{
    const char *slash = strrchr(list, '/');
    const int folder = in->text[0] != '/' && slash != NULL ? (int)(slash - list) + 1 : 0;
    const size_t n = (size_t)folder + in->n + 1;
    char *path = malloc(n);
    if (path != NULL)
        snprintf(path, n, "%.*s%.*s", folder, list, (int)in->n, in->text);
    return path;
}

typedef struct place {
    const char *list, *root;
    const ef_companions *companions;
} place;

static efface_status add_item(ef_unit *unit, row *r, const place *p, efface_error *err)
{
    char *name = strndup(r->out.text, r->out.n);
    char *in = input_path(p->list, &r->in), *out = name != NULL ? ef_path_join(p->root, name) : NULL;
    ef_item *item = in != NULL && out != NULL ? ef_unit_add(unit, name, in, out) : NULL;
    free(name);
    free(in);
    free(out);
    r->placed = true;
    if (item == NULL)
        return ef_fail_memory(err, r->in.n + r->out.n);
    item->way = r->group.n > 0 ? EF_WAY_ANY : EF_WAY_ALONE;
    return ef_companions_add(item, p->companions, err);
}

/* Adds a row and all that belong to it; those that are to lead come first. */
static efface_status add_unit(ef_units *units, rows *all, row *r, const place *p, efface_error *err)
{
    const ef_field *called = r->group.n > 0 ? &r->group : &r->out;
    char *name = strndup(called->text, called->n);
    ef_unit *unit = name != NULL ? ef_units_add(units, name) : NULL;
    free(name);
    if (unit == NULL)
        return ef_fail_memory(err, called->n);
    if (r->group.n == 0)
        return add_item(unit, r, p, err);
    efface_status status = EFFACE_PASS;
    for (int turn = 0; turn < 2; turn++)
        for (row *other = r; status == EFFACE_PASS && other < all->row + all->n; other++)
            if (!other->placed && same(&other->group, &r->group) && (turn == 1 || other->leads))
                status = add_item(unit, other, p, err);
    return status;
}

efface_status ef_find_list(ef_units *units, const char *list, const char *root,
                           const ef_companions *companions, efface_error *err)
{
    ef_input input;
    rows all = {0};
    const place p = {list, root, companions};
    efface_status status = ef_input_open(&input, list, err);
    if (status != EFFACE_PASS)
        return status;
    char *text = malloc(input.size + 1);
    status = text != NULL ? ef_input_read(&input, text, input.size, 0, list, err)
                          : ef_fail_memory(err, input.size);
    if (status == EFFACE_PASS)
        status = read_rows(&all, text, input.size, list, err);
    if (status == EFFACE_PASS && all.n == 0)
        status = ef_fail(err, EFFACE_INPUT, "no row in '%s'", list);
    if (status == EFFACE_PASS)
        status = join_references(&all, list, err);
    for (size_t k = 0; status == EFFACE_PASS && k < all.n; k++)
        if (!all.row[k].placed)
            status = add_unit(units, &all, &all.row[k], &p, err);
    free(all.row);
    free(text);
    ef_input_close(&input);
    return status;
}
