/* A worker's way through a unit. Readers and writers do the rest. */
#include "dataset/work_unit.h"

#include <stdlib.h>
#include <string.h>

#include "dataset/take_masks.h"
#include "scan/record_read.h"

static void wait_read(ef_line *l, const ef_task *task)
{
    while (task->state != EF_READ)
        ef_line_wait(l);
}

/* Work on one unit. */
typedef struct work {
    ef_line *line;
    ef_job *job;
    ef_lead lead;
    ef_passed *passed; /* owned, of each image; NULL where memory is short: then no mask is taken */
    bool *waiting;     /* owned, likewise: images that wait for a leader; NULL: none waits */
} work;

/* Learns of the images that an earlier run finished; one of them may lead. */
static void learn_before(work *w)
{
    ef_record_said said;
    efface_error unused;
    for (size_t i = 0; i < w->job->unit->n; i++) {
        const ef_item *item = &w->job->unit->item[i];
        const ef_known *known = ef_history_of(&w->line->history, item->name);
        if (item->way != EF_WAY_ANY || w->job->before[i] != EF_BEFORE_DONE || known == NULL ||
            known->ended[known->n_ended - 1].status != EFFACE_PASS ||
            ef_record_read(&said, item->record, &unused) != EFFACE_PASS)
            continue;
        if (w->passed != NULL)
            w->passed[i] = (ef_passed){true, said.world_from_atlas};
        if (w->lead.item == NULL && known->ended[known->n_ended - 1].follows == NULL) {
            w->lead.item = item;
            w->lead.world_from_atlas = said.world_from_atlas;
        }
    }
}

/* Learns of an image that was worked on. */
static void learn(work *w, const ef_task *task)
{
    ef_affine pose;
    memcpy(pose.m, task->result.world_from_atlas, sizeof pose.m);
    if (!ef_task_holds(task))
        return;
    if (w->passed != NULL)
        w->passed[task->item - w->job->unit->item] = (ef_passed){true, pose};
    if (w->lead.item == NULL && task->item->way == EF_WAY_ANY && ef_task_leads(task)) {
        w->lead.item = task->item;
        w->lead.world_from_atlas = pose;
    }
}

/* Whether an image that failed by itself is to wait for a leader that may come. */
static bool may_follow_later(const ef_unit *unit, const ef_lead *lead, const ef_task *task)
{
    return lead->item == NULL && unit->n > 1 && task->item->way == EF_WAY_ANY &&
           task->status != EFFACE_STOPPED && task->status != EFFACE_USAGE && !ef_task_leads(task);
}

/* Works on one image, and hands it to the writers. Returns false where it is left for a leader to come. */
static bool work_on(work *w, ef_task *task, bool last_chance)
{
    ef_line *l = w->line;
    pthread_mutex_lock(&l->lock);
    wait_read(l, task);
    ef_line_hold(l, task);
    pthread_mutex_unlock(&l->lock);
    ef_task_work(task, task->item->way == EF_WAY_ANY ? &w->lead : NULL);
    learn(w, task);
    const bool handed = last_chance || !may_follow_later(task->unit, &w->lead, task);
    if (!handed)
        ef_scan_release(&task->scan);
    pthread_mutex_lock(&l->lock);
    if (handed) {
        task->unwritten = &w->job->unwritten;
        w->job->unwritten++;
        ef_line_enqueue(l, task, EF_WORKED);
    } else {
        l->work_bytes -= task->held_bytes;
        pthread_cond_broadcast(&l->changed);
    }
    pthread_mutex_unlock(&l->lock);
    if (!handed)
        free(task);
    return handed;
}

/* Asks a reader for an image. NULL where there is none. */
static ef_task *ask_for(ef_line *l, const ef_job *j, const ef_item *item)
{
    ef_task *task = item != NULL ? ef_line_new_task(l, j, item) : NULL;
    if (task == NULL)
        return NULL;
    pthread_mutex_lock(&l->lock);
    ef_line_enqueue(l, task, EF_TO_READ);
    pthread_mutex_unlock(&l->lock);
    return task;
}

static bool takes_masks(const ef_unit *unit)
{
    for (size_t i = 0; i < unit->n; i++)
        if (unit->item[i].way == EF_WAY_AS_IS)
            return true;
    return false;
}

/* All images that find their heads themselves, then those that waited for a leader. */
static void work_images(work *w)
{
    const ef_job *j = w->job;
    for (ef_task *task = j->first, *next; task != NULL; task = next) {
        const ef_item *item = task->item;
        next = ask_for(w->line, j, ef_line_next_item(j, item + 1));
        if (!work_on(w, task, w->waiting == NULL))
            w->waiting[item - j->unit->item] = true;
    }
    for (size_t i = 0; w->waiting != NULL && i < j->unit->n; i++) {
        ef_task *task = w->waiting[i] ? ask_for(w->line, j, &j->unit->item[i]) : NULL;
        if (task != NULL)
            (void)work_on(w, task, true);
    }
}

void ef_work_unit(ef_line *l, ef_job *j)
{
    work w = {.line = l,
              .job = j,
              .passed = calloc(j->unit->n, sizeof *w.passed),
              .waiting = calloc(j->unit->n, sizeof *w.waiting)};
    if (j->before != NULL) { /* else memory was short, and the images count as not treated */
        learn_before(&w);
        work_images(&w);
    }
    if (j->before != NULL && w.passed != NULL && takes_masks(j->unit))
        ef_take_masks(l, j, w.passed);
    free(w.passed);
    free(w.waiting);
    ef_lead_release(&w.lead);
}
