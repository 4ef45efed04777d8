/* The wall that closes the cut. A plain cut would show orbits, sinuses and the outlines of bones. These
 * tell, for example, the distance between the eyes. */
#include "apply/wall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/draw.h"
#include "base/error.h"
#include "base/stream.h"
#include "kernels/carve.h"
#include "kernels/resample.h"
#include "kernels/smooth.h"
#include "kernels/spread.h"

/* The wall ends under_mean_mm under the mean skin, and half an edge's breadth (draw.c) deeper. It ends at
 * most before_own_mm before the subject's own skin: it must not stand out where the cut ends. */
static const double under_mean_mm = 2.5, half_edge_voxels = 0.75, before_own_mm = 2;
/* The wall's outer surface is the cut's own, cover_mm farther out. The brain's border shows only where a
 * protected brain comes nearer to it than that. There it is smoothed by smooth_mm. It is no face's border,
 * but it is still this person's. */
static const double cover_mm = 3, smooth_mm = 5;
/* A random plane through the box adds 0 to three times this, mm. The border's place is known to a
 * millimetre, and part of that follows the face that helped to find it. */
static const double cover_random_mm = 1.5;
/* The wall's values are those of the kept tissue around, smeared by around_mm. They are limited to
 * least_part and most_part of the head's median signal. prior: weight of the median, which decides far from
 * all tissue. */
static const double around_mm = 24, least_part = 0.6, most_part = 1.2, prior = 1e-3;
/* Room around the mask, mm, for kept tissue to take values from. */
static const double room_mm = 12;
/* Voxels farther than this from the wall, or from the mask's back, are not visited, mm. */
static const double edge_room_mm = 2, behind_mm = 8;
/* Distances are kept within this, mm: what lies farther from the wall is decided alike, and a steep rise there
 * must not slow down the rest. */
static const double far_mm = 16;

double ef_wall_mm(const ef_image *image)
{
    double mm[3];
    ef_affine_spacing(mm, &image->grid.world_from_voxel);
    return fmax(EF_WALL_MM, fmax(mm[0], fmax(mm[1], mm[2])));
}

/* The box of work cells around the mask, and its fields. */
typedef struct wall {
    ef_new_face face; /* only its fields that are drawn from are set */
    float *surface_mm, *depth_mm, *end_mm, *value;
    uint8_t *kept, *mask;
} wall;

static void release(wall *w)
{
    ef_new_face_release(&w->face);
    free(w->surface_mm);
    free(w->depth_mm);
    free(w->end_mm);
    free(w->value);
    free(w->kept);
    free(w->mask);
}

/* Places the box of work cells in which the wall can lie, with room around. Returns false where there are
 * none. */
static bool place(ef_face_box *box, const ef_apply_input *in, double wall_mm)
{
    const ef_atlas *atlas = &in->subject->atlas;
    const int64_t *n = atlas->grid.n;
    const ef_affine work_from_cell =
        ef_affine_mul(in->subject->location.work_from_atlas_kept, atlas->grid.world_from_voxel);
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    int64_t i = 0;
    for (int64_t z = 0; z < n[2]; z++) {
        for (int64_t y = 0; y < n[1]; y++) {
            for (int64_t x = 0; x < n[0]; x++, i++) {
                const double cut = (double)in->region->cut_mm[i];
                if (!(cut < 0 && cut > -2 * wall_mm && !((double)atlas->skin_mm[i] > 0)))
                    continue;
                double at[3] = {(double)x, (double)y, (double)z};
                ef_affine_apply(at, &work_from_cell, at);
                for (int d = 0; d < 3; d++) {
                    low[d] = fmin(low[d], at[d]);
                    high[d] = fmax(high[d], at[d]);
                }
            }
        }
    }
    ef_face_box_place(box, &in->subject->work, low, high, room_mm);
    return box->count > 0;
}

/* Resamples the cut and the mean skin onto the box, in subject mm. Beyond the atlas nothing is known. */
static efface_status atlas_fields(wall *w, const ef_apply_input *in, int threads, efface_error *err)
{
    const ef_atlas *atlas = &in->subject->atlas;
    ef_affine atlas_cell_from_voxel, voxel_from_box;
    const efface_status status = ef_cell_from_voxel(&atlas_cell_from_voxel, in->subject,
                                                    &in->subject->location.work_from_atlas_kept, err);
    if (status != EFFACE_PASS)
        return status;
    if (!ef_affine_invert(&voxel_from_box, w->face.box.cell_from_voxel))
        return ef_fail(err, EFFACE_INTERNAL, "grid is singular");
    const ef_affine atlas_cell_from_box = ef_affine_mul(atlas_cell_from_voxel, voxel_from_box);
    ek_resample_linear(w->surface_mm, w->face.box.n, in->region->cut_mm, atlas->grid.n,
                       atlas_cell_from_box.m, NAN, threads);
    ek_resample_linear(w->end_mm, w->face.box.n, atlas->skin_mm, atlas->grid.n, atlas_cell_from_box.m, NAN,
                       threads);
    return EFFACE_PASS;
}

/* Measures, for each cell, its depth in the mask (negative: kept), its distance from where the wall must
 * end (negative: within), and whether it is kept tissue. */
static void measure(wall *w, const ef_apply_input *in, double voxel_mm)
{
    const int64_t *n = w->face.box.n, *from = w->face.box.origin, *size = in->subject->work.grid.n;
    const double mm = in->subject->work.spacing_mm;
    const double scale = cbrt(fabs(ef_affine_det(&in->subject->location.work_from_atlas_kept))) * mm;
    const double under_mm = under_mean_mm + half_edge_voxels * voxel_mm;
    int64_t i = 0;
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        const int64_t first = from[0] + size[0] * (from[1] + row % n[1] + size[1] * (from[2] + row / n[1]));
        for (int64_t at = first; at < first + n[0]; at++, i++) {
            const double cut = scale * (double)w->surface_mm[i], mean = scale * (double)w->end_mm[i];
            const double away =
                (double)in->subject->brain.away_mm[at] - in->subject->brain.size * in->margin_mm;
            const double own = (double)in->subject->head.skin_mm[at],
                         depth = isnan(cut) ? away : fmin(-cut, away);
            w->depth_mm[i] = (float)depth;
            w->value[i] = in->subject->work.value[at];
            w->kept[i] = depth < -mm && in->subject->head.inside[at] && !isnan(w->value[i]);
            w->surface_mm[i] = isnan(cut) ? w->depth_mm[i] : (float)-cut;
            /* Where the mean skin is unknown, the subject's own is used. */
            w->end_mm[i] = (float)fmax(isnan(mean) ? own : mean + under_mm, own - before_own_mm);
        }
    }
}

/* Returns how much farther out the wall lies at a cell by this run's random plane, mm. */
static double random_cover(const wall *w, int64_t i, const double slope[3])
{
    const int64_t *n = w->face.box.n;
    double at[3];
    ef_grid_point(at, n, i);
    double sum = 1.5;
    for (int d = 0; d < 3; d++)
        sum += 1.5 * slope[d] * (2 * at[d] / (double)n[d] - 1);
    return cover_random_mm * fmax(0, fmin(sum, 3));
}

/* Computes the outer surface from the depths, and the cells that are drawn. Returns false where memory was
 * short. */
static bool cells(wall *w, const ef_apply_input *in, double wall_mm, int threads)
{
    const double smooth = smooth_mm / w->face.box.mm, sigma[3] = {smooth, smooth, smooth};
    const double air = in->subject->head.air, signal = in->subject->head.tissue - air;
    if (!ek_spread(w->value, w->kept, w->face.box.n, around_mm / w->face.box.mm, prior,
                   in->subject->head.tissue, threads))
        return false;
    if (!ek_gaussian(w->depth_mm, w->face.box.n, sigma, threads))
        return false;
    double slope[3];
    for (uint64_t d = 0; d < 3; d++)
        slope[d] = 2 * ek_uniform(in->seed, d + EF_STREAM_WALL) - 1;
    for (int64_t i = 0; i < w->face.box.count; i++) {
        const double cover = cover_mm + random_cover(w, i, slope);
        w->surface_mm[i] =
            fmaxf(fminf(w->surface_mm[i] - (float)wall_mm, w->depth_mm[i] - (float)cover), w->end_mm[i]);
        const double part = ((double)w->value[i] - air) / signal;
        const double value = air + signal * fmax(least_part, fmin(most_part, part));
        w->face.cell[i] = (ek_face_cell){w->surface_mm[i], (float)value};
    }
    return true;
}

/* Marks the voxels of the mask that the wall reaches. */
static void mark(wall *w, const ef_image *image, const ef_apply_input *in, int threads)
{
    static const float nothing = 1e6F;
    const int64_t count = ef_grid_count(&image->grid);
    ek_field surface = {.value = w->surface_mm,
                        .n = {w->face.box.n[0], w->face.box.n[1], w->face.box.n[2]}};
    const ek_field everywhere = {.value = &nothing, .n = {1, 1, 1}};
    memcpy(surface.index_from_voxel, w->face.box.cell_from_voxel.m, sizeof surface.index_from_voxel);
    for (int64_t i = 0; i < w->face.box.count; i++)
        w->surface_mm[i] =
            fmaxf(fmaxf(w->surface_mm[i] - (float)edge_room_mm, -w->depth_mm[i] - (float)behind_mm),
                  -(float)far_mm);
    for (int64_t i = 0; i < w->face.box.count; i++)
        w->surface_mm[i] = fminf(w->surface_mm[i], (float)far_mm);
    ek_carve(w->mask, image->grid.n, &surface, &everywhere, 0, 1, ek_field_slope(&surface), threads);
    for (int64_t i = 0; i < count; i++)
        w->mask[i] &= in->region->mask[i];
}

efface_status ef_apply_wall(ef_image *image, const ef_apply_input *in, int threads, efface_error *err)
{
    wall w = {.surface_mm = NULL};
    const size_t voxels = (size_t)ef_grid_count(&image->grid);
    double edge_mm[3];
    ef_affine_spacing(edge_mm, &image->grid.world_from_voxel);
    const double voxel_mm = cbrt(edge_mm[0] * edge_mm[1] * edge_mm[2]);
    if (!place(&w.face.box, in, ef_wall_mm(image)))
        return ef_fail(err, EFFACE_INTERNAL, "the cut lies nowhere in the head");
    const size_t count = (size_t)w.face.box.count;
    w.face.cell = malloc(count * sizeof *w.face.cell);
    w.surface_mm = malloc(count * sizeof(float));
    w.depth_mm = malloc(count * sizeof(float));
    w.end_mm = malloc(count * sizeof(float));
    w.value = malloc(count * sizeof(float));
    w.kept = malloc(count);
    w.mask = malloc(voxels);
    efface_status status = EFFACE_PASS;
    if (!w.face.cell || !w.surface_mm || !w.depth_mm || !w.end_mm || !w.value || !w.kept || !w.mask)
        status = ef_fail_memory(err, voxels + 29 * count);
    if (status == EFFACE_PASS)
        status = atlas_fields(&w, in, threads, err);
    if (status == EFFACE_PASS)
        measure(&w, in, voxel_mm);
    if (status == EFFACE_PASS && !cells(&w, in, ef_wall_mm(image), threads))
        status = ef_fail_memory(err, 8 * count);
    if (status == EFFACE_PASS) {
        mark(&w, image, in, threads);
        status = ef_draw_face(image, &w.face, w.mask, in, threads, err);
    }
    release(&w);
    return status;
}
