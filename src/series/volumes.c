/* Two passes over the volumes of a 4-D scan: the first examines them, the second changes them. Each volume
 * goes through the same code as a 3-D scan. */
#include "series/volumes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "base/error.h"
#include "base/stream.h"
#include "kernels/compare.h"

static size_t volume_bytes(const ef_image *image)
{
    return ek_dtype_size(image->dtype) * (size_t)ef_grid_count(&image->grid);
}

/* Adds a volume to the hash of those before it. */
static uint64_t join_hash(uint64_t before, const ef_image *like, const void *voxels, int threads)
{
    return ek_hash64(before,
                     ek_hash_outside(voxels, like->dtype, NULL, ef_grid_count(&like->grid), 1, threads));
}

/* Returns a 3-D image of the same kind on `voxels`, which it borrows. */
static ef_image one_volume(const ef_image *like, void *voxels)
{
    ef_image image = *like;
    image.n_volumes = 1;
    image.n_bytes = volume_bytes(like);
    image.header = image.kept = NULL; /* they stay with `like` */
    image.voxels = voxels;
    return image;
}

static efface_status keep_volume(ef_image *kept, const ef_image *like, const void *voxels,
                                 efface_error *err)
{
    *kept = one_volume(like, malloc(volume_bytes(like)));
    if (kept->voxels == NULL)
        return ef_fail_memory(err, kept->n_bytes);
    memcpy(kept->voxels, voxels, kept->n_bytes);
    return EFFACE_PASS;
}

efface_status ef_volumes_survey(ef_volumes *v, const ef_image *image, int threads, char sha256[65],
                                efface_error *err)
{
    if (v->series == NULL)
        v->series = ef_series_of(image);
    void *volume = malloc(volume_bytes(image));
    efface_status status =
        v->series != NULL && volume != NULL ? EFFACE_PASS : ef_fail_memory(err, volume_bytes(image));
    if (status == EFFACE_PASS)
        status = ef_summary_begin(&v->before, image, true, err);
    for (int64_t i = 0; i < image->n_volumes && status == EFFACE_PASS; i++) {
        status = ef_series_next(v->series, volume, err);
        if (status == EFFACE_PASS && i == 0)
            status = keep_volume(&v->shown_before, image, volume, err);
        if (status == EFFACE_PASS)
            status = ef_summary_add(&v->before, image, volume, threads, err);
        if (status == EFFACE_PASS)
            v->hash = join_hash(v->hash, image, volume, threads);
    }
    free(volume);
    if (status == EFFACE_PASS)
        status = ef_series_finish(v->series, sha256, err);
    if (status != EFFACE_PASS)
        return status;
    ef_summary_end(&v->before);
    return ef_motion_estimate(&v->motion, &v->before, threads, err);
}

efface_status ef_volumes_work(ef_work *work, const ef_volumes *v, const ef_image *image, int threads,
                              const char *name, efface_error *err)
{
    const efface_status status = ef_work_build(work, &v->before.mean, EF_WORK_MM, threads, name, err);
    return status == EFFACE_PASS ? ef_work_relate(work, &image->grid, name, err) : status;
}

efface_status ef_volumes_cover(ef_volumes *v, float *cut_mm, ef_subject *subject, int threads,
                               efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_work *work = &subject->work;
    ef_brain *brain = &subject->brain;
    const ef_affine world_from_atlas =
        ef_affine_mul(work->grid.world_from_voxel, subject->location.work_from_atlas_kept);
    ef_grid cells = atlas->grid;
    cells.world_from_voxel = ef_affine_mul(world_from_atlas, atlas->grid.world_from_voxel);
    ef_motion_cover(&v->motion, &world_from_atlas);
    const double atlas_per_world = 1 / cbrt(fabs(ef_affine_det(&world_from_atlas)));
    efface_status status =
        ef_motion_spread(cut_mm, &cells, v->motion.beyond_mm * atlas_per_world, &v->motion, threads, err);
    /* Around the brain, the margin covers what lies beyond the chosen poses. */
    if (status == EFFACE_PASS)
        status = ef_motion_spread(brain->distance_mm, &work->grid, 0, &v->motion, threads, err);
    if (status == EFFACE_PASS)
        status = ef_motion_spread(brain->away_mm, &work->grid, 0, &v->motion, threads, err);
    for (int64_t i = 0; i < ef_grid_count(&work->grid) && status == EFFACE_PASS; i++)
        brain->inside[i] |= brain->distance_mm[i] < 0;
    return status;
}

/* Changes one volume and counts what changed. */
static efface_status change(ef_volumes *v, ef_image *changed, const void *original, int64_t number,
                            const ef_apply_input *in, int threads, efface_error *err)
{
    const int64_t count = ef_grid_count(&changed->grid);
    ef_apply_input own = *in;
    /* Every volume gets its own noise, but the same new face. */
    if (in->mode == EFFACE_REMOVE && number > 0)
        own.seed = ef_stream_volume(in->seed, (uint64_t)number);
    const efface_status status = ef_apply(changed, &own, threads, err);
    v->brain_changed += ek_count_changed(original, changed->voxels, changed->dtype, in->region->brain, true,
                                         count, 1, threads);
    v->outside_changed += ek_count_changed(original, changed->voxels, changed->dtype,
                                           ef_region_changed(in->region), false, count, 1, threads);
    return status;
}

efface_status ef_volumes_apply(ef_volumes *v, const ef_image *image, const ef_apply_input *in,
                               ef_image *defaced, ef_volume_writer *writer, int threads, efface_error *err)
{
    const size_t bytes = volume_bytes(image);
    uint64_t hash = 0;
    uint8_t *original = malloc(bytes), *own = defaced == NULL ? malloc(bytes) : NULL;
    efface_status status = original != NULL && (own != NULL || defaced != NULL)
                               ? ef_series_rewind(v->series, err)
                               : ef_fail_memory(err, 2 * bytes);
    if (status == EFFACE_PASS)
        status = ef_summary_begin(&v->after, image, false, err);
    for (int64_t i = 0; i < image->n_volumes && status == EFFACE_PASS; i++) {
        ef_image changed =
            one_volume(image, defaced != NULL ? (uint8_t *)defaced->voxels + (size_t)i * bytes : own);
        status = ef_series_next(v->series, original, err);
        if (status != EFFACE_PASS)
            break;
        hash = join_hash(hash, image, original, threads);
        memcpy(changed.voxels, original, bytes);
        status = change(v, &changed, original, i, in, threads, err);
        if (status == EFFACE_PASS && i == 0)
            status = keep_volume(&v->shown_after, image, changed.voxels, err);
        if (status == EFFACE_PASS)
            status = ef_summary_add(&v->after, image, changed.voxels, threads, err);
        if (status == EFFACE_PASS && writer != NULL)
            status = ef_volume_writer_add(writer, changed.voxels, bytes, err);
    }
    if (status == EFFACE_PASS && hash != v->hash)
        status = ef_fail(err, EFFACE_INPUT, "the input changed while it was read");
    if (status == EFFACE_PASS)
        ef_summary_end(&v->after);
    if (status == EFFACE_PASS && writer != NULL)
        status = ef_volume_writer_end(writer, err);
    free(original);
    free(own);
    return status;
}

void ef_volumes_release(ef_volumes *v)
{
    ef_series_close(v->series);
    ef_summary_release(&v->before);
    ef_summary_release(&v->after);
    ef_motion_release(&v->motion);
    ef_image_release(&v->shown_before);
    ef_image_release(&v->shown_after);
    memset(v, 0, sizeof *v);
}
