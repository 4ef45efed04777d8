/* A body is all of one range of values around the deep place that an opening leaves connected with it. */
#include "head/blind_body.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/label.h"
#include "kernels/morphology.h"

/* Radius of the opening, mm: wider than nerves, vessels, dura and the cord, narrower than a temporal pole
 * or the brain stem. A little less and more than two cells, so that rounding does not decide. */
static const double erode_mm = 7.9, dilate_mm = 8.1;
/* Gaps up to twice as wide are closed, mm: sulci, fissures, ventricles. */
static const double close_mm = 12.1;
/* Cells that may be brain lie deeper than this under the skin, mm; a surface less deep than shallow_mm has
 * no room for scalp and skull. It costs shallow_cost of its fraction in roundness. */
static const double deepest_skin_mm = 4, shallow_mm = 8, shallow_cost = 0.3;
/* The values around a place are those within this fraction of its depth, and within typical_mm. A body must
 * reach within core_mm of the place. */
static const double typical_part = 0.6, typical_mm = 40, core_mm = 30;
/* Volumes of an opened core and of a body below which there is no brain, and above which there is more than
 * one, ml. */
static const double least_core_ml = 50, least_ml = 150, most_ml = 2400;
/* Lower ends of the ranges, as fractions of the way from air to the median: cortex in T1 has half the
 * signal of white matter, and marrow and muscle less. Upper end: beyond the 95 % quantile by its distance
 * to the median and by tail_part of the median. In HU: brain has 20 to 60, with fluid and blood 0 to 90,
 * bone 200 and more; whole cells of a thin skull have 100. */
static const double lows[] = {0.2, 0.35, 0.5, 0.6, 0.7}, tail_part = 0.3;
static const double ct_lows[] = {-20, 0, 10}, ct_high = 100;

enum { MOST_VALUES = 8192, MAX_LOWS = 5 };

bool ef_blind_box_allocate(ef_blind_box *box)
{
    const size_t count = (size_t)(box->n[0] * box->n[1] * box->n[2]);
    bool done = true;
    for (int k = 0; k < EF_BLIND_KINDS; k++)
        done = (box->value[k] = malloc(count * sizeof(float))) != NULL && done;
    box->skin_mm = malloc(count * sizeof(float));
    box->inside = malloc(count);
    box->seen = malloc(count);
    box->body = calloc(count, 1);
    return done && box->skin_mm && box->inside && box->seen && box->body;
}

void ef_blind_box_release(ef_blind_box *box)
{
    for (int k = 0; k < EF_BLIND_KINDS; k++)
        free(box->value[k]);
    free(box->skin_mm);
    free(box->inside);
    free(box->seen);
    free(box->body);
    *box = (ef_blind_box){.body = NULL};
}

/* Returns the square of a cell's distance from the deep place, mm2. */
static double square_from_place(const ef_blind_box *box, int64_t i)
{
    const int64_t p[3] = {i % box->n[0], i / box->n[0] % box->n[1], i / (box->n[0] * box->n[1])};
    double square = 0;
    for (int d = 0; d < 3; d++) {
        const double along = box->mm * (double)(p[d] - box->at[d]);
        square += along * along;
    }
    return square;
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Finds the median and the 95 % quantile around the place; false where there is too little. */
static bool typical(double *median, double *high, const ef_blind_box *box, ef_blind_kind kind)
{
    float around[MOST_VALUES];
    int64_t n = 0;
    const double reach = pow(fmin(typical_part * box->depth_mm, typical_mm), 2);
    for (int64_t i = 0; i < box->n[0] * box->n[1] * box->n[2] && n < MOST_VALUES; i++)
        if (box->inside[i] && isfinite(box->value[kind][i]) && square_from_place(box, i) < reach)
            around[n++] = box->value[kind][i];
    if (n < 50)
        return false;
    qsort(around, (size_t)n, sizeof *around, by_value);
    *median = (double)around[n / 2];
    *high = (double)around[n * 95 / 100];
    return true;
}

/* Axes and lengths of a body's moments: the covariance, in cells, and the centre. Returns its number of
 * cells. */
static int64_t moments(double centre[3], double covariance[3][3], const uint8_t *body, const int64_t n[3])
{
    double sum[3] = {0}, product[3][3] = {{0}};
    int64_t cells = 0;
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        if (!body[i])
            continue;
        const double p[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / (n[0] * n[1]))};
        cells++;
        for (int a = 0; a < 3; a++) {
            sum[a] += p[a];
            for (int b = 0; b < 3; b++)
                product[a][b] += p[a] * p[b];
        }
    }
    for (int a = 0; a < 3 && cells > 0; a++)
        centre[a] = sum[a] / (double)cells;
    for (int a = 0; a < 3 && cells > 0; a++)
        for (int b = 0; b < 3; b++)
            covariance[a][b] = product[a][b] / (double)cells - centre[a] * centre[b];
    return cells;
}

/* Dice of a body with the ellipsoid of its moments, in the field of view. The ellipsoid is where p C^-1 p
 * is at most 5: so it is for a solid ellipsoid's own covariance C. */
static double roundness_of(const uint8_t *body, const ef_blind_box *box, int64_t cells,
                           const double centre[3], double covariance[3][3])
{
    ef_affine c = {{{0}}}, inverse;
    int64_t both = 0, ellipsoid = 0;
    for (int a = 0; a < 3; a++)
        memcpy(c.m[a], covariance[a], 3 * sizeof(double));
    if (!ef_affine_invert(&inverse, c))
        return 0;
    for (int64_t i = 0; i < box->n[0] * box->n[1] * box->n[2]; i++) {
        if (!box->seen[i])
            continue;
        const double p[3] = {(double)(i % box->n[0]) - centre[0],
                             (double)(i / box->n[0] % box->n[1]) - centre[1],
                             (double)(i / (box->n[0] * box->n[1])) - centre[2]};
        double q[3];
        ef_affine_apply(q, &inverse, p);
        if (p[0] * q[0] + p[1] * q[1] + p[2] * q[2] <= 5) {
            ellipsoid++;
            both += body[i];
        }
    }
    return 2 * (double)both / (double)(cells + ellipsoid);
}

/* Returns the fraction of a body's surface that lies right under the skin. */
static double shallow_of(const uint8_t *body, const ef_blind_box *box)
{
    const int64_t *n = box->n, step[3] = {1, n[0], n[0] * n[1]};
    int64_t surface = 0, shallow = 0;
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        if (!body[i])
            continue;
        const int64_t p[3] = {i % n[0], i / n[0] % n[1], i / (n[0] * n[1])};
        bool bare = false;
        for (int d = 0; d < 3; d++)
            bare = bare || (p[d] > 0 && !body[i - step[d]]) || (p[d] + 1 < n[d] && !body[i + step[d]]);
        surface += bare;
        shallow += bare && (double)box->skin_mm[i] > -shallow_mm;
    }
    return surface > 0 ? (double)shallow / (double)surface : 1;
}

/* Leaves of the parts of a mask the one with most cells near to the place; false where memory was short. */
static bool keep_central(uint8_t *mask, int32_t *label, const ef_blind_box *box)
{
    const int64_t count = box->n[0] * box->n[1] * box->n[2];
    const int64_t parts = ek_components(label, NULL, 0, mask, box->n, 6);
    int64_t *near = parts >= 0 ? calloc((size_t)parts + 1, sizeof *near) : NULL, best = 0;
    if (near == NULL)
        return false;
    for (int64_t i = 0; i < count; i++)
        if (label[i] > 0 && square_from_place(box, i) < core_mm * core_mm)
            near[label[i]]++;
    for (int64_t k = 1; k <= parts; k++)
        best = near[k] > near[best] ? k : best;
    for (int64_t i = 0; i < count; i++)
        mask[i] = best > 0 && label[i] == best;
    free(near);
    return true;
}

static int64_t count_of(const uint8_t *mask, int64_t count)
{
    int64_t cells = 0;
    for (int64_t i = 0; i < count; i++)
        cells += mask[i];
    return cells;
}

/* Keeps a body where it is better than the best one. */
static void judge(ef_blind_box *box, const uint8_t *body, double cell_ml)
{
    double centre[3], covariance[3][3];
    const int64_t cells = moments(centre, covariance, body, box->n);
    ef_blind_body b = {.volume_ml = (double)cells * cell_ml};
    if (b.volume_ml < least_ml || b.volume_ml > most_ml)
        return;
    b.roundness = roundness_of(body, box, cells, centre, covariance);
    b.shallow = shallow_of(body, box);
    b.score = b.roundness - shallow_cost * b.shallow;
    if (b.score > box->best.score) {
        box->best = b;
        memcpy(box->body, body, (size_t)(box->n[0] * box->n[1] * box->n[2]));
    }
}

/* Room for the work on one range of values. */
typedef struct bench {
    uint8_t *like, *body;
    int32_t *label;
} bench;

static bool try_range(ef_blind_box *box, ef_blind_kind kind, double low, double high, const bench *b,
                      int threads)
{
    const int64_t count = box->n[0] * box->n[1] * box->n[2];
    const double mm[3] = {box->mm, box->mm, box->mm}, cell_ml = pow(box->mm, 3) / 1000;
    for (int64_t i = 0; i < count; i++)
        b->like[i] = box->inside[i] && (double)box->value[kind][i] > low &&
                     (double)box->value[kind][i] < high && (double)box->skin_mm[i] < -deepest_skin_mm;
    memcpy(b->body, b->like, (size_t)count);
    if (!ek_erode(b->body, box->n, mm, erode_mm, threads) || !keep_central(b->body, b->label, box))
        return false;
    if ((double)count_of(b->body, count) * cell_ml < least_core_ml)
        return true;
    if (!ek_dilate(b->body, box->n, mm, dilate_mm, threads))
        return false;
    for (int64_t i = 0; i < count; i++)
        b->body[i] = b->body[i] && b->like[i];
    if (!ek_close(b->body, box->n, mm, close_mm, threads))
        return false;
    for (int64_t i = 0; i < count; i++)
        b->body[i] = b->body[i] && box->inside[i] && (double)box->skin_mm[i] < -deepest_skin_mm;
    judge(box, b->body, cell_ml);
    return true;
}

bool ef_blind_box_search(ef_blind_box *box, ef_blind_kind kind, const ef_head *head, int threads)
{
    double median, quantile, low[MAX_LOWS], high = ct_high;
    const size_t count = (size_t)(box->n[0] * box->n[1] * box->n[2]);
    const int n = head->ct ? (int)(sizeof ct_lows / sizeof *ct_lows) : (int)(sizeof lows / sizeof *lows);
    const double air = kind == EF_BLIND_PLAIN ? head->threshold : 0;
    if (!typical(&median, &quantile, box, kind))
        return true;
    for (int k = 0; k < n; k++)
        low[k] = head->ct ? ct_lows[k] : air + (median - air) * lows[k];
    if (!head->ct)
        high = quantile + (quantile - median) + tail_part * (median - air);
    const bench b = {
        .like = malloc(count), .body = malloc(count), .label = malloc(count * sizeof(int32_t))};
    bool done = b.like && b.body && b.label;
    for (int k = 0; k < n && done; k++)
        done = try_range(box, kind, low[k], high, &b, threads);
    free(b.like);
    free(b.body);
    free(b.label);
    return done;
}
