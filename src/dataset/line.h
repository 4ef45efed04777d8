/* Line: what readers, workers and writers of the pipeline share, and its lock. Whoever changes something
 * wakes the others; images take seconds, so that nobody waits for the lock. */
#ifndef EF_LINE_H
#define EF_LINE_H

#include <pthread.h>

#include "dataset/resume.h"
#include "dataset/settings.h"
#include "dataset/task.h"

/* Where a task stands. */
enum { EF_TO_READ, EF_READING, EF_READ, EF_WORKED, EF_WRITING };

/* A unit on its way. */
typedef struct ef_job {
    const ef_unit *unit;
    ef_before *before; /* owned: of each image, from when a reader opens the unit */
    ef_task *first;    /* the first image that is not done, read ahead; NULL for none; a worker takes it */
    bool opened;       /* by a reader: the fields above are set */
    int unwritten;     /* images that are with the writers */
} ef_job;

typedef struct ef_line {
    const ef_pipeline_options *options;
    ef_task_common common;
    ef_history history;
    ef_journal journal;
    atomic_bool stop;
    bool interrupted;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    ef_job *job; /* owned: all units */
    size_t n_jobs, n_opened, n_taken;
    ef_task *queue; /* owned: a list of tasks that a reader or a writer shall take, by their state */
    size_t ahead_bytes,
        work_bytes;    /* held by images that are read ahead, and by those that are worked on */
    size_t ahead_most; /* of one image that was read so far: what the next one is expected to hold */
    int workers;       /* still at work */
    ef_tally *tally;
} ef_line;

/* --- call these with the lock held --- */

/* Waits for a change, a fifth of a second at most, and looks whether the run is to stop. */
void ef_line_wait(ef_line *line);

/* Adds a task for a reader or a writer. */
void ef_line_enqueue(ef_line *line, ef_task *task, int state);

/* Takes the oldest task in a state; NULL for none. */
ef_task *ef_line_dequeue(ef_line *line, int state);

/* Moves what an image holds from reading ahead to work, as soon as there is room. Nobody waits while it
 * holds room for work, so that the wait ends. */
void ef_line_hold(ef_line *line, ef_task *task);

/* Counts an image that has ended, and tells of it.
 * ending  NULL: it would be done, in a dry run */
void ef_line_tell(ef_line *line, const ef_unit *unit, const ef_item *item, const ef_ending *ending,
                  bool kept);

/* --- call these without the lock --- */

/* A new task for an image of a unit that was opened, to be freed; NULL where memory is short. */
ef_task *ef_line_new_task(ef_line *line, const ef_job *job, const ef_item *item);

/* The next image of a unit that is not done and finds its head itself, from `at` on; NULL after the last. */
const ef_item *ef_line_next_item(const ef_job *job, const ef_item *at);

#endif
