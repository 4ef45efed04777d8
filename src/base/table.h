/* Tables in text form: rows of fields separated by tabs. Lines that begin with # are comments, the first
 * other line names the columns. */
#ifndef EF_TABLE_H
#define EF_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ef_field {
    const char *text; /* borrowed, without a NUL */
    size_t n;
} ef_field;

enum { EF_FIELDS_MOST = 16 };

/* Where a reader stands; start with {bytes, bytes + size, false}. */
typedef struct ef_rows {
    const char *at, *end;
    bool titled; /* whether the line of names was passed */
} ef_rows;

/* Reads the next row that is not a comment or the line of names.
 * fields  out: at most EF_FIELDS_MOST fields of it
 * rows    in and out
 * Returns the number of the row's fields, 0 at the end. */
int ef_rows_next(ef_field fields[EF_FIELDS_MOST], ef_rows *rows);

/* Equal but for the case of ASCII letters. */
bool ef_field_is(const ef_field *field, const char *text, size_t n);

/* Reads n hexadecimal digits; each x counts as 0 and clears its digit in *mask.
 * value, mask  out
 * Returns false where there is anything else. */
bool ef_field_hex(unsigned *value, unsigned *mask, const char *text, size_t n);

#endif
