/* Height maps by the renderer, a nose found in them, windows around it, and what correlates in them.
 *
 * Coordinates of a map, beside the spaces of grid.h: u runs to the right of the picture, v up, h towards
 * the eye, all in mm from a point in the middle of the head. From the front u is L, v is S, h is A; from
 * the left u is P and h is L; from the right u is A and h is R. Heights are NaN where there is no surface.
 */
#include "relief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "smooth.h"
#include "surface.h"

enum {
    U_PIXELS = 150,
    V_PIXELS = 176,
    PIXELS = U_PIXELS * V_PIXELS
};                                        /* 225 by 264 mm: vertex to below the chin */
static const double map_mm = 1.5;         /* spacing of the maps */
static const double volume_mm = 2.0;      /* of the volumes: a quarter of the shortest wave */
static const double ray_half_mm = 200;    /* ef_surface_view's rays begin this far in front of its point */
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
/* See raise_to_cut. */
static const double cut_step_mm = 0.75, solid_mm = 3.0, skin_mm = 2.0;
static const double search_mm = 60; /* distances are not followed farther */
/* Share of a window's area that must show a surface to be judged; the face's window has corners beside the
 * jaw, and the lower edge of many fields of view runs through the ears. */
static const double visible_share = 0.6, wide_visible_share = 0.4;
static const double compared_share =
    0.25; /* of the visible area that must have a new surface for a correlation */

typedef struct window {
    const char *name;
    unsigned part;
    int view;          /* index of views */
    double u[2], v[2]; /* mm from the view's anchor in an adult */
} window;

/* Around the tip of an adult's nose: brow +55 mm, inner corner of the eye +35, mouth -25, chin -65 to -80;
 * around the rim of the ear. With margins for pitch and for other heads. */
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

typedef struct box {
    int column[2], row[2]; /* first and one past the last */
} box;

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

static double u_of(int column)
{
    return (column + 0.5 - U_PIXELS / 2.0) * map_mm;
}

static double v_of(int row)
{
    return (V_PIXELS / 2.0 - row - 0.5) * map_mm;
}

static int clamp(double value, int low, int high)
{
    return value < low ? low : value > high ? high : (int)value;
}

static box box_of(double u0, double u1, double v0, double v1)
{
    return (box){{clamp(ceil(u0 / map_mm + U_PIXELS / 2.0 - 0.5), 0, U_PIXELS),
                  clamp(floor(u1 / map_mm + U_PIXELS / 2.0 + 0.5), 0, U_PIXELS)},
                 {clamp(ceil(V_PIXELS / 2.0 - v1 / map_mm - 0.5), 0, V_PIXELS),
                  clamp(floor(V_PIXELS / 2.0 - v0 / map_mm + 0.5), 0, V_PIXELS)}};
}

static void make_map(float *height, const ef_surface *surface, const double at_mm[3], double azimuth_deg,
                     int threads)
{
    ek_view view = ef_surface_view(surface, at_mm, azimuth_deg, U_PIXELS, V_PIXELS, map_mm);
    ek_render_depth(height, &view, surface->value, surface->grid.n, surface->iso, surface->occupied,
                    threads);
    for (int i = 0; i < PIXELS; i++)
        height[i] = (float)(ray_half_mm - (double)height[i]);
}

/* Raises the surface that is left to the inner end of what changed: the first stretch of unchanged voxels
 * behind the old surface. It must be `solid_mm` long, because some voxels of any fill hit their old value
 * by chance. */
static void raise_to_cut(float *after, const float *before, const ef_surface *surface,
                         const ef_image *original, const uint8_t *changed, const double at_mm[3],
                         double azimuth_deg)
{
    const int64_t *n = original->grid.n;
    ek_view view = ef_surface_view(surface, at_mm, azimuth_deg, U_PIXELS, V_PIXELS, map_mm);
    ef_affine voxel_from_world, grid_from_camera;
    memcpy(grid_from_camera.m, view.voxel_from_camera, sizeof grid_from_camera.m);
    if (!ef_affine_invert(&voxel_from_world, original->grid.world_from_voxel))
        return;
    ef_affine voxel_from_camera =
        ef_affine_mul(voxel_from_world, ef_affine_mul(surface->grid.world_from_voxel, grid_from_camera));
    for (int i = 0; i < PIXELS; i++) {
        double camera[3] = {(i % U_PIXELS + 0.5) * map_mm, (i / U_PIXELS + 0.5) * map_mm, 0}, at[3],
               solid = 0;
        if (isnan(before[i]))
            continue;
        /* The voxels of the skin itself are partly air, which a fill may leave as it was: begin behind
         * them. */
        double start = ray_half_mm - (double)before[i] + skin_mm, depth = start;
        for (; depth < start + removed_mm && solid < solid_mm; depth += cut_step_mm) {
            camera[2] = depth;
            ef_affine_apply(at, &voxel_from_camera, camera);
            int64_t x = (int64_t)floor(at[0] + 0.5), y = (int64_t)floor(at[1] + 0.5),
                    z = (int64_t)floor(at[2] + 0.5);
            if (x < 0 || y < 0 || z < 0 || x >= n[0] || y >= n[1] || z >= n[2])
                break;
            solid = changed[(z * n[1] + y) * n[0] + x] ? 0 : solid + cut_step_mm;
        }
        if (solid < solid_mm)
            continue;
        double cut = depth - solid;
        cut = cut <= start ? start - skin_mm : cut; /* nothing changed here: the old surface */
        after[i] = (float)fmax((double)after[i], ray_half_mm - cut);
    }
}

/* Replaces a map by its band between the two wavelengths (scratch: two maps): a difference of Gaussians
 * that let half of a wavelength's power pass, exp(-(2 pi s / w)^2) = 1/2, over the valid pixels only. */
static bool band_pass(float *map, float *scratch, double short_mm, double long_mm, int threads)
{
    float *fine = scratch, *wide = scratch + PIXELS;
    const double per_wave = sqrt(log(2.0)) / (2 * 3.14159265358979323846) / map_mm;
    const double narrow[3] = {short_mm * per_wave, short_mm * per_wave, 0};
    const double broad[3] = {long_mm * per_wave, long_mm * per_wave, 0};
    const int64_t n[3] = {U_PIXELS, V_PIXELS, 1};
    memcpy(fine, map, PIXELS * sizeof *map);
    memcpy(wide, map, PIXELS * sizeof *map);
    if (!ek_gaussian_masked(fine, NULL, n, narrow, threads) ||
        !ek_gaussian_masked(wide, NULL, n, broad, threads))
        return false;
    for (int i = 0; i < PIXELS; i++)
        map[i] = isnan(map[i]) ? NAN : fine[i] - wide[i];
    return true;
}

/* Solves the symmetric positive system in place by elimination; false where it is singular. */
static bool solve(double a[6][7], double x[6])
{
    for (int k = 0; k < 6; k++) {
        if (!(fabs(a[k][k]) > 1e-9))
            return false;
        for (int r = 0; r < 6; r++) {
            double f = r == k ? 0 : a[r][k] / a[k][k];
            for (int c = k; c < 7; c++)
                a[r][c] -= f * a[k][c];
        }
    }
    for (int k = 0; k < 6; k++)
        x[k] = a[k][6] / a[k][k];
    return true;
}

static void quadric_terms(double term[6], int column, int row)
{
    double u = u_of(column) / 60, v = v_of(row) / 60; /* of order one, for the condition of the system */
    const double terms[6] = {1, u, v, u * u, u * v, v * v};
    memcpy(term, terms, sizeof terms);
}

/* Heights above floor_mm at the pixels of the box where `where` is not NaN, less the quadric that fits them
 * best; NaN elsewhere. */
static void above_quadric(float *relief, const float *height, const float *where, const box *b,
                          double floor_mm)
{
    double a[6][7] = {{0}}, term[6], x[6];
    for (int i = 0; i < PIXELS; i++)
        relief[i] = NAN;
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            int i = row * U_PIXELS + column;
            double h = (double)height[i];
            if (isnan(where[i]) || !(h >= floor_mm))
                continue;
            relief[i] = (float)h;
            quadric_terms(term, column, row);
            for (int r = 0; r < 6; r++) {
                for (int c = 0; c < 6; c++)
                    a[r][c] += term[r] * term[c];
                a[r][6] += term[r] * h;
            }
        }
    }
    if (!solve(a, x))
        return; /* a few pixels: too little to be judged */
    for (int i = 0; i < PIXELS; i++) {
        quadric_terms(term, i % U_PIXELS, i / U_PIXELS);
        for (int k = 0; k < 6; k++)
            relief[i] -= (float)(x[k] * term[k]);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median breadth of the braincase and its middle, between 40 and 100 mm below the vertex. */
static void measure_head(const float *height, double *top, double *middle, double *breadth)
{
    double middles[V_PIXELS], breadths[V_PIXELS];
    int n = 0;
    *top = -INFINITY, *middle = 0, *breadth = adult_width_mm;
    for (int row = 0; row < V_PIXELS; row++) {
        int first = -1, last = -1;
        for (int column = 0; column < U_PIXELS; column++) {
            if (!isnan(height[row * U_PIXELS + column])) {
                first = first < 0 ? column : first;
                last = column;
            }
        }
        if (first < 0)
            continue;
        if (isinf(*top))
            *top = v_of(row);
        if (v_of(row) < *top - 40 && v_of(row) > *top - 100) {
            middles[n] = 0.5 * (u_of(first) + u_of(last));
            breadths[n++] = u_of(last) - u_of(first);
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
static bool stands_out(int pixel[2], const float *band, const box *b, double v, double spread,
                       double least_mm)
{
    double best = least_mm;
    bool found = false;
    for (int row = b->row[0]; row < b->row[1]; row++) {
        double off = (v_of(row) - v) / spread, weight = exp(-0.5 * off * off);
        for (int column = b->column[0]; column < b->column[1]; column++) {
            double relief = (double)band[row * U_PIXELS + column] * weight;
            if (relief > best) {
                best = relief, pixel[0] = column, pixel[1] = row;
                found = true;
            }
        }
    }
    return found;
}

/* The highest point of the front map's box becomes the tip. */
static void set_tip(comparison *c, const box *b)
{
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            double h = (double)c->before[0][row * U_PIXELS + column];
            if (h > c->tip_height)
                c->anchor[0][0] = u_of(column), c->anchor[0][1] = v_of(row), c->tip_height = h;
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
    box b = box_of(middle - 25, middle + 25, v - 2 * spread_mm, v + 2 * spread_mm);
    c->tip_height = -INFINITY;
    memcpy(c->relief_before, c->before[0], PIXELS * sizeof(float));
    if (!band_pass(c->relief_before, c->scratch, organ_short_mm, organ_long_mm, threads))
        return false;
    *found = stands_out(pixel, c->relief_before, &b, v, spread_mm, nose_stands_out_mm);
    if (*found)
        b = box_of(u_of(pixel[0]) - 8, u_of(pixel[0]) + 8, v_of(pixel[1]) - 8, v_of(pixel[1]) + 8);
    set_tip(c, &b);
    if (!*found)
        c->anchor[0][0] = middle, c->anchor[0][1] = v;
    return true;
}

/* Sets the anchors of the side views: where the surface is most folded near where the ear should be, else
 * there. */
static bool find_ears(comparison *c, int threads)
{
    const int64_t n[3] = {U_PIXELS, V_PIXELS, 1};
    const double sigma[3] = {ear_spread_mm / 2 / map_mm, ear_spread_mm / 2 / map_mm, 0};
    for (int view = 1; view < 3; view++) {
        /* The nose tip seen from the side: its height in the front view runs along -u from the left, u from
         * the right. Backwards is the other way. */
        double back = view == 1 ? 1 : -1, s = c->scale, best = 0;
        double u = back * (s * ear_behind_tip_mm - c->tip_height),
               v = c->anchor[0][1] + s * ear_above_tip_mm;
        float *folds = c->relief_before;
        c->anchor[view][0] = u, c->anchor[view][1] = v;
        memcpy(folds, c->before[view], PIXELS * sizeof(float));
        if (!band_pass(folds, c->scratch, fold_short_mm, fold_long_mm, threads))
            return false;
        for (int i = 0; i < PIXELS; i++)
            folds[i] = fminf(folds[i] * folds[i], fold_most_mm2);
        if (!ek_gaussian_masked(folds, NULL, n, sigma, threads))
            return false;
        for (int i = 0; i < PIXELS; i++) {
            double du = (u_of(i % U_PIXELS) - u) / ear_spread_mm,
                   dv = (v_of(i / U_PIXELS) - v) / ear_spread_mm;
            double folded = (double)folds[i] * exp(-0.5 * (du * du + dv * dv));
            if (folded > best && !isnan(c->before[view][i])) {
                best = folded;
                c->anchor[view][0] = u_of(i % U_PIXELS), c->anchor[view][1] = v_of(i / U_PIXELS);
            }
        }
    }
    return true;
}

/* Distance from the point of one map at (column, row) to the nearest point of another, by growing rings of
 * pixels until a ring is farther than the best. */
static double nearest(const float *from, const float *to, int column, int row)
{
    double h = (double)from[row * U_PIXELS + column], best = search_mm * search_mm;
    for (int ring = 0; ring * ring * map_mm * map_mm < best; ring++) {
        for (int y = row - ring; y <= row + ring; y++) {
            bool edge = y == row - ring || y == row + ring;
            for (int x = column - ring; x <= column + ring; x += edge || ring == 0 ? 1 : 2 * ring) {
                if (x < 0 || y < 0 || x >= U_PIXELS || y >= V_PIXELS)
                    continue;
                double dh = (double)to[y * U_PIXELS + x] - h, du = (x - column) * map_mm,
                       dv = (y - row) * map_mm;
                double squared = du * du + dv * dv + dh * dh;
                best = squared < best ? squared : best; /* false for NaN */
            }
        }
    }
    return sqrt(best);
}

/* Moments of the two reliefs over the pixels that have both. */
static void correlate(efface_region_change *region, const comparison *c, const box *b, const float *visible,
                      int64_t n_visible)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            int i = row * U_PIXELS + column;
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

static double relief_rms(const float *relief, const box *b, const float *visible)
{
    double n = 0, s = 0, ss = 0;
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            int i = row * U_PIXELS + column;
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
static void judge_region(efface_region_change *region, comparison *c, const window *w, const box *b,
                         const float *visible)
{
    int64_t n = 0, survived = 0, area = (int64_t)(b->column[1] - b->column[0]) * (b->row[1] - b->row[0]);
    double whole = (w->u[1] - w->u[0]) * (w->v[1] - w->v[0]) * c->scale * c->scale / (map_mm * map_mm);
    for (int row = b->row[0]; area > 0 && row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            if (isnan(visible[row * U_PIXELS + column]))
                continue;
            double mm = nearest(visible, c->after[w->view], column, row);
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
    region->area_cm2 = (double)n * map_mm * map_mm / 100;
    region->distance_median_mm = (double)c->distance[n / 2];
    region->distance_p95_mm = (double)c->distance[n * 95 / 100];
    region->survived = (double)survived / (double)n;
    region->relief_before_mm = relief_rms(c->relief_before, b, visible);
    correlate(region, c, b, visible, n);
}

static box window_box(const comparison *c, const window *w)
{
    const double *at = c->anchor[w->view], s = c->scale;
    return box_of(at[0] + s * w->u[0], at[0] + s * w->u[1], at[1] + s * w->v[0], at[1] + s * w->v[1]);
}

static bool judge_regions(efface_evaluation *e, comparison *c, int threads)
{
    for (int k = 0; k < EFFACE_REGIONS; k++) {
        const window *w = &windows[k];
        box b = window_box(c, w);
        e->region[k] = (efface_region_change){.name = w->name, .part = w->part};
        /* The parts of the face share the relief of the whole, which is the first of its view. */
        if (k == 0 || w->view != 0) {
            double behind = w->view == 0 ? c->tip_height - behind_mm * c->scale : -INFINITY;
            double removed = w->view == 0 ? c->tip_height - removed_mm * c->scale : -INFINITY;
            float *before = c->before[w->view];
            above_quadric(c->relief_before, before, before, &b, behind);
            for (int i = 0; i < PIXELS; i++)
                before[i] = isnan(c->relief_before[i]) ? NAN : before[i];
            above_quadric(c->relief_after, c->after[w->view], before, &b, removed);
            if (!band_pass(c->relief_before, c->scratch, short_wave_mm, long_wave_mm, threads) ||
                !band_pass(c->relief_after, c->scratch, short_wave_mm, long_wave_mm, threads))
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
            before.high_mm[2] - V_PIXELS * map_mm / 2 + 8; /* the vertex 8 mm below the upper edge */
        for (int k = 0; k < 3; k++) {
            make_map(c->before[k], &before, c->at_mm, views[k], threads);
            make_map(c->after[k], &after, c->at_mm, views[k], threads);
            raise_to_cut(c->after[k], c->before[k], &before, original, changed, c->at_mm, views[k]);
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
    comparison c = {.memory = malloc(sizeof(float) * MAPS * PIXELS)};
    if (c.memory == NULL)
        return ef_fail_memory(err, sizeof(float) * MAPS * PIXELS);
    for (int k = 0; k < 3; k++) {
        c.before[k] = c.memory + (size_t)k * PIXELS;
        c.after[k] = c.memory + (size_t)(3 + k) * PIXELS;
    }
    c.relief_before = c.memory + (size_t)6 * PIXELS;
    c.relief_after = c.memory + (size_t)7 * PIXELS;
    c.distance = c.memory + (size_t)8 * PIXELS;
    c.scratch = c.memory + (size_t)9 * PIXELS;

    efface_status status =
        make_maps(&c, original, defaced, changed, threads, original_name, defaced_name, err);
    if (status == EFFACE_PASS && (!find_nose(&c, &evaluation->nose_found, threads) ||
                                  !find_ears(&c, threads) || !judge_regions(evaluation, &c, threads)))
        status = ef_fail_memory(err, sizeof(float) * PIXELS);
    evaluation->nose_tip_mm[0] = c.at_mm[0] - c.anchor[0][0];
    evaluation->nose_tip_mm[1] = c.at_mm[1] + c.tip_height;
    evaluation->nose_tip_mm[2] = c.at_mm[2] + c.anchor[0][1];
    free(c.memory);
    return status;
}
