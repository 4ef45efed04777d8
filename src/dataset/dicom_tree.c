/* Sorts a tree's series into studies. The plugin knows what DICOM is. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "dataset/dicom_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "identity/deidentify.h"
#include "io/file.h"
#include "io/folder.h"
#include "io/format.h"
#include "io/module.h"
#include "io/walk.h"

enum { PATH_BYTES = 4096, NAME_BYTES = 1024, MAGIC_AT = 128 };

struct ef_dicom_tree {
    const ef_itk *itk;
    ef_dicom *dicom;         /* owned */
    ef_deidentify *how;      /* owned: the key of new names */
    bool deidentify;         /* the headers are cleaned by it too */
    uint64_t seed;           /* of new identifiers, the same for all series */
    char folder[PATH_BYTES]; /* of the tree, without links */
};

/* --- which files --- */

/* The magic bytes, an ending, or a file without a name's end that begins with group 0002 or 0008. */
static bool looks_like_dicom(const char *path)
{
    uint8_t head[MAGIC_AT + 4] = {0};
    ef_input input;
    efface_error unused;
    const ef_format *format = ef_format_of(path);
    if (format != NULL && format->by == EF_BY_GDCM)
        return true;
    if ((format != NULL && !ef_format_ends(path, ".ima")) ||
        ef_input_open(&input, path, &unused) != EFFACE_PASS)
        return false;
    const size_t n = input.size < sizeof head ? input.size : sizeof head;
    const bool read = ef_input_read(&input, head, n, 0, path, &unused) == EFFACE_PASS;
    ef_input_close(&input);
    const bool magic = memcmp(head + MAGIC_AT, "DICM", 4) == 0;
    const bool bare = (head[0] == 8 || head[0] == 2) && head[1] == 0 && head[3] == 0 && n == sizeof head;
    return read && (magic || bare);
}

/* Keeps the paths that look like DICOM and do not lie in a folder. */
static void choose_paths(ef_paths *paths, const char *but)
{
    const size_t n_but = strlen(but);
    size_t kept = 0;
    for (size_t k = 0; k < paths->n; k++) {
        char *path = paths->path[k];
        const bool inside = n_but > 0 && strncmp(path, but, n_but) == 0 && path[n_but] == '/';
        if (!inside && looks_like_dicom(path))
            paths->path[kept++] = path;
        else
            free(path);
    }
    paths->n = kept;
}

bool ef_dicom_tree_is(const char *folder)
{
    ef_paths paths = {0};
    efface_error unused;
    bool any = false;
    if (ef_walk_all(&paths, folder, &unused) == EFFACE_PASS)
        for (size_t k = 0; !any && k < paths.n; k++)
            any = looks_like_dicom(paths.path[k]);
    ef_paths_release(&paths);
    return any;
}

efface_status ef_dicom_tree_open(ef_dicom_tree **tree, const char *folder, const char *root,
                                 const efface_options *options, efface_error *err)
{
    ef_paths paths = {0};
    efface_error why = {0};
    char but[PATH_BYTES] = "";
    ef_dicom_tree *t = calloc(1, sizeof *t);
    *tree = t;
    if (t == NULL)
        return ef_fail_memory(err, sizeof *t);
    t->deidentify = options->deidentify;
    t->seed = options->seed;
    if (realpath(folder, t->folder) == NULL)
        return ef_fail(err, EFFACE_INPUT, "can't read folder '%s': %s", folder, strerror(errno));
    if (realpath(root, but) == NULL)
        but[0] = '\0';
    efface_status status = ef_walk_all(&paths, t->folder, err);
    if (status == EFFACE_PASS)
        choose_paths(&paths, but);
    if (status == EFFACE_PASS && paths.n == 0)
        status = ef_fail(err, EFFACE_INPUT, "no DICOM file in '%s'", folder);
    if (status == EFFACE_PASS && (t->itk = ef_module(&why)) == NULL)
        status = ef_fail(err, EFFACE_INPUT, "DICOM needs GDCM, and %.200s: '%s'", why.message, folder);
    if (status == EFFACE_PASS && !options->has_seed &&
        getrandom(&t->seed, sizeof t->seed, 0) != (ssize_t)sizeof t->seed)
        status = ef_fail(err, EFFACE_INTERNAL, "no random numbers from the system");
    if (status == EFFACE_PASS)
        status = ef_deidentify_open(&t->how, options->retain, options->key_file, err);
    if (status == EFFACE_PASS) {
        ef_module_enter();
        status = t->itk->dicom_open(&t->dicom, (const char *const *)paths.path, paths.n, err);
        ef_module_leave();
    }
    ef_paths_release(&paths);
    return status;
}

void ef_dicom_tree_close(ef_dicom_tree *tree)
{
    if (tree == NULL)
        return;
    if (tree->dicom != NULL)
        tree->itk->dicom_close(tree->dicom);
    ef_deidentify_free(tree->how);
    free(tree);
}

/* --- series in and out --- */

efface_status ef_dicom_tree_read(ef_image *image, const ef_dicom_tree *tree, size_t series, char sha256[65],
                                 efface_error *err)
{
    ef_module_enter();
    const efface_status status = tree->itk->dicom_read(image, tree->dicom, series, sha256, err);
    ef_module_leave();
    return status;
}

efface_status ef_dicom_tree_write(const ef_dicom_tree *tree, size_t series, const char *folder,
                                  const ef_image *defaced, const uint8_t *mask, efface_result *result,
                                  efface_error *err)
{
    const ef_dicom_output output = {.folder = folder,
                                    .seed = tree->seed,
                                    .how = tree->deidentify ? tree->how : NULL,
                                    .proved = result->status == EFFACE_PASS,
                                    .dropped = result->dropped,
                                    .dropped_size = sizeof result->dropped};
    ef_module_enter();
    const efface_status status = tree->itk->dicom_write(tree->dicom, series, defaced, mask, &output, err);
    ef_module_leave();
    return status;
}

const char *ef_dicom_tree_path(const ef_dicom_tree *tree, size_t series, size_t file)
{
    return tree->itk->dicom_path(tree->dicom, series, file);
}

/* --- units --- */

static const ef_dicom_series *series_of(const ef_dicom_tree *tree, size_t i)
{
    return tree->itk->dicom_series(tree->dicom, i);
}

/* A series in the order of units. */
typedef struct place {
    const ef_dicom_series *series;
    size_t number; /* in the tree */
} place;

/* Slices of a scan of one volume; the most make the best leader. */
static int64_t slices(const ef_dicom_series *s)
{
    return s->n_volumes == 1 ? s->n[2] : 0;
}

static int by_study(const void *a, const void *b)
{
    const ef_dicom_series *p = ((const place *)a)->series, *q = ((const place *)b)->series;
    int order = strcmp(p->patient, q->patient);
    order = order != 0 ? order : strcmp(p->study, q->study);
    order = order != 0 ? order : strcmp(p->frame, q->frame);
    if (order != 0)
        return order;
    if (slices(p) != slices(q))
        return slices(p) > slices(q) ? -1 : 1;
    const size_t m = ((const place *)a)->number, n = ((const place *)b)->number;
    return (m > n) - (m < n);
}

static bool same_study(const ef_dicom_series *a, const ef_dicom_series *b)
{
    return strcmp(a->patient, b->patient) == 0 && strcmp(a->study, b->study) == 0;
}

static bool same_unit(const ef_dicom_series *a, const ef_dicom_series *b)
{
    return same_study(a, b) && a->frame[0] != '\0' && strcmp(a->frame, b->frame) == 0;
}

/* The folder below the tree that the series' first file lies in; "." for the tree itself. */
static void folder_of(char folder[NAME_BYTES], const ef_dicom_tree *tree, size_t number)
{
    const char *path = ef_dicom_tree_path(tree, number, 0);
    const size_t n = strlen(tree->folder);
    const char *below = strncmp(path, tree->folder, n) == 0 && path[n] == '/' ? path + n + 1 : "";
    const char *slash = strrchr(below, '/');
    snprintf(folder, NAME_BYTES, "%.*s", slash != NULL ? (int)(slash - below) : 1,
             slash != NULL ? below : ".");
}

static void uid_of(char out[EF_UID_BYTES], const ef_dicom_tree *tree, const char *uid)
{
    const bool kept = !tree->deidentify || (ef_deidentify_retain(tree->how) & EFFACE_RETAIN_UIDS) != 0;
    if (kept)
        snprintf(out, EF_UID_BYTES, "%s", uid);
    else
        ef_deidentify_uid(out, tree->how, uid, strlen(uid));
}

/* The study's folder and the series' below it.
 * study  counts the patient's studies from 1 */
static void name_of(char name[NAME_BYTES], const ef_dicom_tree *tree, const place *p, ef_layout layout,
                    int study)
{
    char folder[NAME_BYTES], uid[EF_UID_BYTES], study_uid[EF_UID_BYTES], pseudonym[EF_PSEUDONYM_BYTES];
    const ef_dicom_series *s = p->series;
    switch (layout) {
    case EF_LAYOUT_UID:
        uid_of(study_uid, tree, s->study);
        uid_of(uid, tree, s->uid);
        snprintf(name, NAME_BYTES, "%s/%s", study_uid, uid);
        return;
    case EF_LAYOUT_PSEUDONYM:
        ef_deidentify_pseudonym(pseudonym, tree->how, s->patient, strlen(s->patient));
        snprintf(name, NAME_BYTES, "%s/study_%03d/%s", pseudonym, study, s->name);
        return;
    default:
        folder_of(folder, tree, p->number);
        if (strcmp(folder, ".") == 0)
            snprintf(name, NAME_BYTES, "%s", s->name);
        else
            snprintf(name, NAME_BYTES, "%.*s/%s", NAME_BYTES - 40, folder, s->name);
    }
}

/* Adds the row that says whose folder it is, which takes the name. */
static efface_status add_row(ef_crosswalk *crosswalk, const ef_dicom_series *s, const char *name,
                             efface_error *err)
{
    char number[16];
    snprintf(number, sizeof number, "%d", s->number);
    const char *const row[EF_CROSSWALK_FIELDS] = {name,   s->patient, s->patient_name, s->study,
                                                  s->uid, number,     s->description};
    return ef_crosswalk_add(crosswalk, row, err);
}

static efface_status add_series(ef_unit *unit, ef_dicom_tree *tree, const place *p, const char *name,
                                const ef_tree_places *places, efface_error *err)
{
    char *out = ef_path_join(places->root, name);
    ef_item *item =
        out != NULL ? ef_unit_add(unit, name, ef_dicom_tree_path(tree, p->number, 0), out) : NULL;
    free(out);
    if (item == NULL)
        return ef_fail_memory(err, strlen(name));
    item->tree = tree;
    item->series = p->number;
    item->way = p->series->frame[0] != '\0' ? EF_WAY_ANY : EF_WAY_ALONE;
    if (p->series->left_out[0] != '\0' && (item->refused = strdup(p->series->left_out)) == NULL)
        return ef_fail_memory(err, sizeof p->series->left_out);
    return ef_companions_add(item, &places->companions, err);
}

static efface_status add_all(ef_units *units, ef_crosswalk *crosswalk, ef_dicom_tree *tree, const place *at,
                             size_t n, const ef_tree_places *places, efface_error *err)
{
    char name[NAME_BYTES];
    int study = 0, fresh = 0;
    ef_unit *unit = NULL;
    efface_status status = EFFACE_PASS;
    for (size_t k = 0; status == EFFACE_PASS && k < n; k++) {
        const ef_dicom_series *before = k > 0 ? at[k - 1].series : NULL, *s = at[k].series;
        if (before == NULL || strcmp(before->patient, s->patient) != 0)
            fresh = 0;
        if (before == NULL || !same_study(before, s))
            study = ef_crosswalk_study(crosswalk, s->patient, s->study, &fresh);
        name_of(name, tree, &at[k], places->layout, study);
        ef_crosswalk_place(name, sizeof name, crosswalk, s->patient, s->study, s->uid);
        if (before == NULL || !same_unit(before, s))
            unit = ef_units_add(units, name);
        status = unit != NULL ? add_series(unit, tree, &at[k], name, places, err)
                              : ef_fail_memory(err, sizeof *unit);
        if (status == EFFACE_PASS)
            status = add_row(crosswalk, s, name, err);
    }
    return status;
}

efface_status ef_dicom_tree_units(ef_units *units, ef_crosswalk *crosswalk, ef_dicom_tree *tree,
                                  const ef_tree_places *places, efface_error *err)
{
    const size_t count = tree->itk->dicom_count(tree->dicom);
    place *at = calloc(count + 1, sizeof *at);
    size_t n = 0;
    if (at == NULL)
        return ef_fail_memory(err, count * sizeof *at);
    for (size_t i = 0; i < count; i++)
        if (series_of(tree, i)->left_out[0] == '\0' || series_of(tree, i)->broken)
            at[n++] = (place){series_of(tree, i), i};
    if (n > 0)
        qsort(at, n, sizeof *at, by_study);
    const efface_status status = add_all(units, crosswalk, tree, at, n, places, err);
    free(at);
    return status;
}

/* --- lists --- */

static void put_field(FILE *list, const char *text, char end)
{
    for (; *text != '\0'; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, list);
    fputc(end, list);
}

efface_status ef_dicom_tree_left(const ef_dicom_tree *tree, const char *state, efface_error *err)
{
    char *text = NULL, path[PATH_BYTES];
    size_t n = 0;
    ef_output_set set = {0};
    if (snprintf(path, sizeof path, "%s/not_copied.tsv", state) >= (int)sizeof path)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", state);
    FILE *list = open_memstream(&text, &n);
    if (list == NULL)
        return ef_fail_memory(err, 1);
    fputs("series_number\tfiles\tmodality\treason\n", list);
    for (size_t i = 0; i < tree->itk->dicom_count(tree->dicom); i++) {
        const ef_dicom_series *s = series_of(tree, i);
        if (s->left_out[0] == '\0' || s->broken)
            continue;
        fprintf(list, "%d\t%d\t", s->number, s->n_files);
        put_field(list, s->modality, '\t');
        put_field(list, s->left_out, '\n');
    }
    efface_status status = fclose(list) == 0 ? ef_folder_make_for(path, err) : ef_fail_memory(err, n);
    if (status == EFFACE_PASS)
        status = ef_output_add_bytes(&set, path, text, n, EF_OUTPUT_FORCE, err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, err);
    ef_output_set_abort(&set);
    free(text);
    return status;
}
