/* A nose found in height maps, windows around it, what correlates in them. Coordinates: height_map.h. */
#include "relief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "height_map.h"
#include "smooth.h"
#include "surface.h"

static const double volume_mm = 2.0;      /* of the volumes: a quarter of the shortest wave */
static const double adult_width_mm = 150; /* breadth of the head that the windows are meant for */
/* Wavelengths at half power. Shorter ones are noise and voxel steps, longer ones the shape of any head. */
static const double short_wave_mm = 8, long_wave_mm = 60;
/* The nose: where it is in an adult and how much that varies with pitch and person, the band in which it
 * stands out more than anything near it, and by how much at least. */
static const double nose_below_vertex_mm = 145, spread_mm = 30;
static const double organ_short_mm = 20, organ_long_mm = 90, nose_stands_out_mm = 4;
/* The ear: likewise, and the band of its folds; a single step, as at the edge of a cushion, must not
 * outweigh them. */
static const double ear_behind_tip_mm = 130, ear_above_tip_mm = 8, ear_spread_mm = 22;
static const double fold_short_mm = 5, fold_long_mm = 25;
static const float fold_most_mm2 = 16;
static const double behind_mm = 65;    /* the face's surface ends this far behind the nose tip */
static const double removed_mm = 120;  /* the surface that a cut leaves, this far */
static const double survived_mm = 1.0; /* a surface that moved no farther has survived */
/* Share of a window's area that must show a surface to be judged; the face's window has corners beside the
 * jaw, and the lower edge of many fields of view runs through the ears. */
static const double visible_share = 0.6, wide_visible_share = 0.4;
/* Share of the visible area that must have a new surface for a correlation. */
static const double compared_share = 0.25;

typedef struct window {
    const char *name;
    unsigned part;
    int view;          /* index of views */
    double u[2], v[2]; /* mm from the view's anchor in an adult */
} window;

/* Around the tip of an adult's nose: brow +55 mm, inner corner of the eye +35, mouth -25, chin -65 to -80;
 * around the middle of the ear. With margins for pitch and for other heads. */
static const window windows[EFFACE_REGIONS] = {
    {"face", EFFACE_PARTS_FACE, 0, {-55, 55}, {-72, 55}},
    {"eyes", EFFACE_PART_EYES | EFFACE_PART_FOREHEAD, 0, {-45, 45}, {20, 54}},
    {"nose", EFFACE_PART_NOSE, 0, {-24, 24}, {-14, 45}},
    {"mouth", EFFACE_PART_MOUTH, 0, {-34, 34}, {-45, -14}},
    {"chin", EFFACE_PART_CHIN, 0, {-34, 34}, {-70, -45}},
    {"ear_left", EFFACE_PART_EAR_LEFT, 1, {-18, 18}, {-30, 30}},
    {"ear_right", EFFACE_PART_EAR_RIGHT, 2, {-18, 18}, {-30, 30}},
};
static const double views[3] = {0, 90, -90}; /* azimuths */

/* Scratch and results of one comparison. */
typedef struct comparison {
    double at_mm[3];                                          /* world point at u = v = h = 0 */
    double scale;                                             /* this head's size over the adult's */
    double anchor[3][2];                                      /* by view, u and v: the nose tip, the ears */
    double tip_height;                                        /* h of the nose tip in the front view */
    float *before[3], *after[3];                              /* height maps by view */
    float *relief_before, *relief_after, *distance, *scratch; /* the last is two maps */
    float *memory;                                            /* owned, all of the above */
} comparison;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median breadth of the braincase and its middle, between 40 and 100 mm below the vertex. */
static void measure_head(const float *height, double *top, double *middle, double *breadth)
{
    double middles[EF_MAP_V], breadths[EF_MAP_V];
    int n = 0;
    *top = -INFINITY, *middle = 0, *breadth = adult_width_mm;
    for (int row = 0; row < EF_MAP_V; row++) {
        int first = -1, last = -1;
        for (int column = 0; column < EF_MAP_U; column++) {
            if (!isnan(height[row * EF_MAP_U + column])) {
                first = first < 0 ? column : first;
                last = column;
            }
        }
        if (first < 0)
            continue;
        if (isinf(*top))
            *top = ef_map_v(row);
        if (ef_map_v(row) < *top - 40 && ef_map_v(row) > *top - 100) {
            middles[n] = 0.5 * (ef_map_u(first) + ef_map_u(last));
            breadths[n++] = ef_map_u(last) - ef_map_u(first);
        }
    }
    if (n == 0)
        return;
    qsort(middles, (size_t)n, sizeof *middles, by_value);
    qsort(breadths, (size_t)n, sizeof *breadths, by_value);
    *middle = middles[n / 2];
    *breadth = breadths[n / 2];
}

/* The pixel of the box that stands out most from its surroundings, and by at least least_mm; weighted with
 * how far its height is from the one expected (mm, at one standard deviation spread). False where there
 * is none. */
static bool stands_out(int pixel[2], const float *band, const ef_map_box *b, double v, double spread,
                       double least_mm)
{
    double best = least_mm;
    bool found = false;
    for (int row = b->row[0]; row < b->row[1]; row++) {
        double off = (ef_map_v(row) - v) / spread, weight = exp(-0.5 * off * off);
        for (int column = b->column[0]; column < b->column[1]; column++) {
            double relief = (double)band[row * EF_MAP_U + column] * weight;
            if (relief > best) {
                best = relief, pixel[0] = column, pixel[1] = row;
                found = true;
            }
        }
    }
    return found;
}

/* The highest point of the front map's box becomes the tip. */
static void set_tip(comparison *c, const ef_map_box *b)
{
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            double h = (double)c->before[0][row * EF_MAP_U + column];
            if (h > c->tip_height)
                c->anchor[0][0] = ef_map_u(column), c->anchor[0][1] = ef_map_v(row), c->tip_height = h;
        }
    }
}

/* Sets scale, tip and the front's anchor, by proportion where no nose is seen; false where memory was
 * short. */
static bool find_nose(comparison *c, bool *found, int threads)
{
    double top, middle, breadth;
    int pixel[2];
    measure_head(c->before[0], &top, &middle, &breadth);
    c->scale = fmin(fmax(breadth / adult_width_mm, 0.75), 1.05);
    double v = top - nose_below_vertex_mm * c->scale;
    ef_map_box b = ef_map_box_of(middle - 25, middle + 25, v - 2 * spread_mm, v + 2 * spread_mm);
    c->tip_height = -INFINITY;
    memcpy(c->relief_before, c->before[0], EF_MAP_PIXELS * sizeof(float));
    if (!ef_map_band(c->relief_before, c->scratch, organ_short_mm, organ_long_mm, threads))
        return false;
    *found = stands_out(pixel, c->relief_before, &b, v, spread_mm, nose_stands_out_mm);
    if (*found)
        b = ef_map_box_of(ef_map_u(pixel[0]) - 8, ef_map_u(pixel[0]) + 8, ef_map_v(pixel[1]) - 8,
                          ef_map_v(pixel[1]) + 8);
    set_tip(c, &b);
    if (!*found)
        c->anchor[0][0] = middle, c->anchor[0][1] = v;
    return true;
}

/* Sets the anchors of the side views: where the surface is most folded near where the ear should be, else
 * there. */
static bool find_ears(comparison *c, int threads)
{
    const int64_t n[3] = {EF_MAP_U, EF_MAP_V, 1};
    const double sigma[3] = {ear_spread_mm / 2 / EF_MAP_MM, ear_spread_mm / 2 / EF_MAP_MM, 0};
    for (int view = 1; view < 3; view++) {
        /* The nose tip seen from the side: its height in the front view runs along -u from the left, u from
         * the right. Backwards is the other way. */
        double back = view == 1 ? 1 : -1, s = c->scale, best = 0;
        double u = back * (s * ear_behind_tip_mm - c->tip_height),
               v = c->anchor[0][1] + s * ear_above_tip_mm;
        float *folds = c->relief_before;
        c->anchor[view][0] = u, c->anchor[view][1] = v;
        memcpy(folds, c->before[view], EF_MAP_PIXELS * sizeof(float));
        if (!ef_map_band(folds, c->scratch, fold_short_mm, fold_long_mm, threads))
            return false;
        for (int i = 0; i < EF_MAP_PIXELS; i++)
            folds[i] = fminf(folds[i] * folds[i], fold_most_mm2);
        if (!ek_gaussian_masked(folds, NULL, n, sigma, threads))
            return false;
        for (int i = 0; i < EF_MAP_PIXELS; i++) {
            double du = (ef_map_u(i % EF_MAP_U) - u) / ear_spread_mm,
                   dv = (ef_map_v(i / EF_MAP_U) - v) / ear_spread_mm;
            double folded = (double)folds[i] * exp(-0.5 * (du * du + dv * dv));
            if (folded > best && !isnan(c->before[view][i])) {
                best = folded;
                c->anchor[view][0] = ef_map_u(i % EF_MAP_U), c->anchor[view][1] = ef_map_v(i / EF_MAP_U);
            }
        }
    }
    return true;
}

/* Moments of the two reliefs over the pixels that have both. */
static void correlate(efface_region_change *region, const comparison *c, const ef_map_box *b,
                      const float *visible, int64_t n_visible)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            int i = row * EF_MAP_U + column;
            double x = (double)c->relief_before[i], y = (double)c->relief_after[i];
            if (isnan(visible[i]) || isnan(x) || isnan(y))
                continue;
            n++, sx += x, sy += y, sxx += x * x, sxy += x * y, syy += y * y;
        }
    }
    if (n < compared_share * (double)n_visible || n < 2)
        return;
    double vxx = sxx - sx * sx / n, vxy = sxy - sx * sy / n, vyy = syy - sy * sy / n;
    region->relief_after_mm = sqrt(fmax(vyy, 0) / n);
    if (vxy > 0 && vxx > 0 && vyy > 0) {
        region->relief_r2 = fmin(vxy * vxy / (vxx * vyy), 1);
        region->relief_kept = vxy / vxx;
    }
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
    double whole =
        (w->u[1] - w->u[0]) * (w->v[1] - w->v[0]) * c->scale * c->scale / (EF_MAP_MM * EF_MAP_MM);
    for (int row = b->row[0]; area > 0 && row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            if (isnan(visible[row * EF_MAP_U + column]))
                continue;
            double mm = ef_map_nearest(visible, c->after[w->view], column, row);
            survived += mm <= survived_mm;
            c->distance[n++] = (float)mm;
        }
    }
    bool wide = w->part == EFFACE_PARTS_FACE || (w->part & EFFACE_PARTS_EARS) != 0;
    double share = wide ? wide_visible_share : visible_share;
    region->visible = (double)n >= share * whole && n > 1;
    if (!region->visible)
        return;
    qsort(c->distance, (size_t)n, sizeof *c->distance, by_float);
    region->area_cm2 = (double)n * EF_MAP_MM * EF_MAP_MM / 100;
    region->distance_median_mm = (double)c->distance[n / 2];
    region->distance_p95_mm = (double)c->distance[n * 95 / 100];
    region->survived = (double)survived / (double)n;
    region->relief_before_mm = relief_rms(c->relief_before, b, visible);
    correlate(region, c, b, visible, n);
}

static ef_map_box window_box(const comparison *c, const window *w)
{
    const double *at = c->anchor[w->view], s = c->scale;
    return ef_map_box_of(at[0] + s * w->u[0], at[0] + s * w->u[1], at[1] + s * w->v[0],
                         at[1] + s * w->v[1]);
}

static bool judge_regions(efface_evaluation *e, comparison *c, int threads)
{
    for (int k = 0; k < EFFACE_REGIONS; k++) {
        const window *w = &windows[k];
        ef_map_box b = window_box(c, w);
        e->region[k] = (efface_region_change){.name = w->name, .part = w->part};
        /* The parts of the face share the relief of the whole, which is the first of its view. */
        if (k == 0 || w->view != 0) {
            double behind = w->view == 0 ? c->tip_height - behind_mm * c->scale : -INFINITY;
            double removed = w->view == 0 ? c->tip_height - removed_mm * c->scale : -INFINITY;
            float *before = c->before[w->view];
            ef_map_above_quadric(c->relief_before, before, before, &b, behind);
            for (int i = 0; i < EF_MAP_PIXELS; i++)
                before[i] = isnan(c->relief_before[i]) ? NAN : before[i];
            ef_map_above_quadric(c->relief_after, c->after[w->view], before, &b, removed);
            if (!ef_map_band(c->relief_before, c->scratch, short_wave_mm, long_wave_mm, threads) ||
                !ef_map_band(c->relief_after, c->scratch, short_wave_mm, long_wave_mm, threads))
                return false;
        }
        judge_region(&e->region[k], c, w, &b, c->before[w->view]);
    }
    return true;
}

static efface_status make_maps(comparison *c, const ef_image *original, const ef_image *defaced,
                               const uint8_t *changed, int threads, const char *original_name,
                               const char *defaced_name, efface_error *err)
{
    ef_surface before = {0}, after = {0};
    efface_status status =
        ef_surface_build(&before, original, volume_mm, (double)NAN, threads, original_name, err);
    if (status == EFFACE_PASS)
        status =
            ef_surface_build(&after, defaced, volume_mm, (double)before.iso, threads, defaced_name, err);
    if (status == EFFACE_PASS) {
        for (int a = 0; a < 3; a++)
            c->at_mm[a] = 0.5 * (before.low_mm[a] + before.high_mm[a]);
        c->at_mm[2] =
            before.high_mm[2] - EF_MAP_V * EF_MAP_MM / 2 + 8; /* the vertex 8 mm below the upper edge */
        for (int k = 0; k < 3; k++) {
            ef_map_make(c->before[k], &before, c->at_mm, views[k], threads);
            ef_map_make(c->after[k], &after, c->at_mm, views[k], threads);
            ef_map_raise_to_cut(c->after[k], c->before[k], &before, original, changed, c->at_mm, views[k]);
        }
    }
    ef_surface_release(&before);
    ef_surface_release(&after);
    return status;
}

efface_status ef_relief_compare(efface_evaluation *evaluation, const ef_image *original,
                                const ef_image *defaced, const uint8_t *changed, int threads,
                                const char *original_name, const char *defaced_name, efface_error *err)
{
    enum { MAPS = 11 };
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

    efface_status status =
        make_maps(&c, original, defaced, changed, threads, original_name, defaced_name, err);
    if (status == EFFACE_PASS && (!find_nose(&c, &evaluation->nose_found, threads) ||
                                  !find_ears(&c, threads) || !judge_regions(evaluation, &c, threads)))
        status = ef_fail_memory(err, sizeof(float) * EF_MAP_PIXELS);
    evaluation->nose_tip_mm[0] = c.at_mm[0] - c.anchor[0][0];
    evaluation->nose_tip_mm[1] = c.at_mm[1] + c.tip_height;
    evaluation->nose_tip_mm[2] = c.at_mm[2] + c.anchor[0][1];
    free(c.memory);
    return status;
}
