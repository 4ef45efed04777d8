/* Tries one image's mask after the other's. */
#include "dataset/take_masks.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "dataset/source.h"

/* An image whose mask may be taken. */
typedef struct candidate {
    size_t number; /* in the unit */
    bool same_folder;
    size_t in_common; /* characters at the names' beginning */
} candidate;

static int by_kinship(const void *a, const void *b)
{
    const candidate *p = a, *q = b;
    if (p->same_folder != q->same_folder)
        return p->same_folder ? -1 : 1;
    if (p->in_common != q->in_common)
        return p->in_common > q->in_common ? -1 : 1;
    return (p->number > q->number) - (p->number < q->number);
}

static size_t in_common(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return n;
}

static size_t folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash != NULL ? (size_t)(slash - name) + 1 : 0;
}

/* Lists who can give a mask to an image, the nearest first. Returns how many. */
static size_t list_candidates(candidate *list, const ef_job *j, const ef_item *item,
                              const ef_passed *passed)
{
    const size_t n_folder = folder_length(item->name);
    size_t n = 0;
    for (size_t i = 0; i < j->unit->n; i++) {
        const ef_item *other = &j->unit->item[i];
        if (!passed[i].passed || other->mask == NULL || access(other->mask, R_OK) != 0)
            continue;
        const size_t common = in_common(item->name, other->name);
        list[n++] = (candidate){i, folder_length(other->name) == n_folder && common >= n_folder, common};
    }
    if (n > 0)
        qsort(list, n, sizeof *list, by_kinship);
    return n;
}

/* Hands a task to the writers, or takes it back where another candidate is to be tried. */
static void hand_over(ef_line *l, ef_task *task, bool written)
{
    if (!written)
        ef_scan_release(&task->scan);
    pthread_mutex_lock(&l->lock);
    if (written) {
        ef_line_enqueue(l, task, EF_WORKED);
    } else {
        l->work_bytes -= task->held_bytes;
        pthread_cond_broadcast(&l->changed);
    }
    pthread_mutex_unlock(&l->lock);
    if (!written)
        free(task);
}

/* Tries one candidate. Returns false where the next one is to be tried. */
static bool try_candidate(ef_line *l, const ef_job *j, const ef_item *item, ef_lead *lead, bool last)
{
    efface_error failed;
    ef_task *task = ef_line_new_task(l, j, item);
    if (task == NULL)
        return false;
    if (lead == NULL)
        task->status =
            ef_fail(&task->error, EFFACE_INPUT,
                    "it shows no anatomy, and no image of its session passed whose mask it could take");
    else if (ef_source_read(&lead->image, lead->item, &failed) == EFFACE_PASS)
        ef_task_take_mask(task, lead);
    ef_task_read(task);
    pthread_mutex_lock(&l->lock);
    ef_line_hold(l, task);
    pthread_mutex_unlock(&l->lock);
    ef_task_work(task, NULL);
    const bool ends = last || ef_task_holds(task) || task->status == EFFACE_STOPPED;
    hand_over(l, task, ends);
    return ends;
}

static void treat(ef_line *l, const ef_job *j, const ef_item *item, const ef_passed *passed,
                  candidate *list)
{
    const size_t n = list_candidates(list, j, item, passed);
    bool ended = n == 0 && try_candidate(l, j, item, NULL, true);
    for (size_t k = 0; !ended && k < n; k++) {
        ef_lead lead = {.item = &j->unit->item[list[k].number],
                        .world_from_atlas = passed[list[k].number].world_from_atlas};
        ended = try_candidate(l, j, item, &lead, k + 1 == n);
        ef_lead_release(&lead);
    }
}

void ef_take_masks(ef_line *l, const ef_job *j, const ef_passed *passed)
{
    candidate *list = calloc(j->unit->n, sizeof *list);
    pthread_mutex_lock(&l->lock);
    while (j->unwritten > 0)
        ef_line_wait(l);
    pthread_mutex_unlock(&l->lock);
    for (size_t i = 0; list != NULL && i < j->unit->n; i++)
        if (j->unit->item[i].way == EF_WAY_AS_IS && j->before[i] != EF_BEFORE_DONE)
            treat(l, j, &j->unit->item[i], passed, list);
    free(list);
}
