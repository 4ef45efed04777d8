/* A walk over the bones of a DICOM file. What attributes mean is not known here. */
#include "dicom_check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "file.h"

enum { PREAMBLE = 128, WINDOW = 1 << 16, DEPTH_MOST = 64, SYNTAX_BYTES = 65 };
static const uint32_t undefined = UINT32_MAX;
static const uint32_t item_tag = 0xfffee000, item_end = 0xfffee00d, sequence_end = 0xfffee0dd;
static const uint32_t pixel_data = 0x7fe00010, syntax_tag = 0x00020010;

/* How a part of the file is encoded. */
typedef struct coding {
    bool implicit, big;
} coding;

typedef struct reader {
    const uint8_t *bytes;  /* in memory; else NULL */
    const ef_input *input; /* a file; window holds n_window bytes of it from offset on */
    uint8_t *window;       /* owned */
    size_t offset, n_window;
    size_t n, at;
    const char *name;
    efface_error *err;
} reader;

typedef struct element {
    uint32_t tag, length;
    char vr[3]; /* "" in implicit VR */
} element;

static efface_status broken(const reader *r, const char *what)
{
    return ef_fail(r->err, EFFACE_INPUT, "broken DICOM: %s at byte %zu in '%s'", what, r->at, r->name);
}

/* The next n bytes, at most 16, before `end`; moves on. NULL: there are fewer (EFFACE_INPUT) or they can't
 * be read. */
static efface_status take(const uint8_t **bytes, reader *r, size_t n, size_t end)
{
    if (r->at > end || n > end - r->at)
        return broken(r, "it ends within an element");
    if (r->bytes != NULL) {
        *bytes = r->bytes + r->at;
    } else {
        if (r->at < r->offset || r->at + n > r->offset + r->n_window) {
            r->offset = r->at;
            r->n_window = r->n - r->at < WINDOW ? r->n - r->at : WINDOW;
            const efface_status status =
                ef_input_read(r->input, r->window, r->n_window, r->offset, r->name, r->err);
            if (status != EFFACE_PASS)
                return status;
        }
        *bytes = r->window + (r->at - r->offset);
    }
    r->at += n;
    return EFFACE_PASS;
}

static uint32_t number(const uint8_t *bytes, int n, bool big)
{
    uint32_t value = 0;
    for (int i = 0; i < n; i++)
        value |= (uint32_t)bytes[big ? n - 1 - i : i] << (8 * i);
    return value;
}

/* Whether a VR is in a list of such parted by blanks. */
static bool is_vr(const char *vr, const char *list)
{
    const char *at = *vr != '\0' ? strstr(list, vr) : NULL;
    return at != NULL && (at - list) % 3 == 0;
}

static efface_status read_head(element *e, reader *r, coding code, size_t end)
{
    static const char short_vrs[] = "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US";
    static const char long_vrs[] = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";
    const uint8_t *bytes;
    *e = (element){0};
    efface_status status = take(&bytes, r, 4, end);
    if (status != EFFACE_PASS)
        return status;
    e->tag = number(bytes, 2, code.big) << 16 | number(bytes + 2, 2, code.big);
    const bool delimiter = e->tag >> 16 == 0xfffe && e->tag != 0xfffefffa;
    if (delimiter || code.implicit) {
        status = take(&bytes, r, 4, end);
        e->length = status == EFFACE_PASS ? number(bytes, 4, code.big) : 0;
        return status;
    }
    status = take(&bytes, r, 4, end);
    if (status != EFFACE_PASS)
        return status;
    memcpy(e->vr, bytes, 2);
    if (is_vr(e->vr, short_vrs)) {
        e->length = number(bytes + 2, 2, code.big);
        return EFFACE_PASS;
    }
    if (!is_vr(e->vr, long_vrs)) {
        r->at -= 4;
        return broken(r, "no such VR");
    }
    status = take(&bytes, r, 4, end);
    e->length = status == EFFACE_PASS ? number(bytes, 4, code.big) : 0;
    return status;
}

/* Past the value of a defined length. */
static efface_status skip(reader *r, const element *e, size_t end)
{
    if (r->at > end || e->length > end - r->at)
        return broken(r, "a value is longer than what holds it");
    r->at += e->length;
    return EFFACE_PASS;
}

static efface_status walk_set(reader *r, coding code, size_t end, bool closed, int depth);

/* The items of a sequence, up to its delimiter (closed) or to end. */
static efface_status walk_items(reader *r, coding code, size_t end, bool closed, int depth)
{
    element e;
    if (depth > DEPTH_MOST)
        return broken(r, "sequences nested too deep");
    while (closed || r->at < end) {
        efface_status status = read_head(&e, r, code, end);
        if (status != EFFACE_PASS)
            return status;
        if (closed && e.tag == sequence_end)
            return e.length == 0 ? EFFACE_PASS : broken(r, "a delimiter with a length");
        if (e.tag != item_tag)
            return broken(r, "something else than an item in a sequence");
        if (e.length != undefined && e.length > end - r->at)
            return broken(r, "an item is longer than what holds it");
        const bool open = e.length == undefined;
        status = walk_set(r, code, open ? end : r->at + e.length, open, depth);
        if (status != EFFACE_PASS)
            return status;
    }
    return EFFACE_PASS;
}

/* Encapsulated pixels: fragments of defined lengths and a delimiter. */
static efface_status walk_fragments(reader *r, size_t end)
{
    static const coding code = {.implicit = true};
    element e;
    for (;;) {
        efface_status status = read_head(&e, r, code, end);
        if (status != EFFACE_PASS)
            return status;
        if (e.tag == sequence_end)
            return EFFACE_PASS;
        if (e.tag != item_tag || e.length == undefined)
            return broken(r, "something else than a fragment of pixels");
        status = skip(r, &e, end);
        if (status != EFFACE_PASS)
            return status;
    }
}

/* Whether a value of defined length that may be a sequence begins with an item. */
static efface_status begins_item(bool *is, reader *r, const element *e, coding code, size_t end)
{
    const size_t at = r->at;
    const uint8_t *bytes;
    *is = false;
    if (e->length < 8 || e->length > end - r->at)
        return EFFACE_PASS;
    const efface_status status = take(&bytes, r, 4, end);
    if (status == EFFACE_PASS)
        *is = (number(bytes, 2, code.big) << 16 | number(bytes + 2, 2, code.big)) == item_tag;
    r->at = at;
    return status;
}

static efface_status walk_value(reader *r, const element *e, coding code, size_t end, int depth)
{
    const bool unknown = is_vr(e->vr, "UN"), sequence = is_vr(e->vr, "SQ");
    /* within UN everything is implicit little endian (PS3.5 6.2.2) */
    const coding inner = unknown ? (coding){.implicit = true} : code;
    if (e->length == undefined) {
        if (e->tag == pixel_data && is_vr(e->vr, "OB OW"))
            return walk_fragments(r, end);
        if (sequence || unknown || code.implicit)
            return walk_items(r, inner, end, true, depth + 1);
        return broken(r, "a value without a length");
    }
    bool items = sequence && e->length > 0;
    if (unknown || code.implicit) {
        const efface_status status = begins_item(&items, r, e, inner, end);
        if (status != EFFACE_PASS)
            return status;
    }
    if (!items)
        return skip(r, e, end);
    if (e->length > end - r->at)
        return broken(r, "a sequence is longer than what holds it");
    return walk_items(r, inner, r->at + e->length, false, depth + 1);
}

/* Elements up to end, or (closed) up to an item's delimiter. */
static efface_status walk_set(reader *r, coding code, size_t end, bool closed, int depth)
{
    element e;
    while (closed || r->at < end) {
        efface_status status = read_head(&e, r, code, end);
        if (status != EFFACE_PASS)
            return status;
        if (closed && e.tag == item_end)
            return e.length == 0 ? EFFACE_PASS : broken(r, "a delimiter with a length");
        if (e.tag == item_tag || e.tag == item_end || e.tag == sequence_end)
            return broken(r, "an item outside of a sequence");
        if (e.tag >> 16 < 8 && e.tag >> 16 != 4)
            return broken(r, "an element of a group that a data set doesn't have");
        status = walk_value(r, &e, code, end, depth);
        if (status != EFFACE_PASS)
            return status;
    }
    return EFFACE_PASS;
}

/* Elements of group 2; the transfer syntax is what is wanted of them. */
static efface_status walk_meta(char syntax[SYNTAX_BYTES], reader *r)
{
    static const coding code = {0};
    const uint8_t *bytes;
    element e;
    *syntax = '\0';
    while (r->at < r->n) {
        const size_t begin = r->at;
        efface_status status = take(&bytes, r, 4, r->n);
        r->at = begin;
        if (status != EFFACE_PASS)
            return status;
        if (number(bytes, 2, false) != 2)
            break;
        status = read_head(&e, r, code, r->n);
        if (status != EFFACE_PASS)
            return status;
        const size_t value = r->at;
        if (e.length == undefined || is_vr(e.vr, "SQ"))
            return broken(r, "a sequence in the file meta information");
        status = skip(r, &e, r->n);
        if (status != EFFACE_PASS)
            return status;
        if (e.tag != syntax_tag || e.length >= SYNTAX_BYTES)
            continue;
        for (uint32_t i = 0; i < e.length; i++) {
            r->at = value + i;
            status = take(&bytes, r, 1, r->n);
            if (status != EFFACE_PASS)
                return status;
            syntax[i] = (char)*bytes;
        }
        syntax[e.length] = '\0';
    }
    return EFFACE_PASS;
}

static efface_status check(reader *r)
{
    char syntax[SYNTAX_BYTES] = "";
    const uint8_t *magic;
    r->at = PREAMBLE;
    if (r->n < PREAMBLE + 4 || take(&magic, r, 4, r->n) != EFFACE_PASS || memcmp(magic, "DICM", 4) != 0)
        return ef_fail(r->err, EFFACE_INPUT, "not a DICOM file '%s'", r->name);
    const efface_status status = walk_meta(syntax, r);
    if (status != EFFACE_PASS)
        return status;
    for (size_t n = strlen(syntax); n > 0 && syntax[n - 1] == ' '; n--)
        syntax[n - 1] = '\0';
    if (*syntax == '\0')
        return broken(r, "no transfer syntax");
    if (strcmp(syntax, "1.2.840.10008.1.2.1.99") == 0)
        return r->at < r->n ? EFFACE_PASS : broken(r, "no data set");
    const coding code = {.implicit = strcmp(syntax, "1.2.840.10008.1.2") == 0,
                         .big = strcmp(syntax, "1.2.840.10008.1.2.2") == 0};
    return r->at < r->n ? walk_set(r, code, r->n, false, 0) : broken(r, "no data set");
}

efface_status ef_dicom_check_bytes(const uint8_t *bytes, size_t n, const char *name, efface_error *err)
{
    reader r = {.bytes = bytes, .n = n, .name = name, .err = err};
    return check(&r);
}

efface_status ef_dicom_check(const char *path, efface_error *err)
{
    ef_input input;
    efface_status status = ef_input_open(&input, path, err);
    if (status != EFFACE_PASS)
        return status;
    reader r = {.input = &input, .window = malloc(WINDOW), .n = input.size, .name = path, .err = err};
    status = r.window != NULL ? check(&r) : ef_fail_memory(err, WINDOW);
    free(r.window);
    ef_input_close(&input);
    return status;
}
