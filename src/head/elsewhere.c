/* The motion is small and linear: a wrong pose need not be repaired, only noticed. */
#include "head/elsewhere.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/distance.h"
#include "kernels/grid.h"

/* The motions' names, what is usual, and the limit of one motion alone on both sides of it. The usual is
 * not 0: a brain found in T1 lacks cortex at the vertex, and the atlas' brain has the brain stem. With
 * right poses they spread (standard deviation) by 0.7, 1.1, 2.1 mm, 2.0, 0.8, 0.6 degrees and 3.0 mm in 30
 * real heads, by half of that in 93 phantoms. The limits are four to five times as wide. */
static const struct {
    const char *name, *unit;
    double usual, most;
} motions[EF_MOTIONS] = {
    {"to one side", "mm", 0, 5.4},     {"forward or back", "mm", -0.7, 6}, {"up or down", "mm", -2.5, 9.5},
    {"nodding", "degrees", -0.7, 7.4}, {"tilting", "degrees", 0.5, 4.7},   {"turning", "degrees", 0, 4.7},
    {"larger", "mm", -1.5, 11.5},
};
/* The centre of the turns: the middle of the atlas' brain, atlas mm. */
static const double centre_mm[3] = {0, -18, 5};
/* Arm of the turns that makes them comparable with shifts, mm: half an adult's brain. */
static const double arm_mm = 80;
/* Distances beyond reach_mm count as it; those that the fit leaves by more than usual_mm count less, by
 * their inverse. */
static const double reach_mm = 25, usual_mm = 5;
/* Least number of surface points, and least fraction in view. Of slabs of 70 mm less is in view, and their
 * ends are no brain's. */
static const int64_t least_points = 800;
static const double least_seen = 0.5;
/* Cells nearer than this to the end of the field of view are not used, mm: the brain found ends there. */
static const double clear_of_end_mm = 6;
/* Probability of brain, of 255, at the surface; half the width over which its slope is taken, cells; and a
 * step through the surface's cells that leaves about 4000. */
enum { LIKELY = 128, SLOPE = 3, EVERY = 5, UNKNOWNS = EF_MOTIONS, ROUNDS = 5 };

/* Points of the atlas brain's surface in view, each with what the fit needs. */
typedef struct points {
    int64_t count, all;
    double (*row)[UNKNOWNS]; /* owned: how each unknown moves the surface along its normal */
    double *distance;        /* owned: how far the surface found lies outside, mm */
} points;

/* Whether a cell of the atlas is the outermost of its brain. */
static bool on_surface(const ef_atlas *atlas, int64_t cell)
{
    const int64_t *n = atlas->grid.n, step[3] = {1, n[0], n[0] * n[1]};
    const int64_t at[3] = {cell % n[0], cell / n[0] % n[1], cell / (n[0] * n[1])};
    if (atlas->brain[cell] < LIKELY)
        return false;
    for (int d = 0; d < 3; d++) {
        if (at[d] < SLOPE || at[d] >= n[d] - SLOPE)
            return false;
    }
    for (int d = 0; d < 3; d++) {
        if (atlas->brain[cell - step[d]] < LIKELY || atlas->brain[cell + step[d]] < LIKELY)
            return true;
    }
    return false;
}

/* The outward normal at a cell of the surface; false where the probability is flat. */
static bool normal_at(double normal[3], const ef_atlas *atlas, int64_t cell)
{
    const int64_t step[3] = {1, atlas->grid.n[0], atlas->grid.n[0] * atlas->grid.n[1]};
    double length = 0;
    for (int d = 0; d < 3; d++) {
        normal[d] = 0;
        for (int k = 1; k <= SLOPE; k++)
            normal[d] += atlas->brain[cell - k * step[d]] - atlas->brain[cell + k * step[d]];
        length += normal[d] * normal[d];
    }
    for (int d = 0; d < 3; d++)
        normal[d] /= sqrt(length);
    return length > 0;
}

/* Adds a point of the surface, where it is in view.
 * distance_mm  of the brain found, on its grid */
static void add_point(points *p, int64_t cell, const ef_subject *subject, const ef_blind_brain *brain,
                      const float *distance_mm)
{
    double normal[3], at[3], in_work[3], in_brain[3];
    const ef_atlas *atlas = &subject->atlas;
    if (!normal_at(normal, atlas, cell))
        return;
    p->all++;
    ef_grid_point(at, atlas->grid.n, cell);
    ef_affine_apply(at, &atlas->grid.world_from_voxel, at);
    ef_affine_apply(in_work, &subject->location.work_from_atlas_kept, at);
    ef_affine_apply(in_brain, &brain->cell_from_work, in_work);
    const int64_t found = ef_grid_nearest(in_brain, brain->n);
    if (found < 0 || !((double)brain->end_mm[found] > clear_of_end_mm))
        return;
    double *row = p->row[p->count];
    for (int d = 0; d < 3; d++) {
        const int e = (d + 1) % 3, f = (d + 2) % 3;
        row[d] = normal[d];
        row[3 + d] = ((at[e] - centre_mm[e]) * normal[f] - (at[f] - centre_mm[f]) * normal[e]) / arm_mm;
    }
    row[EF_LARGER] = 1;
    p->distance[p->count++] = fmax(-reach_mm, fmin(reach_mm, -(double)distance_mm[found]));
}

/* Solves the symmetric system a x = b in place by elimination with pivots; b becomes x. False where it is
 * singular. */
static bool solve(double a[UNKNOWNS][UNKNOWNS], double b[UNKNOWNS])
{
    for (int k = 0; k < UNKNOWNS; k++) {
        int pivot = k;
        for (int i = k + 1; i < UNKNOWNS; i++)
            pivot = fabs(a[i][k]) > fabs(a[pivot][k]) ? i : pivot;
        if (!(fabs(a[pivot][k]) > 0))
            return false;
        for (int j = 0; j < UNKNOWNS; j++) {
            const double moved = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = moved;
        }
        const double moved = b[k];
        b[k] = b[pivot];
        b[pivot] = moved;
        for (int i = 0; i < UNKNOWNS; i++) {
            const double factor = i == k ? 0 : a[i][k] / a[k][k];
            for (int j = k; j < UNKNOWNS; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (int k = 0; k < UNKNOWNS; k++)
        b[k] /= a[k][k];
    return true;
}

static double left_by(const points *p, int64_t i, const double x[UNKNOWNS])
{
    double left = p->distance[i];
    for (int k = 0; k < UNKNOWNS; k++)
        left -= p->row[i][k] * x[k];
    return left;
}

/* Fits the motion. */
static bool fit(ef_elsewhere *out, const points *p)
{
    double x[UNKNOWNS] = {0}, square = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double a[UNKNOWNS][UNKNOWNS] = {{0}}, b[UNKNOWNS] = {0};
        for (int64_t i = 0; i < p->count; i++) {
            const double weight = round == 0 ? 1 : usual_mm / fmax(usual_mm, fabs(left_by(p, i, x)));
            for (int k = 0; k < UNKNOWNS; k++) {
                b[k] += weight * p->row[i][k] * p->distance[i];
                for (int j = 0; j < UNKNOWNS; j++)
                    a[k][j] += weight * p->row[i][k] * p->row[i][j];
            }
        }
        if (!solve(a, b))
            return false;
        memcpy(x, b, sizeof x);
    }
    for (int64_t i = 0; i < p->count; i++)
        square += pow(left_by(p, i, x), 2);
    for (int k = 0; k < EF_MOTIONS; k++)
        out->motion[k] = k >= 3 && k < EF_LARGER ? x[k] / arm_mm * 180 / EK_PI : x[k];
    out->residual_mm = sqrt(square / (double)p->count);
    return true;
}

/* Adds up the motions as fractions of their limits: a wrong pose is off in several. */
static void judge(ef_elsewhere *out)
{
    double square = 0, most = 0;
    for (int k = 0; k < EF_MOTIONS; k++) {
        const double part = fabs(out->motion[k] - motions[k].usual) / motions[k].most;
        square += part * part;
        if (part > most) {
            most = part;
            out->worst_motion = k;
        }
    }
    out->off = sqrt(square);
}

/* Number of points on the surface, in view or not. */
static int64_t count_points(const ef_atlas *atlas)
{
    int64_t surface = 0;
    for (int64_t cell = 0; cell < ef_grid_count(&atlas->grid); cell++)
        surface += on_surface(atlas, cell);
    return surface / EVERY + 1;
}

efface_status ef_elsewhere_measure(ef_elsewhere *out, const ef_blind_brain *brain,
                                   const ef_subject *subject, int threads, efface_error *err)
{
    const int64_t cells = ef_grid_count(&subject->atlas.grid);
    const size_t count = (size_t)(brain->n[0] * brain->n[1] * brain->n[2]);
    *out = (ef_elsewhere){.off = (double)NAN};
    if (!ef_blind_brain_is_sure(brain))
        return EFFACE_PASS;
    const size_t most = (size_t)count_points(&subject->atlas);
    points p = {.row = malloc(most * sizeof *p.row), .distance = malloc(most * sizeof *p.distance)};
    const double mm[3] = {brain->spacing_mm, brain->spacing_mm, brain->spacing_mm};
    float *distance_mm = malloc(count * sizeof(float));
    const bool done = p.row && p.distance && distance_mm &&
                      ek_distance_signed(distance_mm, brain->inside, brain->n, mm, threads);
    int64_t surface = 0;
    for (int64_t cell = 0; cell < cells && done; cell++)
        if (on_surface(&subject->atlas, cell) && surface++ % EVERY == 0)
            add_point(&p, cell, subject, brain, distance_mm);
    out->seen = p.all > 0 ? (double)p.count / (double)p.all : 0;
    if (done && p.count >= least_points && out->seen >= least_seen && fit(out, &p))
        judge(out);
    free(p.row);
    free(p.distance);
    free(distance_mm);
    return done ? EFFACE_PASS : ef_fail_memory(err, count * sizeof(float));
}

efface_status ef_elsewhere_review(const ef_elsewhere *elsewhere, const char *name, const char *hint,
                                  efface_error *err)
{
    const int k = elsewhere->worst_motion;
    if (elsewhere->off > EF_ELSEWHERE_MOST)
        return ef_fail(
            err, EFFACE_REVIEW,
            "needs review: a brain found by its own shape lies elsewhere (%s by %.0f %s) in '%s'%s",
            motions[k].name, fabs(elsewhere->motion[k] - motions[k].usual), motions[k].unit, name, hint);
    return EFFACE_PASS;
}
