/* A writer of JSON (RFC 8259) into memory: indented, names in the order given, the same text in every
 * locale. */
#ifndef EF_JSON_H
#define EF_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efface.h"

enum { EF_JSON_DEPTH = 16 };

/* Zero is an empty writer. A failed allocation is remembered and reported by ef_json_finish, so that the
 * calls in between need no check. */
typedef struct ef_json {
    char *text; /* owned until ef_json_finish */
    size_t length, room;
    int depth;
    char closer[EF_JSON_DEPTH];  /* of each open level */
    bool any[EF_JSON_DEPTH + 1]; /* whether the level has a member already */
    bool failed;
} ef_json;

/* In each of these, name is the member's name inside an object, and NULL inside an array and at the top. */
void ef_json_object(ef_json *json, const char *name);
void ef_json_array(ef_json *json, const char *name);

/* Closes the object or array opened last. */
void ef_json_end(ef_json *json);

/* Quotes, backslashes and control characters are escaped; each byte that isn't part of valid UTF-8 (RFC
 * 3629) becomes U+FFFD. value NULL gives null. */
void ef_json_text(ef_json *json, const char *name, const char *value);

/* The shortest of %.15g, %.16g and %.17g that reads back as the same double; NaN and infinities, which JSON
 * lacks, give null. */
void ef_json_number(ef_json *json, const char *name, double value);

/* An array of n numbers on one line. */
void ef_json_numbers(ef_json *json, const char *name, const double *values, int n);

void ef_json_integer(ef_json *json, const char *name, int64_t value);
void ef_json_bool(ef_json *json, const char *name, bool value);

/* Ends the text with a newline and hands it over: *text is to be freed, its length (without the NUL that
 * follows) goes to *length, which may be NULL. The writer is empty afterwards. EFFACE_INTERNAL where memory
 * was short, or where levels are still open or were nested too deep; *text is NULL then. */
efface_status ef_json_finish(ef_json *json, char **text, size_t *length, efface_error *err)
    __attribute__((warn_unused_result));

#endif
