/* Makes a mask on the subject's grid from the atlas' cut. */
#include "region/region.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/stream.h"
#include "head/locate.h"
#include "kernels/carve.h"
#include "kernels/distance.h"
#include "region/random_field.h"

/* The random offset, mm. It only moves the cut deeper: by least_mm, for brows that lie lower than the
 * atlas', and by up to deepest_mm more. A smaller range could be predicted from another run. */
static const double deepest_mm = 5, least_mm = 1.5;
/* Factor that stretches the field's values around their mean, where most of them lie. The standard
 * deviation becomes 0.29 of the range, 1.5 mm. The pose, even when found without a face, still follows the
 * face by up to 1 mm. */
static const double drawn_out = 3.5;
/* Greatest random movement of the cut's pose: mm, radians, and fraction of scale. */
static const double jitter_mm = 3, jitter_rad = 0.026, jitter_scale = 0.02;
/* Under the chin the cut lies deeper by under_chin_mm. This begins gradually over chin_height_mm. A face's
 * height differs most between people: the standard deviation is 7 mm, and the pose follows the brain's
 * size. With less, the chins of long faces stay. */
static const double under_chin_mm = 10, chin_height_mm = 30;
/* Greatest extra depth where the cues disagree, mm. Then the pose is some millimetres off, under a beard
 * mostly forward and down. */
static const double most_unsure_mm = 4;
/* Distance from the cut beyond which the random offset changes nothing, mm, even in a block of voxels that
 * is decided at once: twice deepest_mm. */
static const double near_cut_mm = 2 * 5;

/* Keeps what is nearer to a part that stays than to a part that goes, with a straight border. */
static bool keep_other_parts(float *cut_mm, const ef_atlas *atlas, unsigned parts)
{
    const int64_t count = ef_grid_count(&atlas->grid);
    const double mm = atlas->grid.world_from_voxel.m[0][0], spacing[3] = {mm, mm, mm};
    uint8_t *wanted = calloc((size_t)count, 1);
    float *to_wanted = malloc(sizeof(float) * (size_t)count);
    bool ok = false;
    if (wanted != NULL && to_wanted != NULL) {
        for (int64_t i = 0; i < count; i++)
            wanted[i] = atlas->part[i] > 0 && (parts >> (atlas->part[i] - 1) & 1);
        ok = ek_distance_signed(to_wanted, wanted, atlas->grid.n, spacing, 1);
        for (int64_t i = 0; ok && i < count; i++)
            cut_mm[i] = fmaxf(cut_mm[i], to_wanted[i]);
    }
    free(wanted);
    free(to_wanted);
    return ok;
}

efface_status ef_region_cut(float **cut_mm, const ef_atlas *atlas, unsigned parts, efface_error *err)
{
    const int64_t count = ef_grid_count(&atlas->grid);
    float *cut = *cut_mm = malloc(sizeof(float) * (size_t)count);
    if (cut == NULL)
        return ef_fail_memory(err, sizeof(float) * (size_t)count);
    memcpy(cut, atlas->cut_mm, sizeof(float) * (size_t)count);
    if ((parts & EFFACE_PARTS_ALL) != EFFACE_PARTS_ALL && !keep_other_parts(cut, atlas, parts))
        return ef_fail_memory(err, 5 * (size_t)count);
    return EFFACE_PASS;
}

/* Returns the lower end of the chin's part, in atlas mm. */
static double lowest_of_chin(const ef_atlas *atlas)
{
    const int64_t count = ef_grid_count(&atlas->grid), slice = atlas->grid.n[0] * atlas->grid.n[1];
    int64_t i = 0;
    while (i < count && !(atlas->part[i] > 0 && 1u << (atlas->part[i] - 1) == EFFACE_PART_CHIN))
        i++;
    return atlas->grid.world_from_voxel.m[2][3] +
           atlas->grid.world_from_voxel.m[2][2] * (double)(i / slice);
}

void ef_region_deepen(float *cut_mm, const ef_atlas *atlas, double cue_distance_mm, uint64_t seed)
{
    const int64_t count = ef_grid_count(&atlas->grid), *n = atlas->grid.n;
    const double lowest = lowest_of_chin(atlas);
    const double unsure_mm = fmin(fmax(cue_distance_mm - EF_CUES_SURE_MM, 0), most_unsure_mm);
    ef_random_field field;
    ef_random_field_init(&field, seed);
    for (int64_t i = 0; i < count; i++) {
        double at[3];
        ef_grid_point(at, n, i);
        double xyz[3];
        ef_affine_apply(xyz, &atlas->grid.world_from_voxel, at);
        /* A border to a part that stays is not the atlas' cut; it gets no least offset. */
        const double border_mm = (double)cut_mm[i] - (double)atlas->cut_mm[i];
        const double low = fmin(fmax((lowest + chin_height_mm - xyz[2]) / chin_height_mm, 0), 1);
        const double least = least_mm + unsure_mm + under_chin_mm * low * low * (3 - 2 * low);
        cut_mm[i] -= (float)fmin(fmax(least - border_mm, 0), least);
        if (fabs((double)cut_mm[i]) > near_cut_mm)
            continue;
        const double random = 0.5 + drawn_out * (ef_random_field_at(&field, xyz) - 0.5);
        cut_mm[i] -= (float)(deepest_mm * fmin(fmax(random, 0), 1));
    }
}

void ef_region_jitter(ef_affine *work_from_atlas, uint64_t seed)
{
    double u[9];
    ef_affine j = ef_affine_identity();
    for (uint64_t i = 0; i < 9; i++)
        u[i] = 2 * ek_uniform(seed, i + EF_STREAM_JITTER) - 1;
    u[7] = -fabs(u[7]); /* never forward: the backs of the globes lie near the cut */
    const double x = u[0] * jitter_rad, y = u[1] * jitter_rad, z = u[2] * jitter_rad;
    /* For small angles: the rotation matrix to first order. */
    const double turn[3][3] = {{0, -z, y}, {z, 0, -x}, {-y, x, 0}};
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 3; c++)
            j.m[r][c] += turn[r][c] + (r == c ? u[3 + r] * jitter_scale : 0);
        j.m[r][3] = u[6 + r] * jitter_mm;
        for (int c = 0; c < 3; c++) /* around the head's middle */
            j.m[r][3] -= (j.m[r][c] - (r == c)) * ef_pose_centre[c];
    }
    *work_from_atlas = ef_affine_mul(*work_from_atlas, j);
}

efface_status ef_cell_from_voxel(ef_affine *cell_from_voxel, const ef_subject *subject,
                                 const ef_affine *work_from_atlas, efface_error *err)
{
    ef_affine cell_from_atlas, atlas_from_work;
    if (!ef_affine_invert(&cell_from_atlas, subject->atlas.grid.world_from_voxel) ||
        !ef_affine_invert(&atlas_from_work, *work_from_atlas))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular");
    *cell_from_voxel =
        ef_affine_mul(cell_from_atlas, ef_affine_mul(atlas_from_work, subject->work.work_from_voxel));
    return EFFACE_PASS;
}

/* Returns a bound of the largest singular value of atlas mm per subject mm, so that blocks can be decided
 * at once. */
static double stretch(const ef_affine *cell_from_voxel, const ef_atlas *atlas, const double voxel_mm[3])
{
    double most = 0;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++)
            most += pow(cell_from_voxel->m[r][c] * atlas->grid.world_from_voxel.m[0][0] / voxel_mm[c], 2);
    return fmax(1, sqrt(most)); /* Frobenius norm: never below the largest singular value */
}

/* Returns whether some part within the atlas' cut stays. */
static bool has_border(const float *cut_mm, const ef_atlas *atlas)
{
    const int64_t count = ef_grid_count(&atlas->grid);
    int64_t i = 0;
    while (i < count && !(cut_mm[i] > atlas->cut_mm[i]))
        i++;
    return i < count;
}

efface_status ef_region_build(ef_region *region, const ef_image *image, const ef_subject *subject,
                              const float *cut_mm, double margin_mm, int threads, efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_work *work = &subject->work;
    const ef_brain *brain = &subject->brain;
    memset(region, 0, sizeof *region);
    const int64_t count = ef_grid_count(&image->grid), *n = image->grid.n;
    double mm[3];
    ef_affine cell_from_voxel;
    const efface_status status =
        ef_cell_from_voxel(&cell_from_voxel, subject, &subject->location.work_from_atlas_kept, err);
    if (status != EFFACE_PASS)
        return status;
    region->mask = malloc((size_t)count);
    region->brain = malloc((size_t)count);
    const size_t cut_bytes = sizeof(float) * (size_t)ef_grid_count(&atlas->grid);
    region->cut_mm = malloc(cut_bytes);
    float *inverted = malloc(sizeof(float) * (size_t)ef_grid_count(&work->grid));
    if (region->mask == NULL || region->brain == NULL || region->cut_mm == NULL || inverted == NULL) {
        free(inverted);
        return ef_fail_memory(err, 2 * (size_t)count + cut_bytes);
    }
    memcpy(region->cut_mm, cut_mm, cut_bytes);
    ek_field cut = {.value = cut_mm}, away = {.value = brain->away_mm};
    for (int d = 0; d < 3; d++) {
        cut.n[d] = atlas->grid.n[d];
        away.n[d] = work->grid.n[d];
    }
    memcpy(cut.index_from_voxel, cell_from_voxel.m, sizeof cut.index_from_voxel);
    memcpy(away.index_from_voxel, work->work_from_voxel.m, sizeof away.index_from_voxel);
    ef_affine_spacing(mm, &image->grid.world_from_voxel);
    const double voxel_mm = fmax(mm[0], fmax(mm[1], mm[2]));
    /* Steepest change of the field, mm per mm. 2.2: the slope of the sampled offset (17.5 mm over 40 mm,
     * half of it along any axis, and 0.5 under the chin) is added to distances that are exact to a cell.
     * Beside borders to parts that stay, the least offset adds 2. */
    const double lipschitz = (has_border(cut_mm, atlas) ? 4.2 : 2.2) * stretch(&cell_from_voxel, atlas, mm);
    region->n_mask =
        ek_carve(region->mask, n, &cut, &away, brain->size * margin_mm, voxel_mm, lipschitz, threads);
    /* The brain itself on this grid: where the distance to it is negative, so where its negative is above
     * 0. */
    for (int64_t i = 0; i < ef_grid_count(&work->grid); i++)
        inverted[i] = -brain->distance_mm[i];
    ek_field near = away, within = away;
    near.value = brain->distance_mm;
    within.value = inverted;
    region->n_brain = ek_carve(region->brain, n, &near, &within, 0, voxel_mm, 1.5, threads);
    free(inverted);
    return EFFACE_PASS;
}

efface_status ef_region_empty(ef_region *region, const uint8_t *voxel, int64_t count, efface_error *err)
{
    if (region->emptied == NULL) {
        region->emptied = calloc((size_t)count, 1);
        region->changed = malloc((size_t)count);
        if (region->emptied == NULL || region->changed == NULL)
            return ef_fail_memory(err, 2 * (size_t)count);
        memcpy(region->changed, region->mask, (size_t)count);
    }
    for (int64_t i = 0; i < count; i++) {
        const bool added = voxel[i] && !region->changed[i] && !region->brain[i];
        region->emptied[i] |= added;
        region->changed[i] |= added;
        region->n_mask += added;
    }
    return EFFACE_PASS;
}

void ef_region_release(ef_region *region)
{
    free(region->mask);
    free(region->brain);
    free(region->emptied);
    free(region->changed);
    free(region->cut_mm);
    memset(region, 0, sizeof *region);
}
