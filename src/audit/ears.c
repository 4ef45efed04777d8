/* Asks the voxels of the original's ears. */
#include "audit/ears.h"

#include <math.h>

#include "base/error.h"

/* The voxels asked lie this deep under the old surface, mm of the atlas: within the sheets of an ear. A new value can be
 * the old one by chance, in scans of few values often. */
static const double under_mm[] = {1, 2, 3};
enum { DEPTHS = sizeof under_mm / sizeof *under_mm };

/* Returns whether a voxel has its old value. Before the change, and of a series, whose volumes went by, the mask
 * decides. */
static bool is_left(const ef_audit_input *in, int64_t voxel)
{
    if (in->counted || in->defaced->voxels == NULL)
        return !ef_region_changed(in->region)[voxel];
    return ef_image_value(in->original, voxel) == ef_image_value(in->defaced, voxel);
}

/* Returns whether the tissue under a pixel is left: air that is filled with air proves nothing. */
static bool pixel_is_left(const ef_audit_input *in, const ef_affine *voxel_from_atlas,
                          const ef_ear_map *map, ef_side side, int64_t pixel)
{
    bool tissue = in->counted;
    for (int d = 0; d < DEPTHS; d++) {
        double at[3];
        ef_ear_point(at, pixel, side, (double)map->height[pixel] - under_mm[d]);
        ef_affine_apply(at, voxel_from_atlas, at);
        const int64_t voxel = ef_grid_nearest(at, in->original->grid.n);
        if (voxel < 0 || !is_left(in, voxel))
            return false;
        tissue = tissue || ef_image_value(in->original, voxel) > in->subject->head.threshold;
    }
    return tissue;
}

static double left_of(const ef_audit_input *in, const ef_ear_map *map, ef_side side)
{
    const ef_affine voxel_from_atlas =
        ef_affine_mul(in->subject->work.voxel_from_work, in->subject->ears->work_from_atlas);
    double left_cm2 = 0;
    for (int64_t i = 0; i < EF_EAR_PIXELS; i++)
        if (map->ear[i] && !isnan(map->height[i]) && pixel_is_left(in, &voxel_from_atlas, map, side, i))
            left_cm2 += map->pixel_cm2;
    return left_cm2;
}

double ef_audit_ears_left(const ef_audit_input *in)
{
    static const unsigned part[EF_SIDES] = {EFFACE_PART_EAR_LEFT, EFFACE_PART_EAR_RIGHT};
    double most = 0;
    for (int side = 0; side < EF_SIDES; side++)
        if (in->subject->ears != NULL && in->parts & part[side])
            most = fmax(most, left_of(in, &in->subject->ears->side[side], (ef_side)side));
    return most;
}

efface_status ef_audit_ears_review(double left_cm2, const char *name, const char *hint, efface_error *err)
{
    if (left_cm2 > EF_EAR_LEFT_MOST_CM2)
        return ef_fail(err, EFFACE_REVIEW,
                       "needs review: %.1f cm2 of an ear left, expected at most %.1f cm2 in '%s'%s",
                       left_cm2, EF_EAR_LEFT_MOST_CM2, name, hint);
    return EFFACE_PASS;
}
