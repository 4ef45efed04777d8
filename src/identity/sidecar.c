/* Walks over the text: what stays is copied as it stands, what is removed is cut from the end of the copy
 * again. No tree is built, so nothing that stays can change. */
#include "identity/sidecar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/json.h"
#include "identity/words.h"
#include "io/file.h"

enum { BYTES_MOST = 16 << 20 }; /* longer is no sidecar: dcm2niix writes a few kB */
static const char method_key[] = "DeidentificationMethod";
static const char codes_key[] = "DeidentificationMethodCodeSequence";

/* Bytes made so far; a failed allocation is remembered. */
typedef struct copy {
    char *text; /* owned */
    size_t n, room;
    bool failed;
} copy;

typedef struct walker {
    const char *text;
    size_t n, at;
    int depth;
    bool by_label; /* the patient is the label */
    bool looking;  /* first walk: nothing is judged, the patient is searched */
    const char *patient;
    size_t n_patient;
    ef_watch watch; /* owned: the patient's names and identifiers, found in the first walk */
    bool watching;  /* what is read belongs to them */
    const ef_deidentify *how;
    const char *method, *codes; /* members of the two arrays to be appended */
    bool has_method, has_codes;
    const char *indent; /* the space before the first member */
    size_t n_indent;
    copy out;
} walker;

static void put(copy *out, const char *text, size_t n)
{
    if (out->n + n >= out->room) {
        const size_t room = 2 * (out->n + n) + 256;
        char *more = out->failed ? NULL : realloc(out->text, room);
        if (more == NULL) {
            out->failed = true;
            return;
        }
        out->text = more;
        out->room = room;
    }
    memcpy(out->text + out->n, text, n);
    out->n += n;
    out->text[out->n] = '\0';
}

static void put_text(copy *out, const char *text)
{
    put(out, text, strlen(text));
}

/* ---- grammar ---- */

static char peek(const walker *w)
{
    return w->at < w->n ? w->text[w->at] : '\0';
}

/* Moves the walk to where a scanner of base/json ended; false where that found the text broken. */
static bool go(walker *w, const char *past)
{
    if (past == NULL)
        return false;
    w->at = (size_t)(past - w->text);
    return true;
}

static size_t skip_space(walker *w)
{
    const size_t from = w->at;
    (void)go(w, ef_json_past_space(w->text + w->at, w->text + w->n));
    return w->at - from;
}

static void copy_space(walker *w)
{
    const size_t from = w->at, n = skip_space(w);
    put(&w->out, w->text + from, n);
}

static bool skip_string(walker *w)
{
    return go(w, ef_json_past_string(w->text + w->at, w->text + w->n));
}

/* A string's characters with its escapes resolved, which can spell any name. `text` lies between the quotes. */
typedef struct plain_text {
    const char *text;
    size_t n;
    char *own; /* to be freed */
} plain_text;

static plain_text resolve(walker *w, const char *text, size_t n)
{
    plain_text plain = {text, n, NULL};
    if (memchr(text, '\\', n) == NULL)
        return plain;
    plain.own = malloc(n + 1); /* an escape is never shorter than what it stands for */
    if (plain.own == NULL) {
        w->out.failed = true;
        return plain;
    }
    plain.n = (size_t)ef_json_read_text(plain.own, n + 1, text - 1, text + n + 1);
    plain.text = plain.own;
    return plain;
}

/* ---- values ---- */

typedef enum outcome { STAYS, GOES, BROKEN } outcome;

static outcome value(walker *w, ef_action action);

/* Whether the text between the quotes has the characters of a UID. */
static bool looks_like_uid(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\0' || strchr("0123456789.", text[i]) == NULL)
            return false;
    }
    return n > 0 && memchr(text, '.', n) != NULL;
}

static outcome string(walker *w, ef_action action)
{
    const size_t from = w->at;
    char uid[EF_UID_BYTES];
    if (!skip_string(w))
        return BROKEN;
    const char *inside = w->text + from + 1;
    const size_t n = w->at - from - 2, at = w->out.n + 1;
    put(&w->out, w->text + from, w->at - from);
    const plain_text plain = resolve(w, inside, n);
    if (w->watching && ef_watch_add(&w->watch, plain.text, plain.n, NULL) != EFFACE_PASS)
        w->out.failed = true;
    const bool names = !w->looking && ef_watch_finds(&w->watch, plain.text, plain.n);
    free(plain.own);
    if (w->looking || w->out.failed)
        return STAYS;
    if (action == EF_ACTION_KEEP)
        return names ? GOES : STAYS;
    if (action == EF_ACTION_SHIFT)
        return ef_deidentify_shift(w->out.text + at, n, "", w->how, w->patient, w->n_patient) ? STAYS
                                                                                              : GOES;
    if (action == EF_ACTION_UID && looks_like_uid(inside, n)) {
        ef_deidentify_uid(uid, w->how, inside, n);
        w->out.n = at;
        put_text(&w->out, uid);
    } else if (action == EF_ACTION_WORDS) {
        w->out.n = at + ef_words_keep(w->out.text + at, n);
        if (w->out.n == at)
            return GOES;
    } else {
        return GOES;
    }
    put_text(&w->out, "\"");
    return STAYS;
}

static outcome array(walker *w, ef_action action)
{
    outcome all = STAYS;
    put(&w->out, w->text + w->at++, 1);
    for (bool first = true;; first = false) {
        copy_space(w);
        if (first && peek(w) == ']')
            break;
        const outcome one = value(w, action);
        if (one == BROKEN)
            return BROKEN;
        if (one == GOES)
            all = GOES;
        copy_space(w);
        if (peek(w) == ']')
            break;
        if (peek(w) != ',')
            return BROKEN;
        put(&w->out, w->text + w->at++, 1);
    }
    put(&w->out, w->text + w->at++, 1);
    return all;
}

/* Makes an array of what was written since `from`, if it isn't one, and appends `more` to it. */
static void append(copy *out, size_t from, const char *more)
{
    if (out->failed)
        return;
    const bool is_array = out->text[from] == '[';
    if (is_array) {
        out->n--; /* the bracket */
    } else {
        put(out, " ", 1);
        memmove(out->text + from + 1, out->text + from, out->n - 1 - from);
        out->text[from] = '[';
    }
    size_t end = out->n;
    while (strchr(" \t\r\n", out->text[end - 1]) != NULL)
        end--;
    const bool empty = is_array && end == from + 1;
    out->n = end;
    put_text(out, empty ? "" : ", ");
    put_text(out, more);
    put_text(out, "]");
}

static bool is_key(const char *key, size_t n, const char *name)
{
    return n == strlen(name) && memcmp(key, name, n) == 0;
}

/* What becomes of a member by its key. In the first walk it stays, and its value may have to be watched. */
static outcome judge(walker *w, ef_action *action, bool *watch, const char *key, size_t n)
{
    *action = EF_ACTION_KEEP;
    *watch = false;
    if (w->how == NULL)
        return STAYS;
    const plain_text plain = resolve(w, key, n);
    outcome found = STAYS;
    if (w->looking) {
        *watch = ef_deidentify_watches_key(w->how, plain.text, plain.n);
    } else {
        *action = ef_deidentify_decide_key(w->how, plain.text, plain.n).action;
        found = ef_watch_finds(&w->watch, plain.text, plain.n) ? GOES : STAYS;
    }
    free(plain.own);
    return found;
}

/* Key, colon, value. */
static outcome member(walker *w)
{
    const size_t from = w->at;
    bool watch;
    ef_action action;
    if (!skip_string(w))
        return BROKEN;
    const char *key = w->text + from + 1;
    const size_t n_key = w->at - from - 2;
    skip_space(w);
    if (peek(w) != ':')
        return BROKEN;
    w->at++;
    skip_space(w);
    put(&w->out, w->text + from, w->at - from);
    const size_t begin = w->at, made = w->out.n;
    const outcome named = judge(w, &action, &watch, key, n_key);
    const bool watched = w->watching;
    w->watching = watched || watch;
    const outcome found = value(w, action);
    w->watching = watched;
    if (found == BROKEN)
        return BROKEN;
    if (w->looking && !w->by_label && w->depth == 1 && is_key(key, n_key, "PatientID") &&
        w->text[begin] == '"') {
        w->patient = w->text + begin + 1;
        w->n_patient = w->at - begin - 2;
    }
    if (found == GOES || named == GOES)
        return GOES;
    if (w->depth == 1 && is_key(key, n_key, method_key)) {
        w->has_method = true;
        append(&w->out, made, w->method);
    } else if (w->depth == 1 && is_key(key, n_key, codes_key)) {
        w->has_codes = true;
        append(&w->out, made, w->codes);
    }
    return STAYS;
}

/* Adds the two members that say what was done, where the object had none. */
static void put_methods(walker *w, bool any)
{
    const struct {
        bool there;
        const char *key, *members;
    } both[] = {{w->has_method, method_key, w->method}, {w->has_codes, codes_key, w->codes}};
    for (int i = 0; i < 2; i++) {
        if (both[i].there)
            continue;
        put_text(&w->out, any ? "," : "");
        put(&w->out, w->indent, w->n_indent);
        put_text(&w->out, "\"");
        put_text(&w->out, both[i].key);
        put_text(&w->out, "\": [");
        put_text(&w->out, both[i].members);
        put_text(&w->out, "]");
        any = true;
    }
}

static outcome object(walker *w)
{
    bool any = false;
    put(&w->out, w->text + w->at++, 1);
    w->depth++;
    for (bool first = true;; first = false) {
        const size_t before = w->out.n, space = w->at;
        const size_t n_space = skip_space(w);
        if (first && peek(w) == '}') {
            w->at = space;
            break;
        }
        if (first && w->depth == 1 && n_space > 0) {
            w->indent = w->text + space;
            w->n_indent = n_space;
        }
        put_text(&w->out, any ? "," : "");
        put(&w->out, w->text + space, n_space);
        const outcome found = member(w);
        if (found == BROKEN)
            return BROKEN;
        const size_t after = w->at, n_after = skip_space(w);
        if (found == GOES)
            w->out.n = before;
        else if (peek(w) == ',')
            put(&w->out, w->text + after, n_after);
        any = any || found == STAYS;
        if (peek(w) == '}') {
            w->at = after;
            break;
        }
        if (peek(w) != ',')
            return BROKEN;
        w->at++;
    }
    if (w->depth == 1)
        put_methods(w, any);
    w->depth--;
    copy_space(w);
    put(&w->out, w->text + w->at++, 1);
    return STAYS;
}

/* A value that is removed is still read to its end, so that broken text is found. */
static outcome value(walker *w, ef_action action)
{
    outcome found = BROKEN;
    const size_t from = w->at;
    const bool inward = action == EF_ACTION_KEEP || action == EF_ACTION_UID;
    if (w->depth >= EF_JSON_DEEPEST)
        return BROKEN;
    switch (peek(w)) {
    case '{':
        found = object(w);
        return found == STAYS && !inward ? GOES : found;
    case '[':
        w->depth++;
        found = array(w, action);
        w->depth--;
        return found;
    case '"':
        return string(w, action);
    default:
        if (!go(w, ef_json_past_plain(w->text + w->at, w->text + w->n)))
            return BROKEN;
        put(&w->out, w->text + from, w->at - from);
        return action == EF_ACTION_KEEP ? STAYS : GOES;
    }
}

/* ---- the whole text ---- */

static efface_status walk(walker *w, const char *path, efface_error *err)
{
    w->at = 0;
    w->out.n = 0;
    w->has_method = w->has_codes = false;
    w->indent = "\n  ";
    w->n_indent = 3;
    copy_space(w);
    const bool whole = peek(w) == '{' && object(w) == STAYS;
    if (whole)
        copy_space(w);
    if (w->out.failed)
        return ef_fail_memory(err, w->n);
    if (!whole || w->at != w->n)
        return ef_fail(err, EFFACE_INPUT, "not a JSON object from byte %zu on in the sidecar '%s'", w->at,
                       path);
    return EFFACE_PASS;
}

/* Members of DeidentificationMethodCodeSequence. */
static void put_codes(copy *out, const ef_deidentify *how, bool defaced)
{
    ef_method methods[EF_METHODS_MOST + 1];
    int n = how != NULL ? ef_deidentify_methods(methods, how) : 0;
    if (defaced)
        methods[n++] = (ef_method){"113102", "Clean Recognizable Visual Features Option"};
    for (int i = 0; i < n; i++) {
        put_text(out, i > 0 ? ", {\"CodeValue\": \"" : "{\"CodeValue\": \"");
        put_text(out, methods[i].code);
        put_text(out, "\", \"CodeMeaning\": \"");
        put_text(out, methods[i].meaning);
        put_text(out, "\", \"CodingSchemeDesignator\": \"DCM\", \"CodingSchemeVersion\": \"01\"}");
    }
}

efface_status ef_sidecar_clean(char **made, size_t *n_made, const ef_sidecar *sidecar,
                               const ef_deidentify *how, bool defaced, efface_error *err)
{
    char method[64];
    copy codes = {0};
    walker w = {.text = sidecar->text,
                .n = sidecar->n,
                .looking = true,
                .by_label = sidecar->by_label,
                .patient = sidecar->label,
                .n_patient = strlen(sidecar->label),
                .how = how,
                .method = method};
    *made = NULL;
    *n_made = 0;
    snprintf(method, sizeof method, "\"efface %s\"", efface_version());
    put_codes(&codes, how, defaced);
    efface_status status = codes.failed ? ef_fail_memory(err, 2048) : EFFACE_PASS;
    w.codes = codes.text != NULL ? codes.text : "";
    if (status == EFFACE_PASS)
        status = walk(&w, sidecar->path, err);
    w.looking = false;
    if (status == EFFACE_PASS)
        status = walk(&w, sidecar->path, err);
    free(codes.text);
    ef_watch_release(&w.watch);
    if (status != EFFACE_PASS) {
        free(w.out.text);
        return status;
    }
    *made = w.out.text;
    *n_made = w.out.n;
    return EFFACE_PASS;
}

efface_status ef_sidecar_read(char **text, size_t *n, const char *path, efface_error *err)
{
    struct stat there;
    ef_input input;
    *text = NULL;
    *n = 0;
    if (stat(path, &there) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return EFFACE_PASS;
    efface_status status = ef_input_open(&input, path, err);
    if (status != EFFACE_PASS)
        return status;
    if (input.size > BYTES_MOST) {
        status = ef_fail(err, EFFACE_INPUT, "sidecar of %zu bytes, expected at most %d '%s'", input.size,
                         BYTES_MOST, path);
        goto cleanup;
    }
    *text = calloc(1, input.size + 1);
    if (*text == NULL) {
        status = ef_fail_memory(err, input.size + 1);
        goto cleanup;
    }
    *n = input.size;
    status = ef_input_read(&input, *text, input.size, 0, path, err);
    if (status != EFFACE_PASS) {
        free(*text);
        *text = NULL;
    }
cleanup:
    ef_input_close(&input);
    return status;
}
