/* The story of many scans: readers, workers and writers around one lock. Whoever changes something wakes the
 * others; images take seconds, so that nobody waits for the lock. */
#include "dataset/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "dataset/line.h"
#include "dataset/work_unit.h"

/* Whether another image may be read ahead: there is room for one as large as the largest so far, and all of
 * them hold at most a quarter of the memory. */
static bool may_read_ahead(const ef_line *l)
{
    const size_t most = l->options->memory_bytes, next = l->ahead_bytes + l->ahead_most;
    return l->ahead_bytes + l->work_bytes == 0 || (next <= most / 4 && l->work_bytes + next <= most);
}

/* Asks what is done of a unit, and tells of it. */
static void open_job(ef_line *l, ef_job *j)
{
    const ef_ending *ending = NULL;
    const efface_options *o = &l->options->scan;
    const ef_resume resume = {&l->history,      l->options->root, l->common.hash,
                              l->common.secret, o->deidentify,    o->keep_review};
    j->before = calloc(j->unit->n + 1, sizeof *j->before);
    for (size_t i = 0; j->before != NULL && i < j->unit->n; i++) {
        const ef_item *item = &j->unit->item[i];
        const ef_before before = ef_resume_ask(&ending, &resume, item);
        j->before[i] = l->options->force && before == EF_BEFORE_DONE ? EF_BEFORE_OURS : before;
        if (j->before[i] != EF_BEFORE_DONE && !l->options->dry_run)
            continue;
        pthread_mutex_lock(&l->lock);
        ef_line_tell(l, j->unit, item, j->before[i] == EF_BEFORE_DONE ? ending : NULL,
                     j->before[i] == EF_BEFORE_DONE);
        pthread_mutex_unlock(&l->lock);
    }
}

/* Writes and ends a task. */
static void end_task(ef_line *l, ef_task *task)
{
    ef_ending ending;
    ef_task_write(task, &ending);
    pthread_mutex_lock(&l->lock);
    l->work_bytes -= task->held_bytes;
    if (task->unwritten != NULL)
        --*task->unwritten;
    if (task->status != EFFACE_STOPPED) {
        const bool failed = task->status != EFFACE_PASS && task->status != EFFACE_REVIEW;
        if (failed && l->options->fail_fast)
            atomic_store(&l->stop, true);
        ef_line_tell(l, task->unit, task->item, &ending, false);
    }
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    ef_ending_release(&ending);
    free(task);
}

/* --- readers --- */

/* A task that a worker waits for, or else the next unit to be opened. */
static ef_task *next_to_read(ef_line *l, ef_job **opening)
{
    ef_task *task = ef_line_dequeue(l, EF_TO_READ);
    *opening = NULL;
    if (task == NULL && l->n_opened < l->n_jobs && !atomic_load(&l->stop) && may_read_ahead(l) &&
        l->n_opened <= l->n_taken + (size_t)l->options->jobs)
        *opening = &l->job[l->n_opened++];
    return task;
}

/* Opens a unit; its first image that is not done is what to read. */
static ef_task *open_unit(ef_line *l, ef_job *j)
{
    open_job(l, j);
    const ef_item *item = j->before != NULL ? ef_line_next_item(j, j->unit->item) : NULL;
    j->first = item != NULL ? ef_line_new_task(l, j, item) : NULL;
    return j->first;
}

static void *read_images(void *context)
{
    ef_line *l = context;
    ef_job *opening;
    pthread_mutex_lock(&l->lock);
    while (l->workers > 0) {
        ef_task *task = next_to_read(l, &opening);
        if (task == NULL && opening == NULL) {
            ef_line_wait(l);
            continue;
        }
        pthread_mutex_unlock(&l->lock);
        if (opening != NULL)
            task = open_unit(l, opening);
        if (task != NULL)
            ef_task_read(task);
        pthread_mutex_lock(&l->lock);
        if (task != NULL) {
            task->held_bytes = ef_task_stored(task);
            l->ahead_bytes += task->held_bytes;
            l->ahead_most = task->held_bytes > l->ahead_most ? task->held_bytes : l->ahead_most;
            task->state = EF_READ;
        }
        if (opening != NULL)
            opening->opened = true;
        pthread_cond_broadcast(&l->changed);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* --- workers --- */

/* Takes the next unit; NULL after the last one, and where the run is to stop. */
static ef_job *take(ef_line *l)
{
    while (l->n_taken < l->n_jobs && !atomic_load(&l->stop)) {
        if (l->job[l->n_taken].opened)
            return &l->job[l->n_taken++];
        ef_line_wait(l);
    }
    return NULL;
}

static void *work(void *context)
{
    ef_line *l = context;
    pthread_mutex_lock(&l->lock);
    for (ef_job *j = take(l); j != NULL; j = take(l)) {
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
        ef_work_unit(l, j);
        pthread_mutex_lock(&l->lock);
        j->first = NULL;
        free(j->before);
        j->before = NULL;
    }
    l->workers--;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* --- writers --- */

static void *write_images(void *context)
{
    ef_line *l = context;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        ef_task *task = ef_line_dequeue(l, EF_WORKED);
        if (task == NULL && l->workers == 0)
            break;
        if (task == NULL) {
            ef_line_wait(l);
            continue;
        }
        task->state = EF_WRITING;
        pthread_mutex_unlock(&l->lock);
        end_task(l, task);
        pthread_mutex_lock(&l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* --- all of it --- */

static efface_status plan(ef_line *l, const ef_units *units, efface_error *err)
{
    l->job = calloc(units->n + 1, sizeof *l->job);
    if (l->job == NULL)
        return ef_fail_memory(err, units->n * sizeof *l->job);
    for (size_t u = 0; u < units->n; u++)
        l->job[l->n_jobs++].unit = &units->unit[u];
    return EFFACE_PASS;
}

typedef void *thread_fn(void *context);

/* Starts up to n threads; returns how many run. */
static int start(pthread_t *threads, int n, thread_fn *fn, ef_line *l)
{
    int started = 0;
    while (started < n && pthread_create(&threads[started], NULL, fn, l) == 0)
        started++;
    return started;
}

static efface_status run_threads(ef_line *l, efface_error *err)
{
    const int jobs = l->options->jobs, readers = 1 + jobs / 8, writers = 1 + jobs / 4;
    const int total = jobs + readers + writers;
    pthread_t *threads = calloc((size_t)total, sizeof *threads);
    if (threads == NULL)
        return ef_fail_memory(err, (size_t)total * sizeof *threads);
    l->workers = jobs;
    const int r = start(threads, readers, read_images, l), w = start(threads + r, writers, write_images, l);
    const int n = r > 0 && w > 0 ? start(threads + r + w, jobs, work, l) : 0;
    pthread_mutex_lock(&l->lock);
    l->workers -= jobs - n; /* those that did not start */
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    for (int k = 0; k < r + w + n; k++)
        pthread_join(threads[k], NULL);
    free(threads);
    return n > 0 ? EFFACE_PASS : ef_fail(err, EFFACE_INTERNAL, "can't start threads");
}

static void line_release(ef_line *l)
{
    for (size_t k = 0; k < l->n_jobs; k++) {
        if (l->job[k].first != NULL)
            ef_scan_release(&l->job[k].first->scan); /* read ahead, but never taken */
        free(l->job[k].first);
        free(l->job[k].before);
    }
    free(l->job);
    ef_journal_close(&l->journal);
    ef_history_release(&l->history);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
}

static efface_status verdict(const ef_line *l, efface_error *err)
{
    if (l->interrupted)
        return ef_fail(err, EFFACE_STOPPED, "stopped: the same call goes on where this one ended");
    if (l->options->dry_run)
        return EFFACE_PASS;
    if (l->tally->done < l->tally->total && !atomic_load(&l->stop))
        return ef_fail(err, EFFACE_INTERNAL, "%zu images were not treated: out of memory",
                       l->tally->total - l->tally->done);
    return l->tally->worst;
}

/* The key of the marks of inputs, where journals may be published. Without a key file nothing that was done
 * before is known again. */
static efface_status find_secret(ef_line *l, ef_secret *secret, efface_error *err)
{
    const efface_options *o = &l->options->scan;
    if (!o->deidentify)
        return EFFACE_PASS;
    l->common.secret = secret;
    return o->key_file != NULL ? ef_secret_open(secret, o->key_file, err) : ef_secret_draw(secret, err);
}

efface_status ef_pipeline_run(ef_tally *tally, const ef_units *units, const ef_pipeline_options *options,
                              efface_error *err)
{
    ef_secret secret;
    ef_line l = {.options = options, .journal = {.fd = -1}, .tally = tally};
    *tally = (ef_tally){.total = ef_units_items(units), .units = units->n};
    l.common = (ef_task_common){.options = &options->scan,
                                .root = options->root,
                                .history = &l.history,
                                .journal = &l.journal,
                                .stop = &l.stop,
                                .force = options->force};
    ef_journal_options(l.common.hash, &options->scan);
    pthread_mutex_init(&l.lock, NULL);
    pthread_cond_init(&l.changed, NULL);
    efface_status status = find_secret(&l, &secret, err);
    if (status == EFFACE_PASS)
        status = ef_history_read(&l.history, options->state, err);
    if (status == EFFACE_PASS)
        status = plan(&l, units, err);
    for (size_t k = 0; status == EFFACE_PASS && options->dry_run && k < l.n_jobs; k++)
        open_job(&l, &l.job[k]);
    if (status == EFFACE_PASS && l.n_jobs > 0 && !options->dry_run) {
        status = ef_journal_open(&l.journal, options->state, options->shard, options->shards, err);
        if (status == EFFACE_PASS)
            status = run_threads(&l, err);
    }
    if (status == EFFACE_PASS)
        status = verdict(&l, err);
    line_release(&l);
    return status;
}
