/* Estimates the brain on this subject. It prefers too much to too little. What is protected beyond the
 * brain only costs a little of the face's depth; what is missed would be cut. */
#include "head/protect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/protect_ears.h"
#include "kernels/distance.h"
#include "kernels/morphology.h"
#include "kernels/resample.h"

/* Least size of an adult's head relative to the atlas: three standard deviations below the adult mean.
 * Smaller heads are children's. A newborn has 5 mm between brain and skin, so all these lengths except the
 * fluid's are reduced in proportion. A larger value would treat small adults as children. */
static const double grown_up = 0.88;
/* Least probability of brain by the skin cue's pose for `likely`: brain in one head of ten. In an adult,
 * likely brain is protected whatever it looks like, but only where the skin cue agrees. Beards and straps
 * move the two poses 7 mm and more apart, and the tissue cue's pose then leans into the brow. */
static const float by_skin = 0.1F;
/* Where the cut keeps farther from an adult's brain: depths under the skin in mm. From deep_to_mm on no
 * part of a face is at stake, and the cut keeps deep_mm farther away; from deep_from_mm on it is in
 * proportion. In sockets that look like brain, what was grown already holds more than brain; there nothing
 * is added. Between the orbits (between_orbits_mm, atlas mm from the middle) it is added: there lie the
 * lowest gyri. Children get nothing: their brains are too near. */
static const double deep_from_mm = 12, deep_to_mm = 20, deep_mm = 3, between_orbits_mm = 25;
/* Where the edge of the brain is less sure over the ears. noisy_cells: scans that are smoothed by more than
 * this, in cells, are so noisy that the temporal lobes' edge is unsure. There the cut keeps noisy_mm
 * farther away. Where rough air was made dark, grey matter was made dark as well: rough_mm. Both apply
 * behind the face, from ears_from_mm backwards along the atlas' y, and grow to their full value over
 * ears_over_mm. */
static const double noisy_cells = 1, noisy_mm = 1, rough_mm = 3, ears_from_mm = 10, ears_over_mm = 10;
/* The brain is taken with its sulci and fissures (closed by hull_mm), and with the fluid and dura on it
 * (fluid_mm). Less would let the cut touch the cortex. */
static const double hull_mm = 8, fluid_mm = 2;
/* Least volume of brain in the field of view, ml. With less, nothing can be protected reliably. */
static const double least_ml = 100;

/* Resamples values of 0 to 1 from the atlas' grid to the work grid; they become 0 outside the head. */
static void carry(float *out, const float *in_atlas, const ef_atlas *atlas, const ef_affine *cell_from_work,
                  const ef_brain_prior *c)
{
    const int64_t *n = c->work->grid.n;
    ek_resample_linear(out, n, in_atlas, atlas->grid.n, cell_from_work->m, 0, c->threads);
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++)
        out[i] = c->head->inside[i] ? out[i] : 0;
}

/* Fills the prior's fields on the work grid. Errors: EFFACE_LOCATE for a singular pose. */
static efface_status carry_atlas(ef_brain_prior *c, const ef_subject *subject, efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_location *location = &subject->location;
    const int64_t cells = ef_grid_count(&atlas->grid), count = ef_grid_count(&subject->work.grid);
    ef_affine cell_from_work, from_tissue, from_skin;
    if (!ef_affine_invert(&c->atlas_from_work, location->work_from_atlas) ||
        !ef_atlas_cells(&cell_from_work, atlas, &location->work_from_atlas) ||
        !ef_atlas_cells(&from_tissue, atlas, &location->work_from_atlas_tissue) ||
        !ef_atlas_cells(&from_skin, atlas, &location->work_from_atlas_skin))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular for '%s'", subject->name);
    float *in_atlas = malloc(sizeof(float) * (size_t)cells);
    c->prior = malloc(sizeof(float) * (size_t)count);
    c->eye = malloc(sizeof(float) * (size_t)count);
    c->reach = malloc((size_t)count);
    c->fluid = malloc(sizeof(float) * (size_t)count);
    c->socket = calloc((size_t)count, 1);
    c->likely = malloc((size_t)count);
    if (!in_atlas || !c->prior || !c->eye || !c->reach || !c->fluid || !c->socket || !c->likely) {
        free(in_atlas);
        return ef_fail_memory(err, sizeof(float) * (size_t)cells + 15 * (size_t)count);
    }
    for (int64_t i = 0; i < cells; i++)
        in_atlas[i] = (float)atlas->brain[i] / 255;
    carry(c->eye, in_atlas, atlas, &from_tissue, c);
    carry(c->prior, in_atlas, atlas, &cell_from_work, c);
    for (int64_t i = 0; i < count; i++)
        c->reach[i] = c->prior[i] >= EF_BRAIN_POSSIBLE || c->eye[i] >= EF_BRAIN_POSSIBLE;
    carry(c->eye, in_atlas, atlas, &from_skin, c);
    for (int64_t i = 0; i < count; i++)
        c->likely[i] = c->prior[i] >= EF_BRAIN_LIKELY && (c->size < 1 || c->eye[i] >= by_skin);
    for (int64_t i = 0; i < cells; i++)
        in_atlas[i] = atlas->label[i] == EF_EYE;
    carry(c->eye, in_atlas, atlas, &cell_from_work, c);
    for (int64_t i = 0; i < cells; i++)
        in_atlas[i] = (float)(atlas->label[i] == EF_CSF) - (float)(atlas->label[i] == EF_WHITE);
    for (int64_t i = 0; i < cells; i++)
        in_atlas[i] *= (float)atlas->brain[i] >= 255 * EF_BRAIN_CERTAIN;
    carry(c->fluid, in_atlas, atlas, &cell_from_work, c);
    free(in_atlas);
    return EFFACE_PASS;
}

/* Adds the fluid that lies on the brain. In a child's sockets that look like brain, it is in proportion to
 * the head. In an adult's it is not added: there fluid is as bright as what was grown, and already in
 * it. */
static bool add_fluid(uint8_t *brain, const ef_brain_prior *c)
{
    const int64_t count = ef_grid_count(&c->work->grid), *n = c->work->grid.n;
    uint8_t *wide = malloc((size_t)count);
    bool ok = wide != NULL;
    if (ok) {
        memcpy(wide, brain, (size_t)count);
        ok = ek_dilate(wide, n, c->mm, fluid_mm, c->threads) &&
             (c->size >= 1 || !c->alike || ek_dilate(brain, n, c->mm, c->size * fluid_mm, c->threads));
    }
    for (int64_t i = 0; ok && i < count; i++)
        brain[i] = c->alike && c->socket[i] ? brain[i] : wide[i];
    free(wide);
    return ok;
}

/* Sets the distance that the margin is compared with. */
static void keep_clear(ef_brain *brain, const ef_brain_prior *c, const ef_ears *ears)
{
    const ef_work *work = c->work;
    const ef_head *head = c->head;
    const int64_t count = ef_grid_count(&work->grid);
    memcpy(brain->away_mm, brain->distance_mm, sizeof(float) * (size_t)count);
    if (brain->size < 1)
        return;
    const double unsure_mm = work->roughness > 0                ? rough_mm
                             : head->smooth_cells > noisy_cells ? noisy_mm
                                                                : 0;
    for (int64_t i = 0; i < count; i++) {
        if (-(double)head->skin_mm[i] <= deep_from_mm && !(unsure_mm > 0))
            continue;
        double at[3];
        ef_brain_prior_place(at, c, i);
        const double deep = (ef_depth_at_ear(c, ears, at, i) - deep_from_mm) / (deep_to_mm - deep_from_mm);
        if (deep > 0 && !(c->alike && c->socket[i] && fabs(at[0]) >= between_orbits_mm))
            brain->away_mm[i] -= (float)(deep_mm * fmin(deep, 1));
        brain->away_mm[i] -= (float)(unsure_mm * fmin(fmax((ears_from_mm - at[1]) / ears_over_mm, 0), 1));
    }
}

/* Makes the union of what was grown, what is likely, and the fluid on both; not in ears.
 * grown     in and out: overwritten
 * possible  in: where some head had brain */
static efface_status fill_brain(ef_subject *subject, uint8_t *grown, const uint8_t *possible,
                                ef_brain_prior *c, efface_error *err)
{
    ef_brain *brain = &subject->brain;
    const int64_t count = ef_grid_count(&subject->work.grid), *n = subject->work.grid.n;
    memcpy(grown, brain->inside, (size_t)count);
    int64_t by_prior = 0, by_both = 0, by_growth = 0;
    for (int64_t i = 0; i < count; i++) {
        by_prior += c->prior[i] >= 0.5F;
        by_growth += brain->inside[i];
        by_both += c->prior[i] >= 0.5F && brain->inside[i];
        brain->inside[i] |= c->likely[i];
    }
    brain->prior_agreement =
        by_prior + by_growth > 0 ? 2.0 * (double)by_both / (double)(by_prior + by_growth) : 0;
    const efface_status status = ef_find_ears(subject, c->threads, err);
    if (status != EFFACE_PASS)
        return status;
    if (!ek_close(brain->inside, n, c->mm, c->size * hull_mm, c->threads) || !add_fluid(brain->inside, c))
        return ef_fail_memory(err, 5u * (unsigned long long)count);
    ef_leave_ears(brain->inside, grown, possible, subject, c);
    if (!ek_distance_signed(brain->distance_mm, brain->inside, n, c->mm, c->threads))
        return ef_fail_memory(err, 5u * (unsigned long long)count);
    keep_clear(brain, c, subject->ears);
    return EFFACE_PASS;
}

efface_status ef_protect(ef_subject *subject, int threads, efface_error *err)
{
    ef_brain *brain = &subject->brain;
    const ef_work *work = &subject->work;
    const double edge = work->spacing_mm;
    memset(brain, 0, sizeof *brain);
    const int64_t count = ef_grid_count(&work->grid);
    brain->size = fmin(1, edge * cbrt(fabs(ef_affine_det(&subject->location.work_from_atlas))) / grown_up);
    ef_brain_prior c = {.work = work,
                        .head = &subject->head,
                        .threads = threads,
                        .mm = {edge, edge, edge},
                        .size = brain->size};
    uint8_t *grown = NULL, *possible = NULL;
    efface_status status = carry_atlas(&c, subject, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    brain->inside = malloc((size_t)count);
    grown = malloc((size_t)count);
    possible = malloc((size_t)count);
    if (possible != NULL)
        memcpy(possible, c.reach, (size_t)count);
    brain->distance_mm = malloc(sizeof(float) * (size_t)count);
    brain->away_mm = malloc(sizeof(float) * (size_t)count);
    if (!grown || !possible || !brain->inside || !brain->distance_mm || !brain->away_mm ||
        !ef_grow_brain(brain->inside, &c) || !ef_grown_pitched(&brain->pitched, brain->inside, &c)) {
        status = ef_fail_memory(err, 20u * (unsigned long long)count);
        goto cleanup;
    }
    status = fill_brain(subject, grown, possible, &c, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    int64_t cells_inside = 0;
    for (int64_t i = 0; i < count; i++)
        cells_inside += brain->inside[i];
    brain->volume_ml = (double)cells_inside * edge * edge * edge / 1000;
    if (brain->volume_ml < least_ml)
        status = ef_fail(err, EFFACE_LOCATE, "only %.0f ml of brain in the field of view of '%s'",
                         brain->volume_ml, subject->name);

cleanup:
    free(grown);
    free(possible);
    free(c.prior);
    free(c.eye);
    free(c.reach);
    free(c.fluid);
    free(c.socket);
    free(c.likely);
    return status;
}
