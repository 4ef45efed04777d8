/* Walks a BIDS data set. What it does not know is left where it is, and listed. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "dataset/bids.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "dataset/annex.h"
#include "io/format.h"
#include "io/walk.h"

enum { PATH_BYTES = 4096 };

#define not_here " is not here (git-annex: 'git annex get'; DataLad: 'datalad get')"

/* What one walk needs. */
typedef struct finder {
    ef_bids *bids;
    const ef_bids_places *places;
    const ef_bids_choice *choice;
    efface_error *err;
} finder;

/* --- files --- */

static efface_status add_file(finder *f, const char *name, ef_bids_fate fate, const char *why)
{
    ef_bids *b = f->bids;
    if (b->n_files == b->room) {
        ef_bids_file *more = realloc(b->file, (2 * b->room + 64) * sizeof *more);
        if (more == NULL)
            return ef_fail_memory(f->err, b->room * sizeof *more);
        b->file = more;
        b->room = 2 * b->room + 64;
    }
    b->file[b->n_files] = (ef_bids_file){.name = strdup(name), .fate = fate, .why = why};
    return b->file[b->n_files++].name != NULL ? EFFACE_PASS : ef_fail_memory(f->err, strlen(name));
}

static bool ends_with(const char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

static bool is_image(const char *name)
{
    return ends_with(name, ".nii") || ends_with(name, ".nii.gz");
}

/* Text files of the specification, which show no face. */
static bool is_known_text(const char *name)
{
    static const char *const endings[] = {".json", ".tsv", ".tsv.gz", ".bval", ".bvec", NULL};
    for (int k = 0; endings[k] != NULL; k++)
        if (ends_with(name, endings[k]))
            return true;
    return false;
}

/* known: its text is one that we know, whatever its ending */
static efface_status add_text(finder *f, const char *name, bool known)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", f->places->folder, name) < (int)sizeof path &&
        ef_annex_lacks(path))
        return add_file(f, name, EF_BIDS_LEAVE, "its content" not_here);
    if (!known && !is_known_text(name))
        return add_file(f, name, EF_BIDS_LEAVE, "not known: it may show a face");
    return add_file(f, name, ends_with(name, "_scans.tsv") ? EF_BIDS_SCANS : EF_BIDS_COPY, NULL);
}

/* --- images --- */

/* An image with its rank, while a session is being collected. */
typedef struct ranked {
    char *name; /* owned */
    int rank;
    ef_bids_kind kind;
} ranked;

static int by_rank(const void *a, const void *b)
{
    const ranked *p = a, *q = b;
    if (p->kind != q->kind)
        return p->kind < q->kind ? -1 : 1;
    return p->rank != q->rank ? p->rank - q->rank : strcmp(p->name, q->name);
}

/* The folder that a file lies in: its data type. */
static void datatype_of(char datatype[64], const char *name)
{
    const char *slash = strrchr(name, '/'), *start = slash;
    while (start != NULL && start > name && start[-1] != '/')
        start--;
    snprintf(datatype, 64, "%.*s", slash != NULL ? (int)(slash - start) : 0, start != NULL ? start : "");
}

/* Whether an image is a link to another image of the data set. In place, that one is about to change. */
static bool leads_to_image(const finder *f, const char *path)
{
    char datatype[64], *real = realpath(path, NULL), *folder = realpath(f->places->folder, NULL);
    ef_bids_name name;
    int rank;
    struct stat info;
    bool leads = false;
    const size_t n = folder != NULL ? strlen(folder) : 0;
    if (f->places->placement == EF_PLACE_INPLACE && real != NULL && folder != NULL &&
        lstat(path, &info) == 0 && S_ISLNK(info.st_mode) && strncmp(real, folder, n) == 0 &&
        strncmp(real + n, "/sub-", 5) == 0 && ef_bids_name_parse(&name, real + n)) {
        datatype_of(datatype, real + n);
        const ef_bids_kind kind = ef_bids_kind_of(&rank, datatype, &name);
        leads = kind == EF_BIDS_HEAD || kind == EF_BIDS_MAP;
    }
    free(real);
    free(folder);
    return leads;
}

static efface_status add_item(finder *f, ef_unit *unit, const ranked *r)
{
    char sidecar[PATH_BYTES];
    ef_item *item;
    const efface_status status = ef_bids_place_image(&item, unit, f->places, r->name, f->err);
    if (status != EFFACE_PASS)
        return status;
    item->way = r->kind == EF_BIDS_MAP ? EF_WAY_AS_IS : EF_WAY_ANY;
    item->sidecar = true;
    const char *why = NULL;
    if (ef_annex_lacks(item->in))
        why = "its content" not_here;
    else if (ef_format_json_path(sidecar, sizeof sidecar, item->in) && ef_annex_lacks(sidecar))
        why = "the content of its sidecar" not_here;
    else if (leads_to_image(f, item->in))
        why = "a link to another image of the data set can't be treated in place";
    item->refused = why != NULL ? strdup(why) : NULL;
    return why == NULL || item->refused != NULL ? EFFACE_PASS : ef_fail_memory(f->err, PATH_BYTES);
}

/* --- one session --- */

typedef struct collection {
    ranked *image; /* owned */
    size_t n, room;
} collection;

static efface_status collect_image(finder *f, collection *c, const char *name, const char *datatype)
{
    ef_bids_name parsed;
    ranked r = {.name = NULL};
    const bool understood = ef_bids_name_parse(&parsed, name);
    r.kind = understood ? ef_bids_kind_of(&r.rank, datatype, &parsed) : EF_BIDS_UNKNOWN;
    if (r.kind == EF_BIDS_UNKNOWN)
        return add_file(f, name, EF_BIDS_LEAVE, "an image of an unknown kind: it may show a face");
    if (r.kind == EF_BIDS_MASK)
        return add_file(f, name, EF_BIDS_LEAVE, "a mask or labels: it may show the outline of a face");
    if (!ef_bids_image_chosen(f->choice, datatype, &parsed))
        return add_file(f, name, EF_BIDS_LEAVE, "not chosen");
    if (c->n == c->room) {
        ranked *more = realloc(c->image, (2 * c->room + 16) * sizeof *more);
        if (more == NULL)
            return ef_fail_memory(f->err, c->room * sizeof *more);
        c->image = more;
        c->room = 2 * c->room + 16;
    }
    r.name = strdup(name);
    c->image[c->n++] = r;
    return r.name != NULL ? EFFACE_PASS : ef_fail_memory(f->err, strlen(name));
}

/* Whether a JSON file is the sidecar of an image: that one is written with the image. */
static bool is_sidecar(const finder *f, const char *name)
{
    char path[PATH_BYTES];
    const int n_stem = (int)(strlen(name) - strlen(".json"));
    if (!ends_with(name, ".json"))
        return false;
    for (int k = 0; k < 2; k++) {
        struct stat info;
        if (snprintf(path, sizeof path, "%s/%.*s%s", f->places->folder, n_stem, name,
                     k == 0 ? ".nii.gz" : ".nii") < (int)sizeof path &&
            lstat(path, &info) == 0)
            return true;
    }
    return false;
}

/* Takes in all files of a session's, or of a subject's, folder. */
static efface_status collect(finder *f, collection *c, const char *below, bool sessions_apart)
{
    char folder[PATH_BYTES], datatype[64];
    ef_paths paths = {0};
    const size_t n = strlen(f->places->folder) + 1;
    if (snprintf(folder, sizeof folder, "%s/%s", f->places->folder, below) >= (int)sizeof folder)
        return ef_fail(f->err, EFFACE_INPUT, "path is too long '%s'", below);
    efface_status status = ef_walk_all(&paths, folder, f->err);
    for (size_t k = 0; status == EFFACE_PASS && k < paths.n; k++) {
        const char *name = paths.path[k] + n;
        if (sessions_apart && strncmp(name + strlen(below), "/ses-", 5) == 0)
            continue;
        datatype_of(datatype, name);
        if (is_image(name))
            status = collect_image(f, c, name, datatype);
        else if (!is_sidecar(f, name))
            status = add_text(f, name, false);
    }
    ef_paths_release(&paths);
    return status;
}

static efface_status add_session(finder *f, const char *below, bool sessions_apart)
{
    collection c = {0};
    const size_t before = f->bids->n_files;
    efface_status status = collect(f, &c, below, sessions_apart);
    for (size_t k = before; status == EFFACE_PASS && c.n > 0 && k < f->bids->n_files; k++)
        if ((f->bids->file[k].unit = strdup(below)) == NULL)
            status = ef_fail_memory(f->err, strlen(below));
    ef_unit *unit = status == EFFACE_PASS && c.n > 0 ? ef_units_add(&f->bids->units, below) : NULL;
    if (status == EFFACE_PASS && c.n > 0 && unit == NULL)
        status = ef_fail_memory(f->err, strlen(below));
    if (c.n > 0)
        qsort(c.image, c.n, sizeof *c.image, by_rank);
    for (size_t k = 0; k < c.n; k++) {
        if (status == EFFACE_PASS)
            status = add_item(f, unit, &c.image[k]);
        free(c.image[k].name);
    }
    free(c.image);
    return status;
}

/* --- subjects, and the data set's own files --- */

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of a folder's entries, sorted. */
static efface_status entries(ef_paths *names, const char *folder, efface_error *err)
{
    const struct dirent *entry;
    DIR *there = opendir(folder);
    if (there == NULL)
        return ef_fail(err, EFFACE_INPUT, "can't read folder '%s': %s", folder, strerror(errno));
    efface_status status = EFFACE_PASS;
    while (status == EFFACE_PASS && (entry = readdir(there)) != NULL) {
        char **more = realloc(names->path, (names->n + 1) * sizeof *more);
        names->path = more != NULL ? more : names->path;
        char *name = more != NULL ? strdup(entry->d_name) : NULL;
        if (name == NULL)
            status = ef_fail_memory(err, strlen(entry->d_name));
        else
            names->path[names->n++] = name;
    }
    closedir(there);
    if (names->n > 0)
        qsort(names->path, names->n, sizeof *names->path, by_bytes);
    return status;
}

static bool is_folder(const char *folder, const char *name)
{
    char path[PATH_BYTES];
    struct stat info;
    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path &&
           stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static efface_status add_subject(finder *f, const char *subject)
{
    char folder[PATH_BYTES], below[PATH_BYTES];
    ef_paths names = {0};
    bool sessions = false;
    if (snprintf(folder, sizeof folder, "%s/%s", f->places->folder, subject) >= (int)sizeof folder)
        return ef_fail(f->err, EFFACE_INPUT, "path is too long '%s'", subject);
    efface_status status = entries(&names, folder, f->err);
    for (size_t k = 0; status == EFFACE_PASS && k < names.n; k++) {
        const char *name = names.path[k];
        if (strncmp(name, "ses-", 4) != 0 || !is_folder(folder, name))
            continue;
        sessions = true;
        if (!ef_bids_label_chosen("ses-", name, strlen(name), &f->choice->sessions,
                                  &f->choice->without_sessions))
            continue;
        if (snprintf(below, sizeof below, "%s/%s", subject, name) < (int)sizeof below)
            status = add_session(f, below, false);
    }
    ef_paths_release(&names);
    return status == EFFACE_PASS ? add_session(f, subject, sessions) : status;
}

/* Files and folders beside the subjects. */
static efface_status add_top(finder *f, const char *name)
{
    static const char *const texts[] = {"README",  "README.md",    "README.rst",  "README.txt", "CHANGES",
                                        "LICENSE", "CITATION.cff", ".bidsignore", NULL};
    bool known = false;
    if (is_folder(f->places->folder, name))
        return name[0] == '.' ? EFFACE_PASS
                              : add_file(f, name, EF_BIDS_LEAVE, "a folder beside the subjects");
    for (int k = 0; texts[k] != NULL; k++)
        known |= strcmp(name, texts[k]) == 0;
    if (name[0] == '.' && !known)
        return EFFACE_PASS;
    return add_text(f, name, known);
}

efface_status ef_bids_find(ef_bids *bids, const ef_bids_places *places, const ef_bids_choice *choice,
                           efface_error *err)
{
    ef_paths names = {0};
    finder f = {bids, places, choice, err};
    bool subjects = false;
    *bids = (ef_bids){.folder = places->folder};
    efface_status status = entries(&names, places->folder, err);
    for (size_t k = 0; status == EFFACE_PASS && k < names.n; k++) {
        const char *name = names.path[k];
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (strncmp(name, "sub-", 4) != 0 || !is_folder(places->folder, name)) {
            status = add_top(&f, name);
            continue;
        }
        subjects = true;
        if (ef_bids_label_chosen("sub-", name, strlen(name), &choice->participants,
                                 &choice->without_participants))
            status = add_subject(&f, name);
    }
    ef_paths_release(&names);
    if (status == EFFACE_PASS && !subjects)
        status = ef_fail(err, EFFACE_INPUT, "no BIDS data set, there is no folder sub-... in '%s'",
                         places->folder);
    bids->n_units = ef_bids_all_chosen(choice) ? bids->units.n : 0;
    if (status == EFFACE_PASS && bids->units.n == 0)
        status = ef_fail(err, EFFACE_INPUT, "no image is chosen in '%s'", places->folder);
    return status;
}

void ef_bids_release(ef_bids *bids)
{
    ef_units_release(&bids->units);
    for (size_t k = 0; k < bids->n_files; k++) {
        free(bids->file[k].name);
        free(bids->file[k].unit);
    }
    free(bids->file);
    *bids = (ef_bids){0};
}
