/* Copies text. What an image needs goes where the image went. */
#include "dataset/bids_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/error.h"
#include "dataset/bids_describe.h"
#include "dataset/bids_left.h"
#include "dataset/bids_table.h"
#include "dataset/keep.h"
#include "identity/deidentify.h"
#include "identity/sidecar.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/folder.h"

enum { PATH_BYTES = 4096, LABEL_BYTES = 128 };

/* What one call needs. */
typedef struct copier {
    const ef_bids *bids;
    const ef_bids_places *places;
    ef_deidentify *how;  /* owned; NULL where nothing is removed */
    ef_inplace *inplace; /* NULL for another placement */
    ef_bids_written *written;
    efface_error *err;
} copier;

static bool ends_with(const char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

/* --- which files go along --- */

/* What is known of the images that a file belongs to. */
typedef enum company { NO_IMAGES, NONE_WRITTEN, SOME_WRITTEN } company;

static bool is_ours(const copier *c, const ef_bids_file *file)
{
    for (size_t u = 0; file->unit != NULL && u < c->bids->units.n; u++)
        if (strcmp(c->bids->units.unit[u].name, file->unit) == 0)
            return true;
    return file->unit == NULL;
}

/* Metadata of an image: JSON, or gradients. */
static bool is_metadata(const ef_bids_name *file)
{
    return strcmp(file->extension, ".json") == 0 || strcmp(file->extension, ".bval") == 0 ||
           strcmp(file->extension, ".bvec") == 0;
}

/* Whether each entity of a file is one of the image's. A recording is no image's. */
static bool entities_fit(const ef_bids_name *file, const ef_bids_name *image)
{
    static const char recording[] = "recording-";
    const char *end = file->base + file->n_entities;
    for (const char *at = file->base, *stop; at < end; at = stop + 1) {
        stop = memchr(at, '_', (size_t)(end - at));
        const size_t n = stop != NULL ? (size_t)(stop - at) + 1 : 0; /* with its underscore */
        bool found = stop != NULL && strncmp(at, recording, sizeof recording - 1) == 0;
        for (size_t k = 0; !found && n > 0 && k + n <= image->n_entities; k++)
            found = (k == 0 || image->base[k - 1] == '_') && memcmp(image->base + k, at, n) == 0;
        if (!found)
            return false;
    }
    return true;
}

/* Whether a file belongs to an image, by the specification's principle of inheritance: it lies in the
 * image's folder or above, and has no entity that the image lacks. Metadata has the image's suffix too. */
static bool belongs(const ef_bids_file *file, const ef_bids_name *name, const char *image)
{
    ef_bids_name other;
    const size_t folder = (size_t)(name->base - file->name);
    if (strncmp(image, file->name, folder) != 0 || !ef_bids_name_parse(&other, image))
        return false;
    if (file->fate == EF_BIDS_SCANS || ef_bids_suffix_is(name, "sessions"))
        return true;
    const bool same_suffix =
        name->n_suffix == other.n_suffix && memcmp(name->suffix, other.suffix, other.n_suffix) == 0;
    return (!is_metadata(name) || same_suffix) && entities_fit(name, &other);
}

static company company_of(const copier *c, const ef_bids_file *file)
{
    ef_bids_name name;
    company found = NO_IMAGES;
    if (!ef_bids_name_parse(&name, file->name))
        return found;
    for (size_t u = 0; u < c->bids->units.n; u++) {
        const ef_unit *unit = &c->bids->units.unit[u];
        for (size_t i = 0; i < unit->n; i++) {
            if (file->unit != NULL && strcmp(unit->name, file->unit) != 0)
                break;
            if (!belongs(file, &name, ef_bids_original_name(c->places, &unit->item[i])))
                continue;
            if (ef_bids_is_written(c->places, &unit->item[i]))
                return SOME_WRITTEN;
            found = NONE_WRITTEN;
        }
    }
    return found;
}

typedef enum deed { COPY, REMOVE, PASS_OVER } deed;

/* What to do with a file. Whether its images are gone is known of a unit, which is treated as a whole, and
 * of a whole data set. A derivative gets what its images can't do without. */
static deed deed_of(const copier *c, const ef_bids_file *file)
{
    ef_bids_name name;
    const company with = company_of(c, file);
    const bool sure = file->unit != NULL || c->bids->units.n == c->bids->n_units;
    const bool derivative = c->places->placement == EF_PLACE_DERIVATIVES;
    if (derivative && !(ef_bids_name_parse(&name, file->name) && is_metadata(&name)))
        return PASS_OVER;
    if (with == NONE_WRITTEN && sure)
        return REMOVE;
    return derivative && with != SOME_WRITTEN ? PASS_OVER : COPY;
}

/* --- one file --- */

/* "sub-01" of a path that begins with it; "" for the data set's own files. */
static void label_of(char label[LABEL_BYTES], const char *name)
{
    const size_t n = strcspn(name, "/");
    const bool subject = strncmp(name, "sub-", 4) == 0 && name[n] == '/' && n < LABEL_BYTES;
    snprintf(label, LABEL_BYTES, "%.*s", subject ? (int)n : 0, name);
}

/* The bytes that a file becomes. */
static efface_status make(char **made, size_t *n_made, const copier *c, const ef_bids_file *file,
                          const ef_sidecar *text, efface_error *err)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(file->name, '/');
    if (ends_with(file->name, ".json") && c->how != NULL &&
        strcmp(file->name, "dataset_description.json") != 0)
        return ef_sidecar_clean(made, n_made, text, c->how, false, err);
    if (ends_with(file->name, ".tsv")) {
        snprintf(folder, sizeof folder, "%s/%.*s", c->places->root,
                 slash != NULL ? (int)(slash - file->name) : 1, slash != NULL ? file->name : ".");
        const ef_bids_table table = {.text = text->text,
                                     .n = text->n,
                                     .folder = folder,
                                     .label = text->label,
                                     .how = c->how,
                                     .rows_follow = file->fate == EF_BIDS_SCANS && c->inplace == NULL};
        return ef_bids_table_copy(made, n_made, &c->written->over_89, &table, err);
    }
    *made = malloc(text->n + 1);
    if (*made == NULL)
        return ef_fail_memory(err, text->n);
    memcpy(*made, text->text, text->n);
    *n_made = text->n;
    return EFFACE_PASS;
}

/* The name below the root that a file gets. What several images inherit keeps its name. */
static bool placed_name(char name[PATH_BYTES], const copier *c, const ef_bids_file *file)
{
    const bool gradients = ends_with(file->name, ".bval") || ends_with(file->name, ".bvec");
    const ef_placement placement = gradients ? c->places->placement : EF_PLACE_ADJACENT;
    return ef_bids_placed_name(name, PATH_BYTES, placement, file->name);
}

/* Removes what an earlier run copied. */
static efface_status remove_file(const copier *c, const ef_bids_file *file)
{
    char path[PATH_BYTES], name[PATH_BYTES];
    struct stat info;
    bool changed = true;
    if (c->inplace != NULL) {
        const efface_status status = ef_inplace_put_back(&changed, c->inplace, file->name, c->err);
        c->written->removed += changed ? 1 : 0;
        return status;
    }
    if (!placed_name(name, c, file) ||
        snprintf(path, sizeof path, "%s/%s", c->places->root, name) >= (int)sizeof path ||
        lstat(path, &info) != 0)
        return EFFACE_PASS;
    if (unlink(path) != 0)
        return ef_fail(c->err, EFFACE_INTERNAL, "can't remove '%s': %s", path, strerror(errno));
    c->written->removed++;
    return EFFACE_PASS;
}

/* Reads a file as it was before any run. */
static efface_status read_original(char **text, size_t *n, char path[PATH_BYTES], const copier *c,
                                   const char *name)
{
    *text = NULL;
    const bool kept = c->inplace != NULL && ef_keep_has(c->places->folder, name);
    if (!(kept ? ef_keep_path(path, PATH_BYTES, c->places->folder, name)
               : snprintf(path, PATH_BYTES, "%s/%s", c->places->folder, name) < PATH_BYTES))
        return ef_fail(c->err, EFFACE_INPUT, "path is too long '%s'", name);
    return ef_file_read(text, n, path, c->err);
}

static bool has_bytes(const char *path, const char *bytes, size_t n)
{
    char hex[65], wanted[65];
    ef_sha256 sha;
    ef_sha256_start(&sha);
    ef_sha256_add(&sha, bytes, n);
    ef_sha256_end(wanted, &sha);
    return ef_digest(hex, path) && strcmp(hex, wanted) == 0;
}

/* Writes a file; in place, only one whose bytes change. */
static efface_status put_file(const copier *c, const ef_bids_file *file, const char *made, size_t n)
{
    char name[PATH_BYTES], place[PATH_BYTES];
    if (!placed_name(name, c, file) ||
        snprintf(place, sizeof place, "%s/%s", c->places->folder, name) >= (int)sizeof place)
        return ef_fail(c->err, EFFACE_INPUT, "path is too long '%s'", file->name);
    if (c->inplace != NULL && has_bytes(place, made, n))
        return EFFACE_PASS;
    efface_status status = ef_folder_write(c->places->root, name, made, n, c->err);
    if (status == EFFACE_PASS && c->inplace != NULL)
        status = ef_inplace_place(c->inplace, name, NULL, c->err);
    if (status == EFFACE_PASS)
        c->written->copied++;
    return status;
}

static efface_status copy_file(const copier *c, const ef_bids_file *file)
{
    char path[PATH_BYTES], label[LABEL_BYTES], *text, *made = NULL;
    size_t n = 0, n_made = 0;
    efface_status status = read_original(&text, &n, path, c, file->name);
    label_of(label, file->name);
    if (status == EFFACE_PASS)
        status =
            make(&made, &n_made, c, file, &(ef_sidecar){text, n, path, label, label[0] != '\0'}, c->err);
    if (status == EFFACE_PASS)
        status = put_file(c, file, made, n_made);
    free(text);
    free(made);
    return status;
}

/* --- all of it --- */

/* Copies or removes a file. */
static efface_status treat(const copier *c, const ef_bids_file *file)
{
    const deed what = is_ours(c, file) ? deed_of(c, file) : PASS_OVER;
    if (what == PASS_OVER)
        return EFFACE_PASS;
    return what == COPY ? copy_file(c, file) : remove_file(c, file);
}

efface_status ef_bids_write(ef_bids_written *written, const ef_bids *bids, const ef_bids_places *places,
                            ef_inplace *inplace, const efface_options *options, efface_error *err)
{
    copier c = {.bids = bids, .places = places, .inplace = inplace, .written = written, .err = err};
    efface_status status = EFFACE_PASS;
    *written = (ef_bids_written){0};
    if (options->deidentify)
        status = ef_deidentify_open(&c.how, options->retain, options->key_file, err);
    for (int turn = 0; turn < 2; turn++) /* a table of files comes after the files */
        for (size_t k = 0; status == EFFACE_PASS && k < bids->n_files; k++) {
            const ef_bids_file *file = &bids->file[k];
            if (file->fate == (turn == 0 ? EF_BIDS_COPY : EF_BIDS_SCANS))
                status = treat(&c, file);
        }
    if (status == EFFACE_PASS)
        status = ef_bids_write_left(&written->left, bids, places, !options->deidentify, err);
    if (status == EFFACE_PASS)
        status = ef_bids_describe(bids, places, !options->deidentify, err);
    ef_deidentify_free(c.how);
    return status;
}
