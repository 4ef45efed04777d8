/* Compares height maps in windows around nose and ears. Coordinates: view/height_map.h. */
#include "judge/relief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "judge/places.h"
#include "kernels/roll.h"
#include "view/surface.h"

static const double volume_mm = 2.0; /* cells of the volumes: a quarter of the shortest wavelength */
/* Wavelengths at half power. Shorter ones are noise and voxel steps, longer ones the shape of any head. */
static const double short_wave_mm = 8, long_wave_mm = 60;
static const double behind_mm = 65;   /* the face's surface ends this far behind the nose tip */
static const double removed_mm = 120; /* the surface that a cut leaves ends this far behind it */
/* The same behind the median height around an ear: its hollows and the head beside it lie within 20 mm. */
static const double ear_behind_mm = 20, ear_removed_mm = 60;
static const double survived_mm = 1.0; /* a surface that moved no farther has survived */
/* An ear is what stands out of the smooth head, as in head/ear_map.h: above where a ball of ear_ball_mm reaches that
 * rolls along the head from within. Less than ear_least_cm2 of it is no ear in view. */
static const double ear_ball_mm = 30, ear_stands_mm = 3, ear_least_cm2 = 2;
/* A tool that changes more than this fraction of all voxels resampled them: then a change does not show that an ear is
 * gone. */
static const double resampled_share = 0.5;
/* Fraction of a window's area that must show a surface to be judged. The face's window has corners beside
 * the jaw, and many fields of view end in the ears or at the brow. */
static const double visible_share = 0.4;
/* Fraction of the visible area that must lie on the mean face before the head's own relief is judged. */
static const double own_share = 0.8;

typedef struct window {
    const char *name;
    unsigned part;
    int view;          /* index of views */
    double u[2], v[2]; /* mm from the view's anchor in an adult */
} window;

/* Around the tip of an adult's nose: brow +55 mm, inner corner of the eye +35, mouth -25, chin -65 to -80.
 * For the ears, around the middle of the ear. They have margins for pitch and for other heads. */
static const window windows[EFFACE_REGIONS] = {
    {"face", EFFACE_PARTS_FACE, 0, {-55, 55}, {-72, 55}},
    {"eyes", EFFACE_PART_EYES | EFFACE_PART_FOREHEAD, 0, {-45, 45}, {20, 54}},
    {"nose", EFFACE_PART_NOSE, 0, {-24, 24}, {-14, 45}},
    {"mouth", EFFACE_PART_MOUTH, 0, {-34, 34}, {-45, -14}},
    {"chin", EFFACE_PART_CHIN, 0, {-34, 34}, {-70, -45}},
    {"ear_left", EFFACE_PART_EAR_LEFT, 1, {-24, 24}, {-36, 36}},
    {"ear_right", EFFACE_PART_EAR_RIGHT, 2, {-24, 24}, {-36, 36}},
};
/* Scratch and results of one comparison. */
typedef struct comparison {
    double at_mm[3]; /* world point at u = v = h = 0 */
    ef_places places;
    float *before[3], *after[3]; /* height maps by view */
    float *mean;                 /* height map of the mean face from the front; NaN where it is unknown */
    float *relief_before, *relief_after, *relief_mean, *distance, *scratch; /* the last is two maps */
    float *visible;      /* heights of an ear, NaN elsewhere */
    float *memory;       /* owned, all of the above */
    uint8_t *changed[3]; /* by view, side views only: 1 where what the old surface covered changed */
} comparison;

/* Sums over the pixels where all requested reliefs are known: of each, and of the product of each pair.
 * Index 0 is the old relief, 1 the new one, 2 the mean face's. */
typedef struct moments {
    double n, sum[3], product[3][3];
} moments;

static void add(moments *m, const double value[3], int n_values)
{
    for (int a = 0; a < n_values; a++)
        if (isnan(value[a]))
            return;
    m->n++;
    for (int a = 0; a < n_values; a++) {
        m->sum[a] += value[a];
        for (int b = 0; b < n_values; b++)
            m->product[a][b] += value[a] * value[b];
    }
}

static double covariance(const moments *m, int a, int b)
{
    return m->n > 0 ? m->product[a][b] - m->sum[a] * m->sum[b] / m->n : 0;
}

/* The same for the two reliefs after the best-fitting multiple of the mean face's relief is subtracted. */
static double own_covariance(const moments *m, int a, int b)
{
    const double mean = covariance(m, 2, 2);
    return covariance(m, a, b) - (mean > 0 ? covariance(m, a, 2) * covariance(m, b, 2) / mean : 0);
}

/* all: variance of the old relief wherever it is visible. The others cover only pixels where the new relief
 * is known too. So a cut feature counts as lost: where there is no new surface, or only a little old skin
 * beside it. */
static void regress(double *r2, double *kept, double all, double vxx, double vxy, double vyy)
{
    *r2 = *kept = 0;
    if (vxy > 0 && vxx > 0 && vyy > 0 && all > 0) {
        *r2 = fmin(vxy * vxy / (all * vyy), 1);
        *kept = vxy / all;
    }
}

static void correlate(efface_region_change *region, const comparison *c, const ef_map_box *b,
                      const float *visible)
{
    moments both = {.n = 0}, old = {.n = 0}, own = {.n = 0}, own_old = {.n = 0};
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            const int i = row * EF_MAP_U + column;
            const double x = (double)c->relief_before[i], y = (double)c->relief_after[i],
                         mean = (double)c->relief_mean[i];
            if (isnan(visible[i]))
                continue;
            add(&both, (double[3]){x, y, 0}, 2);
            add(&old, (double[3]){x, 0, 0}, 1);
            add(&own, (double[3]){x, y, mean}, 3);
            add(&own_old, (double[3]){x, 0, mean}, 3);
        }
    }
    if (both.n < 2)
        return;
    region->relief_after_mm = sqrt(fmax(covariance(&both, 1, 1), 0) / both.n);
    regress(&region->relief_r2, &region->relief_kept, covariance(&old, 0, 0), covariance(&both, 0, 0),
            covariance(&both, 0, 1), covariance(&both, 1, 1));
    region->own_judged = own_old.n >= own_share * old.n && own_covariance(&own_old, 0, 0) > 0;
    if (region->own_judged)
        regress(&region->own_r2, &region->own_kept, own_covariance(&own_old, 0, 0),
                own_covariance(&own, 0, 0), own_covariance(&own, 0, 1), own_covariance(&own, 1, 1));
}

static double relief_rms(const float *relief, const ef_map_box *b, const float *visible)
{
    double n = 0, s = 0, ss = 0;
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            int i = row * EF_MAP_U + column;
            if (isnan(visible[i]) || isnan(relief[i]))
                continue;
            n++, s += (double)relief[i], ss += (double)relief[i] * (double)relief[i];
        }
    }
    return n > 1 ? sqrt(fmax(ss - s * s / n, 0) / n) : 0;
}

static int by_float(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* visible: heights of the original where they count, NaN elsewhere. */
static void judge_region(efface_region_change *region, comparison *c, const window *w, const ef_map_box *b,
                         const float *visible)
{
    int64_t n = 0, survived = 0, area = (int64_t)(b->column[1] - b->column[0]) * (b->row[1] - b->row[0]);
    double whole = (w->u[1] - w->u[0]) * (w->v[1] - w->v[0]) * c->places.scale * c->places.scale /
                   (EF_MAP_MM * EF_MAP_MM);
    for (int row = b->row[0]; area > 0 && row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            if (isnan(visible[row * EF_MAP_U + column]))
                continue;
            double mm = ef_map_nearest(visible, c->after[w->view], column, row);
            survived +=
                mm <= survived_mm && !(w->view != 0 && c->changed[w->view][row * EF_MAP_U + column]);
            c->distance[n++] = (float)mm;
        }
    }
    const bool unseen = w->view != 0 && !c->places.ears_found;
    const double least =
        w->view != 0 ? ear_least_cm2 * 100 / (EF_MAP_MM * EF_MAP_MM) : fmax(visible_share * whole, 2);
    region->visible = !unseen && (double)n >= least;
    if (!region->visible)
        return;
    qsort(c->distance, (size_t)n, sizeof *c->distance, by_float);
    region->area_cm2 = (double)n * EF_MAP_MM * EF_MAP_MM / 100;
    region->distance_median_mm = (double)c->distance[n / 2];
    region->distance_p95_mm = (double)c->distance[n * 95 / 100];
    region->survived = (double)survived / (double)n;
    region->relief_before_mm = relief_rms(c->relief_before, b, visible);
    correlate(region, c, b, visible);
}

static ef_map_box window_box(const comparison *c, const window *w)
{
    const double *at = c->places.anchor[w->view], s = c->places.scale;
    return ef_map_box_of(at[0] + s * w->u[0], at[0] + s * w->u[1], at[1] + s * w->v[0],
                         at[1] + s * w->v[1]);
}

static double median_height(float *scratch, const float *height, const ef_map_box *b)
{
    int64_t n = 0;
    for (int row = b->row[0]; row < b->row[1]; row++)
        for (int column = b->column[0]; column < b->column[1]; column++)
            if (!isnan(height[row * EF_MAP_U + column]))
                scratch[n++] = height[row * EF_MAP_U + column];
    qsort(scratch, (size_t)n, sizeof *scratch, by_float);
    return n > 0 ? (double)scratch[n / 2] : 0;
}

/* Hides all but the ear from a side view's heights. Returns false where memory was short. */
static bool keep_ear(float *visible, const comparison *c, const float *height, int threads)
{
    const int64_t n[2] = {EF_MAP_U, EF_MAP_V};
    const double s = c->places.scale;
    if (!ek_roll(visible, height, n, EF_MAP_MM, s * ear_ball_mm, threads))
        return false;
    for (int i = 0; i < EF_MAP_PIXELS; i++)
        visible[i] = (double)(height[i] - visible[i]) >= s * ear_stands_mm ? height[i] : NAN;
    return true;
}

static bool judge_regions(efface_evaluation *e, comparison *c, int threads)
{
    for (int k = 0; k < EFFACE_REGIONS; k++) {
        const window *w = &windows[k];
        ef_map_box b = window_box(c, w);
        e->region[k] = (efface_region_change){.name = w->name, .part = w->part};
        /* The parts of the face share the relief of the whole face, which comes first. */
        if (k == 0 || w->view != 0) {
            float *before = c->before[w->view];
            if (w->view != 0 && !keep_ear(c->visible, c, before, threads))
                return false;
            const double s = c->places.scale, tip = c->places.tip_height,
                         ear = w->view != 0 ? median_height(c->distance, before, &b) : 0;
            const double behind = w->view == 0 ? tip - s * behind_mm : ear - s * ear_behind_mm,
                         removed = w->view == 0 ? tip - s * removed_mm : ear - s * ear_removed_mm;
            ef_map_above_quadric(c->relief_before, before, before, &b, behind);
            for (int i = 0; i < EF_MAP_PIXELS; i++)
                before[i] = isnan(c->relief_before[i]) ? NAN : before[i];
            ef_map_above_quadric(c->relief_after, c->after[w->view], before, &b, removed);
            for (int i = 0; i < EF_MAP_PIXELS; i++)
                c->scratch[i] = w->view == 0 && !isnan(c->mean[i]) ? before[i] : NAN;
            ef_map_above_quadric(c->relief_mean, c->mean, c->scratch, &b, -INFINITY);
            if (!ef_map_band(c->relief_before, c->scratch, short_wave_mm, long_wave_mm, threads) ||
                !ef_map_band(c->relief_after, c->scratch, short_wave_mm, long_wave_mm, threads) ||
                !ef_map_band(c->relief_mean, c->scratch, short_wave_mm, long_wave_mm, threads))
                return false;
        }
        judge_region(&e->region[k], c, w, &b, w->view != 0 ? c->visible : c->before[w->view]);
    }
    return true;
}

static efface_status make_mean_map(comparison *c, const ef_original *subject, int threads,
                                   efface_error *err)
{
    for (int i = 0; i < EF_MAP_PIXELS; i++)
        c->mean[i] = NAN;
    if (!subject->located)
        return EFFACE_PASS;
    ef_surface mean;
    efface_status status = ef_mean_surface(&mean, subject, threads, err);
    if (status == EFFACE_PASS)
        ef_map_make(c->mean, &mean, c->at_mm, ef_view_azimuth[0], threads);
    ef_surface_release(&mean);
    return status;
}

static efface_status make_maps(comparison *c, const ef_pair *pair, const uint8_t *changed, bool resampled,
                               efface_error *err)
{
    const int threads = pair->threads;
    ef_surface before = {0}, after = {0};
    efface_status status = ef_surface_build(&before, pair->original, volume_mm, (double)NAN, threads,
                                            pair->original_name, err);
    if (status == EFFACE_PASS)
        status = ef_surface_build(&after, pair->defaced, volume_mm, (double)before.iso, threads,
                                  pair->defaced_name, err);
    if (status == EFFACE_PASS) {
        for (int a = 0; a < 3; a++)
            c->at_mm[a] = 0.5 * (before.low_mm[a] + before.high_mm[a]);
        c->at_mm[2] =
            before.high_mm[2] - EF_MAP_V * EF_MAP_MM / 2 + 8; /* the vertex 8 mm below the upper edge */
        for (int k = 0; k < 3; k++) {
            ef_map_make(c->before[k], &before, c->at_mm, ef_view_azimuth[k], threads);
            ef_map_make(c->after[k], &after, c->at_mm, ef_view_azimuth[k], threads);
            ef_map_raise_to_cut(c->after[k], c->before[k], &before, pair->original, changed, c->at_mm,
                                ef_view_azimuth[k]);
            ef_map_clip(c->before[k], &before, pair->original, c->at_mm, ef_view_azimuth[k]);
            if (resampled)
                memset(c->changed[k], 0, EF_MAP_PIXELS);
            else
                ef_map_changed(c->changed[k], c->before[k], &before, pair->original, changed, c->at_mm,
                               ef_view_azimuth[k]);
        }
        status = make_mean_map(c, pair->subject, threads, err);
    }
    ef_surface_release(&before);
    ef_surface_release(&after);
    return status;
}

efface_status ef_relief_compare(efface_evaluation *evaluation, const ef_pair *pair, const uint8_t *changed,
                                efface_error *err)
{
    enum { MAPS = 15 }; /* the last one holds the changes */
    comparison c = {.memory = malloc(sizeof(float) * MAPS * EF_MAP_PIXELS)};
    if (c.memory == NULL)
        return ef_fail_memory(err, sizeof(float) * MAPS * EF_MAP_PIXELS);
    for (int k = 0; k < 3; k++) {
        c.before[k] = c.memory + (size_t)k * EF_MAP_PIXELS;
        c.after[k] = c.memory + (size_t)(3 + k) * EF_MAP_PIXELS;
    }
    c.relief_before = c.memory + (size_t)6 * EF_MAP_PIXELS;
    c.relief_after = c.memory + (size_t)7 * EF_MAP_PIXELS;
    c.distance = c.memory + (size_t)8 * EF_MAP_PIXELS;
    c.scratch = c.memory + (size_t)9 * EF_MAP_PIXELS;
    c.mean = c.memory + (size_t)11 * EF_MAP_PIXELS;
    c.relief_mean = c.memory + (size_t)12 * EF_MAP_PIXELS;
    c.visible = c.memory + (size_t)13 * EF_MAP_PIXELS;
    for (size_t k = 0; k < 3; k++)
        c.changed[k] = (uint8_t *)(c.memory + (size_t)14 * EF_MAP_PIXELS) + k * EF_MAP_PIXELS;

    const int threads = pair->threads;
    const bool resampled =
        (double)evaluation->voxels_changed > resampled_share * (double)evaluation->voxels;
    efface_status status = make_maps(&c, pair, changed, resampled, err);
    if (status == EFFACE_PASS && (!ef_places_find(&c.places, c.before, c.relief_before, threads) ||
                                  !judge_regions(evaluation, &c, threads)))
        status = ef_fail_memory(err, sizeof(float) * EF_MAP_PIXELS);
    evaluation->nose_found = c.places.nose_found;
    evaluation->nose_tip_mm[0] = c.at_mm[0] - c.places.anchor[0][0];
    evaluation->nose_tip_mm[1] = c.at_mm[1] + c.places.tip_height;
    evaluation->nose_tip_mm[2] = c.at_mm[2] + c.places.anchor[0][1];
    free(c.memory);
    return status;
}
