/* Lines out and in. Each is written by one call of write, so that threads and kills leave whole lines. */
#include "dataset/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/error.h"
#include "base/grow.h"
#include "base/json.h"
#include "identity/secret.h"
#include "io/file.h"
#include "io/folder.h"
#include "io/walk.h"

enum { FORMAT = 1, TEXT_BYTES = 4096, TRIES = 1000 };

static const char ending_of_name[] = ".jsonl";

void ef_ending_release(ef_ending *ending)
{
    free(ending->item);
    free(ending->unit);
    free(ending->out);
    free(ending->reason);
    free(ending->follows);
    free(ending->record);
    free(ending->picture);
    free(ending->mask);
    free(ending->sidecar);
    free(ending->rating);
    free(ending->rater);
    free(ending->note);
    *ending = (ef_ending){0};
}

/* --- writing --- */

efface_status ef_journal_open(ef_journal *journal, const char *folder, int shard, int shards,
                              efface_error *err)
{
    char stamp[32];
    const time_t now = time(NULL);
    struct tm utc;
    journal->fd = -1;
    const efface_status status = ef_folder_make(folder, err);
    if (status != EFFACE_PASS)
        return status;
    if (gmtime_r(&now, &utc) == NULL || strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc) == 0)
        return ef_fail(err, EFFACE_INTERNAL, "no date from the system");
    for (int k = 1; k <= TRIES; k++) {
        if (snprintf(journal->path, sizeof journal->path, "%s/%s_%d-of-%d_%d%s", folder, stamp, shard,
                     shards, k, ending_of_name) >= (int)sizeof journal->path)
            return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", folder);
        journal->fd = open(journal->path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (journal->fd >= 0 || errno != EEXIST)
            break;
    }
    return journal->fd >= 0 ? EFFACE_PASS
                            : ef_fail(err, EFFACE_INTERNAL, "can't write a journal to '%s': %s", folder,
                                      strerror(errno));
}

/* Ends the text and appends it. */
static efface_status append(const ef_journal *journal, ef_json *json, efface_error *err)
{
    char *text;
    size_t n;
    ef_json_end(json);
    efface_status status = ef_json_finish(json, &text, &n, err);
    if (status != EFFACE_PASS)
        return status;
    const ssize_t written = write(journal->fd, text, n);
    if (written != (ssize_t)n || fdatasync(journal->fd) != 0)
        status = ef_fail(err, EFFACE_INTERNAL, "can't write the journal '%s': %s", journal->path,
                         written >= 0 && written != (ssize_t)n ? "the disk is full" : strerror(errno));
    free(text);
    return status;
}

static ef_json start(const char *event, const char *unit, const char *item)
{
    ef_json json = {.one_line = true};
    ef_json_object(&json, NULL);
    ef_json_integer(&json, "efface", FORMAT);
    ef_json_text(&json, "event", event);
    ef_json_bytes(&json, "unit", unit);
    ef_json_bytes(&json, "item", item);
    return json;
}

efface_status ef_journal_begin(const ef_journal *journal, const char *unit, const char *item,
                               efface_error *err)
{
    ef_json json = start("begin", unit, item);
    return append(journal, &json, err);
}

static const char *or_null(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

efface_status ef_journal_end(const ef_journal *journal, const ef_ending *e, efface_error *err)
{
    ef_json json = start("end", e->unit, e->item);
    ef_json_text(&json, "status", efface_status_name(e->status));
    ef_json_text(&json, "reason", e->reason);
    ef_json_bytes(&json, "follows", e->follows);
    ef_json_bytes(&json, "out", e->out);
    ef_json_text(&json, "out_sha256", or_null(e->out_sha256));
    if (e->out_other_sha256[0] != '\0')
        ef_json_text(&json, "out_other_sha256", e->out_other_sha256);
    ef_json_bytes(&json, "record", e->record);
    ef_json_bytes(&json, "picture", e->picture);
    ef_json_bytes(&json, "mask", e->mask);
    ef_json_bytes(&json, "sidecar", e->sidecar);
    if (e->rating != NULL) {
        ef_json_text(&json, "rating", e->rating);
        ef_json_text(&json, "rater", e->rater);
        ef_json_text(&json, "note", e->note);
    }
    ef_json_text(&json, "in_seen", or_null(e->in_seen));
    ef_json_text(&json, "in_bytes", or_null(e->in_bytes));
    ef_json_text(&json, "options", e->options);
    ef_json_text(&json, "version", e->version);
    ef_json_number(&json, "seconds", e->seconds);
    return append(journal, &json, err);
}

void ef_journal_close(ef_journal *journal)
{
    struct stat info;
    if (journal->fd >= 0) {
        if (fstat(journal->fd, &info) == 0 && info.st_size == 0)
            unlink(journal->path);
        close(journal->fd);
    }
    journal->fd = -1;
}

void ef_journal_options(char hex[65], const efface_options *o)
{
    char text[512];
    static const char which_key[] =
        "which key"; /* another key is another option; this tells nothing of it */
    ef_secret secret;
    efface_error unused;
    char mark[EF_PSEUDONYM_BYTES] = {0};
    ef_sha256 sha;
    const int n = snprintf(text, sizeof text, "%s %d %d %x %a %a %d %llu %d %d %x %d %d %d %d",
                           efface_version(), (int)o->mode, (int)o->fill, o->parts, o->margin_mm,
                           o->strength_mm, o->has_seed, (unsigned long long)(o->has_seed ? o->seed : 0),
                           o->keep_header, o->deidentify, o->deidentify ? o->retain : 0, (int)o->engine,
                           o->no_record, o->record_date, o->key_file != NULL);
    ef_sha256_start(&sha);
    ef_sha256_add(&sha, text, (size_t)n);
    if (o->key_file != NULL && ef_secret_open(&secret, o->key_file, &unused) == EFFACE_PASS) {
        ef_secret_pseudonym(mark, &secret, which_key, sizeof which_key);
        ef_sha256_add(&sha, mark, sizeof mark);
    }
    ef_sha256_end(hex, &sha);
}

/* --- reading --- */

/* A member's text, to be freed; NULL where it is null or missing. */
static char *text_of(const char *line, const char *name, const char *end)
{
    char text[TEXT_BYTES];
    const long n = ef_json_read_bytes(text, sizeof text, ef_json_member(line, name, end), end);
    return n >= 0 && n < TEXT_BYTES ? strdup(text) : NULL;
}

static void hash_of(char hex[65], const char *line, const char *name, const char *end)
{
    char text[66];
    if (ef_json_read_text(text, sizeof text, ef_json_member(line, name, end), end) == 64)
        memcpy(hex, text, 65);
}

static efface_status status_of(const char *line, const char *end)
{
    const char *at = ef_json_member(line, "status", end);
    for (int k = EFFACE_PASS; k <= EFFACE_REVIEW; k++)
        if (ef_json_is_text(at, efface_status_name((efface_status)k), end))
            return (efface_status)k;
    return EFFACE_INTERNAL;
}

static ef_ending read_ending(const char *line, const char *end)
{
    ef_ending e = {.item = text_of(line, "item", end),
                   .unit = text_of(line, "unit", end),
                   .out = text_of(line, "out", end),
                   .reason = text_of(line, "reason", end),
                   .follows = text_of(line, "follows", end),
                   .record = text_of(line, "record", end),
                   .picture = text_of(line, "picture", end),
                   .mask = text_of(line, "mask", end),
                   .sidecar = text_of(line, "sidecar", end),
                   .rating = text_of(line, "rating", end),
                   .rater = text_of(line, "rater", end),
                   .note = text_of(line, "note", end),
                   .status = status_of(line, end)};
    hash_of(e.out_sha256, line, "out_sha256", end);
    hash_of(e.out_other_sha256, line, "out_other_sha256", end);
    hash_of(e.in_seen, line, "in_seen", end);
    hash_of(e.in_bytes, line, "in_bytes", end);
    hash_of(e.options, line, "options", end);
    (void)ef_json_read_text(e.version, sizeof e.version, ef_json_member(line, "version", end), end);
    if (!ef_json_read_number(&e.seconds, ef_json_member(line, "seconds", end), end))
        e.seconds = 0;
    return e;
}

static void known_release(ef_known *known)
{
    for (size_t e = 0; e < known->n_ended; e++)
        ef_ending_release(&known->ended[e]);
    free(known->ended);
    free(known->item);
    *known = (ef_known){0};
}

static int by_item(const void *a, const void *b)
{
    return strcmp(((const ef_known *)a)->item, ((const ef_known *)b)->item);
}

static int by_item_and_order(const void *a, const void *b)
{
    const ef_known *p = a, *q = b;
    const int names = by_item(a, b);
    return names != 0 ? names : (p->order > q->order) - (p->order < q->order);
}

/* One line, as something known by itself. False where it is none. */
static bool read_line(ef_known *known, const char *line, const char *end)
{
    double format;
    *known = (ef_known){0};
    if (ef_json_past_value(ef_json_past_space(line, end), end) == NULL ||
        !ef_json_read_number(&format, ef_json_member(line, "efface", end), end) || format != FORMAT)
        return false;
    known->item = text_of(line, "item", end);
    if (known->item == NULL || !ef_json_is_text(ef_json_member(line, "event", end), "end", end)) {
        known->begun = true;
        return known->item != NULL;
    }
    known->ended = calloc(1, sizeof *known->ended);
    if (known->ended == NULL)
        return true; /* then it is done again */
    *known->ended = read_ending(line, end);
    known->n_ended = 1;
    known->begun = known->ended->out != NULL; /* a refusal made nothing ours */
    return true;
}

static efface_status add_lines(ef_history *history, size_t *room, const char *text, const char *end,
                               efface_error *err)
{
    for (const char *line = text; line < end;) {
        const char *behind = memchr(line, '\n', (size_t)(end - line));
        const char *stop = behind != NULL ? behind : end;
        ef_known known;
        if (read_line(&known, line, stop)) {
            if (!ef_grow(&history->known, history->n, room, sizeof known)) {
                known_release(&known);
                return ef_fail_memory(err, *room * sizeof known);
            }
            known.order = history->n;
            history->known[history->n++] = known;
        }
        line = stop + 1;
    }
    return EFFACE_PASS;
}

static efface_status add_file(ef_history *history, size_t *room, const char *path, efface_error *err)
{
    char *text;
    size_t n;
    efface_status status = ef_file_read(&text, &n, path, err);
    if (status == EFFACE_PASS)
        status = add_lines(history, room, text, text + n, err);
    free(text);
    return status;
}

/* Joins what lines say of one image. */
static efface_status join(ef_history *history, efface_error *err)
{
    size_t kept = 0;
    if (history->n > 0)
        qsort(history->known, history->n, sizeof *history->known, by_item_and_order);
    for (size_t k = 0; k < history->n; k++) {
        ef_known *now = &history->known[k], *last = kept > 0 ? &history->known[kept - 1] : NULL;
        if (last == NULL || strcmp(last->item, now->item) != 0) {
            history->known[kept++] = *now;
            continue;
        }
        last->begun |= now->begun;
        if (now->n_ended > 0) {
            ef_ending *more = realloc(last->ended, (last->n_ended + now->n_ended) * sizeof *more);
            if (more == NULL)
                return ef_fail_memory(err, last->n_ended * sizeof *more);
            last->ended = more;
            memcpy(more + last->n_ended, now->ended, now->n_ended * sizeof *more);
            last->n_ended += now->n_ended;
        }
        free(now->ended);
        free(now->item);
        *now = (ef_known){0};
    }
    history->n = kept;
    return EFFACE_PASS;
}

efface_status ef_history_read(ef_history *history, const char *folder, efface_error *err)
{
    ef_paths paths = {0};
    size_t room = 0;
    *history = (ef_history){0};
    if (access(folder, F_OK) != 0)
        return EFFACE_PASS;
    efface_status status = ef_walk_all(&paths, folder, err);
    for (size_t k = 0; status == EFFACE_PASS && k < paths.n; k++) {
        const size_t n = strlen(paths.path[k]), m = sizeof ending_of_name - 1;
        if (n > m && strcmp(paths.path[k] + n - m, ending_of_name) == 0)
            status = add_file(history, &room, paths.path[k], err);
    }
    ef_paths_release(&paths);
    return status == EFFACE_PASS ? join(history, err) : status;
}

const ef_known *ef_history_of(const ef_history *history, const char *item)
{
    if (history->n == 0)
        return NULL;
    char *name = (char *)(uintptr_t)item; /* only compared */
    const ef_known wanted = {.item = name};
    return bsearch(&wanted, history->known, history->n, sizeof wanted, by_item);
}

void ef_history_release(ef_history *history)
{
    for (size_t k = 0; k < history->n; k++)
        known_release(&history->known[k]);
    free(history->known);
    *history = (ef_history){0};
}
