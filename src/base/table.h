/* Tables in text form: rows of fields parted by tabs, lines that begin with # are comments, the first other
 * line names the columns. */
#ifndef EF_DEIDENTIFY_TABLE_H
#define EF_DEIDENTIFY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ef_field {
    const char *text; /* borrowed, without a NUL */
    size_t n;
} ef_field;

enum { EF_FIELDS_MOST = 16 };

/* Where a reader is; start with {bytes, bytes + size, false}. */
typedef struct ef_rows {
    const char *at, *end;
    bool titled; /* the line of names was passed */
} ef_rows;

/* The next row that isn't a comment or the line of names. Returns the number of its fields, of which at
 * most EF_FIELDS_MOST are given, 0 at the end. */
int ef_rows_next(ef_field fields[EF_FIELDS_MOST], ef_rows *rows);

/* Equal but for the case of ASCII letters. */
bool ef_field_is(const ef_field *field, const char *text, size_t n);

/* n hexadecimal digits; each x counts as 0 and clears its digit in *mask. false where there is anything
 * else. */
bool ef_field_hex(unsigned *value, unsigned *mask, const char *text, size_t n);

#endif
