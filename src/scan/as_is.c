/* The mask of the first scan, on another image's grid. Nothing is searched; what the audits can say about
 * the mask and the first scan's head, they say. */
#include "scan/as_is.h"

#include <math.h>

#include "base/error.h"
#include "head/carry_brain.h"
#include "head/find.h"
#include "io/read.h"
#include "scan/record_read.h"

/* The farthest that an image's voxels may lie outside the mask's field of view, in voxels of the mask: what
 * differs between the corners of one field of view at two resolutions. */
static const double beyond_voxels = 2;

static int64_t count_marked(const ef_image *mask)
{
    int64_t marked = 0;
    for (int64_t i = 0; i < ef_grid_count(&mask->grid); i++)
        marked += ef_image_value(mask, i) != 0;
    return marked;
}

/* Whether all corners of the image lie in the mask's field of view. */
static bool reaches(const ef_grid *mask, const ef_grid *image)
{
    ef_affine voxel_from_world;
    if (!ef_affine_invert(&voxel_from_world, mask->world_from_voxel))
        return false;
    const ef_affine mask_from_image = ef_affine_mul(voxel_from_world, image->world_from_voxel);
    for (int corner = 0; corner < 8; corner++) {
        double at[3];
        for (int d = 0; d < 3; d++)
            at[d] = corner >> d & 1 ? (double)(image->n[d] - 1) : 0;
        ef_affine_apply(at, &mask_from_image, at);
        for (int d = 0; d < 3; d++)
            if (at[d] < -beyond_voxels || at[d] > (double)(mask->n[d] - 1) + beyond_voxels)
                return false;
    }
    return true;
}

/* Whether it is the mask that the record tells of. A lead in memory has no record, but a mask of its own. */
static efface_status check_mask(const ef_scan *s, efface_error *err)
{
    ef_record_said said;
    const efface_status status = ef_record_read(&said, s->from, err);
    const int64_t marked = count_marked(&s->as_is);
    if (status == EFFACE_PASS && (double)marked != said.mask_voxels)
        return ef_fail(err, EFFACE_INPUT,
                       "expected the mask of %.0f voxels that '%s' tells of, got %lld in '%s'",
                       said.mask_voxels, s->from, (long long)marked, s->options.as_is);
    return status;
}

efface_status ef_as_is_open(ef_scan *s, efface_error *err)
{
    const char *path = s->options.as_is;
    if (s->options.mode != EFFACE_REMOVE)
        return ef_fail(err, EFFACE_USAGE, "a mask that is taken as it is goes with --mode remove only");
    efface_status status = ef_read(&s->as_is, path, s->threads, NULL, err);
    if (status == EFFACE_PASS && s->as_is.n_volumes != 1)
        status = ef_fail(err, EFFACE_INPUT, "expected a mask, got %lld volumes in '%s'",
                         (long long)s->as_is.n_volumes, path);
    if (status == EFFACE_PASS && !s->leads)
        status = check_mask(s, err);
    if (status == EFFACE_PASS && !reaches(&s->as_is.grid, &s->original.grid))
        status = ef_fail(err, EFFACE_INPUT, "'%s' reaches farther than the mask '%s'", s->in, path);
    return status;
}

/* Locates the image's own head. found: out, false where it can't be. */
static efface_status find_own(ef_affine *world_from_atlas, bool *found, ef_scan *s, efface_error *err)
{
    efface_error why = {0};
    ef_subject *subject = &s->subject;
    *found = false;
    if (subject->head.inside == NULL)
        return EFFACE_PASS;
    const efface_status status = ef_find(subject, s->threads, &why);
    if (status == EFFACE_INTERNAL)
        *err = why;
    if (status != EFFACE_PASS || subject->location.confidence < EF_CONFIDENCE_ENOUGH)
        return status == EFFACE_INTERNAL ? status : EFFACE_PASS;
    *found = true;
    *world_from_atlas =
        ef_affine_mul(subject->work.grid.world_from_voxel, subject->location.work_from_atlas);
    return EFFACE_PASS;
}

/* Makes the first scan's head the subject. Its values say nothing about this image's: neither where air
 * ends nor what is least. */
static efface_status take_first(ef_scan *s, efface_error *err)
{
    ef_subject first, *subject = &s->subject;
    const double low = subject->work.low;
    efface_status status = ef_carry_first(&first, &s->carry, &subject->atlas, s->threads, err);
    if (status == EFFACE_PASS)
        status = ef_work_relate(&first.work, &s->original.grid, s->in, err);
    if (status == EFFACE_PASS) {
        const ef_subject own = *subject;
        *subject = first;
        subject->name = own.name;
        subject->work.low = low;
        subject->head.threshold = (double)INFINITY;
        first = own;
    }
    ef_carry_first_release(&first);
    return status;
}

efface_status ef_as_is_place(ef_scan *s, efface_error *err)
{
    ef_affine own_from_atlas;
    bool own;
    efface_status status = find_own(&own_from_atlas, &own, s, err);
    if (status == EFFACE_PASS)
        status = take_first(s, err);
    ef_location *location = &s->subject.location;
    ef_affine work_from_world;
    s->carried.own_mm = (double)NAN;
    if (status != EFFACE_PASS || !own)
        return status;
    if (!ef_affine_invert(&work_from_world, s->subject.work.grid.world_from_voxel))
        return ef_fail(err, EFFACE_INTERNAL, "grid is singular");
    location->work_from_atlas_tissue = ef_affine_mul(work_from_world, own_from_atlas);
    s->carried.own_mm = ef_answer_distance(&location->work_from_atlas, &location->work_from_atlas_tissue,
                                           s->subject.work.spacing_mm);
    if (s->carried.own_mm > EF_CARRIED_OWN_MM)
        return ef_fail(err, EFFACE_LOCATE,
                       "the head moved by %.0f mm, so the mask can't be taken as it is for '%s'",
                       s->carried.own_mm, s->in);
    return EFFACE_PASS;
}

efface_status ef_as_is_region(ef_scan *s, efface_error *err)
{
    const ef_grid *grid = &s->original.grid;
    ef_affine voxel_from_world;
    if (!ef_affine_invert(&voxel_from_world, s->as_is.grid.world_from_voxel))
        return ef_fail(err, EFFACE_INTERNAL, "grid is singular");
    const ef_affine mask_from_image = ef_affine_mul(voxel_from_world, grid->world_from_voxel);
    s->region.n_mask = 0;
    for (int64_t i = 0; i < ef_grid_count(grid); i++) {
        const int64_t at = ef_grid_cell_in(s->as_is.grid.n, &mask_from_image, grid->n, i);
        s->region.mask[i] = at >= 0 && ef_image_value(&s->as_is, at) != 0;
        s->region.n_mask += s->region.mask[i];
        /* The first run proved that its mask holds no brain. The brain as grown from its result, which has
         * no face any more, reaches a few voxels into it. */
        s->region.n_brain -= s->region.mask[i] && s->region.brain[i];
        s->region.brain[i] &= !s->region.mask[i];
    }
    return EFFACE_PASS;
}
