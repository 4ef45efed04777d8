/* Every step works on a coarse copy of the head, and on the part of it around one deep place. */
#include "head/blind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/blind_body.h"
#include "kernels/distance.h"
#include "kernels/grid.h"
#include "kernels/smooth.h"

/* Cells of the work grid along one edge of a coarse cell: 4 mm. A brain's border is found to a cell, and
 * its place, from thousands of them, to a fraction of one. With 2 mm the search takes eight times as long.
 */
enum { COARSE = 2, PLACES = 5 };
/* Distance between the deepest places that are tried, and the least depth of one, mm. A newborn's brain is
 * 45 mm deep, a slab of 60 mm 30 mm. The later places serve heads with a neck and shoulders that are
 * deeper. */
static const double apart_mm = 50, least_depth_mm = 25;
/* Half the edge of the box around a place that is searched, mm: an adult's brain, 180 mm long, whose
 * deepest place is not at its centre. */
static const double box_mm = 120;
/* Standard deviation of the smoothing by which a coil's falling sensitivity is evened out, mm, and the
 * depth under the skin from which tissue counts for it. */
static const double even_mm = 32, even_depth_mm = 6;
/* Scores (ef_blind_body) from which no other place is tried, and no evened values at the same place. Brains have
 * 0.87 to 0.93. With less, a neck would do for a brain; with more, nearly all heads are searched five times. */
static const double place_enough = 0.85, round_enough = 0.9;
/* Limits of what is sure. Volumes, ml: a newborn's brain to a large adult's. Roundness: wrong bodies have
 * 0.9 as well, if they are whole heads, so it only excludes what leaked. Shallow: 0.24 and less in brains,
 * 0.7 and more where brain and head were one body. */
static const double least_ml = 200, most_ml = 2200, least_round = 0.8, most_shallow = 0.4;

/* A coarse copy of the head, and of it the values that are evened out. */
typedef struct coarse {
    int64_t n[3];
    size_t count; /* of cells */
    double mm;
    float *value, *even;     /* mean of the head's cells, NaN where there are none */
    float *skin_mm, *end_mm; /* signed distance to the skin; distance to the end of the field of view */
    uint8_t *inside, *seen;
} coarse;

static void coarse_release(coarse *c)
{
    free(c->value);
    free(c->even);
    free(c->skin_mm);
    free(c->end_mm);
    free(c->inside);
    free(c->seen);
}

/* Sums over the cells of one coarse cell. */
static void average(coarse *c, int64_t to, const int64_t at[3], const ef_work *work, const ef_head *head)
{
    const int64_t *n = work->grid.n;
    double value = 0, skin = 0;
    int cells = 0, inside = 0, valued = 0, seen = 0;
    for (int64_t z = COARSE * at[2]; z < COARSE * (at[2] + 1) && z < n[2]; z++) {
        for (int64_t y = COARSE * at[1]; y < COARSE * (at[1] + 1) && y < n[1]; y++) {
            for (int64_t x = COARSE * at[0]; x < COARSE * (at[0] + 1) && x < n[0]; x++) {
                const int64_t from = ek_index(n, x, y, z);
                const bool finite = isfinite(work->value[from]);
                cells++;
                seen += finite;
                inside += head->inside[from];
                skin += (double)head->skin_mm[from];
                value += finite && head->inside[from] ? (double)work->value[from] : 0;
                valued += finite && head->inside[from];
            }
        }
    }
    c->seen[to] = seen > 0;
    c->inside[to] = 2 * inside >= cells && valued > 0;
    c->value[to] = valued > 0 ? (float)(value / valued) : NAN;
    c->skin_mm[to] = (float)(skin / cells);
}

/* Divides the values by their local mean over deep tissue. */
static bool even_out(coarse *c, const ef_head *head, int threads)
{
    const double sigma[3] = {even_mm / c->mm, even_mm / c->mm, even_mm / c->mm};
    uint8_t *tissue = malloc(c->count);
    if (tissue == NULL)
        return false;
    for (size_t i = 0; i < c->count; i++) {
        tissue[i] =
            c->inside[i] && (double)c->value[i] > head->threshold && (double)c->skin_mm[i] < -even_depth_mm;
        c->even[i] = c->value[i];
    }
    const bool done = ek_gaussian_masked(c->even, tissue, c->n, sigma, threads);
    for (size_t i = 0; i < c->count && done; i++)
        c->even[i] = c->even[i] > 0 ? c->value[i] / c->even[i] : NAN;
    free(tissue);
    return done;
}

/* Measures the distance to the end of the field of view: of the samples, or of the grid. */
static bool measure_ends(coarse *c, int threads)
{
    const double mm[3] = {c->mm, c->mm, c->mm};
    if (!ek_distance_signed(c->end_mm, c->seen, c->n, mm, threads))
        return false;
    for (int64_t i = 0; i < (int64_t)c->count; i++) {
        const int64_t at[3] = {i % c->n[0], i / c->n[0] % c->n[1], i / (c->n[0] * c->n[1])};
        double end = -(double)c->end_mm[i];
        for (int d = 0; d < 3; d++) {
            end = fmin(end, c->mm * ((double)at[d] + 0.5));
            end = fmin(end, c->mm * ((double)(c->n[d] - at[d]) - 0.5));
        }
        c->end_mm[i] = (float)end;
    }
    return true;
}

static bool coarse_make(coarse *c, const ef_work *work, const ef_head *head, int threads)
{
    for (int d = 0; d < 3; d++)
        c->n[d] = (work->grid.n[d] + COARSE - 1) / COARSE;
    c->mm = COARSE * work->spacing_mm;
    const size_t count = c->count = (size_t)(c->n[0] * c->n[1] * c->n[2]);
    c->value = malloc(count * sizeof(float));
    c->even = malloc(count * sizeof(float));
    c->skin_mm = malloc(count * sizeof(float));
    c->end_mm = malloc(count * sizeof(float));
    c->inside = malloc(count);
    c->seen = malloc(count);
    if (!c->value || !c->even || !c->skin_mm || !c->end_mm || !c->inside || !c->seen)
        return false;
    for (int64_t i = 0; i < (int64_t)count; i++) {
        const int64_t at[3] = {i % c->n[0], i / c->n[0] % c->n[1], i / (c->n[0] * c->n[1])};
        average(c, i, at, work, head);
    }
    return measure_ends(c, threads) && even_out(c, head, threads);
}

/* Finds the deepest place of the head, under its skin and within the field of view, that is not near to
 * those before it. Returns its depth in mm. */
static double deepest(int64_t at[3], const coarse *c, int64_t before[][3], int n_before)
{
    float most = 0;
    for (int64_t i = 0; i < (int64_t)c->count; i++) {
        const float depth = fminf(-c->skin_mm[i], c->end_mm[i]);
        if (!c->inside[i] || !(depth > most))
            continue;
        const int64_t p[3] = {i % c->n[0], i / c->n[0] % c->n[1], i / (c->n[0] * c->n[1])};
        bool is_new = true;
        for (int b = 0; b < n_before; b++) {
            double square = 0;
            for (int d = 0; d < 3; d++) {
                const double along = c->mm * (double)(p[d] - before[b][d]);
                square += along * along;
            }
            is_new = is_new && square >= apart_mm * apart_mm;
        }
        if (is_new) {
            most = depth;
            memcpy(at, p, sizeof p);
        }
    }
    return (double)most;
}

/* Copies the box around a place. Returns false where memory was short. */
static bool box_around(ef_blind_box *box, const coarse *c, const int64_t at[3], double depth_mm)
{
    const int64_t half = (int64_t)(box_mm / c->mm);
    int64_t low[3];
    for (int d = 0; d < 3; d++) {
        low[d] = at[d] > half ? at[d] - half : 0;
        box->n[d] = (at[d] + half < c->n[d] ? at[d] + half + 1 : c->n[d]) - low[d];
        box->origin[d] = low[d];
        box->at[d] = at[d] - low[d];
    }
    box->mm = c->mm;
    box->depth_mm = depth_mm;
    if (!ef_blind_box_allocate(box))
        return false;
    int64_t to = 0;
    for (int64_t z = 0; z < box->n[2]; z++) {
        for (int64_t y = 0; y < box->n[1]; y++) {
            for (int64_t x = 0; x < box->n[0]; x++, to++) {
                const int64_t from = ek_index(c->n, low[0] + x, low[1] + y, low[2] + z);
                box->value[EF_BLIND_PLAIN][to] = c->value[from];
                box->value[EF_BLIND_EVEN][to] = c->even[from];
                box->skin_mm[to] = c->skin_mm[from];
                box->inside[to] = c->inside[from];
                box->seen[to] = c->seen[from];
            }
        }
    }
    return true;
}

/* Keeps a box' best body in the coarse head's cells. */
static void keep(ef_blind_brain *brain, const ef_blind_box *box)
{
    const int64_t *m = box->n;
    memset(brain->inside, 0, (size_t)(brain->n[0] * brain->n[1] * brain->n[2]));
    for (int64_t z = 0; z < m[2]; z++)
        for (int64_t y = 0; y < m[1]; y++)
            memcpy(brain->inside +
                       ek_index(brain->n, box->origin[0], box->origin[1] + y, box->origin[2] + z),
                   box->body + ek_index(m, 0, y, z), (size_t)m[0]);
    brain->volume_ml = box->best.volume_ml;
    brain->roundness = box->best.roundness;
    brain->shallow = box->best.shallow;
}

static bool search(ef_blind_brain *brain, const coarse *c, const ef_head *head, int threads)
{
    int64_t place[PLACES][3];
    double best = 0;
    bool done = true;
    for (int p = 0; p < PLACES && done && best < place_enough; p++) {
        const double depth_mm = deepest(place[p], c, place, p);
        if (depth_mm < least_depth_mm)
            break;
        ef_blind_box box = {.body = NULL};
        done = box_around(&box, c, place[p], depth_mm);
        for (int kind = 0; kind < (head->ct ? 1 : EF_BLIND_KINDS) && done && box.best.score < round_enough;
             kind++)
            done = ef_blind_box_search(&box, (ef_blind_kind)kind, head, threads);
        if (done && box.best.score > best) {
            best = box.best.score;
            keep(brain, &box);
        }
        ef_blind_box_release(&box);
    }
    return done;
}

efface_status ef_blind_brain_find(ef_blind_brain *brain, const ef_work *work, const ef_head *head,
                                  int threads, efface_error *err)
{
    coarse c = {.value = NULL};
    *brain = (ef_blind_brain){.inside = NULL};
    bool done = coarse_make(&c, work, head, threads);
    memcpy(brain->n, c.n, sizeof c.n);
    brain->spacing_mm = c.mm;
    brain->cell_from_work = ef_affine_identity();
    for (int d = 0; d < 3; d++) { /* the centre of a coarse cell is between those of its cells */
        brain->cell_from_work.m[d][d] = 1.0 / COARSE;
        brain->cell_from_work.m[d][3] = 0.5 / COARSE - 0.5;
    }
    brain->inside = done ? calloc(c.count, 1) : NULL;
    done = brain->inside != NULL && search(brain, &c, head, threads);
    brain->end_mm = c.end_mm;
    c.end_mm = NULL;
    coarse_release(&c);
    return done ? EFFACE_PASS : ef_fail_memory(err, c.count);
}

bool ef_blind_brain_is_sure(const ef_blind_brain *brain)
{
    return brain->volume_ml >= least_ml && brain->volume_ml <= most_ml && brain->roundness >= least_round &&
           brain->shallow <= most_shallow;
}

void ef_blind_brain_release(ef_blind_brain *brain)
{
    free(brain->inside);
    free(brain->end_mm);
    *brain = (ef_blind_brain){.inside = NULL};
}
