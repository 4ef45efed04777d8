/* Lists: rows become images, rows that belong together become units. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
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
    if (!ef_grow(&all->row, all->n, &all->room, sizeof *all->row))
        return ef_fail_memory(err, all->room * sizeof *all->row);
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

/* The order of bytes. */
static int compare(const ef_field *p, const ef_field *q)
{
    const int order = memcmp(p->text, q->text, p->n < q->n ? p->n : q->n);
    return order != 0 ? order : (p->n > q->n) - (p->n < q->n);
}

static int by_in(const void *a, const void *b)
{
    return compare(&(*(row *const *)a)->in, &(*(row *const *)b)->in);
}

/* Rows of one group together, those that are to lead first. */
static int by_group(const void *a, const void *b)
{
    const row *p = *(row *const *)a, *q = *(row *const *)b;
    const int order = compare(&p->group, &q->group);
    if (order != 0)
        return order;
    return p->leads != q->leads ? (p->leads ? -1 : 1) : (p->line > q->line) - (p->line < q->line);
}

/* All rows in an order, to be freed; NULL where memory is short. */
static row **sorted_rows(const rows *all, int (*order)(const void *, const void *))
{
    row **sorted = malloc((all->n + 1) * sizeof(row *));
    for (size_t k = 0; sorted != NULL && k < all->n; k++)
        sorted[k] = &all->row[k];
    if (sorted != NULL && all->n > 0)
        qsort(sorted, all->n, sizeof(row *), order);
    return sorted;
}

/* Marks the rows that others name as their reference, and gives both one group. */
static efface_status join_references(rows *all, const char *list, efface_error *err)
{
    row **sorted = sorted_rows(all, by_in);
    efface_status status = sorted != NULL ? EFFACE_PASS : ef_fail_memory(err, all->n * sizeof(row *));
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

/* Adds a unit of n rows.
 * first  the row of the list that makes it: it names a unit of one row */
static efface_status add_unit(ef_units *units, const row *first, row *const *members, size_t n,
                              const place *p, efface_error *err)
{
    const ef_field *called = first->group.n > 0 ? &first->group : &first->out;
    char *name = strndup(called->text, called->n);
    ef_unit *unit = name != NULL ? ef_units_add(units, name) : NULL;
    efface_status status = unit != NULL ? EFFACE_PASS : ef_fail_memory(err, called->n);
    free(name);
    for (size_t k = 0; status == EFFACE_PASS && k < n; k++)
        status = add_item(unit, members[k], p, err);
    return status;
}

/* The first of the sorted rows with a row's group. */
static row *const *group_of(row *const *sorted, size_t n, const row *r)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare(&sorted[middle]->group, &r->group) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return sorted + low;
}

/* Makes the units in the order in which the list first names them. */
static efface_status add_units(ef_units *units, rows *all, const place *p, efface_error *err)
{
    row **sorted = sorted_rows(all, by_group);
    efface_status status = sorted != NULL ? EFFACE_PASS : ef_fail_memory(err, all->n * sizeof(row *));
    for (size_t k = 0; status == EFFACE_PASS && k < all->n; k++) {
        row *r = &all->row[k], *const *members = &r;
        size_t n = 1;
        if (r->placed)
            continue;
        if (r->group.n > 0) {
            members = group_of(sorted, all->n, r);
            for (n = 1; members + n < sorted + all->n && same(&members[n]->group, &r->group); n++)
                continue;
        }
        status = add_unit(units, r, members, n, p, err);
    }
    free(sorted);
    return status;
}

efface_status ef_find_list(ef_units *units, const char *list, const char *root,
                           const ef_companions *companions, efface_error *err)
{
    rows all = {0};
    const place p = {list, root, companions};
    char *text;
    size_t n;
    efface_status status = ef_file_read(&text, &n, list, err);
    if (status == EFFACE_PASS)
        status = read_rows(&all, text, n, list, err);
    if (status == EFFACE_PASS && all.n == 0)
        status = ef_fail(err, EFFACE_INPUT, "no row in '%s'", list);
    if (status == EFFACE_PASS)
        status = join_references(&all, list, err);
    if (status == EFFACE_PASS)
        status = add_units(units, &all, &p, err);
    free(all.row);
    free(text);
    return status;
}
