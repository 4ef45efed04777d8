/* From the command line to the pipeline, and the signals that stop it. */
#include "cli/dataset_options.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <malloc.h>
#endif

#include "base/error.h"
#include "cli/progress.h"
#include "dataset/gather.h"
#include "dataset/machine.h"
#include "dataset/pipeline.h"
#include "dataset/ratings.h"
#include "identity/deidentify.h"
#include "report/report.h"

enum { PATH_BYTES = 4096 };

/* Where the system does not say how much memory there is. */
#define MEMORY_UNKNOWN_GIB 4.0

static volatile int interrupted;

static void interrupt(int signal)
{
    (void)signal;
    if (interrupted != 0)
        _exit(EFFACE_STOPPED); /* outputs that are not whole have no name */
    interrupted = 1;
}

void ef_dataset_arguments_init(ef_dataset_arguments *arguments)
{
    efface_options_init(&arguments->options);
    arguments->options.threads = 1;
}

static efface_status read_shard(int *shard, int *shards, const char *text, efface_error *err)
{
    char more;
    *shard = *shards = 1;
    if (text == NULL)
        return EFFACE_PASS;
    if (sscanf(text, "%d/%d%c", shard, shards, &more) != 2 || *shard < 1 || *shards < *shard)
        return ef_fail(err, EFFACE_USAGE, "expected --shard I/N with I from 1 to N, got '%s'", text);
    return EFFACE_PASS;
}

/* One key for all images, made before any of them is read. */
static efface_status check_key(const efface_options *o, efface_error *err)
{
    ef_deidentify *how = NULL;
    if (!o->deidentify)
        return EFFACE_PASS;
    if (o->key_file == NULL)
        return ef_fail(err, EFFACE_USAGE,
                       "--deidentify of a data set needs --key-file PATH: with one key, all images of a "
                       "person get the same new values; the file is created where it does not exist");
    const efface_status status = ef_deidentify_open(&how, o->retain, o->key_file, err);
    ef_deidentify_free(how);
    return status;
}

static size_t memory_of(double gib)
{
    const double unit = 1024.0 * 1024.0 * 1024.0;
    const size_t available = ef_machine_memory();
    if (gib > 0)
        return (size_t)(gib * unit);
    return available > 0 ? available / 5 * 4 : (size_t)(MEMORY_UNKNOWN_GIB * unit);
}

/* Makes freed memory of images go back to the system: glibc would keep some of it for each thread that ever worked,
 * which nobody counts. What is smaller than an image stays: to map it anew each time took a third more processor time.
 */
static void give_memory_back(void)
{
#ifdef __GLIBC__
    enum { MAPPED_BYTES = 32 << 20 /* larger blocks are mapped, and unmapped when they are freed */ };
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
#endif
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = interrupt};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void tell_rating(void *context, const char *item, const char *why)
{
    const ef_dataset_arguments *a = context;
    if (!a->json)
        printf("rating without effect: %s: %s\n", item, why);
}

/* Does what persons decided, before the pipeline looks at what is done. */
static efface_status follow_ratings(const ef_dataset *dataset, const ef_pipeline_options *o,
                                    ef_dataset_arguments a, efface_error *err)
{
    ef_ratings_done done;
    const ef_ratings_place place = {.units = dataset->units,
                                    .root = dataset->root,
                                    .journals = o->state,
                                    .shard = o->shard,
                                    .shards = o->shards,
                                    .tell = tell_rating,
                                    .context = &a};
    if (a.ratings == NULL || a.dry_run)
        return EFFACE_PASS;
    if (a.options.force)
        return ef_fail(err, EFFACE_USAGE, "--force would do again what --ratings decided");
    const efface_status status = ef_ratings_apply(&done, a.ratings, &place, err);
    if (status == EFFACE_PASS && !a.json)
        printf("ratings: %zu accepted, %zu rejected, %zu done before, %zu without effect\n", done.accepted,
               done.rejected, done.before, done.without_effect);
    return status;
}

/* Writes the report, also of a run that was stopped. It changes the status only where nothing worse happened.
 * index  out: the path of its first page; empty where there is none */
static efface_status write_report(char *index, size_t size, const ef_dataset *dataset, efface_status status,
                                  efface_error *err)
{
    efface_error failed = {0};
    const efface_status written = ef_report_write(index, size, dataset->state, EF_VOLUMES_NONE, &failed);
    if (written == EFFACE_PASS)
        return status;
    index[0] = '\0';
    if (status != EFFACE_PASS && status != EFFACE_REVIEW)
        return status;
    *err = failed;
    return written;
}

efface_status ef_dataset_run(const ef_dataset *dataset, const ef_dataset_arguments *a, efface_error *err)
{
    ef_progress progress;
    ef_tally tally = {0};
    char journals[PATH_BYTES], index[PATH_BYTES] = "";
    const efface_options all = {.threads = 0};
    ef_pipeline_options o = {.scan = a->options,
                             .root = dataset->root,
                             .state = journals,
                             .jobs = a->jobs > 0 ? a->jobs : ef_options_threads(&all),
                             .memory_bytes = memory_of(a->memory_gib),
                             .force = a->options.force,
                             .dry_run = a->dry_run,
                             .fail_fast = a->fail_fast,
                             .interrupt = &interrupted,
                             .tell = ef_progress_tell,
                             .context = &progress};
    efface_status status = read_shard(&o.shard, &o.shards, a->shard, err);
    if (status == EFFACE_PASS)
        status = ef_options_check(&a->options, err);
    if (status == EFFACE_PASS)
        status = check_key(&a->options, err);
    if (status == EFFACE_PASS)
        status = ef_units_check(dataset->units, err);
    if (snprintf(journals, sizeof journals, "%s/journal", dataset->state) >= (int)sizeof journals)
        status = ef_fail(err, EFFACE_USAGE, "path is too long '%s'", dataset->state);
    if (status != EFFACE_PASS)
        return status;
    ef_units_shard(dataset->units, o.shard, o.shards);
    status = a->dry_run ? EFFACE_PASS : ef_volumes_drop(dataset->state, err); /* results may go */
    if (status == EFFACE_PASS)
        status = follow_ratings(dataset, &o, *a, err);
    if (status != EFFACE_PASS)
        return status;
    catch_signals();
    give_memory_back();
    ef_progress_begin(&progress, a->json, a->quiet, a->dry_run);
    status = dataset->gather ? ef_gather(&tally, dataset->units, &o, err)
                             : ef_pipeline_run(&tally, dataset->units, &o, err);
    if (!a->no_report && !a->dry_run && o.shards == 1)
        status = write_report(index, sizeof index, dataset, status, err);
    ef_progress_end(&progress, &tally, dataset->what, index[0] != '\0' ? index : NULL);
    if (status == EFFACE_REVIEW && a->allow_review) {
        *err = (efface_error){0};
        return EFFACE_PASS;
    }
    return status;
}
