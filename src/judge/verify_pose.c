/* The same search as for any head, with a part of the atlas. */
#include "judge/verify_pose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/distance.h"

/* Another tool can cut cells of the atlas that are nearer to the cut than this. */
static const double beside_cut_mm = 2;

/* An atlas with only some cells known. Skin and labels are owned copies, the rest is borrowed. */
static bool part_atlas(ef_atlas *part, const ef_atlas *atlas)
{
    const size_t count = (size_t)ef_grid_count(&atlas->grid);
    *part = *atlas;
    part->skin_mm = malloc(count * sizeof *part->skin_mm);
    part->label = malloc(count);
    if (part->skin_mm == NULL || part->label == NULL)
        return false;
    memcpy(part->skin_mm, atlas->skin_mm, count * sizeof *part->skin_mm);
    memcpy(part->label, atlas->label, count);
    return true;
}

static void part_atlas_release(ef_atlas *part)
{
    free(part->skin_mm);
    free(part->label);
}

efface_status ef_locate_bare(ef_subject *subject, int threads, efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    ef_subject bare = *subject; /* its atlas is its own, the rest is borrowed */
    ef_location location;
    efface_status status = EFFACE_PASS;
    const int64_t count = ef_grid_count(&atlas->grid);
    if (!part_atlas(&bare.atlas, atlas))
        status = ef_fail_memory(err, (unsigned long long)count * 5);
    for (int64_t i = 0; status == EFFACE_PASS && i < count; i++) {
        if (atlas->cut_mm[i] < (float)beside_cut_mm) {
            bare.atlas.skin_mm[i] = NAN;
            bare.atlas.label[i] = EF_UNKNOWN;
        }
    }
    if (status == EFFACE_PASS)
        status = ef_locate_from(&location, &subject->location.pose, &bare, threads, err);
    if (status == EFFACE_PASS && location.confidence > subject->location.confidence)
        subject->location = location;
    part_atlas_release(&bare.atlas);
    return status;
}

efface_status ef_locate_brain(double *confidence, const ef_subject *subject, double enough, int threads,
                              efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    ef_subject brain = *subject; /* its atlas is its own, the rest is borrowed */
    ef_location location = {.confidence = 0};
    efface_status status = EFFACE_PASS;
    const int64_t count = ef_grid_count(&atlas->grid);
    double mm[3];
    ef_affine_spacing(mm, &atlas->grid.world_from_voxel);
    uint8_t *inside = malloc((size_t)count);
    if (!part_atlas(&brain.atlas, atlas) || inside == NULL) {
        status = ef_fail_memory(err, (unsigned long long)count * 6);
        goto cleanup;
    }
    for (int64_t i = 0; i < count; i++) {
        inside[i] = atlas->brain[i] > 127;
        brain.atlas.label[i] = inside[i] ? atlas->label[i] : EF_AIR;
    }
    if (!ek_distance_signed(brain.atlas.skin_mm, inside, atlas->grid.n, mm, threads)) {
        status = ef_fail_memory(err, (unsigned long long)count * sizeof(float));
        goto cleanup;
    }
    /* The pose is fitted by cells on the surface: the outermost ones of the brain. */
    for (int64_t i = 0; i < count; i++)
        brain.atlas.skin_mm[i] += (float)(0.5 * mm[0]);
    static const ef_start starts[] = {EF_START_HEADER, EF_START_ANYWHERE};
    for (size_t k = 0; k < sizeof starts / sizeof *starts && status == EFFACE_PASS; k++) {
        status = ef_locate(&location, &brain, starts[k], threads, err);
        *confidence = fmax(*confidence, location.confidence);
        if (*confidence >= enough)
            break;
    }
    status = status == EFFACE_LOCATE ? EFFACE_PASS : status;

cleanup:
    free(inside);
    part_atlas_release(&brain.atlas);
    return status;
}
