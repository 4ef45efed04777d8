/* Carries what head/ear_map.h finds into the atlas' cut. */
#include "region/ears.h"

#include <math.h>

/* The cut goes this deep under the smooth head, mm of the atlas: the root of an ear, and the 3 mm by which a pose's
 * jitter moves the cut. The brain lies 9 mm and more under it. */
static const double root_mm = 4;
/* The cut goes this far beyond the ear's outline, mm: its fillet on the head, and the jitter. */
static const double beyond_mm = 8;
/* The cut is not changed by what lies farther from it than this, mm: the random offset is smaller. */
static const double near_mm = 20;

void ef_region_ears(float *cut_mm, const ef_subject *subject, unsigned parts)
{
    static const unsigned part[EF_SIDES] = {EFFACE_PART_EAR_LEFT, EFFACE_PART_EAR_RIGHT};
    const ef_atlas *atlas = &subject->atlas;
    for (int64_t cell = 0; subject->ears != NULL && cell < ef_grid_count(&atlas->grid); cell++) {
        double xyz[3], depth_mm, outside_mm;
        ef_grid_point(xyz, atlas->grid.n, cell);
        ef_affine_apply(xyz, &atlas->grid.world_from_voxel, xyz);
        const ef_side side = xyz[0] < 0 ? EF_LEFT : EF_RIGHT;
        if (!(parts & part[side]) || !ef_ears_place(&depth_mm, &outside_mm, subject->ears, xyz))
            continue;
        const double mm = fmax(outside_mm - beyond_mm, depth_mm - root_mm);
        if (mm < near_mm)
            cut_mm[cell] = fminf(cut_mm[cell], (float)mm);
    }
}
