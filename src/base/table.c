/* Reads small tables that are compiled in. The data are ours: a row that can't be read is left to the
 * tests, which count rows. */
#include "base/table.h"

#include <string.h>
#include <strings.h>

int ef_rows_next(ef_field fields[EF_FIELDS_MOST], ef_rows *rows)
{
    while (rows->at < rows->end) {
        const char *line = rows->at;
        const char *stop = memchr(line, '\n', (size_t)(rows->end - line));
        if (stop == NULL)
            stop = rows->end;
        rows->at = stop < rows->end ? stop + 1 : stop;
        if (stop == line || *line == '#')
            continue;
        if (!rows->titled) {
            rows->titled = true;
            continue;
        }
        int n = 0;
        for (const char *at = line; n < EF_FIELDS_MOST; n++) {
            const char *tab = memchr(at, '\t', (size_t)(stop - at));
            fields[n] = (ef_field){at, (size_t)((tab != NULL ? tab : stop) - at)};
            if (tab == NULL)
                return n + 1;
            at = tab + 1;
        }
        return n;
    }
    return 0;
}

bool ef_field_is(const ef_field *field, const char *text, size_t n)
{
    return field->n == n && strncasecmp(field->text, text, n) == 0;
}

bool ef_field_hex(unsigned *value, unsigned *mask, const char *text, size_t n)
{
    *value = *mask = 0;
    for (size_t i = 0; i < n; i++) {
        static const char digits[] = "0123456789ABCDEF";
        const char c = text[i];
        const char *at = c != '\0' ? strchr(digits, c) : NULL;
        if (at == NULL && c != 'x')
            return false;
        *value = *value * 16 + (at != NULL ? (unsigned)(at - digits) : 0);
        *mask = *mask * 16 + (at != NULL ? 15 : 0);
    }
    return true;
}
