/* See ghost.h. All is done on the work volume, whose axes are the voxels'. A ghost is the face's own
 * picture, shifted. Along the rows through the face, the differences of neighbouring cells in the air are
 * correlated with those in the face, at every shift. Values themselves would correlate with anything
 * smooth: air is brighter near a head, and coils shade it. One shift must exceed all others clearly. */
#include "region/ghost.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/quantile.h"
#include "kernels/resample.h"
#include "kernels/sample.h"

/* Distances from the head, mm. Air beyond clear_mm is free of the head's ringing. Nearer than near_mm, air
 * can't be distinguished from skin. */
static const double clear_mm = 12, near_mm = 6;
/* A strong ghost beside a head may have been segmented as head. Cells beyond_mm outside the mean head with
 * less than dim_part of the scan's brightest signal are not head. */
static const double dim_part = 0.15, beyond_mm = 10;
/* Limits of a ghost's correlation. least_excess: standard deviations (from the median deviation) above the
 * correlations at other shifts. Clean phantoms reach neither; a ghost of 3 % reaches both
 * (tests/test_ghost.c). Lower limits find ghosts in clean air. */
static const double least_correlation = 0.05, least_excess = 8;
/* Least number of pairs at a shift, as a fraction of the greatest (both squared). Shifts with fewer count
 * as if they had so many: few pairs correlate by chance. */
static const double few_pairs = 0.05;
/* Standard deviation of a normal distribution in units of its median absolute deviation. */
static const double deviation_of_median = 1.4826;
/* Least area on the far side that is brighter than the head's threshold, cm2. Less may be noise. */
static const double least_wrapped_cm2 = 1;

enum { NOTHING, AIR, NEAR_HEAD, FACE, KEPT };

typedef struct rows {
    const ef_work *work;
    const ef_head *head;
    const ef_atlas *atlas;
    ef_affine cell_from_work; /* of the atlas */
    uint8_t *kind;            /* owned: of each cell of the work volume */
    uint8_t *mark;            /* owned: 1 where a ghost is */
    int axis;
    int64_t n, step, count;                    /* cells of a row, distance between them, number of rows */
    uint8_t *in_face;                          /* owned, by row: whether it goes through the face */
    float *product, *face_square, *air_square; /* by shift: sums over all rows */
    float *sorted, *face, *air;                /* scratch of n, n and 2 n */
} rows;

/* Returns whether a cell that was segmented as head is a ghost beside it. Below the atlas, shoulders
 * follow. */
static bool is_beside_head(const rows *r, int64_t i, const double at[3])
{
    if ((double)r->work->value[i] - r->head->air > dim_part * (r->work->high - r->head->air))
        return false;
    double cell[3], beyond = 0;
    ef_affine_apply(cell, &r->cell_from_work, at);
    for (int d = 0; d < 3; d++)
        beyond += pow(cell[d] - fmax(0, fmin((double)(r->atlas->grid.n[d] - 1), cell[d])), 2);
    const double mm = ek_trilinear(r->atlas->skin_mm, r->atlas->grid.n, cell) +
                      (beyond > 0 ? sqrt(beyond) : 0) * r->atlas->grid.world_from_voxel.m[0][0];
    return cell[2] >= 0 && mm > beyond_mm;
}

/* Returns what a cell is. A cell of the head is face where its voxel is in the mask. */
static uint8_t kind_of(const rows *r, const ef_region *region, const ef_grid *grid, int64_t i)
{
    const int64_t *w = r->work->grid.n;
    const double mm = (double)r->head->skin_mm[i];
    if (isnan(r->work->value[i]))
        return NOTHING;
    if (!r->head->inside[i])
        return mm < near_mm ? KEPT : mm < clear_mm ? NEAR_HEAD : AIR;
    double at[3] = {(double)(i % w[0]), (double)(i / w[0] % w[1]), (double)(i / (w[0] * w[1]))};
    if (is_beside_head(r, i, at))
        return AIR;
    ef_affine_apply(at, &r->work->voxel_from_work, at);
    const int64_t voxel = ef_grid_nearest(at, grid->n);
    return voxel >= 0 && region->mask[voxel] ? FACE : KEPT;
}

static bool is_air(uint8_t kind)
{
    return kind == AIR || kind == NEAR_HEAD;
}

/* Returns the first cell of row number `row` along the axis. */
static int64_t row_begin(const rows *r, int64_t row)
{
    const int64_t *w = r->work->grid.n;
    if (r->axis == 0)
        return row * w[0];
    return r->axis == 1 ? row % w[0] + row / w[0] * w[0] * w[1] : row;
}

static int64_t row_of(const rows *r, int64_t cell)
{
    const int64_t *w = r->work->grid.n;
    if (r->axis == 0)
        return cell / w[0];
    return r->axis == 1 ? cell % w[0] + cell / (w[0] * w[1]) * w[0] : cell % (w[0] * w[1]);
}

/* Returns the difference of the neighbours of cell i of a row, where both are of one kind, else 0. The row
 * is taken as a ring. */
static float slope_of(const rows *r, int64_t begin, int64_t i, int kind)
{
    const int64_t before = begin + (i + r->n - 1) % r->n * r->step,
                  after = begin + (i + 1) % r->n * r->step;
    const bool counts = r->kind[before] == kind && r->kind[after] == kind;
    return counts ? r->work->value[after] - r->work->value[before] : 0;
}

/* Adds one row to the sums of all shifts. */
static void add_row(const rows *r, int64_t begin)
{
    float *restrict product = r->product, *restrict air_square = r->air_square,
                    *restrict face_square = r->face_square;
    for (int64_t i = 0; i < r->n; i++) {
        r->face[i] = slope_of(r, begin, i, FACE);
        r->air[i] = r->air[i + r->n] = slope_of(r, begin, i, AIR);
    }
    for (int64_t i = 0; i < r->n; i++) {
        const float face = r->face[i], square = face * face;
        if (!(square > 0))
            continue;
        for (int64_t shift = 0; shift < r->n; shift++) {
            const float air = r->air[i + shift];
            product[shift] += face * air;
            air_square[shift] += air * air;
            face_square[shift] += fabsf(air) > 0 ? square : 0;
        }
    }
}

/* Returns false where memory was short. */
static bool median_of(float *median, const float *values, int64_t n)
{
    const double half = 0.5;
    double found = 0;
    int64_t finite;
    const bool ok = ek_sample_quantiles(&found, &half, 1, values, EK_FLOAT32, n, n, 1, 0, &finite);
    *median = (float)found;
    return ok;
}

/* Decides whether the correlation at one shift exceeds the others clearly. Returns false where memory was
 * short: then nothing is known, and a ghost must not pass for none. */
static bool stands_out(bool *out, const rows *r)
{
    *out = false;
    double most = 0;
    float best = 0;
    for (int64_t shift = 0; shift < r->n; shift++)
        most = fmax(most, (double)r->face_square[shift] * (double)r->air_square[shift]);
    if (!(most > 0))
        return true;
    for (int64_t shift = 0; shift < r->n; shift++) {
        const double square = (double)r->face_square[shift] * (double)r->air_square[shift];
        r->product[shift] = (float)((double)r->product[shift] / sqrt(fmax(square, few_pairs * most)));
        best = fmaxf(best, r->product[shift]);
    }
    memcpy(r->sorted, r->product, sizeof(float) * (size_t)r->n);
    float middle, spread;
    if (!median_of(&middle, r->sorted, r->n))
        return false;
    for (int64_t shift = 0; shift < r->n; shift++)
        r->sorted[shift] = fabsf(r->product[shift] - middle);
    if (!median_of(&spread, r->sorted, r->n))
        return false;
    const double deviation = deviation_of_median * (double)spread;
    *out = (double)best > least_correlation && (double)(best - middle) > least_excess * deviation;
    return true;
}

/* Marks the air of all rows that go through the face. */
static void mark_rows(const rows *r)
{
    for (int64_t row = 0; row < r->count; row++) {
        const int64_t begin = row_begin(r, row);
        for (int64_t i = begin; r->in_face[row] && i < begin + r->n * r->step; i += r->step)
            r->mark[i] |= is_air(r->kind[i]);
    }
}

/* Finds the ends of a row within the field of view, as cells. Returns false where there are none. */
static bool ends_of(int64_t ends[2], const rows *r, int64_t begin)
{
    int64_t first = 0, last = r->n - 1;
    while (first <= last && r->kind[begin + first * r->step] == NOTHING)
        first++;
    while (last > first && r->kind[begin + last * r->step] == NOTHING)
        last--;
    ends[0] = begin + first * r->step;
    ends[1] = begin + last * r->step;
    return first < last;
}

/* Marks what is bright at the far side of rows in which the near side cuts the face. */
static void mark_wrapped(const rows *r, int side)
{
    const double cell_cm2 = r->work->spacing_mm * r->work->spacing_mm / 100;
    int64_t bright = 0;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1 && (double)bright * cell_cm2 < least_wrapped_cm2)
            return;
        for (int64_t row = 0; row < r->count; row++) {
            int64_t ends[2];
            if (!r->in_face[row] || !ends_of(ends, r, row_begin(r, row)) || r->kind[ends[side]] != FACE)
                continue;
            const int64_t far = ends[1 - side], step = side == 0 ? -r->step : r->step;
            bright += pass == 0 && is_air(r->kind[far]) && (double)r->work->value[far] > r->head->threshold;
            for (int64_t i = far; pass == 1 && i != ends[side] && is_air(r->kind[i]); i += step)
                r->mark[i] = 1;
        }
    }
}

/* Searches along one axis. Returns false where memory was short. */
static bool look_along(rows *r, int axis)
{
    const int64_t *w = r->work->grid.n, cells = ef_grid_count(&r->work->grid);
    r->axis = axis;
    r->n = w[axis];
    r->count = cells / r->n;
    r->step = axis == 0 ? 1 : axis == 1 ? w[0] : w[0] * w[1];
    r->in_face = calloc((size_t)r->count, 1);
    r->product = calloc((size_t)r->n, 7 * sizeof(float));
    bool ok = r->in_face != NULL && r->product != NULL;
    if (ok) {
        r->face_square = r->product + r->n;
        r->air_square = r->product + 2 * r->n;
        r->sorted = r->product + 3 * r->n;
        r->face = r->product + 4 * r->n;
        r->air = r->product + 5 * r->n;
        for (int64_t i = 0; i < cells; i++)
            if (r->kind[i] == FACE)
                r->in_face[row_of(r, i)] = 1;
        for (int64_t row = 0; row < r->count; row += 2) /* every second row is enough */
            if (r->in_face[row])
                add_row(r, row_begin(r, row));
        bool found;
        ok = stands_out(&found, r);
        if (ok && found)
            mark_rows(r);
        mark_wrapped(r, 0);
        mark_wrapped(r, 1);
    }
    free(r->in_face);
    free(r->product);
    return ok;
}

/* Carries the marks from cells to voxels. */
static efface_status carry_marks(ef_region *region, const rows *r, const ef_image *image, int threads,
                                 efface_error *err)
{
    const int64_t count = ef_grid_count(&image->grid);
    uint8_t *ghost = malloc((size_t)count);
    if (ghost == NULL)
        return ef_fail_memory(err, (size_t)count);
    ek_resample_nearest_u8(ghost, image->grid.n, r->mark, r->work->grid.n, r->work->work_from_voxel.m, 0,
                           threads);
    const efface_status status = ef_region_empty(region, ghost, count, err);
    free(ghost);
    return status;
}

efface_status ef_ghost_find(ef_region *region, const ef_image *image, const ef_subject *subject,
                            int threads, efface_error *err)
{
    const ef_work *work = &subject->work;
    const size_t count = (size_t)ef_grid_count(&work->grid);
    ef_affine cell_from_work;
    if (subject->head.ct || work->roughness > 0)
        return EFFACE_PASS;
    if (!ef_atlas_cells(&cell_from_work, &subject->atlas, &subject->location.work_from_atlas))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular");
    rows r = {.work = work,
              .head = &subject->head,
              .atlas = &subject->atlas,
              .cell_from_work = cell_from_work,
              .kind = malloc(count),
              .mark = calloc(count, 1)};
    efface_status status = EFFACE_PASS;
    bool ok = r.kind != NULL && r.mark != NULL;
    for (int64_t i = 0; ok && i < (int64_t)count; i++)
        r.kind[i] = kind_of(&r, region, &image->grid, i);
    for (int axis = 0; ok && axis < 3; axis++)
        ok = look_along(&r, axis);
    if (!ok)
        status = ef_fail_memory(err, 2 * count);
    else if (memchr(r.mark, 1, count) != NULL)
        status = carry_marks(region, &r, image, threads, err);
    free(r.kind);
    free(r.mark);
    return status;
}
