/* A worker's way through a unit. Readers and writers do the rest. */
#include "dataset/work_unit.h"

#include <stdlib.h>
#include <string.h>

#include "scan/record_read.h"

static void wait_read(ef_line *l, const ef_task *task)
{
    while (task->state != EF_READ)
        ef_line_wait(l);
}

/* Finds a leader among the images that an earlier run finished. */
static void lead_from_before(ef_lead *lead, const ef_line *l, const ef_job *j)
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
static bool work_on(ef_line *l, ef_task *task, ef_lead *lead, bool last_chance)
{
    pthread_mutex_lock(&l->lock);
    wait_read(l, task);
    ef_line_hold(l, task);
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
    ef_line_enqueue(l, task, EF_WORKED);
    pthread_mutex_unlock(&l->lock);
    return true;
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

void ef_work_unit(ef_line *l, const ef_job *j)
{
    ef_lead lead = {0};
    ef_task *task = j->first;
    bool *waiting = calloc(j->unit->n, sizeof *waiting); /* without it, nobody waits */
    lead_from_before(&lead, l, j);
    while (task != NULL) {
        const ef_item *item = task->item;
        ef_task *next = ask_for(l, j, ef_line_next_item(j, item + 1));
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
