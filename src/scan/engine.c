/* The question to ITK: the atlas as a picture, the head as it is, and a start away from our answer. ITK's
 * answer can only make a verdict stricter: the mask is made from the pose of ef_locate. */
#include "scan/engine.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "head/locate.h"
#include "io/module.h"
#include "kernels/grid.h"

/* Values of tissues. They are in the order of T1, so that smoothing at an edge makes values that suit both
 * sides. Mutual information needs nothing more. */
static const float pseudo[EF_N_TISSUES] = {
    [EF_AIR] = 0,  [EF_BONE] = 1,  [EF_CSF] = 2,   [EF_EYE] = 3, [EF_MUSCLE] = 4,
    [EF_GREY] = 5, [EF_SCALP] = 6, [EF_WHITE] = 7, [EF_FAT] = 9,
};

/* Distance of ITK's start from our answer: mm along the axes of the work volume, degrees about the
 * first. */
static const double away_mm[3] = {4, 6, -6}, away_deg = 4;

efface_status ef_engine_can(efface_engine engine, efface_error *err)
{
    efface_error why = {0};
    if (engine != EFFACE_ENGINE_ITK || ef_module(&why) != NULL)
        return EFFACE_PASS;
    return ef_fail(err, EFFACE_USAGE, "engine itk is not built in: %.200s", why.message);
}

/* Returns world_from_atlas of the start. */
static ef_affine start_of(const ef_location *location, const ef_work *work)
{
    ef_pose pose = location->pose;
    const double scale = (pose.p[6] + pose.p[7] + pose.p[8]) / 3;
    for (int d = 0; d < 3; d++) {
        pose.p[d] += away_mm[d];
        pose.p[6 + d] = scale;
        pose.p[9 + d] = 0;
    }
    pose.p[3] += away_deg * EK_PI / 180;
    ef_affine work_from_atlas = ef_pose_affine(&pose);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            work_from_atlas.m[r][c] /= work->spacing_mm;
    return ef_affine_mul(work->grid.world_from_voxel, work_from_atlas);
}

efface_status ef_engine_ask(ef_affine *work_from_atlas, double *distance_mm, const ef_subject *subject,
                            efface_error *err)
{
    const ef_location *location = &subject->location;
    const ef_atlas *atlas = &subject->atlas;
    const ef_work *work = &subject->work;
    const int64_t count = ef_grid_count(&atlas->grid);
    ef_affine pose = start_of(location, work), work_from_world;
    *distance_mm = (double)NAN;
    efface_status status = ef_engine_can(EFFACE_ENGINE_ITK, err);
    if (status != EFFACE_PASS)
        return status;
    if (!ef_affine_invert(&work_from_world, work->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INTERNAL, "the work volume's grid is singular");
    float *picture = malloc((size_t)count * sizeof(float));
    if (picture == NULL)
        return ef_fail_memory(err, (unsigned long long)count * sizeof(float));
    for (int64_t i = 0; i < count; i++)
        picture[i] = atlas->label[i] < EF_N_TISSUES ? pseudo[atlas->label[i]] : NAN;
    efface_error why = {0};
    const ef_itk *itk = ef_module(&why);
    ef_module_enter();
    status = itk->register_head(&pose, &atlas->grid, picture, &work->grid, work->value, &why);
    ef_module_leave();
    free(picture);
    if (status == EFFACE_INTERNAL) {
        *err = why;
        return status;
    }
    pose = ef_affine_mul(work_from_world, pose);
    if (status == EFFACE_PASS)
        *distance_mm = ef_answer_distance(&pose, &location->work_from_atlas, work->spacing_mm);
    if (work_from_atlas != NULL)
        *work_from_atlas = pose;
    return EFFACE_PASS;
}
