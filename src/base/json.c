/* JSON into a growing buffer, and the scanners of a text. The writer checks only that levels match. What a
 * record or a report contains is decided by its caller. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static void put(ef_json *json, const char *bytes, size_t n)
{
    if (json->failed)
        return;
    if (n >= json->room - json->length || json->room == 0) {
        size_t room = 2 * (json->room + n) + 256;
        char *text = realloc(json->text, room);
        if (text == NULL) {
            json->failed = true;
            return;
        }
        json->text = text;
        json->room = room;
    }
    memcpy(json->text + json->length, bytes, n);
    json->length += n;
}

static void put_text(ef_json *json, const char *text)
{
    put(json, text, strlen(text));
}

/* Bytes of the valid UTF-8 sequence at s, 0 where there is none: no overlong forms, no surrogates, nothing
 * above U+10FFFF (RFC 3629, section 4). */
static size_t utf8_length(const unsigned char *s)
{
    unsigned low = 0x80, high = 0xbf;
    size_t n;
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (s[0] == 0xe0)
        low = 0xa0;
    if (s[0] == 0xed)
        high = 0x9f;
    if (s[0] == 0xf0)
        low = 0x90;
    if (s[0] == 0xf4)
        high = 0x8f;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    return n;
}

/* lossless: bytes that are no text are kept, as escapes */
static void put_quoted(ef_json *json, const char *text, bool lossless)
{
    const unsigned char *s = (const unsigned char *)text;
    put(json, "\"", 1);
    while (*s != '\0') {
        size_t n = utf8_length(s);
        char escape[8];
        if (n == 0) {
            snprintf(escape, sizeof escape, "\\udc%02x", *s);
            put_text(json, lossless ? escape : "\xef\xbf\xbd");
            s++;
            continue;
        }
        if (*s == '"' || *s == '\\') {
            put(json, "\\", 1);
            put(json, (const char *)s, 1);
        } else if (*s < 0x20 || *s == 0x7f) {
            snprintf(escape, sizeof escape, "\\u%04x", *s);
            put_text(json, escape);
        } else {
            put(json, (const char *)s, n);
        }
        s += n;
    }
    put(json, "\"", 1);
}

static void new_line(ef_json *json)
{
    if (json->one_line)
        return;
    put(json, "\n", 1);
    for (int i = 0; i < json->depth; i++)
        put(json, "  ", 2);
}

/* Comma, line break and name before a value. */
static void begin_value(ef_json *json, const char *name)
{
    if (json->any[json->depth])
        put(json, ", ", json->one_line ? 2 : 1);
    json->any[json->depth] = true;
    if (json->depth > 0)
        new_line(json);
    if (name != NULL) {
        put_quoted(json, name, false);
        put(json, ": ", 2);
    }
}

static void open_level(ef_json *json, const char *name, const char *opener, char closer)
{
    begin_value(json, name);
    put(json, opener, 1);
    if (json->depth == EF_JSON_DEPTH) {
        json->failed = true;
        return;
    }
    json->closer[json->depth++] = closer;
    json->any[json->depth] = false;
}

void ef_json_object(ef_json *json, const char *name)
{
    open_level(json, name, "{", '}');
}

void ef_json_array(ef_json *json, const char *name)
{
    open_level(json, name, "[", ']');
}

void ef_json_end(ef_json *json)
{
    if (json->depth == 0) {
        json->failed = true;
        return;
    }
    bool any = json->any[json->depth--];
    if (any)
        new_line(json);
    put(json, &json->closer[json->depth], 1);
}

static void put_string(ef_json *json, const char *name, const char *value, bool lossless)
{
    begin_value(json, name);
    if (value == NULL)
        put_text(json, "null");
    else
        put_quoted(json, value, lossless);
}

void ef_json_text(ef_json *json, const char *name, const char *value)
{
    put_string(json, name, value, false);
}

void ef_json_bytes(ef_json *json, const char *name, const char *value)
{
    put_string(json, name, value, true);
}

/* printf and strtod agree on a locale's decimal separator, JSON knows only the dot. */
static void put_number(ef_json *json, double value)
{
    char text[40], plain[40];
    size_t n = 0;
    if (!isfinite(value)) {
        put_text(json, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    for (const char *p = text; *p != '\0'; p++) {
        if (strchr("0123456789+-e", *p) != NULL)
            plain[n++] = *p;
        else if (plain[n - 1] != '.')
            plain[n++] = '.'; /* the separator may be several bytes long */
    }
    put(json, plain, n);
}

void ef_json_number(ef_json *json, const char *name, double value)
{
    begin_value(json, name);
    put_number(json, value);
}

void ef_json_numbers(ef_json *json, const char *name, const double *values, int n)
{
    begin_value(json, name);
    put(json, "[", 1);
    for (int i = 0; i < n; i++) {
        if (i > 0)
            put(json, ", ", 2);
        put_number(json, values[i]);
    }
    put(json, "]", 1);
}

void ef_json_integer(ef_json *json, const char *name, int64_t value)
{
    char text[32];
    begin_value(json, name);
    snprintf(text, sizeof text, "%lld", (long long)value);
    put_text(json, text);
}

void ef_json_bool(ef_json *json, const char *name, bool value)
{
    begin_value(json, name);
    put_text(json, value ? "true" : "false");
}

efface_status ef_json_finish(ef_json *json, char **text, size_t *length, efface_error *err)
{
    *text = NULL;
    put(json, "\n", 2); /* with the NUL */
    if (json->failed || json->depth != 0) {
        bool open = json->depth != 0;
        free(json->text);
        *json = (ef_json){0};
        return ef_fail(err, EFFACE_INTERNAL, open ? "JSON with a level left open" : "JSON: out of memory");
    }
    *text = json->text;
    if (length != NULL)
        *length = json->length - 1;
    *json = (ef_json){0};
    return EFFACE_PASS;
}

/* ---- reading ---- */

/* The byte there, NUL at the end. A NUL inside a text is never part of JSON, so both end it. */
static char look(const char *at, const char *end)
{
    return at != end ? *at : '\0';
}

/* Whether the byte there is one of the set, and not the end. */
static bool is_one_of(const char *set, const char *at, const char *end)
{
    const char c = look(at, end);
    return c != '\0' && strchr(set, c) != NULL;
}

const char *ef_json_past_space(const char *at, const char *end)
{
    while (is_one_of(" \t\n\r", at, end))
        at++;
    return at;
}

const char *ef_json_past_string(const char *at, const char *end)
{
    if (look(at, end) != '"')
        return NULL;
    for (at++; (unsigned char)look(at, end) >= 0x20; at++) {
        if (*at == '"')
            return at + 1;
        if (*at == '\\' && !is_one_of("\"\\/bfnrtu", ++at, end))
            return NULL;
    }
    return NULL;
}

const char *ef_json_past_plain(const char *at, const char *end)
{
    static const char *const words[] = {"true", "false", "null", "NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = 0;
        while (words[i][n] != '\0' && look(at + n, end) == words[i][n])
            n++;
        if (words[i][n] == '\0')
            return at + n;
    }
    const char *from = at;
    while (is_one_of("0123456789+-.eE", at, end))
        at++;
    return at > from ? at : NULL;
}

/* Key and colon of a member; NULL where they are broken. */
static const char *past_key(const char *at, const char *end)
{
    at = ef_json_past_string(at, end);
    if (at == NULL)
        return NULL;
    at = ef_json_past_space(at, end);
    return look(at, end) == ':' ? ef_json_past_space(at + 1, end) : NULL;
}

static const char *past_value(const char *at, const char *end, int depth)
{
    const char opener = look(at, end);
    if (opener == '"')
        return ef_json_past_string(at, end);
    if (opener != '{' && opener != '[')
        return ef_json_past_plain(at, end);
    if (depth >= EF_JSON_DEEPEST)
        return NULL;
    const char closer = opener == '{' ? '}' : ']';
    at = ef_json_past_space(at + 1, end);
    if (look(at, end) == closer)
        return at + 1;
    for (;; at = ef_json_past_space(at + 1, end)) {
        if (opener == '{' && (at = past_key(at, end)) == NULL)
            return NULL;
        at = past_value(at, end, depth + 1);
        if (at == NULL)
            return NULL;
        at = ef_json_past_space(at, end);
        if (look(at, end) == closer)
            return at + 1;
        if (look(at, end) != ',')
            return NULL;
    }
}

const char *ef_json_past_value(const char *at, const char *end)
{
    return past_value(at, end, 0);
}

bool ef_json_read_number(double *value, const char *at, const char *end)
{
    char text[64], half[16];
    const char *behind = ef_json_past_plain(at, end);
    if (!is_one_of("-0123456789", at, end) || behind == NULL)
        return false;
    /* strtod wants the locale's separator, which may be several bytes long; "0.5" shows it. */
    snprintf(half, sizeof half, "%.1f", 0.5);
    const size_t n_separator = strlen(half) - 2;
    size_t n = 0;
    for (; at < behind; at++) {
        const bool dot = *at == '.';
        const size_t more = dot ? n_separator : 1;
        if (n + more >= sizeof text)
            return false;
        memcpy(text + n, dot ? half + 1 : at, more);
        n += more;
    }
    text[n] = '\0';
    char *stopped;
    const double read = strtod(text, &stopped);
    if (*stopped != '\0' || !isfinite(read))
        return false;
    *value = read;
    return true;
}

const char *ef_json_member(const char *object, const char *name, const char *end)
{
    const size_t length = strlen(name);
    const char *at = object == NULL ? NULL : ef_json_past_space(object, end);
    if (at == NULL || look(at, end) != '{')
        return NULL;
    at = ef_json_past_space(at + 1, end);
    while (look(at, end) == '"') {
        const char *key = at + 1, *behind = ef_json_past_string(at, end);
        at = past_key(at, end);
        if (at == NULL)
            return NULL;
        if ((size_t)(behind - 1 - key) == length && memcmp(key, name, length) == 0)
            return at;
        at = ef_json_past_value(at, end);
        if (at == NULL || look(at = ef_json_past_space(at, end), end) != ',')
            return NULL;
        at = ef_json_past_space(at + 1, end);
    }
    return NULL;
}

bool ef_json_is_text(const char *at, const char *text, const char *end)
{
    const size_t n = strlen(text);
    const char *behind = at != NULL ? ef_json_past_string(at, end) : NULL;
    return behind != NULL && (size_t)(behind - at) == n + 2 && memcmp(at + 1, text, n) == 0;
}

/* The four hexadecimal digits of an escape; -1 where there are none. */
static long hex4(const char *at, const char *end)
{
    long value = 0;
    for (int i = 0; i < 4; i++) {
        const char c = look(at + i, end);
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0)
            return -1;
        value = 16 * value + digit;
    }
    return value;
}

/* Escapes that stand for bytes 0x80 to 0xff (ef_json_bytes). */
enum { BYTE_FIRST = 0xdc80, BYTE_LAST = 0xdcff };

/* The code point of an escape \uXXXX, of a pair of them where it is a surrogate.
 * at        in and out: behind the backslash and the u; behind the escape
 * lossless  an escape that stands for a byte is returned as it is */
static long code_point(const char **at, const char *end, bool lossless)
{
    const long first = hex4(*at, end);
    if (first < 0)
        return 0xfffd;
    *at += 4;
    if (first < 0xd800 || first > 0xdfff || (lossless && first >= BYTE_FIRST && first <= BYTE_LAST))
        return first;
    if (first > 0xdbff || look(*at, end) != '\\' || look(*at + 1, end) != 'u')
        return 0xfffd;
    const long second = hex4(*at + 2, end);
    if (second < 0xdc00 || second > 0xdfff)
        return 0xfffd;
    *at += 6;
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

/* Bytes of a code point in UTF-8, or the byte that an escape stands for. */
static int encode(char bytes[4], long c)
{
    if (c < 0x80 || (c >= BYTE_FIRST && c <= BYTE_LAST)) {
        bytes[0] = (char)(c & 0xff);
        return 1;
    }
    const int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--, c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    bytes[0] = (char)((0xf00 >> n) | c);
    return n;
}

static long read_string(char *text, size_t size, const char *at, const char *end, bool lossless)
{
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *behind = at != NULL ? ef_json_past_string(at, end) : NULL;
    size_t n = 0;
    if (behind == NULL)
        return -1;
    for (at++; at < behind - 1;) {
        char bytes[4] = {*at};
        int n_bytes = 1;
        if (*at++ == '\\') {
            const char kind = *at++;
            if (kind == 'u')
                n_bytes = encode(bytes, code_point(&at, end, lossless));
            else
                bytes[0] = meant[strchr(escapes, kind) - escapes];
        }
        for (int i = 0; i < n_bytes; i++, n++)
            if (n + 1 < size)
                text[n] = bytes[i];
    }
    if (size > 0)
        text[n < size ? n : size - 1] = '\0';
    return (long)n;
}

long ef_json_read_text(char *text, size_t size, const char *at, const char *end)
{
    return read_string(text, size, at, end, false);
}

long ef_json_read_bytes(char *bytes, size_t size, const char *at, const char *end)
{
    return read_string(bytes, size, at, end, true);
}
