/* The story of many scans: readers, workers and writers around one lock. Whoever changes something wakes the
 * others; images take seconds, so that nobody waits for the lock. */
#include "dataset/pipeline.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "dataset/resume.h"
#include "dataset/task.h"
#include "scan/record_read.h"

/* Where a task stands. */
enum { TO_READ, READING, READ, WORKED, WRITING };

/* A unit on its way. */
typedef struct job {
    const ef_unit *unit;
    ef_before *before; /* owned: of each image, from when a reader opens the unit */
    ef_task *first;    /* the first image that is not done, read ahead; NULL for none; a worker takes it */
    bool opened;       /* by a reader: the fields above are set */
} job;

typedef struct line {
    const ef_pipeline_options *options;
    ef_task_common common;
    ef_history history;
    ef_journal journal;
    atomic_bool stop;
    bool interrupted;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    job *job; /* owned: all units */
    size_t n_jobs, n_opened, n_taken;
    ef_task *queue; /* owned: a list of tasks that a reader or a writer shall take, by their state */
    size_t ahead_bytes,
        work_bytes; /* held by images that are read ahead, and by those that are worked on */
    int workers;    /* still at work */
    ef_tally *tally;
} line;

/* --- severity --- */

efface_status ef_status_worse(efface_status a, efface_status b)
{
    static const efface_status order[] = {EFFACE_INTERNAL, EFFACE_USAGE, EFFACE_AUDIT,
                                          EFFACE_LOCATE,   EFFACE_INPUT, EFFACE_REVIEW};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        if (a == order[k] || b == order[k])
            return order[k];
    return EFFACE_PASS;
}

static void count(ef_tally *tally, efface_status status)
{
    tally->done++;
    tally->worst = ef_status_worse(tally->worst, status);
    *(status == EFFACE_PASS       ? &tally->passed
      : status == EFFACE_REVIEW   ? &tally->review
      : status == EFFACE_INTERNAL ? &tally->failed
                                  : &tally->refused) += 1;
}

static void tell(line *l, const ef_unit *unit, const ef_item *item, const ef_ending *ending, bool kept)
{
    if (ending != NULL)
        count(l->tally, ending->status);
    l->tally->kept += kept ? 1 : 0;
    if (l->options->tell != NULL)
        l->options->tell(l->options->context, &(ef_news){l->tally, unit, item, ending, kept});
}

/* --- the lock's business: call these with the lock held --- */

static void wait_change(line *l)
{
    if (l->options->interrupt != NULL && *l->options->interrupt != 0) {
        l->interrupted = true;
        atomic_store(&l->stop, true);
    }
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 200000000; /* a signal wakes nobody: look again after a fifth of a second */
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&l->changed, &l->lock, &until);
}

static void enqueue(line *l, ef_task *task, int state)
{
    ef_task **last = &l->queue;
    while (*last != NULL)
        last = &(*last)->next;
    *last = task;
    task->next = NULL;
    task->state = state;
    pthread_cond_broadcast(&l->changed);
}

/* Takes the oldest task in a state; NULL for none. */
static ef_task *dequeue(line *l, int state)
{
    for (ef_task **at = &l->queue; *at != NULL; at = &(*at)->next) {
        ef_task *task = *at;
        if (task->state != state)
            continue;
        *at = task->next;
        return task;
    }
    return NULL;
}

/* Moves what an image holds from reading ahead to work, as soon as there is room. Nobody waits while it
 * holds room for work, so that the wait ends. */
static void hold_for_work(line *l, ef_task *task)
{
    const size_t need = ef_task_need(task);
    while (l->work_bytes > 0 && l->work_bytes + need > l->options->memory_bytes && !atomic_load(&l->stop))
        wait_change(l);
    l->ahead_bytes -= task->held_bytes;
    task->held_bytes = need;
    l->work_bytes += need;
    pthread_cond_broadcast(&l->changed);
}

/* Whether another image may be read ahead: a quarter of the memory, and one unit for each worker. */
static bool may_read_ahead(const line *l)
{
    return l->ahead_bytes == 0 || l->ahead_bytes < l->options->memory_bytes / 4;
}

/* --- tasks --- */

static ef_task *new_task(line *l, const job *j, const ef_item *item)
{
    ef_task *task = calloc(1, sizeof *task);
    if (task != NULL)
        ef_task_begin(task, &l->common, j->unit, item, j->before[item - j->unit->item] == EF_BEFORE_OURS);
    return task;
}

/* The next image of a unit that is not done, from `at` on; NULL after the last. */
static const ef_item *next_item(const job *j, const ef_item *at)
{
    for (; at < j->unit->item + j->unit->n; at++)
        if (j->before[at - j->unit->item] != EF_BEFORE_DONE)
            return at;
    return NULL;
}

/* Asks what is done of a unit, and tells of it. */
static void open_job(line *l, job *j)
{
    const ef_ending *ending = NULL;
    j->before = calloc(j->unit->n + 1, sizeof *j->before);
    for (size_t i = 0; j->before != NULL && i < j->unit->n; i++) {
        const ef_item *item = &j->unit->item[i];
        const ef_before before = ef_resume_ask(&ending, &l->history, l->options->root, item, l->common.hash,
                                               l->options->scan.keep_review);
        j->before[i] = l->options->force && before == EF_BEFORE_DONE ? EF_BEFORE_OURS : before;
        if (j->before[i] != EF_BEFORE_DONE && !l->options->dry_run)
            continue;
        pthread_mutex_lock(&l->lock);
        tell(l, j->unit, item, j->before[i] == EF_BEFORE_DONE ? ending : NULL,
             j->before[i] == EF_BEFORE_DONE);
        pthread_mutex_unlock(&l->lock);
    }
}

/* Writes and ends a task. */
static void end_task(line *l, ef_task *task)
{
    ef_ending ending;
    ef_task_write(task, &ending);
    pthread_mutex_lock(&l->lock);
    l->work_bytes -= task->held_bytes;
    if (task->status != EFFACE_STOPPED) {
        const bool failed = task->status != EFFACE_PASS && task->status != EFFACE_REVIEW;
        if (failed && l->options->fail_fast)
            atomic_store(&l->stop, true);
        tell(l, task->unit, task->item, &ending, false);
    }
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    ef_ending_release(&ending);
    free(task);
}

/* --- readers --- */

/* A task that a worker waits for, or else the next unit to be opened. */
static ef_task *next_to_read(line *l, job **opening)
{
    ef_task *task = dequeue(l, TO_READ);
    *opening = NULL;
    if (task == NULL && l->n_opened < l->n_jobs && !atomic_load(&l->stop) && may_read_ahead(l) &&
        l->n_opened <= l->n_taken + (size_t)l->options->jobs)
        *opening = &l->job[l->n_opened++];
    return task;
}

/* Opens a unit; its first image that is not done is what to read. */
static ef_task *open_unit(line *l, job *j)
{
    open_job(l, j);
    const ef_item *item = j->before != NULL ? next_item(j, j->unit->item) : NULL;
    j->first = item != NULL ? new_task(l, j, item) : NULL;
    return j->first;
}

static void *read_images(void *context)
{
    line *l = context;
    job *opening;
    pthread_mutex_lock(&l->lock);
    while (l->workers > 0) {
        ef_task *task = next_to_read(l, &opening);
        if (task == NULL && opening == NULL) {
            wait_change(l);
            continue;
        }
        pthread_mutex_unlock(&l->lock);
        if (opening != NULL)
            task = open_unit(l, opening);
        if (task != NULL)
            ef_task_read(task);
        pthread_mutex_lock(&l->lock);
        if (task != NULL) {
            task->held_bytes = task->scan.original.n_bytes;
            l->ahead_bytes += task->held_bytes;
            task->state = READ;
        }
        if (opening != NULL)
            opening->opened = true;
        pthread_cond_broadcast(&l->changed);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* --- workers --- */

static void wait_read(line *l, const ef_task *task)
{
    while (task->state != READ)
        wait_change(l);
}

/* Finds a leader among the images that an earlier run finished. */
static void lead_from_before(ef_lead *lead, const line *l, const job *j)
{
    const ef_ending *ending;
    ef_record_said said;
    efface_error unused;
    for (size_t i = 0; i < j->unit->n && lead->item == NULL; i++) {
        const ef_item *item = &j->unit->item[i];
        if (item->way != EF_WAY_ANY || j->before[i] != EF_BEFORE_DONE)
            continue;
        const ef_known *known = ef_history_of(&l->history, item->name);
        ending = &known->ended[known->n_ended - 1];
        if (ending->status != EFFACE_PASS || ending->follows != NULL ||
            ef_record_read(&said, item->record, &unused) != EFFACE_PASS)
            continue;
        lead->item = item;
        lead->world_from_atlas = said.world_from_atlas;
    }
}

static void may_lead(ef_lead *lead, const ef_task *task)
{
    if (lead->item != NULL || task->item->way != EF_WAY_ANY || !ef_task_leads(task))
        return;
    lead->item = task->item;
    memcpy(lead->world_from_atlas.m, task->result.world_from_atlas, sizeof lead->world_from_atlas.m);
}

/* Whether an image that failed by itself is to wait for a leader that may come. */
static bool may_follow_later(const ef_unit *unit, const ef_lead *lead, const ef_task *task)
{
    return lead->item == NULL && unit->n > 1 && task->item->way == EF_WAY_ANY &&
           task->status != EFFACE_STOPPED && task->status != EFFACE_USAGE && !ef_task_leads(task);
}

/* Works on one image, and hands it to the writers. Returns false where it is left for a leader to come. */
static bool work_on(line *l, ef_task *task, ef_lead *lead, bool last_chance)
{
    pthread_mutex_lock(&l->lock);
    wait_read(l, task);
    hold_for_work(l, task);
    pthread_mutex_unlock(&l->lock);
    ef_task_work(task, task->item->way == EF_WAY_ANY ? lead : NULL);
    may_lead(lead, task);
    if (!last_chance && may_follow_later(task->unit, lead, task)) {
        ef_scan_release(&task->scan);
        pthread_mutex_lock(&l->lock);
        l->work_bytes -= task->held_bytes;
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
        free(task);
        return false;
    }
    pthread_mutex_lock(&l->lock);
    enqueue(l, task, WORKED);
    pthread_mutex_unlock(&l->lock);
    return true;
}

/* Asks a reader for an image. NULL where there is none. */
static ef_task *ask_for(line *l, const job *j, const ef_item *item)
{
    ef_task *task = item != NULL ? new_task(l, j, item) : NULL;
    if (task == NULL)
        return NULL;
    pthread_mutex_lock(&l->lock);
    enqueue(l, task, TO_READ);
    pthread_mutex_unlock(&l->lock);
    return task;
}

/* Treats a unit: its images in their order, then those that waited for a leader. */
static void work_unit(line *l, const job *j)
{
    ef_lead lead = {0};
    ef_task *task = j->first;
    bool *waiting = calloc(j->unit->n, sizeof *waiting); /* without it, nobody waits */
    lead_from_before(&lead, l, j);
    while (task != NULL) {
        const ef_item *item = task->item;
        ef_task *next = ask_for(l, j, next_item(j, item + 1));
        const bool handed = work_on(l, task, &lead, waiting == NULL);
        if (!handed)
            waiting[item - j->unit->item] = true;
        task = next;
    }
    for (size_t i = 0; waiting != NULL && i < j->unit->n; i++) {
        task = waiting[i] ? ask_for(l, j, &j->unit->item[i]) : NULL;
        if (task != NULL)
            (void)work_on(l, task, &lead, true);
    }
    free(waiting);
    ef_lead_release(&lead);
}

/* Takes the next unit; NULL after the last one, and where the run is to stop. */
static job *take(line *l)
{
    while (l->n_taken < l->n_jobs && !atomic_load(&l->stop)) {
        if (l->job[l->n_taken].opened)
            return &l->job[l->n_taken++];
        wait_change(l);
    }
    return NULL;
}

static void *work(void *context)
{
    line *l = context;
    pthread_mutex_lock(&l->lock);
    for (job *j = take(l); j != NULL; j = take(l)) {
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
        work_unit(l, j);
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
    line *l = context;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        ef_task *task = dequeue(l, WORKED);
        if (task == NULL && l->workers == 0)
            break;
        if (task == NULL) {
            wait_change(l);
            continue;
        }
        task->state = WRITING;
        pthread_mutex_unlock(&l->lock);
        end_task(l, task);
        pthread_mutex_lock(&l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* --- all of it --- */

static efface_status plan(line *l, const ef_units *units, efface_error *err)
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
static int start(pthread_t *threads, int n, thread_fn *fn, line *l)
{
    int started = 0;
    while (started < n && pthread_create(&threads[started], NULL, fn, l) == 0)
        started++;
    return started;
}

static efface_status run_threads(line *l, efface_error *err)
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

static void line_release(line *l)
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

static efface_status verdict(const line *l, efface_error *err)
{
    if (l->interrupted)
        return ef_fail(err, EFFACE_STOPPED, "stopped: the same call goes on where this one ended");
    return l->tally->worst;
}

efface_status ef_pipeline_run(ef_tally *tally, const ef_units *units, const ef_pipeline_options *options,
                              efface_error *err)
{
    line l = {.options = options, .journal = {.fd = -1}, .tally = tally};
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
    efface_status status = ef_history_read(&l.history, options->state, err);
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
