/* Rays from the side, in atlas space: a tilted head is seen as an upright one. */
#include "head/ear_map.h"

#include <math.h>

#include "head/landmarks.h"
#include "kernels/distance.h"
#include "kernels/each.h"
#include "kernels/label.h"
#include "kernels/roll.h"
#include "kernels/sample.h"
#include "kernels/smooth.h"

/* Rays begin and end at these x of the atlas, mm: beyond the ears of a large head, and near its middle. */
static const double begin_mm = 125, end_mm = 20;
/* The step of a ray, and the least tissue in a row that is a surface, mm: less is a speckle. */
static const double step_mm = 1, least_tissue_mm = 2;
/* Least known air before a surface, mm: with less, the field of view ends in it. */
static const double least_air_mm = 3;
/* Thin sheets of an ear can stand before the segmented skin by this, mm. */
static const double before_skin_mm = 14;
/* Cells this near to an end of the field of view are not seen: one cell and its smoothing. */
enum { END_CELLS = 2 };
/* Radius of the ball, mm. It must not fit into an ear, 33 to 43 mm broad (ANSUR II: 37 +- 3), and must follow a
 * head, whose sides bend with 60 mm and more. In the middle of an ear that is pressed flat it stands 6 mm. */
static const double ball_mm = 30;
/* Least height above the ball's reach, mm. Hair, vessels and the steps of cells stay below it. */
static const double stands_mm = 3;
/* Radius of the ball without, mm, and least depth of a hollow. The folds of an ear and the groove behind it are
 * narrower than the ball; the hollow between jaw and neck is wider. */
static const double hollow_ball_mm = 12, hollow_mm = 3;
/* Hollows lie at most this deep under the smooth head, mm, and one side's smooth head at most so deep under the other's:
 * what is deeper is a field of view that ends in the head. */
static const double deepest_mm = 15;
/* Where the field of view ends in the side of a head, the smooth head is taken to lie this far outside of the other
 * side's, mm: poses lie off the middle. With less, brain could count as scalp. */
static const double off_middle_mm = 3;
/* Where an ear can be, mm from the middle of the atlas' ear. In 25 real heads the middles of ears lie -25 to 5
 * along u and -10 to 19 along v (chins up included); half an ear is 22 by 38 mm (ANSUR II, +3 deviations). What
 * stands out farther in front is cheek and jaw. */
static const double least_u_mm = -48, most_u_mm = 30, least_v_mm = -55, most_v_mm = 58;
/* The smooth head and the ear's outline are smoothed by this, mm: what is cut along them must not have the ear's own
 * form. */
static const double smooth_mm = 5;
/* Farther from the ear than this nobody asks, mm. */
static const float near_mm = 40;
/* Least and greatest area of what stands out in one piece, pixels: 0.5 and 40 cm2. Less is noise. An ear of 76 by 44 mm
 * (ANSUR II, +3 deviations) has 26 cm2, in 25 real heads 31 and less with the step around it; more is a pad, hair, or
 * signal loss that leaves no skin, as in echo-planar scans (80 to 100 cm2). */
enum { LEAST_PIXELS = 12, MOST_PIXELS = 1000 };

static double u_of(int64_t pixel)
{
    return ((double)(pixel % EF_EAR_U) + 0.5 - EF_EAR_U / 2.0) * EF_EAR_PIXEL_MM;
}

static double v_of(int64_t pixel)
{
    return (EF_EAR_V / 2.0 - (double)(pixel / EF_EAR_U) - 0.5) * EF_EAR_PIXEL_MM;
}

static double outward(ef_side side)
{
    return side == EF_LEFT ? -1 : 1;
}

void ef_ear_point(double xyz[3], int64_t pixel, ef_side side, double height)
{
    xyz[0] = outward(side) * height;
    xyz[1] = ef_ear_mm[1] + u_of(pixel);
    xyz[2] = ef_ear_mm[2] + v_of(pixel);
}

/* Returns whether the field of view ends above, below, before or behind a point: a ray that enters there sees the
 * picture's end. Where it ends at the side, the ear is cut, and what is left of it is seen. */
static bool at_end(const ef_work *work, const double at[3])
{
    for (int d = 1; d < 3; d++) {
        for (int way = -END_CELLS; way <= END_CELLS; way += 2 * END_CELLS) {
            double beside[3] = {at[0], at[1], at[2]};
            beside[d] += way;
            const int64_t cell = ef_grid_nearest(beside, work->grid.n);
            if (cell < 0 || isnan(work->value[cell]))
                return true;
        }
    }
    return false;
}

/* Returns the height of the surface on a pixel's ray; NaN where there is none.
 * cut  out: 1 where the field of view ends there */
static double ray(uint8_t *cut, const ef_ear_source *s, ef_side side, int64_t pixel)
{
    double tissue_mm = 0, air_mm = 0, h = begin_mm;
    *cut = 0;
    while (h > end_mm) {
        double at[3];
        ef_ear_point(at, pixel, side, h);
        ef_affine_apply(at, s->work_from_atlas, at);
        const int64_t cell = ef_grid_nearest(at, s->work->grid.n);
        const bool known = cell >= 0 && !isnan(s->work->value[cell]);
        const double skip = cell < 0 ? 0 : fmax(0, (double)s->skin_mm[cell] - before_skin_mm);
        if (known && skip == 0 && ek_trilinear(s->value, s->work->grid.n, at) > s->threshold) {
            tissue_mm += step_mm;
        } else {
            tissue_mm = 0;
            air_mm += known ? fmax(step_mm, skip) : 0;
        }
        if (tissue_mm >= least_tissue_mm) {
            *cut = air_mm < least_air_mm;
            return at_end(s->work, at) ? NAN : h + tissue_mm - 0.5 * step_mm;
        }
        h -= fmax(step_mm, skip);
    }
    return NAN;
}

typedef struct surface_job {
    ef_ear_map *map;
    const ef_ear_source *source;
    ef_side side;
} surface_job;

static void surface_row(void *context, int64_t row)
{
    const surface_job *job = context;
    for (int64_t i = row * EF_EAR_U; i < (row + 1) * EF_EAR_U; i++)
        job->map->height[i] = (float)ray(&job->map->cut[i], job->source, job->side, i);
}

/* Returns mm of the head for a mm of the atlas. */
static double scale_of(const ef_ear_source *source)
{
    return cbrt(fabs(ef_affine_det(source->work_from_atlas))) * source->work->spacing_mm;
}

/* Sets the smooth head, and the reach of the ball without, times -1. Returns false where memory was short. */
static bool roll(ef_ear_map *map, float *hollow, int threads)
{
    const int64_t n[2] = {EF_EAR_U, EF_EAR_V};
    float turned[EF_EAR_PIXELS];
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++)
        turned[i] = -map->height[i];
    return ek_roll(map->smooth, map->height, n, EF_EAR_PIXEL_MM, ball_mm, threads) &&
           ek_roll(hollow, turned, n, EF_EAR_PIXEL_MM, hollow_ball_mm, threads);
}

/* Returns whether one side's smooth head is no skin: it is the end of the field of view, or far under the other
 * side's. */
static bool is_cut(const ef_ear_map *map, const ef_ear_map *other, int64_t i)
{
    return (map->cut[i] && (double)(map->height[i] - map->smooth[i]) < stands_mm) ||
           (double)(other->smooth[i] - map->smooth[i]) > deepest_mm;
}

/* Replaces the smooth head where it is no skin. It becomes NaN where the other side's is no better. */
static void mend(ef_ear_map *maps)
{
    ef_ear_map *left = &maps[EF_LEFT], *right = &maps[EF_RIGHT];
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++) {
        const bool left_cut = is_cut(left, right, i), right_cut = is_cut(right, left, i);
        if (left_cut && right_cut)
            left->smooth[i] = right->smooth[i] = NAN;
        else if (left_cut)
            left->smooth[i] = right->smooth[i] + (float)off_middle_mm;
        else if (right_cut)
            right->smooth[i] = left->smooth[i] + (float)off_middle_mm;
    }
}

/* Marks the ear: what stands out where an ear can be, and the hollows there. Where the field of view ends, hollows
 * count only where that end is in the skin. Returns false where memory was short. */
static bool mark(ef_ear_map *map, const float *hollow)
{
    const int64_t n[3] = {EF_EAR_U, EF_EAR_V, 1};
    int32_t label[EF_EAR_PIXELS];
    int64_t size[EF_EAR_PIXELS / LEAST_PIXELS];
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++) {
        const double u = u_of(i), v = v_of(i), out_mm = (double)(map->height[i] - map->smooth[i]),
                     deep_mm = (double)(-hollow[i] - map->height[i]);
        map->ear[i] = u >= least_u_mm && u <= most_u_mm && v >= least_v_mm && v <= most_v_mm &&
                      (out_mm >= stands_mm || (deep_mm >= hollow_mm && out_mm > -deepest_mm));
    }
    if (ek_components(label, size, EF_EAR_PIXELS / LEAST_PIXELS, map->ear, n, 26) < 0)
        return false;
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++) {
        const int32_t part = label[i];
        map->ear[i] = part > 0 && part <= EF_EAR_PIXELS / LEAST_PIXELS && size[part - 1] >= LEAST_PIXELS &&
                      size[part - 1] <= MOST_PIXELS;
    }
    return true;
}

/* Measures the ear, and smooths what the cut follows. The smooth head is continued past the end of a field of view.
 * Returns false where memory was short. */
static bool finish(ef_ear_map *map, double scale, int threads)
{
    const int64_t n[3] = {EF_EAR_U, EF_EAR_V, 1};
    const double spacing[3] = {EF_EAR_PIXEL_MM, EF_EAR_PIXEL_MM, EF_EAR_PIXEL_MM},
                 sigma[3] = {smooth_mm / EF_EAR_PIXEL_MM, smooth_mm / EF_EAR_PIXEL_MM, 0};
    map->area_cm2 = map->out_mm = 0;
    map->pixel_cm2 = pow(scale * EF_EAR_PIXEL_MM / 10, 2);
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++) {
        if (!map->ear[i])
            continue;
        map->area_cm2 += map->pixel_cm2;
        map->out_mm = fmax(map->out_mm, scale * (double)(map->height[i] - map->smooth[i]));
    }
    return ek_distance_signed(map->outside_mm, map->ear, n, spacing, threads) &&
           ek_gaussian(map->outside_mm, n, sigma, threads) &&
           ek_gaussian_masked(map->smooth, NULL, n, sigma, threads);
}

bool ef_ears_make(ef_ears *ears, const ef_ear_source *source, int threads)
{
    float hollow[EF_SIDES][EF_EAR_PIXELS];
    ef_ear_map *maps = ears->side;
    ears->work_from_atlas = *source->work_from_atlas;
    for (int side = 0; side < EF_SIDES; side++) {
        surface_job job = {&maps[side], source, (ef_side)side};
        ek_each(EF_EAR_V, surface_row, &job, threads);
        if (!roll(&maps[side], hollow[side], threads))
            return false;
    }
    mend(maps);
    for (int side = 0; side < EF_SIDES; side++)
        if (!mark(&maps[side], hollow[side]) || !finish(&maps[side], scale_of(source), threads))
            return false;
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++)
        for (int side = 0; side < EF_SIDES; side++)
            maps[side].outside_mm[i] = fminf(maps[EF_LEFT].outside_mm[i], maps[EF_RIGHT].outside_mm[i]);
    return true;
}

bool ef_ears_place(double *depth_mm, double *outside_mm, const ef_ears *ears, const double xyz[3])
{
    const ef_ear_map *map = &ears->side[xyz[0] < 0 ? EF_LEFT : EF_RIGHT];
    const int64_t n[3] = {EF_EAR_U, EF_EAR_V, 1};
    const double at[3] = {(xyz[1] - ef_ear_mm[1]) / EF_EAR_PIXEL_MM + 0.5 * (EF_EAR_U - 1),
                          0.5 * (EF_EAR_V - 1) - (xyz[2] - ef_ear_mm[2]) / EF_EAR_PIXEL_MM, 0};
    if (at[0] < 0 || at[1] < 0 || at[0] > EF_EAR_U - 1 || at[1] > EF_EAR_V - 1 ||
        map->outside_mm[(int)at[0] + EF_EAR_U * (int)at[1]] > near_mm)
        return false;
    *depth_mm = ek_trilinear(map->smooth, n, at) - fabs(xyz[0]);
    *outside_mm = ek_trilinear(map->outside_mm, n, at);
    return !isnan(*depth_mm);
}
