/* Measures the subject's fields on the box. Segmentation closes narrow gaps between a head and the end of
 * its field of view; here they are opened again. */
#include "apply/own_skin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/distance.h"
#include "kernels/each.h"
#include "kernels/grid.h"
#include "kernels/smooth.h"

/* Cells within this many cells of the skin represent it. */
static const double skin_cells = 3;
/* END_CELLS: width of a gap between the head and the end of the field of view that segmentation closes.
 * gap_reach_mm: the gap is opened this far from where segmentation left it open. rim_mm: depth under the
 * mask down to which gaps are opened; the skin is smoothed over as much. */
enum { END_CELLS = 3 };
static const double gap_reach_mm = 16, rim_mm = 6;

/* What is measured, and from what. */
typedef struct subject_job {
    ef_own_skin *own;
    const ef_face_box *box;
    const ef_image *image;
    const ef_apply_input *in;
    ef_affine voxel_from_cell;
    uint8_t *masked;
} subject_job;

/* One slice of the box: the subject's own fields, and where the mask is. */
static void subject_slice(void *context, int64_t z)
{
    const subject_job *job = context;
    const ef_apply_input *in = job->in;
    const ef_work *work = &in->subject->work;
    const ef_head *head = &in->subject->head;
    const int64_t *n = job->image->grid.n, slice = job->box->n[0] * job->box->n[1];
    for (int64_t i = z * slice; i < (z + 1) * slice; i++) {
        double at[3];
        const int64_t from = ef_face_box_in_work(job->box, work->grid.n, i);
        int64_t voxel[3];
        job->own->value[i] = work->value[from];
        job->own->skin_mm[i] = head->skin_mm[from];
        job->own->kept[i] = head->inside[from] && !isnan(job->own->value[i]);
        ef_grid_point(at, job->box->n, i);
        ef_affine_apply(at, &job->voxel_from_cell, at);
        /* Beyond the field of view the mask continues as at its side. */
        for (int d = 0; d < 3; d++)
            voxel[d] = (int64_t)fmax(0, fmin((double)(n[d] - 1), floor(at[d] + 0.5)));
        job->masked[i] = in->region->mask[ek_index(n, voxel[0], voxel[1], voxel[2])];
    }
}

/* Returns whether the field of view ends behind cell i, the x-th on the axis, on that side of it. */
static bool is_end(const subject_job *job, int axis, int64_t x, int64_t i, int64_t step)
{
    const ef_face_box *box = job->box;
    const int64_t at = box->origin[axis] + x + (step > 0 ? 1 : -1);
    const bool in_box = step > 0 ? x < box->n[axis] - 1 : x > 0;
    return at < 0 || at >= job->in->subject->work.grid.n[axis] ||
           (in_box && isnan(job->own->value[i + step]));
}

/* Marks cells before tissue, in the first few cells inwards from an end of the field of view. It also marks
 * what was segmented as head beyond that end. */
static bool mark_gap(uint8_t *gap, const subject_job *job, int axis, int64_t x, int64_t i, int64_t step)
{
    const float threshold = (float)job->in->subject->head.threshold, *value = job->own->value;
    const int64_t length = job->box->n[axis], room = step > 0 ? x : length - 1 - x,
                  beyond = length - 1 - room;
    int64_t depth = 0;
    while (depth <= room && depth <= END_CELLS && value[i - depth * step] < threshold)
        depth++;
    if (depth == 0 || depth > END_CELLS || depth > room)
        return false;
    for (int64_t k = 0; k < depth; k++)
        gap[i - k * step] = 1;
    for (int64_t k = 1; k <= beyond && isnan(value[i + k * step]); k++)
        gap[i + k * step] = 1;
    return true;
}

/* Marks narrow gaps of air between the head and the end of the field of view, which segmentation closes.
 * Returns false where there is none. */
static bool mark_gaps(uint8_t *gap, const subject_job *job)
{
    const ef_face_box *box = job->box;
    const ef_own_skin *own = job->own;
    const float threshold = (float)job->in->subject->head.threshold;
    bool found = false;
    memset(gap, 0, (size_t)box->count);
    for (int64_t i = 0; i < box->count; i++) {
        if (!(own->skin_mm[i] < 0 && own->value[i] < threshold && (double)own->border_mm[i] > -rim_mm))
            continue;
        double at[3];
        int64_t stride = 1;
        ef_grid_point(at, box->n, i);
        for (int axis = 0; axis < 3; axis++) {
            for (int64_t step = -stride; step <= stride; step += 2 * stride)
                if (is_end(job, axis, (int64_t)at[axis], i, step))
                    found |= mark_gap(gap, job, axis, (int64_t)at[axis], i, step);
            stride *= box->n[axis];
        }
    }
    return found;
}

/* Opens those gaps again, so that the skin behind them is detected. Returns false where memory was
 * short. */
static bool open_gaps(const subject_job *job, int threads)
{
    const ef_face_box *box = job->box;
    ef_own_skin *own = job->own;
    const double mm[3] = {box->mm, box->mm, box->mm}, half = box->mm / 2;
    const size_t count = (size_t)box->count;
    uint8_t *gap = malloc(count), *head = malloc(count);
    float *to_gap = malloc(count * sizeof *to_gap), *to_head = malloc(count * sizeof *to_head);
    bool ok = gap && head && to_gap && to_head;
    if (ok && mark_gaps(gap, job)) {
        for (int64_t i = 0; i < box->count; i++)
            head[i] = own->skin_mm[i] < 0 && !gap[i] && (double)own->border_mm[i] > -rim_mm;
        ok = ek_distance_to_within(to_gap, gap, box->n, mm, gap_reach_mm, threads) &&
             ek_distance_to_within(to_head, head, box->n, mm, gap_reach_mm, threads);
        for (int64_t i = 0; ok && i < box->count; i++) {
            if (gap[i])
                own->skin_mm[i] = (float)(fmin((double)to_head[i], gap_reach_mm) - half);
            else if (head[i])
                own->skin_mm[i] = (float)fmax((double)own->skin_mm[i], half - (double)to_gap[i]);
        }
    }
    free(gap);
    free(head);
    free(to_gap);
    free(to_head);
    return ok;
}

bool ef_own_skin_measure(ef_own_skin *own, const ef_face_box *box, const ef_image *image,
                         const ef_apply_input *in, int threads)
{
    const double one[3] = {1, 1, 1}, mm[3] = {box->mm, box->mm, box->mm};
    const size_t count = (size_t)box->count;
    subject_job job = {.own = own, .box = box, .image = image, .in = in, .masked = malloc(count)};
    own->value = malloc(count * sizeof(float));
    own->skin_mm = malloc(count * sizeof(float));
    own->border_mm = malloc(count * sizeof(float));
    own->kept = malloc(count * sizeof(bool));
    bool ok = job.masked && own->value && own->skin_mm && own->border_mm && own->kept &&
              ef_affine_invert(&job.voxel_from_cell, box->cell_from_voxel);
    if (ok) {
        ek_each(box->n[2], subject_slice, &job, threads);
        ok = ek_distance_signed(own->border_mm, job.masked, box->n, mm, threads) &&
             open_gaps(&job, threads) && ek_gaussian(own->skin_mm, box->n, one, threads);
    }
    for (int64_t i = 0; ok && i < box->count; i++)
        own->kept[i] = own->kept[i] && (double)own->border_mm[i] > box->mm;
    free(job.masked);
    return ok;
}

bool ef_own_skin_known(const ef_face_box *box, const ef_own_skin *own, int64_t i)
{
    const double mm = (double)own->skin_mm[i];
    if (!(fabs(mm) < skin_cells * box->mm) || isnan(own->value[i]) || !(own->border_mm[i] > 0))
        return false;
    double at[3], slope[3], steepness = 0;
    int64_t skin = 0, stride = 1;
    ef_grid_point(at, box->n, i);
    for (int d = 0; d < 3; d++) { /* from kept cells alone: nothing under the mask influences it */
        const bool below = at[d] > 0 && own->border_mm[i - stride] > 0,
                   above = at[d] < (double)(box->n[d] - 1) && own->border_mm[i + stride] > 0;
        const float low = own->skin_mm[below ? i - stride : i], high = own->skin_mm[above ? i + stride : i];
        slope[d] = below || above ? (double)(high - low) / (below + above) : 0;
        steepness += slope[d] * slope[d];
        stride *= box->n[d];
    }
    stride = 1;
    for (int d = 0; d < 3; d++) {
        const double to = floor(at[d] - mm * slope[d] / steepness + 0.5);
        if (!(to >= 0 && to < (double)box->n[d]))
            return false;
        skin += (int64_t)to * stride;
        stride *= box->n[d];
    }
    return !isnan(own->value[skin]);
}

void ef_own_skin_release(ef_own_skin *own)
{
    free(own->value);
    free(own->skin_mm);
    free(own->border_mm);
    free(own->kept);
    memset(own, 0, sizeof *own);
}
