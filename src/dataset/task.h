/* Task: one image on its way through the pipeline. Each step is one function, called by the thread whose
 * business it is. */
#ifndef EF_TASK_H
#define EF_TASK_H

#include <stdatomic.h>

#include "dataset/journal.h"
#include "dataset/made_from.h"
#include "dataset/unit.h"
#include "scan/scan.h"

/* What leads the other images of a unit. */
typedef struct ef_lead {
    const ef_item *item;        /* NULL: nothing leads */
    ef_affine world_from_atlas; /* mm to mm */
    ef_image image;             /* owned: its voxels, with the face; empty until somebody follows */
} ef_lead;

/* Frees what it owns and zeroes it. */
void ef_lead_release(ef_lead *lead);

/* What all tasks of a data set share. Borrowed by them. */
typedef struct ef_task_common {
    const efface_options *options; /* of one image; paths, seed and force are set for each task */
    const char *root;              /* of the data set's outputs */
    const ef_history *history;
    const ef_journal *journal;
    const atomic_bool *stop; /* becomes true where the task is to be dropped */
    const ef_secret *secret; /* of the marks of inputs; NULL: none */
    char hash[65];           /* of the options */
    bool force;              /* replace what lies at the outputs, whose ever it is */
} ef_task_common;

typedef struct ef_task {
    const ef_task_common *common;
    const ef_unit *unit;
    const ef_item *item;
    const ef_item *follows; /* NULL: by itself */
    ef_scan scan;
    ef_scan_io io; /* of the scan, where it is a series of a DICOM tree */
    efface_options options;
    efface_result result;
    efface_status status; /* of the last step; EFFACE_STOPPED where it was dropped */
    efface_error error;   /* its reason */
    double begin_s;
    char in_seen[65];  /* mark of what it is made from, before it is read */
    size_t held_bytes; /* by the queue's account */
    int state;         /* the pipeline's business, like the next two */
    int *unwritten;    /* counts the unit's tasks that are not written; NULL: nobody asks */
    struct ef_task *next;
} ef_task;

/* Sets a task up. Nothing is read.
 * task    out
 * common  borrowed, like unit and item
 * ours    what lies at the item's outputs is an earlier run's and may be replaced */
void ef_task_begin(ef_task *task, const ef_task_common *common, const ef_unit *unit, const ef_item *item,
                   bool ours);

/* Reads the image. */
void ef_task_read(ef_task *task);

/* Bytes of the image in memory: of all volumes, or of one where they are read one after the other. */
size_t ef_task_stored(const ef_task *task);

/* Bytes that the scan needs, as measured (bench/README.md, "The memory of a batch"): what the work grid of 2 mm
 * takes, four times the stored voxels, and for each voxel of a 4-D scan its sums over the volumes. */
size_t ef_task_need(const ef_task *task);

/* Examines, changes and proves, up to the audit. The image follows the lead where there is one and that is
 * sure, else it stands by itself.
 * task  in and out
 * lead  in and out: NULL for a task that stands by itself anyway */
void ef_task_work(ef_task *task, ef_lead *lead);

/* Makes an image that shows no anatomy take another image's mask as it is. To be called before ef_task_read.
 * lead  an image of the unit that passed, with its voxels; borrowed until ef_task_write */
void ef_task_take_mask(ef_task *task, const ef_lead *lead);

/* Whether the audits hold, and the verdict is a pass. */
bool ef_task_holds(const ef_task *task);

/* Whether the task can lead others: it passed and stood by itself. */
bool ef_task_leads(const ef_task *task);

/* Writes the result, the record and the journal's line, and releases what the scan holds.
 * ending  out: how it ended; released by the caller. A dropped task leaves no line, and no ending */
void ef_task_write(ef_task *task, ef_ending *ending);

#endif
