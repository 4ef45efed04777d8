/* Cell by cell. Line ends and everything that stays are copied byte for byte. */
#include "dataset/bids_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum { COLUMNS_MOST = 512, PATH_BYTES = 4096, CELL_BYTES = 64 };

/* The age above which HIPAA's safe harbor (45 CFR 164.514(b)(2)(i)(C)) counts ages as identifying. */
#define AGE_MOST 89.0

/* What a column is. */
typedef enum column { PLAIN, FILE_NAME, TIME, AGE, IDENTITY } column;

/* A table on its way. */
typedef struct maker {
    const ef_bids_table *table;
    column column[COLUMNS_MOST];
    char *made; /* owned */
    size_t n;
    size_t *over_89;
    bool too_wide; /* more columns than there is room for */
} maker;

static bool is(const char *cell, size_t n, const char *word)
{
    return n == strlen(word) && memcmp(cell, word, n) == 0;
}

static column column_of(const char *name, size_t n, const ef_deidentify *how)
{
    if (is(name, n, "filename"))
        return FILE_NAME;
    if (is(name, n, "age"))
        return AGE;
    if (is(name, n, "acq_time"))
        return TIME;
    return how != NULL && ef_deidentify_decide_key(how, name, n).action != EF_ACTION_KEEP ? IDENTITY
                                                                                          : PLAIN;
}

static void put(maker *m, const char *bytes, size_t n)
{
    memcpy(m->made + m->n, bytes, n);
    m->n += n;
}

/* A time of acquisition: shifted where dates are retained, else not available. */
static void put_time(maker *m, const char *cell, size_t n)
{
    char text[CELL_BYTES];
    const ef_bids_table *t = m->table;
    const bool retained = (ef_deidentify_retain(t->how) & EFFACE_RETAIN_DATES) != 0 && n < sizeof text;
    if (retained) {
        memcpy(text, cell, n);
        if (ef_deidentify_shift(text, n, "", t->how, t->label, strlen(t->label))) {
            put(m, text, n);
            return;
        }
    }
    put(m, "n/a", 3);
}

static void put_cell(maker *m, column c, const char *cell, size_t n)
{
    char *end, text[CELL_BYTES];
    if (c == AGE && n > 0 && n < sizeof text) {
        memcpy(text, cell, n);
        text[n] = '\0';
        if (strtod(text, &end) > AGE_MOST && end != text)
            ++*m->over_89;
    }
    if (m->table->how != NULL && c == IDENTITY)
        put(m, "n/a", 3);
    else if (m->table->how != NULL && c == TIME)
        put_time(m, cell, n);
    else
        put(m, cell, n);
}

static bool exists(const ef_bids_table *t, const char *cell, size_t n)
{
    char path[PATH_BYTES];
    return snprintf(path, sizeof path, "%s/%.*s", t->folder, (int)n, cell) < (int)sizeof path &&
           access(path, F_OK) == 0;
}

/* One line without its end. A row that goes is taken back. */
static bool put_line(maker *m, const char *line, size_t n, bool title)
{
    const char *end = line + n;
    bool stays = true;
    int k = 0;
    for (const char *cell = line; cell <= end && k < COLUMNS_MOST; k++) {
        const char *tab = memchr(cell, '\t', (size_t)(end - cell));
        const size_t n_cell = (size_t)((tab != NULL ? tab : end) - cell);
        if (title)
            m->column[k] = column_of(cell, n_cell, m->table->how);
        if (!title && m->column[k] == FILE_NAME && m->table->rows_follow)
            stays = stays && exists(m->table, cell, n_cell);
        if (k > 0)
            put(m, "\t", 1);
        if (title)
            put(m, cell, n_cell);
        else
            put_cell(m, m->column[k], cell, n_cell);
        cell += n_cell + 1;
        m->too_wide |= k + 1 == COLUMNS_MOST && cell <= end;
    }
    return stays;
}

efface_status ef_bids_table_copy(char **made, size_t *n_made, size_t *over_89, const ef_bids_table *table,
                                 efface_error *err)
{
    /* a cell can become n/a: three bytes for each byte are enough */
    maker m = {.table = table, .made = malloc(4 * table->n + 64), .over_89 = over_89};
    const char *end = table->text + table->n;
    *made = m.made;
    *n_made = 0;
    if (m.made == NULL)
        return ef_fail_memory(err, 4 * table->n);
    for (const char *line = table->text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const bool last = stop == NULL;
        size_t n = (size_t)((last ? end : stop) - line);
        const size_t before = m.n;
        const bool carriage = n > 0 && line[n - 1] == '\r';
        if (!put_line(&m, line, n - carriage, line == table->text))
            m.n = before;
        else if (!last)
            put(&m, carriage ? "\r\n" : "\n", carriage ? 2 : 1);
        line += n + 1;
    }
    *n_made = m.n;
    return !m.too_wide ? EFFACE_PASS
                       : ef_fail(err, EFFACE_INPUT, "a table of '%s' has more than %d columns",
                                 table->label, COLUMNS_MOST);
}
