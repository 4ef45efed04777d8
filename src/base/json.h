/* JSON (RFC 8259): a writer into memory, and the scanners of whoever reads it. */
#ifndef EF_JSON_H
#define EF_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efface.h"

/* ---- writing: indented, names in the order given, the same text in every locale ---- */

enum { EF_JSON_DEPTH = 16 }; /* levels that can be open at a time */

/* Zero is an empty writer. A failed allocation is remembered and reported by ef_json_finish, so that the
 * calls in between need no check. */
typedef struct ef_json {
    char *text; /* owned until ef_json_finish */
    size_t length, room;
    int depth;
    char closer[EF_JSON_DEPTH];  /* of each open level */
    bool any[EF_JSON_DEPTH + 1]; /* whether the level has a member already */
    bool failed;
    bool one_line; /* set by the caller before the first value: no line breaks inside the text */
} ef_json;

/* The calls below write one value each. name is the member's name inside an object, and NULL inside an
 * array and at the top. */
void ef_json_object(ef_json *json, const char *name);
void ef_json_array(ef_json *json, const char *name);

/* Closes the object or array opened last. */
void ef_json_end(ef_json *json);

/* A string; value NULL gives null. Quotes, backslashes and control characters are escaped. Each byte that
 * is not part of valid UTF-8 (RFC 3629) becomes U+FFFD. */
void ef_json_text(ef_json *json, const char *name, const char *value);

/* A string whose bytes need not be text, such as a file's name: each byte that is not part of valid UTF-8
 * becomes the escape \udc80 to \udcff, as in Python's surrogateescape (PEP 383). */
void ef_json_bytes(ef_json *json, const char *name, const char *value);

/* A number: the shortest of %.15g, %.16g and %.17g that reads back as the same double. NaN and infinities,
 * which JSON lacks, give null. */
void ef_json_number(ef_json *json, const char *name, double value);

/* An array of n numbers on one line. */
void ef_json_numbers(ef_json *json, const char *name, const double *values, int n);

void ef_json_integer(ef_json *json, const char *name, int64_t value);
void ef_json_bool(ef_json *json, const char *name, bool value);

/* Ends the text with a newline and hands it over; the writer is empty afterwards.
 * text    out: to be freed; NULL on failure
 * length  out: bytes without the NUL that follows; may be NULL
 * Errors: EFFACE_INTERNAL where memory was short, where levels are still open or were nested too deep. */
efface_status ef_json_finish(ef_json *json, char **text, size_t *length, efface_error *err)
    __attribute__((warn_unused_result));

/* ---- reading ---- */

enum { EF_JSON_DEEPEST = 64 }; /* levels of a text that is read: more would be an attack on the stack */

/* Each scanner steps over one thing.
 * at   where it begins
 * end  behind the text's last byte; NULL for a text that ends at its NUL
 * Returns what follows, NULL where the text is broken. */

/* Blanks, tabs and line ends, also none. Never NULL. */
const char *ef_json_past_space(const char *at, const char *end);

/* A string with its quotes: no control characters, no escapes but JSON's. */
const char *ef_json_past_string(const char *at, const char *end);

/* A number, true, false or null; also NaN, Infinity and -Infinity, which Python writes. Of a number the
 * characters only are checked. */
const char *ef_json_past_plain(const char *at, const char *end);

/* Any value; NULL also where it is nested deeper than EF_JSON_DEEPEST levels. */
const char *ef_json_past_value(const char *at, const char *end);

/* The number at `at`, in every locale; false, with *value untouched, where there is no finite one. */
bool ef_json_read_number(double *value, const char *at, const char *end);

/* The value of an object's member.
 * object  where a value begins; NULL is allowed
 * name    without escapes
 * Returns where the member's value begins; NULL where there is none, or the value is no object. */
const char *ef_json_member(const char *object, const char *name, const char *end);

/* Whether a string with exactly this text stands at `at`. text: without characters that JSON escapes. */
bool ef_json_is_text(const char *at, const char *text, const char *end);

/* As ef_json_read_text; what ef_json_bytes wrote becomes the same bytes. */
long ef_json_read_bytes(char *bytes, size_t size, const char *at, const char *end);

/* Copies a string's text, with its escapes resolved, as UTF-8. A surrogate without its pair becomes U+FFFD.
 * text  out: with a NUL; at most size - 1 bytes, cut between bytes where there is no room
 * Returns the bytes that the whole text has; -1 where there is no string. */
long ef_json_read_text(char *text, size_t size, const char *at, const char *end);

#endif
