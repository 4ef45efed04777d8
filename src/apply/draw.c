/* Draws a new face. The mode decides what the face is made of. The scan decides how it looks: air, noise,
 * sharpness. */
#include "apply/draw.h"

#include <math.h>
#include <string.h>

#include "apply/background.h"
#include "apply/slabs.h"
#include "apply/stored.h"

/* Breadth of an edge in voxels: the point spread of most reconstructions under a step. */
static const double edge_voxels = 1.5;

/* Steepest change of the surface's field, mm per mm. The field is nearly a distance. */
static const double steepest = 1.5;

typedef struct draw_job {
    ef_image *image;
    const uint8_t *mask, *reach;
    const ef_grain *grain;
    ek_face face;
    float air[EK_NOISE_TABLE];
    uint8_t stored[EK_NOISE_TABLE * 8]; /* the same values as stored elements */
} draw_job;

static efface_status draw_slab(void *context, const ef_slab *slab, int64_t volume, const float *field,
                               int threads, efface_error *err)
{
    draw_job *job = context;
    const ef_image *image = job->image;
    const size_t bytes = ek_dtype_size(image->dtype) * (size_t)ef_grid_count(&image->grid);
    (void)err;
    uint8_t *voxels = (uint8_t *)image->voxels + bytes * (size_t)volume;
    job->face.scale = job->grain->scale[volume];
    if (job->reach != job->mask)
        ek_noise_write(voxels, image->dtype, job->mask, image->grid.n, field, slab->begin, slab->size,
                       job->stored, threads);
    ek_blend_face(voxels, image->dtype, job->reach, image->grid.n, field, slab->begin, slab->size,
                  &job->face, threads);
    return EFFACE_PASS;
}

/* Sets the air's values by entry of the noise field's table. */
static void air_table(float *table, const ef_background *background, const ek_noise *noise,
                      const ef_apply_input *in)
{
    const double constant = in->fill == EFFACE_FILL_ZERO ? 0 : in->subject->work.low;
    for (int i = 0; i < EK_NOISE_TABLE; i++) {
        const int at = (int)(ek_noise_rank(noise, ek_noise_entry(i)) * background->count);
        table[i] = (float)(background->count == 0
                               ? constant
                               : background->value[at < background->count ? at : background->count - 1]);
    }
}

efface_status ef_draw_face(ef_image *image, const ef_new_face *face, const uint8_t *reach,
                           const ef_apply_input *in, int threads, efface_error *err)
{
    ef_background background = {0};
    ef_grain grain = {0};
    ek_noise noise;
    double mm[3];
    draw_job job = {.image = image, .mask = in->region->mask, .reach = reach, .grain = &grain};
    efface_status status = ef_grain_measure(&grain, image, in->subject, in->region->mask, err);
    if (status == EFFACE_PASS && in->fill == EFFACE_FILL_NOISE)
        status = ef_background_measure(&background, image, in->subject, in->region->mask, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    const int count = background.count;
    const bool constant =
        count == 0 || background.value[count / 10] == background.value[count - 1 - count / 10];
    ek_noise_init(&noise, constant ? grain.correlation : background.correlation, in->seed);
    air_table(job.air, &background, &noise, in);
    if (count > 0)
        ef_background_table(job.stored, &background, &noise, image->dtype);
    for (int i = 0; count == 0 && i < EK_NOISE_TABLE; i++)
        ef_stored_value(job.stored + (size_t)i * ek_dtype_size(image->dtype), image, (double)job.air[i]);
    ef_affine_spacing(mm, &image->grid.world_from_voxel);
    const double edge_mm = fmax(face->edge_mm, fmax(1, cbrt(mm[0] * mm[1] * mm[2])) * edge_voxels);
    job.face = (ek_face){.cell = face->cell,
                         .n = {face->box.n[0], face->box.n[1], face->box.n[2]},
                         .edge_mm = edge_mm,
                         .clear_mm = edge_mm + steepest * sqrt(3) * face->box.mm,
                         .noise = grain.noise,
                         .air = in->subject->head.air,
                         .least = count > 0 ? background.value[0] : in->subject->work.low,
                         .table = job.air,
                         .slope = image->slope,
                         .inter = image->inter};
    memcpy(job.face.cell_from_voxel, face->box.cell_from_voxel.m, sizeof job.face.cell_from_voxel);
    status = ef_slabs_visit(image, job.mask, &noise, (ef_slab_visit){draw_slab, &job}, threads, err);

cleanup:
    ef_background_release(&background);
    ef_grain_release(&grain);
    return status;
}
