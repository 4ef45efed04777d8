/* The steps of one image. Between the stages a task looks whether it is to be dropped. */
#include "dataset/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/error.h"
#include "dataset/dicom_tree.h"
#include "dataset/reason.h"
#include "dataset/resume.h"
#include "dataset/source.h"
#include "io/digest.h"
#include "io/folder.h"
#include "io/format.h"
#include "scan/record.h"
#include "scan/record_read.h"
#include "scan/verdict.h"

enum { PATH_BYTES = 4096 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void ef_lead_release(ef_lead *lead)
{
    ef_image_release(&lead->image);
    *lead = (ef_lead){0};
}

/* The seed of one image of a data set with a seed: its own, whatever the order of the images. */
static uint64_t seed_of(uint64_t seed, const char *name)
{
    char hex[65], head[17];
    ef_sha256 sha;
    ef_sha256_start(&sha);
    ef_sha256_add(&sha, &seed, sizeof seed);
    ef_sha256_add(&sha, name, strlen(name));
    ef_sha256_end(hex, &sha);
    memcpy(head, hex, 16);
    head[16] = '\0';
    return (uint64_t)strtoull(head, NULL, 16);
}

/* --- series of a DICOM tree: a scan's io --- */

static efface_status read_series(void *context, ef_image *image, char sha256[65], efface_error *err)
{
    const ef_task *task = context;
    return ef_dicom_tree_read(image, task->item->tree, task->item->series, sha256, err);
}

/* Writes into a folder that has no name yet (finish gives it one). */
static efface_status write_series(void *context, const char *name, const ef_image *defaced,
                                  const uint8_t *mask, efface_result *result, efface_error *err)
{
    const ef_task *task = context;
    char partial[PATH_BYTES];
    if (!ef_source_partial(partial, sizeof partial, name))
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", name);
    efface_status status = ef_source_make_partial(partial, err);
    if (status == EFFACE_PASS)
        status =
            ef_dicom_tree_write(task->item->tree, task->item->series, partial, defaced, mask, result, err);
    return status != EFFACE_PASS || ef_digest(result->output_sha256, partial)
               ? status
               : ef_fail(err, EFFACE_INTERNAL, "can't read back what was written for '%s'", name);
}

static void open_scan(ef_task *task)
{
    memset(&task->result, 0, sizeof task->result);
    task->error = (efface_error){0};
    task->status = EFFACE_PASS;
    task->follows = NULL;
    ef_scan_open(&task->scan, task->item->in, task->item->out, &task->options, &task->result);
    task->scan.root = task->common->root;
    task->io = (ef_scan_io){.context = task, .read = read_series, .write = write_series};
    if (task->item->tree != NULL)
        task->scan.io = &task->io;
}

void ef_task_begin(ef_task *task, const ef_task_common *common, const ef_unit *unit, const ef_item *item,
                   bool ours)
{
    *task = (ef_task){.common = common, .unit = unit, .item = item, .options = *common->options};
    efface_options *o = &task->options;
    o->force = common->force || ours;
    o->mask = item->mask;
    o->png = item->picture;
    o->record = item->record;
    o->sidecar = item->sidecar;
    o->progress = NULL;
    if (o->has_seed)
        o->seed = seed_of(o->seed, item->name);
    const bool drawn = o->has_seed || getrandom(&o->seed, sizeof o->seed, 0) == (ssize_t)sizeof o->seed;
    open_scan(task);
    if (!drawn)
        task->status = ef_fail(&task->error, EFFACE_INTERNAL, "no random numbers from the system");
}

/* --- stages --- */

/* Advances the scan to a stage, as far as nobody wants it dropped. */
static void advance(ef_task *task, ef_stage last)
{
    for (int stage = (int)task->scan.next; task->status == EFFACE_PASS && stage <= (int)last; stage++) {
        if (atomic_load(task->common->stop)) {
            task->status = ef_fail(&task->error, EFFACE_STOPPED, "stopped");
            return;
        }
        task->status = ef_scan_advance(&task->scan, (ef_stage)stage, &task->error);
    }
}

static efface_status make_folders(const ef_item *item, efface_error *err)
{
    const char *const paths[] = {item->out, item->record, item->mask, item->picture};
    efface_status status = EFFACE_PASS;
    for (size_t i = 0; status == EFFACE_PASS && i < sizeof paths / sizeof *paths; i++)
        if (paths[i] != NULL)
            status = ef_folder_make_for(paths[i], err);
    return status;
}

static ef_made_from made_from(const ef_task *task)
{
    return (ef_made_from){task->item, task->common->secret,
                          task->item->sidecar || task->common->options->deidentify};
}

void ef_task_read(ef_task *task)
{
    task->begin_s = now_s();
    const ef_made_from from = made_from(task);
    (void)ef_made_from_seen(task->in_seen, &from);
    if (task->status == EFFACE_PASS)
        task->status = make_folders(task->item, &task->error);
    if (task->status == EFFACE_PASS && task->item->refused != NULL)
        task->status = ef_fail(&task->error, task->item->tree != NULL ? EFFACE_INPUT : EFFACE_USAGE, "%s",
                               task->item->refused);
    advance(task, EF_STAGE_READ);
}

size_t ef_task_stored(const ef_task *task)
{
    const ef_image *image = &task->scan.original;
    const size_t volume = (size_t)ef_grid_count(&image->grid) * ek_dtype_size(image->dtype);
    return image->voxels != NULL ? image->n_bytes : task->scan.volumes.series != NULL ? volume : 0;
}

size_t ef_task_need(const ef_task *task)
{
    /* Measured as differences between two workers and one, over voxels of 0.7 to 2 mm: 84 MiB and 2.6 times the
     * stored voxels; 4-D scans of 20 and 60 volumes took 42 bytes more for each voxel of a volume. Rounded up:
     * less would let a batch exceed --mem. */
    const size_t fixed = (size_t)90 << 20, times_stored = 4, of_4d_voxel = 48;
    const bool many = task->scan.volumes.series != NULL;
    const size_t voxels = many ? (size_t)ef_grid_count(&task->scan.original.grid) : 0;
    return fixed + times_stored * ef_task_stored(task) + of_4d_voxel * voxels;
}

bool ef_task_holds(const ef_task *task)
{
    efface_error unused;
    return task->status == EFFACE_PASS && task->scan.next > EF_STAGE_AUDIT &&
           ef_verdict_review(&task->scan, "", &unused) == EFFACE_PASS;
}

void ef_task_take_mask(ef_task *task, const ef_lead *lead)
{
    task->options.mode = EFFACE_REMOVE;
    task->options.as_is = lead->item->mask;
    open_scan(task);
    task->follows = lead->item;
    ef_scan_follow(&task->scan, lead->item->in, lead->item->out, &lead->world_from_atlas, &lead->image);
}

bool ef_task_leads(const ef_task *task)
{
    return task->follows == NULL && ef_task_holds(task);
}

static efface_status read_lead(ef_lead *lead, efface_error *err)
{
    return lead->image.voxels != NULL ? EFFACE_PASS : ef_source_read(&lead->image, lead->item, err);
}

/* Tries to follow. Afterwards the task holds, or is as new and read again. */
static bool follow(ef_task *task, ef_lead *lead)
{
    efface_error unused;
    if (read_lead(lead, &unused) != EFFACE_PASS)
        return false;
    ef_scan_follow(&task->scan, lead->item->in, lead->item->out, &lead->world_from_atlas, &lead->image);
    task->follows = lead->item;
    advance(task, EF_STAGE_AUDIT);
    if (ef_task_holds(task) || task->status == EFFACE_STOPPED)
        return true;
    ef_scan_release(&task->scan);
    open_scan(task);
    advance(task, EF_STAGE_READ);
    return false;
}

void ef_task_work(ef_task *task, ef_lead *lead)
{
    if (task->status != EFFACE_PASS)
        return;
    if (lead == NULL || lead->item == NULL || !follow(task, lead))
        advance(task, EF_STAGE_AUDIT);
}

/* --- the end --- */

/* Writes the record of an image that has no result. */
static efface_status write_record(const ef_task *task, efface_error *err)
{
    char *text = NULL;
    size_t n = 0;
    ef_output_set set = {0};
    ef_record_names names = {.carried = task->follows != NULL};
    const char *path = task->item->record;
    if (task->options.no_record || path[0] == '\0')
        return EFFACE_PASS;
    if (task->item->tree == NULL)
        snprintf(names.input, sizeof names.input, "%s", ef_file_base_name(task->item->in));
    if (task->follows != NULL)
        ef_record_name(names.reference, task->follows->out, path, task->common->root);
    efface_result result = task->result;
    result.output_sha256[0] = result.output_other_sha256[0] = '\0';
    efface_status status = ef_verdict_record(path, err);
    if (status == EFFACE_PASS)
        status = ef_record_make(&text, &n, &task->options, &result, &names, err);
    if (status == EFFACE_PASS)
        status = ef_output_add_bytes(&set, path, text, n, task->options.force ? EF_OUTPUT_FORCE : 0, err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, err);
    ef_output_set_abort(&set);
    free(text);
    return status;
}

static char *copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

/* What was written, below the root: the item's name, or the same with the mark of a review. */
static char *written_name(const ef_task *task, bool review)
{
    char name[4096];
    if (!review)
        return strdup(task->item->name);
    return ef_file_review_path(name, sizeof name, task->item->name) ? strdup(name) : NULL;
}

/* Whether the run wrote a sidecar for its result: where one was asked for, or cleaned. */
static bool wrote_sidecar(const ef_task *task)
{
    char beside[4096];
    return task->options.sidecar ||
           (task->options.deidentify && ef_format_json_path(beside, sizeof beside, task->item->in) &&
            access(beside, F_OK) == 0);
}

/* Notes where the files beside the result lie. */
static void describe_companions(ef_ending *e, const ef_task *task, const char *result_as)
{
    char path[4096];
    const bool beside = e->out != NULL && task->options.record == NULL;
    if (!beside || ef_record_path(path, sizeof path, result_as))
        e->record = ef_path_below(task->common->root, beside ? path : task->item->record);
    if (e->out == NULL)
        return;
    e->picture = ef_path_below(task->common->root, task->item->picture);
    e->mask = ef_path_below(task->common->root, task->item->mask);
    if (wrote_sidecar(task) && ef_format_json_path(path, sizeof path, result_as))
        e->sidecar = ef_path_below(task->common->root, path);
}

/* Fills the ending in from what the task knows; the result's checksum is read from the disk. */
static void describe(ef_ending *e, const ef_task *task, const char *result_as)
{
    const bool kept = task->status == EFFACE_PASS || task->options.keep_review;
    const bool written = kept && result_as != NULL &&
                         (task->status == EFFACE_PASS || task->status == EFFACE_REVIEW) &&
                         access(result_as, F_OK) == 0;
    *e = (ef_ending){.item = copy(task->item->name),
                     .unit = copy(task->unit->name),
                     .out = written ? written_name(task, task->status == EFFACE_REVIEW) : NULL,
                     .reason = copy(task->error.message),
                     .follows = task->follows != NULL ? copy(task->follows->name) : NULL,
                     .status = task->status,
                     .seconds = now_s() - task->begin_s};
    const ef_made_from from = made_from(task);
    memcpy(e->in_seen, task->in_seen, sizeof e->in_seen);
    if (task->result.input_sha256[0] != '\0') /* it was read to its end */
        (void)ef_made_from_bytes(e->in_bytes, &from, task->result.input_sha256);
    memcpy(e->options, task->common->hash, sizeof e->options);
    snprintf(e->version, sizeof e->version, "%s", efface_version());
    if (!written)
        return;
    memcpy(e->out_sha256, task->result.output_sha256, sizeof e->out_sha256);
    memcpy(e->out_other_sha256, task->result.output_other_sha256, sizeof e->out_other_sha256);
}

/* Gives a series' folder its name, or removes what was written of it. */
static void finish_series(ef_task *task)
{
    char partial[PATH_BYTES];
    efface_error failed;
    const char *out = task->scan.result_as;
    if (task->item->tree == NULL || out == NULL || !ef_source_partial(partial, sizeof partial, out))
        return;
    if (task->status != EFFACE_PASS && task->status != EFFACE_REVIEW) {
        ef_source_remove(partial);
        return;
    }
    if (access(partial, F_OK) != 0) /* a review that is not kept */
        return;
    const efface_status named = ef_source_name(partial, out, task->options.force, &failed);
    if (named != EFFACE_PASS) {
        task->status = named;
        task->error = failed;
    }
}

/* Takes the paths of inputs out of the reason. */
static void clean_reason(ef_task *task)
{
    const ef_item *item = task->item;
    const char *path;
    static const char *const beside[] = {".json", ".img", ".img.gz", ".hdr", ".raw", ".zraw", ".raw.gz"};
    const int stem = (int)(strlen(item->in) - strlen(ef_format_ending(item->in)));
    char other[PATH_BYTES];
    ef_reason_rename(task->error.message, item->in, item->name);
    for (size_t k = 0; k < sizeof beside / sizeof *beside; k++)
        if (snprintf(other, sizeof other, "%.*s%s", stem, item->in, beside[k]) < (int)sizeof other)
            ef_reason_rename(task->error.message, other, item->name);
    for (size_t f = 1;
         item->tree != NULL && (path = ef_dicom_tree_path(item->tree, item->series, f)) != NULL; f++)
        ef_reason_rename(task->error.message, path, item->name);
    if (task->follows != NULL)
        ef_reason_rename(task->error.message, task->follows->in, task->follows->name);
}

/* Finishes the scan: the last stage, where the others succeeded. */
static void finish(ef_task *task)
{
    if (task->status == EFFACE_PASS && !task->options.force && access(task->item->out, F_OK) == 0)
        task->status = ef_fail(&task->error, EFFACE_USAGE, "'%s' exists already", task->item->name);
    if (task->status == EFFACE_PASS)
        task->status =
            ef_journal_begin(task->common->journal, task->unit->name, task->item->name, &task->error);
    if (task->status == EFFACE_PASS)
        task->status = ef_scan_advance(&task->scan, EF_STAGE_WRITE, &task->error);
    finish_series(task);
    clean_reason(task);
    task->result.status = task->status;
    snprintf(task->result.reason, sizeof task->result.reason, "%.255s", task->error.message);
}

void ef_task_write(ef_task *task, ef_ending *ending)
{
    const ef_known *known = ef_history_of(task->common->history, task->item->name);
    efface_error failed = {0};
    *ending = (ef_ending){0};
    if (task->status != EFFACE_STOPPED)
        finish(task);
    char *result_as = copy(task->scan.result_as);
    ef_scan_release(&task->scan);
    if (task->status == EFFACE_STOPPED)
        return;
    describe(ending, task, result_as);
    const bool judged = task->status != EFFACE_INTERNAL && task->status != EFFACE_USAGE;
    if (judged)
        ef_resume_remove(known, task->common->root, task->item, ending->out);
    if (judged && ending->out == NULL && write_record(task, &failed) != EFFACE_PASS) {
        task->status = ending->status = failed.status;
        free(ending->reason);
        ending->reason = copy(failed.message);
    }
    describe_companions(ending, task, result_as);
    if (ef_journal_end(task->common->journal, ending, &failed) != EFFACE_PASS) {
        task->status = ending->status = EFFACE_INTERNAL;
        task->error = failed;
    }
    free(result_as);
}
