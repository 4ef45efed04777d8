/* Copies text. What an image needs goes where the image went. */
#include "dataset/bids_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "dataset/bids_table.h"
#include "identity/deidentify.h"
#include "identity/sidecar.h"
#include "io/file.h"
#include "io/folder.h"

enum { PATH_BYTES = 4096, LABEL_BYTES = 128 };

/* What one call needs. */
typedef struct copier {
    const ef_bids *bids;
    const ef_bids_places *places;
    ef_deidentify *how; /* owned; NULL where nothing is removed */
    ef_bids_written *written;
    efface_error *err;
} copier;

static bool ends_with(const char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

/* --- which files go along --- */

static bool is_ours(const copier *c, const ef_bids_file *file)
{
    for (size_t u = 0; file->unit != NULL && u < c->bids->units.n; u++)
        if (strcmp(c->bids->units.unit[u].name, file->unit) == 0)
            return true;
    return file->unit == NULL;
}

/* Whether a file with these entities belongs to that image: to it alone (same stem), or to all parts of one
 * acquisition (events, physiology, ...). */
static bool belongs(const ef_bids_name *file, const ef_bids_name *image)
{
    const bool gradients = strcmp(file->extension, ".bval") == 0 || strcmp(file->extension, ".bvec") == 0;
    size_t n_recording, n = file->n_entities;
    const char *recording = ef_bids_entity(&n_recording, file, "recording");
    if (gradients)
        return file->n_stem == image->n_stem && memcmp(file->base, image->base, file->n_stem) == 0;
    if (recording != NULL)
        n = (size_t)(recording - file->base) - strlen("recording-");
    return image->n_entities >= n && memcmp(file->base, image->base, n) == 0;
}

/* Whether at least one of the images that a file belongs to was written, or it belongs to none. */
static bool goes_along(const copier *c, const ef_bids_file *file)
{
    ef_bids_name name, other;
    bool any = false;
    if (file->unit == NULL || !ef_bids_name_parse(&name, file->name))
        return true;
    const size_t folder = (size_t)(name.base - file->name);
    for (size_t u = 0; u < c->bids->units.n; u++) {
        const ef_unit *unit = &c->bids->units.unit[u];
        for (size_t i = 0; strcmp(unit->name, file->unit) == 0 && i < unit->n; i++) {
            const ef_item *item = &unit->item[i];
            if (strncmp(item->name, file->name, folder) != 0 || !ef_bids_name_parse(&other, item->name) ||
                (size_t)(other.base - item->name) != folder || !belongs(&name, &other))
                continue;
            if (access(item->out, F_OK) == 0)
                return true;
            any = true;
        }
    }
    return !any;
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
                                     .rows_follow = file->fate == EF_BIDS_SCANS};
        return ef_bids_table_copy(made, n_made, &c->written->over_89, &table, err);
    }
    *made = malloc(text->n + 1);
    if (*made == NULL)
        return ef_fail_memory(err, text->n);
    memcpy(*made, text->text, text->n);
    *n_made = text->n;
    return EFFACE_PASS;
}

static efface_status copy_file(const copier *c, const ef_bids_file *file)
{
    char path[PATH_BYTES], label[LABEL_BYTES], *text = NULL, *made = NULL;
    size_t n = 0, n_made = 0;
    ef_input input;
    if (snprintf(path, sizeof path, "%s/%s", c->places->folder, file->name) >= (int)sizeof path)
        return ef_fail(c->err, EFFACE_INPUT, "path is too long '%s'", file->name);
    efface_status status = ef_input_open(&input, path, c->err);
    if (status != EFFACE_PASS)
        return status;
    n = input.size;
    text = malloc(n + 1);
    status = text != NULL ? ef_input_read(&input, text, n, 0, path, c->err) : ef_fail_memory(c->err, n);
    ef_input_close(&input);
    label_of(label, file->name);
    if (status == EFFACE_PASS) {
        text[n] = '\0';
        status =
            make(&made, &n_made, c, file, &(ef_sidecar){text, n, path, label, label[0] != '\0'}, c->err);
    }
    if (status == EFFACE_PASS)
        status = ef_folder_write(c->places->root, file->name, made, n_made, c->err);
    if (status == EFFACE_PASS)
        c->written->copied++;
    free(text);
    free(made);
    return status;
}

/* --- the lists --- */

static efface_status write_left(copier *c)
{
    char *text = NULL;
    size_t n = 0;
    FILE *list = open_memstream(&text, &n);
    if (list == NULL)
        return ef_fail_memory(c->err, 1);
    fputs("file\treason\n", list);
    for (size_t k = 0; k < c->bids->n_files; k++) {
        const ef_bids_file *file = &c->bids->file[k];
        if (file->fate != EF_BIDS_LEAVE)
            continue;
        fprintf(list, "%s\t%s\n", file->name, file->why);
        c->written->left++;
    }
    efface_status status =
        fclose(list) == 0 ? EFFACE_PASS : ef_fail(c->err, EFFACE_INTERNAL, "out of memory for a list");
    if (status == EFFACE_PASS)
        status = ef_folder_write(c->places->state, "not_copied.tsv", text, n, c->err);
    free(text);
    return status;
}

/* What BIDS wants to know of a derivative. */
static efface_status write_description(const copier *c)
{
    ef_json json = {0};
    char *text;
    size_t n;
    ef_json_object(&json, NULL);
    ef_json_text(&json, "Name", "Defacing by efface: masks, records and pictures");
    ef_json_text(&json, "BIDSVersion", "1.10.0");
    ef_json_text(&json, "DatasetType", "derivative");
    ef_json_array(&json, "GeneratedBy");
    ef_json_object(&json, NULL);
    ef_json_text(&json, "Name", "efface");
    ef_json_text(&json, "Version", efface_version());
    ef_json_end(&json);
    ef_json_end(&json);
    ef_json_array(&json, "SourceDatasets");
    ef_json_object(&json, NULL);
    ef_json_text(&json, "URL", "../..");
    ef_json_end(&json);
    ef_json_end(&json);
    ef_json_end(&json);
    efface_status status = ef_json_finish(&json, &text, &n, c->err);
    if (status == EFFACE_PASS)
        status = ef_folder_write(c->places->state, "dataset_description.json", text, n, c->err);
    free(text);
    return status;
}

efface_status ef_bids_write(ef_bids_written *written, const ef_bids *bids, const ef_bids_places *places,
                            const efface_options *options, efface_error *err)
{
    copier c = {.bids = bids, .places = places, .written = written, .err = err};
    efface_status status = EFFACE_PASS;
    *written = (ef_bids_written){0};
    if (options->deidentify)
        status = ef_deidentify_open(&c.how, options->retain, options->key_file, err);
    for (int turn = 0; turn < 2; turn++) /* a table of files comes after the files */
        for (size_t k = 0; status == EFFACE_PASS && k < bids->n_files; k++) {
            const ef_bids_file *file = &bids->file[k];
            const bool now = file->fate == (turn == 0 ? EF_BIDS_COPY : EF_BIDS_SCANS);
            if (now && is_ours(&c, file) && goes_along(&c, file))
                status = copy_file(&c, file);
        }
    if (status == EFFACE_PASS)
        status = write_left(&c);
    if (status == EFFACE_PASS)
        status = write_description(&c);
    ef_deidentify_free(c.how);
    return status;
}
