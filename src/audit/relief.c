/* Relief that a new face keeps. This file uses the defaced voxels alone and does not know how they were
 * made. */
#include "audit/relief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/sample.h"
#include "kernels/smooth.h"

/* Steps along a ray, and how far before and behind the mean skin it searches, mm: noses are 25 mm high. */
static const double step_mm = 0.5, ray_mm = 30;
/* Tissue thinner than this is noise, mm. */
static const double least_tissue_mm = 2;
/* Nearer to the cut's border than this, mm, the subject's skin rightly passes into the new one. */
static const double clear_of_border_mm = 14;
/* Relief is a height less its mean over this Gaussian, mm; of a wavelength of 32 mm half remains. Longer
 * waves are more alike between faces, so they are harder to distinguish from chance. */
static const double smooth_mm = 6;
/* Area of one side of such a wave, cm2: it counts as one independent piece of relief. */
static const double piece_cm2 = 2.5;
/* Standard error of a whole face's coefficient: so much and less (bench/results/relief.csv). Chance decides
 * where a scan shows little of a face, or where an old face is nearly the mean one: 0.2 to 1.7 in 12 cm2 of
 * a brow. A face that was not drawn anew leaves a coefficient with nearly no error. */
static const double sure_error = 0.15;
/* A surface that stayed differs from the old one only by the steps of rays: by less than same_mm over a
 * window of WINDOW_CELLS. Two unrelated surfaces never do so. */
static const double same_mm = 0.3;
enum { WINDOW_CELLS = 2 }; /* on each side of the middle: 10 mm */

/* What all heads have in common, and where it lies and how large it is. These are the mean relief, its
 * change with a shift, a stretch and a shear of the view, and a bend of the head. */
enum { COMMON = 13, OLD = COMMON, NEW, COLUMNS };

/* Returns the atlas cell coordinate y of the mean skin seen from the front; NaN where there is none or it
 * must not be judged. */
static double mean_skin(const ef_audit_input *in, int64_t x, int64_t z)
{
    const ef_atlas *atlas = &in->subject->atlas;
    const int64_t *n = atlas->grid.n, row = x + n[0] * n[1] * z;
    for (int64_t y = n[1] - 2; y >= 0; y--) {
        const int64_t cell = row + n[0] * y;
        if (!((double)atlas->skin_mm[cell] <= 0))
            continue;
        const double before = (double)atlas->skin_mm[cell + n[0]], here = (double)atlas->skin_mm[cell];
        const int part = atlas->part[cell];
        if (!((double)in->cut_mm[cell] < -clear_of_border_mm) || !(before > 0) || part == 0 ||
            !(in->parts & EFFACE_PARTS_FACE & 1u << (part - 1)))
            return NAN;
        return (double)y + here / (here - before);
    }
    return NAN;
}

/* Returns the height over the mean skin, in mm of the atlas, at which a ray from the front enters
 * tissue. */
static double height(const float *value, const ef_audit_input *in, const ef_affine *work_from_cell,
                     double x, double y, double z)
{
    const double mm = in->subject->atlas.grid.world_from_voxel.m[1][1];
    double tissue_mm = 0;
    for (double h = ray_mm; h >= -ray_mm; h -= step_mm) {
        double at[3] = {x, y + h / mm, z};
        ef_affine_apply(at, work_from_cell, at);
        for (int d = 0; d < 3; d++)
            if (at[d] < 0 || at[d] > (double)(in->subject->work.grid.n[d] - 1))
                return NAN;
        tissue_mm = ek_trilinear(value, in->subject->work.grid.n, at) > in->subject->head.threshold
                        ? tissue_mm + step_mm
                        : 0;
        if (tissue_mm >= least_tissue_mm)
            return h == ray_mm ? NAN : h + least_tissue_mm;
    }
    return NAN;
}

/* Turns a map into relief: heights less their local mean. Returns false where memory was short. */
static bool relief(float *map, const int64_t n[3], double mm, int threads)
{
    const int64_t count = n[0] * n[1];
    const double sigma[3] = {smooth_mm / mm, smooth_mm / mm, 0};
    float *smooth = malloc(sizeof(float) * (size_t)count);
    if (smooth == NULL)
        return false;
    memcpy(smooth, map, sizeof(float) * (size_t)count);
    const bool ok = ek_gaussian_masked(smooth, NULL, n, sigma, threads);
    for (int64_t i = 0; i < count && ok; i++)
        map[i] -= smooth[i];
    free(smooth);
    return ok;
}

/* Returns half the difference of a pixel's neighbours; NaN at the map's sides. */
static double slope(const float *map, const int64_t n[3], int64_t i, int axis)
{
    const int64_t at[2] = {i % n[0], i / n[0]}, step = axis == 0 ? 1 : n[0];
    return at[axis] < 1 || at[axis] > n[axis] - 2 ? NAN : 0.5 * (double)(map[i + step] - map[i - step]);
}

/* Computes the relief of x, z, x x, z z and x z over the map's known pixels. Returns false where memory was
 * short. */
static bool bends(float *bend[5], const ef_face_heights *map, int threads)
{
    const double half[2] = {0.5 * (double)map->n[0], 0.5 * (double)map->n[1]};
    bool ok = true;
    for (int k = 0; k < 5 && ok; k++) {
        for (int64_t i = 0; i < map->n[0] * map->n[1]; i++) {
            const double x = (double)(i % map->n[0]) / half[0] - 1,
                         z = (double)(i / map->n[0]) / half[1] - 1;
            const double term[5] = {x, z, x * x, z * z, x * z};
            bend[k][i] = isnan(map->old[i]) ? NAN : (float)term[k];
        }
        ok = relief(bend[k], map->n, map->mm, threads);
    }
    return ok;
}

/* Computes the Gram matrix of all columns. Returns the number of pixels that have all of them. */
static int64_t gram(double g[COLUMNS][COLUMNS], const ef_face_heights *map, float *const bend[5])
{
    int64_t pixels = 0;
    memset(g, 0, sizeof(double) * COLUMNS * COLUMNS);
    for (int64_t i = 0; i < map->n[0] * map->n[1]; i++) {
        const double x = (double)(i % map->n[0]) / (double)map->n[0] - 0.5;
        const double z = (double)(i / map->n[0]) / (double)map->n[1] - 0.5;
        const double along_x = slope(map->mean, map->n, i, 0), along_z = slope(map->mean, map->n, i, 1);
        const double v[COLUMNS] = {1,
                                   (double)map->mean[i],
                                   along_x,
                                   along_z,
                                   x * along_x,
                                   z * along_z,
                                   z * along_x,
                                   x * along_z,
                                   (double)bend[0][i],
                                   (double)bend[1][i],
                                   (double)bend[2][i],
                                   (double)bend[3][i],
                                   (double)bend[4][i],
                                   (double)map->old[i],
                                   (double)map->new[i]};
        bool known = true;
        for (int c = 0; c < COLUMNS; c++)
            known = known && !isnan(v[c]);
        if (!known)
            continue;
        pixels++;
        for (int r = 0; r < COLUMNS; r++)
            for (int c = 0; c < COLUMNS; c++)
                g[r][c] += v[r] * v[c];
    }
    return pixels;
}

/* Computes the old relief's coefficient and its standard error, where the old one and what all heads have
 * explain the new one. Gaussian elimination of the common columns leaves the Gram matrix of what they don't
 * explain.
 * kept  in: area_cm2; out: part, error and told
 * g     in: the Gram matrix; overwritten */
static void explain(ef_relief_kept *kept, double g[COLUMNS][COLUMNS])
{
    double size[COLUMNS];
    for (int c = 0; c < COLUMNS; c++)
        size[c] = g[c][c];
    for (int k = 0; k < COMMON; k++) {
        if (!(g[k][k] > 1e-9 * size[k])) /* the others explain it already */
            continue;
        for (int r = k + 1; r < COLUMNS; r++) {
            const double part = g[r][k] / g[k][k];
            for (int c = k + 1; c < COLUMNS; c++)
                g[r][c] -= part * g[k][c];
        }
    }
    if (!(g[OLD][OLD] > 1e-6 * size[OLD]))
        return;
    const double rest = fmax(0, g[NEW][NEW] - g[OLD][NEW] * g[OLD][NEW] / g[OLD][OLD]);
    kept->part = fabs(g[OLD][NEW] / g[OLD][OLD]);
    kept->error = sqrt(rest / g[OLD][OLD] / fmax(1, kept->area_cm2 / piece_cm2 - 1));
    kept->told = fmax(0, kept->part - 2 * fmax(0, kept->error - sure_error));
}

/* Counts the pixels around which the new surface is the old one. */
static int64_t unchanged(const ef_face_heights *map)
{
    int64_t same = 0;
    for (int64_t z = WINDOW_CELLS; z < map->n[1] - WINDOW_CELLS; z++) {
        for (int64_t x = WINDOW_CELLS; x < map->n[0] - WINDOW_CELLS; x++) {
            double square = 0, count = 0;
            if (isnan(map->new[x + map->n[0] * z]))
                continue;
            for (int64_t w = -WINDOW_CELLS; w <= WINDOW_CELLS; w++) {
                for (int64_t u = -WINDOW_CELLS; u <= WINDOW_CELLS; u++) {
                    const int64_t i = x + u + map->n[0] * (z + w);
                    const double diff = (double)(map->new[i] - map->old[i]);
                    square += isnan(diff) ? 0 : diff * diff;
                    count += !isnan(diff);
                }
            }
            same += square < same_mm * same_mm * count;
        }
    }
    return same;
}

efface_status ef_face_heights_compare(ef_relief_kept *kept, ef_face_heights *map, int threads,
                                      efface_error *err)
{
    const double mm = map->mm;
    const size_t pixels = (size_t)(map->n[0] * map->n[1]);
    float *memory = malloc(5 * pixels * sizeof *memory);
    float *bend[5];
    double g[COLUMNS][COLUMNS];
    for (size_t k = 0; k < 5 && memory != NULL; k++)
        bend[k] = memory + k * pixels;
    kept->left_cm2 = (double)unchanged(map) * mm * mm / 100;
    const bool ok = memory != NULL && bends(bend, map, threads) && relief(map->mean, map->n, mm, threads) &&
                    relief(map->old, map->n, mm, threads) && relief(map->new, map->n, mm, threads);
    if (ok) {
        kept->area_cm2 = (double)gram(g, map, bend) * mm * mm / 100;
        explain(kept, g);
    }
    free(memory);
    return ok ? EFFACE_PASS : ef_fail_memory(err, 5 * pixels * sizeof *memory);
}

efface_status ef_face_heights_make(ef_face_heights *map, const ef_audit_input *in, int threads,
                                   efface_error *err)
{
    const ef_atlas *atlas = &in->subject->atlas;
    ef_work after = {0};
    *map = (ef_face_heights){.n = {atlas->grid.n[0], atlas->grid.n[2], 1},
                             .mm = atlas->grid.world_from_voxel.m[1][1]};
    const int64_t count = map->n[0] * map->n[1], cells = ef_grid_count(&in->subject->work.grid);
    const ef_affine work_from_cell =
        ef_affine_mul(in->subject->location.work_from_atlas, atlas->grid.world_from_voxel);
    float *old = malloc(sizeof(float) * (size_t)cells), *new = malloc(sizeof(float) * (size_t)cells);
    map->old = malloc(sizeof(float) * (size_t)count);
    map->new = malloc(sizeof(float) * (size_t)count);
    map->mean = malloc(sizeof(float) * (size_t)count);
    efface_status status =
        ef_work_build_like(&after, &in->subject->work, in->defaced, threads, in->subject->name, err);
    if (status == EFFACE_PASS &&
        !(old && new && map->old && map->new &&
          map->mean &&ef_segment_smooth(old, &in->subject->work, in->subject->work.low,
                                        in->subject->head.smooth_cells, threads) &&
          ef_segment_smooth(new, &after, in->subject->work.low, in->subject->head.smooth_cells, threads)))
        status = ef_fail_memory(err, sizeof(float) * (size_t)(2 * cells + 3 * count));
    for (int64_t i = 0; i < count && status == EFFACE_PASS; i++) {
        const double x = (double)(i % map->n[0]), z = (double)(i / map->n[0]);
        const double y = mean_skin(in, i % map->n[0], i / map->n[0]);
        const double h_old = isnan(y) ? NAN : height(old, in, &work_from_cell, x, y, z);
        const double h_new = isnan(h_old) ? NAN : height(new, in, &work_from_cell, x, y, z);
        const bool known = !isnan(h_new);
        map->mean[i] = known ? (float)(y * map->mm) : NAN;
        map->old[i] = known ? (float)(y * map->mm + h_old) : NAN;
        map->new[i] = known ? (float)(y * map->mm + h_new) : NAN;
    }
    free(old);
    free(new);
    ef_work_release(&after);
    return status;
}

void ef_face_heights_release(ef_face_heights *map)
{
    free(map->old);
    free(map->new);
    free(map->mean);
    *map = (ef_face_heights){0};
}

efface_status ef_audit_relief(ef_relief_kept *kept, const ef_audit_input *in, int threads,
                              efface_error *err)
{
    ef_face_heights map;
    *kept = (ef_relief_kept){0};
    efface_status status = ef_face_heights_make(&map, in, threads, err);
    if (status == EFFACE_PASS)
        status = ef_face_heights_compare(kept, &map, threads, err);
    ef_face_heights_release(&map);
    return status;
}
