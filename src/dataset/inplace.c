/* One file at a time. */
#define _XOPEN_SOURCE 700 /* symlink */

#include "dataset/inplace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "dataset/keep.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/folder.h"
#include "io/walk.h"

enum { PATH_BYTES = 4096 };

static efface_status too_long(const char *name, efface_error *err)
{
    return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", name);
}

/* --- the list --- */

static efface_status add_placed(ef_inplace *p, const char *name, const char sha256[65], bool original,
                                efface_error *err)
{
    if (p->n == p->room) {
        ef_placed *more = realloc(p->placed, (2 * p->room + 64) * sizeof *more);
        if (more == NULL)
            return ef_fail_memory(err, p->room * sizeof *more);
        p->placed = more;
        p->room = 2 * p->room + 64;
    }
    ef_placed *placed = &p->placed[p->n];
    *placed = (ef_placed){.name = strdup(name), .original = original};
    memcpy(placed->sha256, sha256, sizeof placed->sha256);
    if (placed->name == NULL)
        return ef_fail_memory(err, strlen(name));
    p->n++;
    return EFFACE_PASS;
}

/* One line; one that a killed run did not finish is passed over, as nothing was done after it. */
static efface_status read_line(ef_inplace *p, const char *line, const char *end, efface_error *err)
{
    char name[PATH_BYTES], sha256[66];
    const char *original = ef_json_member(line, "original", end);
    if (ef_json_past_value(line, end) == NULL || original == NULL ||
        ef_json_read_text(sha256, sizeof sha256, ef_json_member(line, "sha256", end), end) != 64)
        return EFFACE_PASS;
    const long n = ef_json_read_text(name, sizeof name, ef_json_member(line, "file", end), end);
    return n > 0 && n < PATH_BYTES ? add_placed(p, name, sha256, *original == 't', err) : EFFACE_PASS;
}

static efface_status read_file(ef_inplace *p, const char *path, efface_error *err)
{
    char *text;
    size_t n;
    efface_status status = ef_file_read(&text, &n, path, err);
    for (const char *line = text, *stop; status == EFFACE_PASS && line < text + n; line = stop + 1) {
        stop = memchr(line, '\n', (size_t)(text + n - line));
        stop = stop != NULL ? stop : text + n;
        status = read_line(p, line, stop, err);
    }
    free(text);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ef_placed *)a)->name, ((const ef_placed *)b)->name);
}

static efface_status read_list(ef_inplace *p, efface_error *err)
{
    char folder[PATH_BYTES];
    ef_paths paths = {0};
    if (snprintf(folder, sizeof folder, "%s/placed", p->state) >= (int)sizeof folder)
        return too_long(p->state, err);
    if (access(folder, F_OK) != 0)
        return EFFACE_PASS;
    efface_status status = ef_walk_all(&paths, folder, err);
    for (size_t k = 0; status == EFFACE_PASS && k < paths.n; k++)
        status = read_file(p, paths.path[k], err);
    ef_paths_release(&paths);
    if (p->n > 0)
        qsort(p->placed, p->n, sizeof *p->placed, by_name);
    return status;
}

/* Appends a line and flushes it to the disk. */
static efface_status note(ef_inplace *p, const char *name, const char sha256[65], bool original,
                          efface_error *err)
{
    char folder[PATH_BYTES], *text;
    size_t n;
    ef_json json = {.one_line = true};
    efface_status status = EFFACE_PASS;
    if (snprintf(folder, sizeof folder, "%s/placed", p->state) >= PATH_BYTES)
        return too_long(p->state, err);
    if (p->list.fd < 0)
        status = ef_journal_open(&p->list, folder, 1, 1, err);
    if (status != EFFACE_PASS)
        return status;
    ef_json_object(&json, NULL);
    ef_json_text(&json, "file", name);
    ef_json_text(&json, "sha256", sha256);
    ef_json_bool(&json, "original", original);
    ef_json_end(&json);
    status = ef_json_finish(&json, &text, &n, err);
    if (status != EFFACE_PASS)
        return status;
    if (write(p->list.fd, text, n) != (ssize_t)n || fdatasync(p->list.fd) != 0)
        status = ef_fail(err, EFFACE_INTERNAL, "can't write '%s': %s", p->list.path, strerror(errno));
    free(text);
    return status;
}

/* The lines about a file: the first of them and how many. */
static const ef_placed *lines_of(const ef_inplace *p, const char *name, size_t *n)
{
    size_t low = 0, high = p->n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (strcmp(p->placed[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*n = 0; low + *n < p->n && strcmp(p->placed[low + *n].name, name) == 0;)
        ++*n;
    return p->placed + low;
}

static bool had_original(const ef_placed *line, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (line[k].original)
            return true;
    return false;
}

/* Whether what lies at a path is what some run placed. */
static bool is_ours(const ef_placed *line, size_t n, const char *path)
{
    char hex[65];
    struct stat info;
    if (n == 0 || lstat(path, &info) != 0 || !S_ISREG(info.st_mode) || !ef_digest(hex, path))
        return false;
    for (size_t k = 0; k < n; k++)
        if (strcmp(line[k].sha256, hex) == 0)
            return true;
    return false;
}

/* --- one file --- */

typedef struct file {
    char staged[PATH_BYTES], place[PATH_BYTES];
    const ef_placed *line; /* of the list, n_lines */
    size_t n_lines;
    bool there;    /* something lies in place */
    bool kept;     /* an original is kept */
    bool the_same; /* both are the original */
    bool ours;     /* what lies in place was placed by some run */
} file;

/* Only its paths, and whether it is there. */
static efface_status name_paths(file *f, const ef_inplace *p, const char *name, efface_error *err)
{
    struct stat info;
    if (snprintf(f->staged, sizeof f->staged, "%s/%s", p->mirror, name) >= PATH_BYTES ||
        snprintf(f->place, sizeof f->place, "%s/%s", p->folder, name) >= PATH_BYTES)
        return too_long(name, err);
    f->there = lstat(f->place, &info) == 0;
    return EFFACE_PASS;
}

/* All of it: the bytes in place are read where some run placed the file. */
static efface_status look(file *f, const ef_inplace *p, const char *name, efface_error *err)
{
    const efface_status status = name_paths(f, p, name, err);
    if (status != EFFACE_PASS)
        return status;
    f->kept = ef_keep_has(p->folder, name);
    f->the_same = f->kept && ef_keep_in_place(p->folder, name);
    f->line = lines_of(p, name, &f->n_lines);
    f->ours = f->there && !f->the_same && is_ours(f->line, f->n_lines, f->place);
    return EFFACE_PASS;
}

static efface_status refuse(const char *name, efface_error *err)
{
    return ef_fail(err, EFFACE_USAGE, "'%s' is neither the original nor ours: it stays as it is", name);
}

/* Notes a file and keeps its original. */
static efface_status keep(ef_inplace *p, const file *f, const char *name, const char *sha256,
                          efface_error *err)
{
    char hex[65];
    efface_status status = EFFACE_PASS;
    if (f->kept && f->there && !f->the_same && !f->ours)
        return refuse(name, err);
    if (sha256 == NULL && (status = ef_digest_file(hex, f->staged, err)) != EFFACE_PASS)
        return status;
    const bool to_keep = f->there && !f->kept && !f->ours;
    status = note(p, name, sha256 != NULL ? sha256 : hex,
                  f->kept || to_keep || had_original(f->line, f->n_lines), err);
    return status == EFFACE_PASS && to_keep ? ef_keep_save(p->folder, name, err) : status;
}

efface_status ef_inplace_keep(ef_inplace *p, const char *name, const char *sha256, efface_error *err)
{
    file f;
    const efface_status status = look(&f, p, name, err);
    return status == EFFACE_PASS ? keep(p, &f, name, sha256, err) : status;
}

/* Whether another process placed the same file meanwhile: one that several shards have. */
static bool is_placed_by_another(const file *f)
{
    char hex[65], other[65];
    return ef_digest(hex, f->staged) && ef_digest(other, f->place) && strcmp(hex, other) == 0 &&
           unlink(f->staged) == 0;
}

efface_status ef_inplace_place(ef_inplace *p, const char *name, const char *sha256, efface_error *err)
{
    file f;
    efface_status status = look(&f, p, name, err);
    if (status != EFFACE_PASS)
        return status;
    status = keep(p, &f, name, sha256, err);
    if (status == EFFACE_PASS)
        status = ef_folder_make_for(f.place, err);
    if (status == EFFACE_PASS && rename(f.staged, f.place) != 0)
        status = ef_fail(err, EFFACE_INTERNAL, "can't place '%s': %s", name, strerror(errno));
    return status != EFFACE_PASS && is_placed_by_another(&f) ? EFFACE_PASS : status;
}

bool ef_inplace_is_placed(const ef_item *item)
{
    char folder[PATH_BYTES];
    const size_t n = strlen(item->placed), m = strlen(item->name);
    if (n <= m || snprintf(folder, sizeof folder, "%.*s", (int)(n - m - 1), item->placed) >= PATH_BYTES)
        return false;
    return access(item->placed, F_OK) == 0 && ef_keep_has(folder, item->name) &&
           !ef_keep_in_place(folder, item->name);
}

efface_status ef_inplace_put_back(bool *changed, const ef_inplace *p, const char *name, efface_error *err)
{
    file f;
    efface_status status = look(&f, p, name, err);
    if (changed != NULL)
        *changed = false;
    if (status != EFFACE_PASS || f.n_lines == 0)
        return status;
    const bool put_back_before = !f.kept && had_original(f.line, f.n_lines);
    if (f.there && !f.the_same && !f.ours)
        return put_back_before ? EFFACE_PASS : refuse(name, err);
    if (!f.kept && f.there && had_original(f.line, f.n_lines))
        return ef_fail(err, EFFACE_USAGE, "the original of '%s' is not in " EF_KEEP_FOLDER " any more",
                       name);
    if (f.kept)
        status = ef_keep_restore(p->folder, name, f.staged, err);
    else if (f.there && unlink(f.place) != 0)
        status = ef_fail(err, EFFACE_INTERNAL, "can't remove '%s': %s", name, strerror(errno));
    if (changed != NULL)
        *changed = status == EFFACE_PASS && (f.kept || f.there);
    if (status == EFFACE_PASS && f.kept && ef_keep_path(f.staged, sizeof f.staged, p->folder, name))
        ef_keep_prune(f.staged, p->folder);
    return status;
}

/* --- begin and end --- */

/* The state folder has a name in the mirror too, so that the pipeline's results lie below one root. */
efface_status ef_inplace_make_mirror(const ef_inplace *p, efface_error *err)
{
    char path[PATH_BYTES], text[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/derivatives/efface", p->mirror) >= PATH_BYTES)
        return too_long(p->mirror, err);
    const efface_status status = ef_folder_make_for(path, err);
    if (status != EFFACE_PASS || readlink(path, text, sizeof text) > 0)
        return status;
    return symlink("../../../efface", path) == 0 || errno == EEXIST
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_INTERNAL, "can't make the link '%s': %s", path, strerror(errno));
}

/* Gives back what has no file in place: without hard links, a kill can leave that. */
static efface_status complete(const ef_inplace *p, efface_error *err)
{
    char folder[PATH_BYTES];
    file f;
    ef_paths paths = {0};
    if (!ef_keep_path(folder, sizeof folder, p->folder, ""))
        return too_long(p->folder, err);
    const size_t n = strlen(folder);
    folder[n - 1] = '\0';
    if (access(folder, F_OK) != 0)
        return EFFACE_PASS;
    efface_status status = ef_walk_all(&paths, folder, err);
    if (status == EFFACE_PASS && paths.n > 0 && p->n == 0)
        status =
            ef_fail(err, EFFACE_USAGE, "'%s' holds files that 'efface bids' did not put there", folder);
    for (size_t k = 0; status == EFFACE_PASS && k < paths.n; k++) {
        status = name_paths(&f, p, paths.path[k] + n, err);
        if (status == EFFACE_PASS && !f.there)
            status = ef_keep_restore(p->folder, paths.path[k] + n, f.staged, err);
    }
    ef_paths_release(&paths);
    return status;
}

efface_status ef_inplace_open(ef_inplace *p, const ef_bids_places *places, efface_error *err)
{
    *p = (ef_inplace){
        .folder = places->folder, .state = places->state, .mirror = places->root, .list = {.fd = -1}};
    const efface_status status = read_list(p, err);
    return status == EFFACE_PASS ? complete(p, err) : status;
}

void ef_inplace_close(ef_inplace *p)
{
    char path[PATH_BYTES];
    if (p->alone && snprintf(path, sizeof path, "%s/derivatives/efface", p->mirror) < PATH_BYTES) {
        unlink(path);
        ef_keep_prune_tree(p->mirror);
    }
    for (size_t k = 0; k < p->n; k++)
        free(p->placed[k].name);
    free(p->placed);
    ef_journal_close(&p->list);
    *p = (ef_inplace){.list = {.fd = -1}};
}
