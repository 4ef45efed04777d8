/* What an ear says about the brain beside it. */
#include "head/protect_ears.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

/* Within beside_ear_mm of an ear's outline, mm of the atlas, no brain lies nearer than EF_SCALP_MM to the smooth head
 * (head/ear_map.h). None lies nearer than under_ear_mm that does not look like brain, or that is farther than
 * POSSIBLE_CELLS from where some head of the atlas had brain. Both are in proportion to a child's head. Brain masks of
 * another origin lie 9 mm and more under it and 3.5 mm and less from there in 21 heads, most of them not in the atlas;
 * the margin comes on top. With more, a cut could reach the temporal lobe; with less, rims of ears stay. */
static const double beside_ear_mm = 12, under_ear_mm = 10;
enum { POSSIBLE_CELLS = 2 };

efface_status ef_find_ears(ef_subject *subject, int threads, efface_error *err)
{
    const size_t bytes = sizeof(float) * (size_t)ef_grid_count(&subject->work.grid);
    float *value = malloc(bytes);
    const ef_ear_source source = {.value = value,
                                  .work = &subject->work,
                                  .skin_mm = subject->head.skin_mm,
                                  .threshold = subject->head.threshold,
                                  .work_from_atlas = &subject->location.work_from_atlas_kept};
    free(subject->ears);
    subject->ears = malloc(sizeof *subject->ears);
    bool ok =
        value != NULL && subject->ears != NULL &&
        ef_segment_smooth(value, &subject->work, subject->work.low, subject->head.smooth_cells, threads) &&
        ef_ears_make(subject->ears, &source, threads);
    free(value);
    return ok ? EFFACE_PASS : ef_fail_memory(err, bytes + sizeof *subject->ears);
}

/* Returns whether a marked cell lies within so many cells of a cell. */
static bool is_near(const uint8_t *mark, const int64_t n[3], const double at[3], int cells)
{
    for (int z = -cells; z <= cells; z++) {
        for (int y = -cells; y <= cells; y++) {
            for (int x = -cells; x <= cells; x++) {
                const double beside[3] = {at[0] + x, at[1] + y, at[2] + z};
                const int64_t cell =
                    x * x + y * y + z * z <= cells * cells ? ef_grid_nearest(beside, n) : -1;
                if (cell >= 0 && mark[cell])
                    return true;
            }
        }
    }
    return false;
}

void ef_leave_ears(uint8_t *inside, uint8_t *grown, const uint8_t *possible, const ef_subject *subject,
                   const ef_brain_prior *c)
{
    const ef_affine *pose = &subject->ears->work_from_atlas;
    const int64_t *n = subject->work.grid.n;
    const double scale = cbrt(fabs(ef_affine_det(pose))) * subject->work.spacing_mm;
    ef_affine atlas_from_work;
    if (!ef_affine_invert(&atlas_from_work, *pose))
        return;
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t i = 0; i < ef_grid_count(&subject->work.grid); i++) {
            double at[3], xyz[3], depth_mm, outside_mm;
            if (!inside[i])
                continue;
            ef_grid_point(at, n, i);
            ef_affine_apply(xyz, &atlas_from_work, at);
            if (!ef_ears_place(&depth_mm, &outside_mm, subject->ears, xyz) || outside_mm > beside_ear_mm)
                continue;
            depth_mm *= scale / c->size;
            if (pass == 0 && (depth_mm < (double)EF_SCALP_MM ||
                              (depth_mm < under_ear_mm && !is_near(possible, n, at, POSSIBLE_CELLS))))
                inside[i] = grown[i] = 0;
            else if (pass == 1 && depth_mm < under_ear_mm && !is_near(grown, n, at, 1))
                inside[i] = 0;
        }
    }
}

double ef_depth_at_ear(const ef_brain_prior *c, const ef_ears *ears, const double xyz[3], int64_t cell)
{
    double depth_mm, outside_mm;
    if (ef_ears_place(&depth_mm, &outside_mm, ears, xyz) && outside_mm < beside_ear_mm)
        return fmin(depth_mm, -(double)c->head->skin_mm[cell]);
    return -(double)c->head->skin_mm[cell];
}
