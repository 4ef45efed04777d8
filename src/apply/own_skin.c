/* See own_skin.h. */
#include "apply/own_skin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/distance.h"
#include "kernels/each.h"
#include "kernels/smooth.h"

/* Cells this near the skin stand for it. */
static const double skin_cells = 3;
/* Of a gap between head and end of the field of view that segmentation closes; what it does not reach that
 * opens it again; and how far under the mask gaps are opened: over so much the skin is smoothed.
 */
enum { END_CELLS = 3 };
static const double gap_reach_mm = 16, rim_mm = 6;

/* Work index of a cell of the box. */
static int64_t work_index(const ef_new_face *face, const int64_t *w, int64_t i)
{
    const int64_t x = i % face->n[0], y = i / face->n[0] % face->n[1], z = i / (face->n[0] * face->n[1]);
    return face->origin[0] + x + w[0] * (face->origin[1] + y + w[1] * (face->origin[2] + z));
}

/* What subject_slice works from and fills. */
typedef struct subject_job {
    ef_new_face *face;
    const ef_image *image;
    const ef_apply_input *in;
    ef_affine voxel_from_cell;
    uint8_t *masked;
} subject_job;

/* One slice of the box: the subject's own fields there, and where the mask is. */
static void subject_slice(void *context, int64_t z)
{
    const subject_job *job = context;
    const ef_apply_input *in = job->in;
    const int64_t *n = job->image->grid.n, slice = job->face->n[0] * job->face->n[1];
    for (int64_t i = z * slice; i < (z + 1) * slice; i++) {
        double at[3];
        const int64_t from = work_index(job->face, in->work->grid.n, i);
        int64_t voxel[3];
        job->face->value[i] = in->work->value[from];
        job->face->own_mm[i] = in->head->skin_mm[from];
        job->face->kept[i] = in->head->inside[from] && !isnan(job->face->value[i]);
        ef_new_face_point(at, job->face, i);
        ef_affine_apply(at, &job->voxel_from_cell, at);
        /* Beyond the field of view the mask goes on as at its side. */
        for (int d = 0; d < 3; d++)
            voxel[d] = (int64_t)fmax(0, fmin((double)(n[d] - 1), floor(at[d] + 0.5)));
        job->masked[i] = in->region->mask[voxel[0] + n[0] * (voxel[1] + n[1] * voxel[2])];
    }
}

/* Whether the field of view ends behind cell i, x-th on the axis, on that side of it. */
static bool is_end(const ef_new_face *face, const int64_t *w, int axis, int64_t x, int64_t i, int64_t step)
{
    const int64_t at = face->origin[axis] + x + (step > 0 ? 1 : -1);
    const bool in_box = step > 0 ? x < face->n[axis] - 1 : x > 0;
    return at < 0 || at >= w[axis] || (in_box && isnan(face->value[i + step]));
}

/* Marks what lies before tissue in the first few cells from an end of the field of view inwards, and what
 * was taken for head beyond that end. */
static bool mark_gap(uint8_t *gap, const ef_new_face *face, float threshold, int axis, int64_t x, int64_t i,
                     int64_t step)
{
    const int64_t room = step > 0 ? x : face->n[axis] - 1 - x, beyond = face->n[axis] - 1 - room;
    int64_t depth = 0;
    while (depth <= room && depth <= END_CELLS && face->value[i - depth * step] < threshold)
        depth++;
    if (depth == 0 || depth > END_CELLS || depth > room)
        return false;
    for (int64_t k = 0; k < depth; k++)
        gap[i - k * step] = 1;
    for (int64_t k = 1; k <= beyond && isnan(face->value[i + k * step]); k++)
        gap[i + k * step] = 1;
    return true;
}

/* Narrow gaps of air between head and end of the field of view, which the segmentation closes. False where
 * there is none. */
static bool mark_gaps(uint8_t *gap, const ef_new_face *face, const ef_apply_input *in)
{
    const float threshold = (float)in->head->threshold;
    bool found = false;
    memset(gap, 0, (size_t)face->count);
    for (int64_t i = 0; i < face->count; i++) {
        if (!(face->own_mm[i] < 0 && face->value[i] < threshold && (double)face->border_mm[i] > -rim_mm))
            continue;
        double at[3];
        int64_t stride = 1;
        ef_new_face_point(at, face, i);
        for (int axis = 0; axis < 3; axis++) {
            for (int64_t step = -stride; step <= stride; step += 2 * stride)
                if (is_end(face, in->work->grid.n, axis, (int64_t)at[axis], i, step))
                    found |= mark_gap(gap, face, threshold, axis, (int64_t)at[axis], i, step);
            stride *= face->n[axis];
        }
    }
    return found;
}

/* Opens those gaps again: the skin behind them is to be seen. False where memory was short. */
static bool open_gaps(ef_new_face *face, const ef_apply_input *in, int threads)
{
    const double mm[3] = {face->mm, face->mm, face->mm}, half = face->mm / 2;
    const size_t count = (size_t)face->count;
    uint8_t *gap = malloc(count), *head = malloc(count);
    float *to_gap = malloc(count * sizeof *to_gap), *to_head = malloc(count * sizeof *to_head);
    bool ok = gap && head && to_gap && to_head;
    if (ok && mark_gaps(gap, face, in)) {
        for (int64_t i = 0; i < face->count; i++)
            head[i] = face->own_mm[i] < 0 && !gap[i] && (double)face->border_mm[i] > -rim_mm;
        ok = ek_distance_to_within(to_gap, gap, face->n, mm, gap_reach_mm, threads) &&
             ek_distance_to_within(to_head, head, face->n, mm, gap_reach_mm, threads);
        for (int64_t i = 0; ok && i < face->count; i++) {
            if (gap[i])
                face->own_mm[i] = (float)(fmin((double)to_head[i], gap_reach_mm) - half);
            else if (head[i])
                face->own_mm[i] = (float)fmax((double)face->own_mm[i], half - (double)to_gap[i]);
        }
    }
    free(gap);
    free(head);
    free(to_gap);
    free(to_head);
    return ok;
}

bool ef_own_skin_measure(ef_new_face *face, const ef_image *image, const ef_apply_input *in, int threads)
{
    const double one[3] = {1, 1, 1}, mm[3] = {face->mm, face->mm, face->mm};
    subject_job job = {.face = face, .image = image, .in = in, .masked = malloc((size_t)face->count)};
    if (job.masked == NULL || !ef_affine_invert(&job.voxel_from_cell, face->cell_from_voxel)) {
        free(job.masked);
        return false;
    }
    ek_each(face->n[2], subject_slice, &job, threads);
    const bool ok = ek_distance_signed(face->border_mm, job.masked, face->n, mm, threads) &&
                    open_gaps(face, in, threads) && ek_gaussian(face->own_mm, face->n, one, threads);
    for (int64_t i = 0; ok && i < face->count; i++)
        face->kept[i] = face->kept[i] && (double)face->border_mm[i] > face->mm;
    free(job.masked);
    return ok;
}

bool ef_own_skin_known(const ef_new_face *face, int64_t i)
{
    const double mm = (double)face->own_mm[i];
    if (!(fabs(mm) < skin_cells * face->mm) || isnan(face->value[i]) || !(face->border_mm[i] > 0))
        return false;
    double at[3], slope[3], steepness = 0;
    int64_t skin = 0, stride = 1;
    ef_new_face_point(at, face, i);
    for (int d = 0; d < 3; d++) { /* from kept cells alone: what lies under the mask has no say */
        const bool below = at[d] > 0 && face->border_mm[i - stride] > 0,
                   above = at[d] < (double)(face->n[d] - 1) && face->border_mm[i + stride] > 0;
        const float low = face->own_mm[below ? i - stride : i], high = face->own_mm[above ? i + stride : i];
        slope[d] = below || above ? (double)(high - low) / (below + above) : 0;
        steepness += slope[d] * slope[d];
        stride *= face->n[d];
    }
    stride = 1;
    for (int d = 0; d < 3; d++) {
        const double to = floor(at[d] - mm * slope[d] / steepness + 0.5);
        if (!(to >= 0 && to < (double)face->n[d]))
            return false;
        skin += (int64_t)to * stride;
        stride *= face->n[d];
    }
    return !isnan(face->value[skin]);
}
