/* Searches bodies of a head's size that the located head does not explain. */
#include "head/others.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/landmarks.h"
#include "kernels/distance.h"
#include "kernels/grid.h"
#include "kernels/label.h"
#include "kernels/morphology.h"

/* Tissue within this of the mean skin belongs to the head, atlas mm: noses, ears, hair, and the pose's own
 * error. A smaller value finds ears and pads; a larger one hides a head that touches. */
static const double room_mm = 20;
/* Less unexplained tissue than this is not looked at, ml: half of the smallest ball that counts. */
static const double least_ml = 290;
/* A body below the head that is broader than this is no head, mm: heads are 180 mm broad, chests 300. */
static const double broadest_mm = 230;
/* Opening and closing, as in segment.c: bridges to ghosts are cut, nostrils and dark skulls closed. */
static const double open_mm = 4, close_mm = 8;

/* EVERY: one work cell of so many along each axis is looked at; a ball of 52 mm needs no more. */
enum { BODIES = 64, EVERY = 2 };

/* One search. */
typedef struct others {
    const ef_subject *subject;
    int64_t n[3];   /* cells that are looked at */
    double edge_mm; /* between them */
    ef_affine atlas_cell_from_cell;
    double scale;       /* atlas mm of a subject's mm */
    uint8_t *rest;      /* [n[2]*n[1]*n[0]]: unexplained tissue */
    uint8_t *explained; /* likewise: within the head's room */
    float *depth_mm;    /* to the border of rest, negative inside */
    int32_t *body;      /* number of each cell's body */
} others;

static int64_t cells(const others *o)
{
    return o->n[0] * o->n[1] * o->n[2];
}

static bool others_begin(others *o, const ef_subject *subject)
{
    const ef_affine *pose = &subject->location.work_from_atlas;
    ef_affine work_from_cell = ef_affine_identity(), cell_from_work;
    if (!ef_atlas_cells(&cell_from_work, &subject->atlas, pose))
        return false;
    for (int d = 0; d < 3; d++) {
        o->n[d] = (subject->work.grid.n[d] + EVERY - 1) / EVERY;
        work_from_cell.m[d][d] = EVERY;
    }
    o->subject = subject;
    o->edge_mm = EVERY * subject->work.spacing_mm;
    o->atlas_cell_from_cell = ef_affine_mul(cell_from_work, work_from_cell);
    o->scale = 1 / (cbrt(fabs(ef_affine_det(pose))) * subject->work.spacing_mm);
    return true;
}

static bool others_allocate(others *o)
{
    const size_t count = (size_t)cells(o);
    o->rest = malloc(count);
    o->explained = malloc(count);
    o->depth_mm = malloc(count * sizeof *o->depth_mm);
    o->body = malloc(count * sizeof *o->body);
    return o->rest != NULL && o->explained != NULL && o->depth_mm != NULL && o->body != NULL;
}

static void others_release(others *o)
{
    free(o->rest);
    free(o->explained);
    free(o->depth_mm);
    free(o->body);
}

/* The place of a cell, in atlas mm. */
static void place(double at[3], const others *o, int64_t i)
{
    ef_grid_point(at, o->n, i);
    ef_affine_apply(at, &o->atlas_cell_from_cell, at);
    ef_affine_apply(at, &o->subject->atlas.grid.world_from_voxel, at);
}

/* Marks tissue, and what the head explains. Returns the volume of the tissue that it does not, in ml of an
 * adult's head. */
static double mark(others *o)
{
    const ef_subject *s = o->subject;
    int64_t rest = 0, i = 0;
    for (int64_t z = 0; z < o->n[2]; z++)
        for (int64_t y = 0; y < o->n[1]; y++)
            for (int64_t x = 0; x < o->n[0]; x++, i++) {
                const int64_t cell = ef_grid_cell_in(s->atlas.grid.n, &o->atlas_cell_from_cell, o->n, i);
                const int64_t at = ek_index(s->work.grid.n, EVERY * x, EVERY * y, EVERY * z);
                o->rest[i] = (double)s->work.value[at] > s->head.threshold; /* false for NaN */
                o->explained[i] = cell >= 0 && !((double)s->atlas.skin_mm[cell] > room_mm);
                rest += o->rest[i] && !o->explained[i];
            }
    return (double)rest * pow(o->edge_mm * o->scale, 3) / 1000;
}

/* Makes bodies of the unexplained tissue. Returns false where memory was short. */
static bool make_bodies(others *o, int threads)
{
    const double mm[3] = {o->edge_mm, o->edge_mm, o->edge_mm};
    if (!ek_open(o->rest, o->n, mm, open_mm, threads) || !ek_close(o->rest, o->n, mm, close_mm, threads) ||
        !ek_fill_holes(o->rest, o->n, NULL))
        return false;
    for (int64_t i = 0; i < cells(o); i++)
        o->rest[i] = o->rest[i] && !o->explained[i];
    return ek_distance_signed(o->depth_mm, o->rest, o->n, mm, threads) &&
           ek_components(o->body, NULL, 0, o->rest, o->n, 6) >= 0;
}

/* What is known of a body. */
typedef struct body {
    bool hangs;         /* it touches what the head explains, below the eyes */
    double left, right; /* atlas mm */
} body;

static void examine(body bodies[BODIES], const others *o)
{
    const int64_t *n = o->n, step[3] = {1, n[0], n[0] * n[1]};
    for (int64_t i = 0; i < cells(o); i++) {
        if (o->body[i] < 1 || o->body[i] > BODIES)
            continue;
        body *b = &bodies[o->body[i] - 1];
        double at[3];
        place(at, o, i);
        b->left = fmin(b->left, at[0]);
        b->right = fmax(b->right, at[0]);
        if (at[2] >= ef_between_eyes_mm[2])
            continue;
        const int64_t cell[3] = {i % n[0], i / n[0] % n[1], i / step[2]};
        for (int d = 0; d < 3 && !b->hangs; d++)
            b->hangs = (cell[d] > 0 && o->explained[i - step[d]]) ||
                       (cell[d] + 1 < n[d] && o->explained[i + step[d]]);
    }
}

/* The largest ball around a cell that nothing explains. */
static double largest(const others *o)
{
    body bodies[BODIES];
    double most = 0;
    for (int b = 0; b < BODIES; b++)
        bodies[b] = (body){.left = (double)INFINITY, .right = -(double)INFINITY};
    examine(bodies, o);
    for (int64_t i = 0; i < cells(o); i++) {
        const double radius = -(double)o->depth_mm[i] * o->scale;
        if (o->body[i] < 1 || o->body[i] > BODIES || radius <= most)
            continue;
        const body *b = &bodies[o->body[i] - 1];
        double at[3];
        place(at, o, i);
        const bool below = at[2] < ef_between_eyes_mm[2];
        if (!(below && (b->hangs || b->right - b->left > broadest_mm)))
            most = radius;
    }
    return most;
}

efface_status ef_others_measure(double *radius_mm, const ef_subject *subject, int threads,
                                efface_error *err)
{
    others o = {.subject = NULL};
    efface_status status = EFFACE_PASS;
    *radius_mm = 0;
    if (!others_begin(&o, subject))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular for '%s'", subject->name);
    bool enough = others_allocate(&o);
    if (enough && mark(&o) >= least_ml) {
        enough = make_bodies(&o, threads);
        *radius_mm = enough ? largest(&o) : 0;
    }
    if (!enough)
        status = ef_fail_memory(err, 10 * (size_t)cells(&o));
    others_release(&o);
    return status;
}

efface_status ef_others_judge(double radius_mm, const char *name, efface_error *err)
{
    if (radius_mm > EF_OTHERS_MOST_MM)
        return ef_fail(
            err, EFFACE_INPUT,
            "more than one head: a body beside it holds a ball of %.0f mm, expected at most %.0f "
            "in '%s'",
            radius_mm, EF_OTHERS_MOST_MM, name);
    return EFFACE_PASS;
}
