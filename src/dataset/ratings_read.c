/* A rater's table, row by row. */
#include "dataset/ratings_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
#include "base/table.h"
#include "io/file.h"

enum { ITEM, RATING, NOTE, RATER, SHA256, COLUMNS };

static char *value_of(const ef_field *fields, int n, int column)
{
    if (column < 0 || column >= n || ef_field_is(&fields[column], "n/a", 3))
        return NULL;
    ef_field field = fields[column];
    while (field.n > 0 && (field.text[field.n - 1] == '\r' || field.text[field.n - 1] == ' '))
        field.n--;
    return field.n > 0 ? strndup(field.text, field.n) : NULL;
}

static efface_status read_columns(int column[COLUMNS], const ef_field *fields, int n, const char *path,
                                  efface_error *err)
{
    static const char *const names[COLUMNS] = {"item", "rating", "note", "rater", "sha256"};
    for (int c = 0; c < COLUMNS; c++) {
        column[c] = -1;
        for (int f = 0; f < n; f++) {
            ef_field field = fields[f];
            while (field.n > 0 && field.text[field.n - 1] == '\r')
                field.n--;
            if (ef_field_is(&field, names[c], strlen(names[c])))
                column[c] = f;
        }
    }
    return column[ITEM] >= 0 && column[RATING] >= 0
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_INPUT,
                         "expected a first line with the columns item and rating, joined by tabs, in '%s'",
                         path);
}

static void row_release(ef_rating *r)
{
    free(r->item);
    free(r->rater);
    free(r->note);
    free(r->sha256);
    *r = (ef_rating){0};
}

/* Adds a row that decides something. The strings become the list's. */
static efface_status add(ef_ratings *all, ef_rating *r, const char *word, const char *path,
                         efface_error *err)
{
    const bool fail = word != NULL && strcmp(word, "fail") == 0;
    r->pass = word != NULL && strcmp(word, "pass") == 0;
    if (r->item == NULL)
        return ef_fail(err, EFFACE_INPUT, "row %zu has no item in '%s'", r->line, path);
    if (word != NULL && !r->pass && !fail)
        return ef_fail(err, EFFACE_INPUT, "row %zu: expected the rating pass or fail, got '%s' in '%s'",
                       r->line, word, path);
    if (word == NULL)
        return EFFACE_PASS; /* a note */
    if (strncmp(r->item, "./#", 3) == 0)
        memmove(r->item, r->item + 2, strlen(r->item) - 1);
    if (!ef_grow(&all->row, all->n, &all->room, sizeof *all->row))
        return ef_fail_memory(err, all->room * sizeof *all->row);
    all->row[all->n++] = *r;
    *r = (ef_rating){0};
    return EFFACE_PASS;
}

static int by_item(const void *a, const void *b)
{
    const ef_rating *p = a, *q = b;
    const int names = strcmp(p->item, q->item);
    return names != 0           ? names
           : p->pass != q->pass ? (p->pass ? 1 : -1)
                                : (p->line > q->line) - (p->line < q->line);
}

static efface_status read_rows(ef_ratings *all, const char *text, size_t n, const char *path,
                               efface_error *err)
{
    ef_rows rows = {text, text + n, true}; /* the line of names is read as a row */
    ef_field fields[EF_FIELDS_MOST];
    int column[COLUMNS], n_fields = ef_rows_next(fields, &rows);
    efface_status status = read_columns(column, fields, n_fields, path, err);
    for (size_t line = 1; status == EFFACE_PASS && (n_fields = ef_rows_next(fields, &rows)) > 0; line++) {
        ef_rating r = {.item = value_of(fields, n_fields, column[ITEM]),
                       .rater = value_of(fields, n_fields, column[RATER]),
                       .note = value_of(fields, n_fields, column[NOTE]),
                       .sha256 = value_of(fields, n_fields, column[SHA256]),
                       .line = line};
        char *word = value_of(fields, n_fields, column[RATING]);
        status = add(all, &r, word, path, err);
        free(word);
        row_release(&r);
    }
    if (all->n > 0)
        qsort(all->row, all->n, sizeof *all->row, by_item);
    return status;
}

efface_status ef_ratings_read(ef_ratings *all, const char *path, efface_error *err)
{
    char *text;
    size_t n;
    *all = (ef_ratings){0};
    efface_status status = ef_file_read(&text, &n, path, err);
    if (status == EFFACE_PASS)
        status = read_rows(all, text, n, path, err);
    free(text);
    return status;
}

void ef_ratings_release(ef_ratings *all)
{
    for (size_t k = 0; k < all->n; k++)
        row_release(&all->row[k]);
    free(all->row);
    *all = (ef_ratings){0};
}
