/* The brain of a head that the image itself does not show: grown in the first scan, where everything was
 * proved, and moved to where the head is now. */
#include "head/carry_brain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/protect.h"
#include "kernels/resample.h"

efface_status ef_carry_first(ef_subject *first, const ef_carry *carry, const ef_atlas *atlas, int threads,
                             efface_error *err)
{
    *first = (ef_subject){.name = "first scan", .atlas = *atlas};
    ef_affine work_from_world;
    efface_status status =
        ef_work_build(&first->work, &carry->first, EF_WORK_MM, threads, first->name, err);
    if (status == EFFACE_PASS)
        status = ef_segment(&first->head, &first->work, EF_AIR_MODE, threads, first->name, err);
    if (status == EFFACE_PASS && !ef_affine_invert(&work_from_world, first->work.grid.world_from_voxel))
        status = ef_fail(err, EFFACE_INTERNAL, "grid is singular");
    if (status != EFFACE_PASS)
        return status;
    const ef_affine pose = ef_affine_mul(work_from_world, carry->world_from_atlas);
    first->location.work_from_atlas = first->location.work_from_atlas_kept = pose;
    first->location.work_from_atlas_tissue = first->location.work_from_atlas_skin = pose;
    first->location.confidence = 1;
    return ef_protect(first, threads, err);
}

void ef_carry_first_release(ef_subject *first)
{
    first->atlas = (ef_atlas){0}; /* borrowed */
    ef_subject_release(first);
}

/* Moves a distance to the image's work volume. The nearer of both counts; outside the first scan's field of
 * view the image's own does. */
static efface_status nearer(float *to, const ef_grid *grid, const float *from, const ef_grid *from_grid,
                            const ef_affine *from_to, int threads, efface_error *err)
{
    const int64_t count = ef_grid_count(grid);
    float *moved = malloc(sizeof *moved * (size_t)count);
    if (moved == NULL)
        return ef_fail_memory(err, sizeof *moved * (size_t)count);
    ek_resample_linear(moved, grid->n, from, from_grid->n, from_to->m, NAN, threads);
    for (int64_t i = 0; i < count; i++)
        to[i] = fminf(to[i], moved[i]); /* not the NaN of two */
    free(moved);
    return EFFACE_PASS;
}

static efface_status add_brain(ef_subject *subject, const ef_subject *first, int threads, efface_error *err)
{
    ef_brain *brain = &subject->brain;
    const ef_grid *grid = &subject->work.grid, *from = &first->work.grid;
    ef_affine atlas_from_work;
    if (!ef_affine_invert(&atlas_from_work, subject->location.work_from_atlas))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular for '%s'", subject->name);
    const ef_affine first_from_work = ef_affine_mul(first->location.work_from_atlas, atlas_from_work);
    efface_status status =
        nearer(brain->distance_mm, grid, first->brain.distance_mm, from, &first_from_work, threads, err);
    if (status == EFFACE_PASS)
        status = nearer(brain->away_mm, grid, first->brain.away_mm, from, &first_from_work, threads, err);
    for (int64_t i = 0; status == EFFACE_PASS && i < ef_grid_count(grid); i++)
        brain->inside[i] |= brain->distance_mm[i] < 0;
    return status;
}

efface_status ef_carry_protect(ef_subject *subject, const ef_carry *carry, const ef_carried *carried,
                               int threads, efface_error *err)
{
    ef_subject first;
    efface_status status = carried->by_header ? EFFACE_PASS : ef_protect(subject, threads, err);
    if (status != EFFACE_PASS || !isnan(carried->own_mm))
        return status;
    status = ef_carry_first(&first, carry, &subject->atlas, threads, err);
    if (status == EFFACE_PASS && carried->by_header) {
        subject->brain = first.brain; /* the two work volumes have one grid */
        first.brain = (ef_brain){0};
    } else if (status == EFFACE_PASS) {
        status = add_brain(subject, &first, threads, err);
    }
    if (status == EFFACE_PASS) { /* the ears are the same person's, in the same atlas */
        free(subject->ears);
        subject->ears = first.ears;
        subject->ears->work_from_atlas = subject->location.work_from_atlas;
        first.ears = NULL;
    }
    ef_carry_first_release(&first);
    return status;
}
