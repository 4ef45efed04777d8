/* Finds nose and ears by the shape of the surface alone. relief.c compares what is there. */
#include "judge/places.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/grid.h"
#include "kernels/smooth.h"

const double ef_view_azimuth[EF_VIEWS] = {0, 90, -90};

/* Breadth and length of the head to which all lengths here belong. The field of view can end within one of
 * the two. */
static const double adult_breadth_mm = 150, adult_length_mm = 190;
/* The nose: its place in an adult, and how much that varies with pitch and person; the band of wavelengths
 * in which it stands out more than anything near it; and the least height by which it stands out. */
static const double nose_below_vertex_mm = 145, nose_spread_mm = 30;
static const double organ_short_mm = 20, organ_long_mm = 90, nose_stands_out_mm = 4;
/* Where the head's upper end is wider than this, it is no vertex: a sphere of 90 mm radius is 46 mm wide 3
 * mm below its vertex. */
static const double widest_vertex_mm = 60;
/* A chin, or a tube at the mouth, can stand out more than the nose above it. Two things that stand out are
 * at least this many rows apart (15 mm), and comparable from this ratio on. Nose and chin are this far
 * apart (65 to 80 mm in an adult; nose and lips 30). */
enum { APART_ROWS = 10 };
static const double as_much = 0.6, chin_least_mm = 40, chin_most_mm = 90;
/* The root of the nose: its height above the tip in an adult (nasion to subnasale 50 mm, less the tip's 8),
 * and its least depth behind the brow. */
static const double root_above_tip_mm = 42, root_most_mm = 60, brow_above_root_mm = 2;
/* The ears: their place in an adult, and how far a pitch of 20 degrees and a short or long head move them;
 * the band of their folds; the largest step that counts (4 mm), so that a single one, as at the edge of a
 * cushion, does not outweigh the folds; and how far one ear can lie from the place of the other. */
static const double ear_behind_tip_mm = 122, ear_above_tip_mm = 12;
static const double ear_spread_back_mm = 15, ear_spread_v_mm = 34, ear_apart_mm = 12;
static const double ear_radius_mm = 11, fold_short_mm = 5, fold_long_mm = 25;
static const float fold_most_mm2 = 16;
/* Heads whose ears are in view have 1.1 to 6.7 mm2 on their more folded side, those whose field of view
 * ends at the ears 0.4 to 1.0. */
static const double fold_least_mm2 = 0.8;
/* The end of the field of view, see ef_map_clip. */
static const double end_mm = 2.5;

void ef_map_clip(float *height, const ef_surface *surface, const ef_image *image, const double at_mm[3],
                 double azimuth_deg)
{
    const ek_view view = ef_surface_view(surface, at_mm, azimuth_deg, EF_MAP_U, EF_MAP_V, EF_MAP_MM);
    const int64_t *n = image->grid.n;
    ef_affine voxel_from_world, grid_from_camera;
    double mm[3];
    memcpy(grid_from_camera.m, view.voxel_from_camera, sizeof grid_from_camera.m);
    if (!ef_affine_invert(&voxel_from_world, image->grid.world_from_voxel))
        return;
    ef_affine_spacing(mm, &image->grid.world_from_voxel);
    const ef_affine voxel_from_camera =
        ef_affine_mul(voxel_from_world, ef_affine_mul(surface->grid.world_from_voxel, grid_from_camera));
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        const double camera[3] = {(i % EF_MAP_U + 0.5) * EF_MAP_MM, (i / EF_MAP_U + 0.5) * EF_MAP_MM,
                                  EF_MAP_RAY_MM - (double)height[i]};
        double at[3];
        if (isnan(height[i]))
            continue;
        ef_affine_apply(at, &voxel_from_camera, camera);
        bool ends = false;
        for (int d = 0; d < 3; d++) {
            const double margin = fmax(end_mm / mm[d], 1), last = (double)n[d] - 0.5;
            int64_t end[3];
            for (int a = 0; a < 3; a++)
                end[a] = (int64_t)fmin(fmax(floor(at[a] + 0.5), 0), (double)n[a] - 1);
            if (at[d] + 0.5 < margin)
                end[d] = 0;
            else if (last - at[d] < margin)
                end[d] = n[d] - 1;
            else
                continue;
            ends |= ef_image_value(image, ek_index(n, end[0], end[1], end[2])) > (double)surface->iso;
        }
        height[i] = ends ? NAN : height[i];
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct outline {
    double top;          /* v of the uppermost row */
    double middle;       /* u of the braincase's middle */
    double breadth;      /* of the braincase, its median; from the side its length */
    bool without_vertex; /* the field of view ends below it */
} outline;

/* The braincase is measured 40 to 100 mm below the top. */
static outline measure_head(const float *height)
{
    double middles[EF_MAP_V], breadths[EF_MAP_V];
    int n = 0;
    outline o = {.top = -INFINITY};
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
        const double width = ef_map_u(last) - ef_map_u(first);
        if (isinf(o.top)) {
            o.top = ef_map_v(row);
            o.without_vertex = width > widest_vertex_mm;
        }
        if (ef_map_v(row) < o.top - 40 && ef_map_v(row) > o.top - 100) {
            middles[n] = 0.5 * (ef_map_u(first) + ef_map_u(last));
            breadths[n++] = width;
        }
    }
    if (n == 0)
        return o;
    qsort(middles, (size_t)n, sizeof *middles, by_value);
    qsort(breadths, (size_t)n, sizeof *breadths, by_value);
    o.middle = middles[n / 2];
    o.breadth = breadths[n / 2];
    return o;
}

/* Weight of a nose at this height. */
static double nose_weight(const outline *o, double scale, double v)
{
    const double lowest = o->top - nose_below_vertex_mm * scale;
    double off = v - lowest;
    if (o->without_vertex && off > 0)
        off = fmax(0, v - o->top + organ_short_mm);
    off /= nose_spread_mm;
    return fabs(off) <= 2 ? exp(-0.5 * off * off) : 0;
}

/* The pixel of a box that stands out most from its surroundings, and by how much. */
static double most_out(int pixel[2], const float *weighted, const ef_map_box *b)
{
    double best = 0;
    pixel[0] = b->column[0], pixel[1] = b->row[0];
    for (int row = b->row[0]; row < b->row[1]; row++)
        for (int column = b->column[0]; column < b->column[1]; column++)
            if ((double)weighted[row * EF_MAP_U + column] > best) {
                best = (double)weighted[row * EF_MAP_U + column];
                pixel[0] = column, pixel[1] = row;
            }
    return best;
}

/* Finds what stands out most in the middle, by its weight, and by at least nose_stands_out_mm; false for
 * nothing. Without a vertex it can be the chin; then what stands out above it is taken.
 * weighted  out, scratch */
static bool stands_out(int pixel[2], float *weighted, const float *band, const outline *o, double scale)
{
    const ef_map_box b = ef_map_box_of(o->middle - 25, o->middle + 25, -1000, 1000);
    for (int i = 0; i < EF_MAP_PIXELS; i++)
        weighted[i] = band[i] * (float)nose_weight(o, scale, ef_map_v(i / EF_MAP_U));
    const double best = most_out(pixel, weighted, &b);
    const int chin = pixel[1], highest = chin - (int)(chin_most_mm * scale / EF_MAP_MM),
              lowest = chin - (int)(chin_least_mm * scale / EF_MAP_MM);
    for (int row = highest > 0 ? highest : 0; o->without_vertex && best > 0 && row <= lowest; row++) {
        ef_map_box around = b;
        int there[2];
        around.row[0] = row > APART_ROWS ? row - APART_ROWS : 0;
        around.row[1] = row + APART_ROWS < b.row[1] ? row + APART_ROWS : b.row[1];
        if (most_out(there, weighted, &around) >= as_much * best && there[1] == row) {
            memcpy(pixel, there, sizeof there);
            break;
        }
    }
    return best > nose_stands_out_mm;
}

/* Sets the tip to the highest point of the front map's box. */
static void set_tip(ef_places *p, const float *front, const ef_map_box *b)
{
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            const double h = (double)front[row * EF_MAP_U + column];
            if (h > p->tip_height)
                p->anchor[0][0] = ef_map_u(column), p->anchor[0][1] = ef_map_v(row), p->tip_height = h;
        }
    }
}

/* Where the field of view ends right below the tip, it was not the tip. The real one lies below the root,
 * where the profile first recedes on its way up to the brow. */
static void place_by_root(ef_places *p, const float *front)
{
    const double u = p->anchor[0][0], v = p->anchor[0][1], s = p->scale;
    const ef_map_box below = ef_map_box_of(u - 4, u + 4, v - 12 * s, v - 8 * s),
                     above = ef_map_box_of(u - 1, u + 1, v, v + root_most_mm * s);
    for (int row = below.row[0]; row < below.row[1]; row++)
        for (int column = below.column[0]; column < below.column[1]; column++)
            if (!isnan(front[row * EF_MAP_U + column]))
                return;
    double least = INFINITY, root = 0;
    for (int row = above.row[1] - 1; row >= above.row[0]; row--) {
        const double h = (double)front[row * EF_MAP_U + above.column[0]];
        if (h < least)
            least = h, root = ef_map_v(row);
        if (h > least + brow_above_root_mm) {
            p->anchor[0][1] = fmin(v, root - root_above_tip_mm * s);
            return;
        }
    }
}

static bool find_nose(ef_places *p, const float *front, const float *side, float *scratch, int threads)
{
    float *band = scratch;
    int pixel[2];
    const outline o = measure_head(front);
    const double size = fmax(o.breadth / adult_breadth_mm, measure_head(side).breadth / adult_length_mm);
    p->scale = fmin(fmax(size > 0 ? size : 1, 0.75), 1.05);
    const double v = o.top - nose_below_vertex_mm * p->scale;
    ef_map_box b =
        ef_map_box_of(o.middle - 25, o.middle + 25, v - 2 * nose_spread_mm, v + 2 * nose_spread_mm);
    memcpy(band, front, EF_MAP_PIXELS * sizeof *band);
    if (!ef_map_band(band, scratch + EF_MAP_PIXELS, organ_short_mm, organ_long_mm, threads))
        return false;
    p->nose_found = stands_out(pixel, scratch + EF_MAP_PIXELS, band, &o, p->scale);
    if (p->nose_found)
        b = ef_map_box_of(ef_map_u(pixel[0]) - 8, ef_map_u(pixel[0]) + 8, ef_map_v(pixel[1]) - 8,
                          ef_map_v(pixel[1]) + 8);
    p->tip_height = -INFINITY;
    set_tip(p, front, &b);
    if (p->nose_found)
        place_by_root(p, front);
    else
        p->anchor[0][0] = o.middle, p->anchor[0][1] = v;
    return true;
}

/* How folded the surface is around each pixel; 0 where there is none. */
static bool fold_map(float *folds, const float *height, float *scratch, int threads)
{
    const int64_t n[3] = {EF_MAP_U, EF_MAP_V, 1};
    const double sigma[3] = {ear_radius_mm / EF_MAP_MM, ear_radius_mm / EF_MAP_MM, 0};
    memcpy(folds, height, EF_MAP_PIXELS * sizeof *folds);
    if (!ef_map_band(folds, scratch, fold_short_mm, fold_long_mm, threads))
        return false;
    /* Not a normalised convolution: a speck at the end of the field of view must weigh less than an ear. */
    for (int i = 0; i < EF_MAP_PIXELS; i++)
        folds[i] = isnan(folds[i]) ? 0 : fminf(folds[i] * folds[i], fold_most_mm2);
    return ek_gaussian(folds, n, sigma, threads);
}

/* How folded a side view is at a place; u is counted backwards. */
static double folded(const float *folds, int view, double back, double v)
{
    const double column = floor((view == 1 ? back : -back) / EF_MAP_MM + EF_MAP_U / 2.0),
                 row = floor(EF_MAP_V / 2.0 - v / EF_MAP_MM);
    const bool in = column >= 0 && column < EF_MAP_U && row >= 0 && row < EF_MAP_V;
    return in ? (double)folds[(int)row * EF_MAP_U + (int)column] : 0;
}

/* The place near `from` (mm backwards, v) where the requested views are together most folded; `from` itself
 * where nothing is folded. */
static void most_folded(double place[2], float *const folds[EF_VIEWS], int first, int last,
                        const double from[2], double spread_back, double spread_v)
{
    double best = 0;
    place[0] = from[0], place[1] = from[1];
    for (double dv = -2 * spread_v; dv <= 2 * spread_v; dv += EF_MAP_MM) {
        for (double db = -2 * spread_back; db <= 2 * spread_back; db += EF_MAP_MM) {
            const double u = db / spread_back, v = dv / spread_v;
            double sum = 0;
            for (int view = first; view <= last; view++)
                sum += folded(folds[view], view, from[0] + db, from[1] + dv);
            sum *= exp(-0.5 * (u * u + v * v));
            if (sum > best)
                best = sum, place[0] = from[0] + db, place[1] = from[1] + dv;
        }
    }
}

/* Sets the anchors of the side views: where both sides together are most folded, then each side near there.
 * Where neither side shows an ear, the anchors are set by proportion. */
static bool find_ears(ef_places *p, float *const height[EF_VIEWS], float *scratch, int threads)
{
    float *folds[EF_VIEWS] = {NULL, scratch, scratch + EF_MAP_PIXELS};
    float *own = malloc((size_t)2 * EF_MAP_PIXELS * sizeof *own);
    bool done = own != NULL;
    for (int view = 1; done && view < EF_VIEWS; view++)
        done = fold_map(folds[view], height[view], own, threads);
    free(own);
    if (!done)
        return false;
    /* The nose's tip seen from the side: its height in the front view points against `backwards`. */
    const double s = p->scale, expected[2] = {s * ear_behind_tip_mm - p->tip_height,
                                              p->anchor[0][1] + s * ear_above_tip_mm};
    double both[2], one[EF_VIEWS][2], most = 0;
    most_folded(both, folds, 1, 2, expected, ear_spread_back_mm, ear_spread_v_mm);
    for (int view = 1; view < EF_VIEWS; view++) {
        most_folded(one[view], folds, view, view, both, ear_apart_mm, ear_apart_mm);
        most = fmax(most, folded(folds[view], view, one[view][0], one[view][1]));
    }
    p->ears_found = most >= fold_least_mm2;
    for (int view = 1; view < EF_VIEWS; view++) {
        const double *at = p->ears_found ? one[view] : expected;
        p->anchor[view][0] = view == 1 ? at[0] : -at[0];
        p->anchor[view][1] = at[1];
    }
    return true;
}

bool ef_places_find(ef_places *places, float *const height[EF_VIEWS], float *scratch, int threads)
{
    memset(places, 0, sizeof *places);
    return find_nose(places, height[0], height[1], scratch, threads) &&
           find_ears(places, height, scratch, threads);
}
