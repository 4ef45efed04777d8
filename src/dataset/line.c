/* The lock's business. */
#include "dataset/line.h"

#include <stdlib.h>
#include <string.h>

void ef_line_tell(ef_line *l, const ef_unit *unit, const ef_item *item, const ef_ending *ending, bool kept)
{
    if (ending != NULL)
        ef_tally_count(l->tally, ending->status);
    l->tally->kept += kept ? 1 : 0;
    if (l->options->tell != NULL)
        l->options->tell(l->options->context, &(ef_news){l->tally, unit, item, ending, kept});
}

void ef_line_wait(ef_line *l)
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

void ef_line_enqueue(ef_line *l, ef_task *task, int state)
{
    ef_task **last = &l->queue;
    while (*last != NULL)
        last = &(*last)->next;
    *last = task;
    task->next = NULL;
    task->state = state;
    pthread_cond_broadcast(&l->changed);
}

ef_task *ef_line_dequeue(ef_line *l, int state)
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

void ef_line_hold(ef_line *l, ef_task *task)
{
    const size_t need = ef_task_need(task);
    while (l->work_bytes > 0 && !atomic_load(&l->stop) &&
           l->work_bytes + l->ahead_bytes - task->held_bytes + need > l->options->memory_bytes)
        ef_line_wait(l);
    l->ahead_bytes -= task->held_bytes;
    task->held_bytes = need;
    l->work_bytes += need;
    pthread_cond_broadcast(&l->changed);
}

ef_task *ef_line_new_task(ef_line *l, const ef_job *j, const ef_item *item)
{
    ef_task *task = calloc(1, sizeof *task);
    if (task != NULL)
        ef_task_begin(task, &l->common, j->unit, item, j->before[item - j->unit->item] == EF_BEFORE_OURS);
    return task;
}

const ef_item *ef_line_next_item(const ef_job *j, const ef_item *at)
{
    for (; at < j->unit->item + j->unit->n; at++)
        if (j->before[at - j->unit->item] != EF_BEFORE_DONE && at->way != EF_WAY_AS_IS)
            return at;
    return NULL;
}
