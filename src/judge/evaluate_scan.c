/* Judges fill and cut, and estimates the brain, for evaluate.c. */
#include "judge/evaluate_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/mean_skin.h"
#include "head/protect.h"
#include "kernels/resample.h"

/* This many values give a fraction to within 0.002 (binomial; one standard deviation at one half:
 * 0.0011). */
enum { MOST_SAMPLES = 200000, LEAST_SAMPLES = 200 };
/* Air is at least this far from the skin: two cells of the work volume, beyond partial volume. */
static const double clear_of_skin_mm = 4;
/* A fill is like the air where two conditions hold. Its commonest value is at most this fraction commoner
 * (ten times the error of a fraction, and slow changes of the noise). Its mean lies within the air's
 * spread, or within 5 % of the tissue's signal. */
static const double most_commoner = 0.1, mean_sds = 1, mean_of_tissue = 0.05;

typedef struct sample {
    double *value; /* owned */
    int64_t n;
} sample;

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Fraction of the commonest value, mean and standard deviation; sorts the values. */
static void describe(double *constant, double *mean, double *sd, sample *s)
{
    double sum = 0, squares = 0;
    int64_t longest = 0, run = 0;
    qsort(s->value, (size_t)s->n, sizeof *s->value, by_value);
    for (int64_t i = 0; i < s->n; i++) {
        run = i > 0 && s->value[i] <= s->value[i - 1] ? run + 1 : 1;
        longest = run > longest ? run : longest;
        sum += s->value[i];
    }
    *mean = sum / (double)s->n;
    for (int64_t i = 0; i < s->n; i++)
        squares += (s->value[i] - *mean) * (s->value[i] - *mean);
    *sd = sqrt(squares / (double)s->n);
    *constant = (double)longest / (double)s->n;
}

/* Whether a voxel lies in the original's air, away from its head. */
static bool in_air(const ef_subject *subject, const int64_t n[3], int64_t i)
{
    const ef_work *work = &subject->work;
    double at[3];
    ef_grid_point(at, n, i);
    int64_t cell[3];
    ef_affine_apply(at, &work->work_from_voxel, at);
    for (int d = 0; d < 3; d++) {
        cell[d] = (int64_t)floor(at[d] + 0.5);
        if (cell[d] < 0 || cell[d] >= work->grid.n[d])
            return false;
    }
    const int64_t c = cell[0] + work->grid.n[0] * (cell[1] + work->grid.n[1] * cell[2]);
    return !isnan(work->value[c]) && subject->head.skin_mm[c] > (float)clear_of_skin_mm;
}

/* Takes evenly spread voxels: from the defaced image those that changed and are air now, from the original
 * its air. */
static void take(sample *fill, sample *air, int64_t *n_changed, const ef_image *original,
                 const ef_image *defaced, const uint8_t *changed, const ef_subject *subject)
{
    const double threshold = subject->head.threshold;
    const int64_t count = ef_grid_count(&original->grid), stride = 1 + count / MOST_SAMPLES;
    for (int64_t i = 0; i < count; i += stride) {
        const double after = ef_image_value(defaced, i), before = ef_image_value(original, i);
        *n_changed += changed[i] != 0;
        if (changed[i] && after <= threshold)
            fill->value[fill->n++] = after;
        if (before <= threshold && in_air(subject, original->grid.n, i))
            air->value[air->n++] = before;
    }
}

/* Counts the voxel faces between a changed voxel and an unchanged one of the head, by axis. Where step is
 * not NULL it gets the difference of the values across each. */
static int64_t cut_faces(double *step, int64_t faces[3], const ef_image *defaced, const uint8_t *changed,
                         double threshold)
{
    const int64_t *n = defaced->grid.n, stride[3] = {1, n[0], n[0] * n[1]},
                  count = ef_grid_count(&defaced->grid);
    int64_t total = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t at[3] = {i % n[0], i / n[0] % n[1], i / stride[2]};
        for (int d = 0; d < 3; d++) {
            if (at[d] + 1 == n[d] || !changed[i] == !changed[i + stride[d]])
                continue;
            const double a = ef_image_value(defaced, i), b = ef_image_value(defaced, i + stride[d]);
            if (!((changed[i] ? b : a) > threshold) || isnan(a) || isnan(b))
                continue;
            if (step != NULL)
                step[total] = fabs(a - b);
            faces[d]++;
            total++;
        }
    }
    return total;
}

static efface_status judge_edge(efface_evaluation *e, const ef_image *defaced, const uint8_t *changed,
                                const ef_head *head, efface_error *err)
{
    int64_t faces[3] = {0, 0, 0}, again[3] = {0, 0, 0};
    const int64_t total = cut_faces(NULL, faces, defaced, changed, head->threshold);
    if (total == 0)
        return EFFACE_PASS;
    double *step = malloc((size_t)total * sizeof *step), mm[3];
    if (step == NULL)
        return ef_fail_memory(err, (unsigned long long)total * sizeof *step);
    cut_faces(step, again, defaced, changed, head->threshold);
    qsort(step, (size_t)total, sizeof *step, by_value);
    ef_affine_spacing(mm, &defaced->grid.world_from_voxel);
    for (int d = 0; d < 3; d++)
        e->edge_cm2 += (double)faces[d] * mm[(d + 1) % 3] * mm[(d + 2) % 3] / 100;
    e->edge_step = step[total / 2] / (head->tissue - head->air);
    free(step);
    return EFFACE_PASS;
}

static efface_status judge_against_air(efface_evaluation *e, const ef_image *original,
                                       const ef_image *defaced, const uint8_t *changed,
                                       const ef_subject *subject, efface_error *err)
{
    const ef_head *head = &subject->head;
    const size_t room = (size_t)MOST_SAMPLES + 1;
    sample fill = {.value = malloc(room * sizeof(double))}, air = {.value = malloc(room * sizeof(double))};
    int64_t n_changed = 0;
    efface_status status = EFFACE_PASS;
    if (fill.value == NULL || air.value == NULL) {
        status = ef_fail_memory(err, 2 * room * sizeof(double));
        goto cleanup;
    }
    take(&fill, &air, &n_changed, original, defaced, changed, subject);
    if (fill.n >= LEAST_SAMPLES && air.n >= LEAST_SAMPLES) {
        describe(&e->fill_constant, &e->fill_mean, &e->fill_sd, &fill);
        describe(&e->air_constant, &e->air_mean, &e->air_sd, &air);
        e->fill_judged = true;
        e->fill_share = (double)fill.n / (double)n_changed;
        e->fill_plausible = e->fill_constant <= e->air_constant + most_commoner &&
                            fabs(e->fill_mean - e->air_mean) <=
                                fmax(mean_sds * e->air_sd, mean_of_tissue * (head->tissue - head->air));
    }
    status = judge_edge(e, defaced, changed, head, err);

cleanup:
    free(fill.value);
    free(air.value);
    return status;
}

efface_status ef_judge_fill(efface_evaluation *evaluation, const ef_image *original,
                            const ef_image *defaced, const uint8_t *changed, const ef_original *seen,
                            efface_error *err)
{
    if (!seen->has_head)
        return EFFACE_PASS;
    return judge_against_air(evaluation, original, defaced, changed, &seen->subject, err);
}

/* Carries the brain from the work grid to the image's grid. */
static efface_status carry(ef_image *brain, const ef_image *original, const ef_work *work,
                           const ef_brain *estimate, int threads, efface_error *err)
{
    const size_t count = (size_t)ef_grid_count(&original->grid);
    *brain =
        (ef_image){.grid = original->grid, .n_volumes = 1, .dtype = EK_UINT8, .slope = 1, .n_bytes = count};
    brain->voxels = malloc(count);
    if (brain->voxels == NULL)
        return ef_fail_memory(err, count);
    ek_resample_nearest_u8(brain->voxels, original->grid.n, estimate->inside, work->grid.n,
                           work->work_from_voxel.m, 0, threads);
    return EFFACE_PASS;
}

efface_status ef_estimate_brain(ef_image *brain, const ef_image *original, const ef_original *seen,
                                int threads, const char *name, efface_error *err)
{
    ef_subject estimated = seen->subject; /* borrowed but for the brain and the ears */
    efface_error why = {0};
    memset(brain, 0, sizeof *brain);
    if (!seen->located)
        return EFFACE_PASS;
    estimated.name = name;
    estimated.ears = NULL;
    efface_status status = ef_protect(&estimated, threads, &why);
    if (status == EFFACE_PASS)
        status = carry(brain, original, &estimated.work, &estimated.brain, threads, &why);
    ef_brain_release(&estimated.brain);
    free(estimated.ears);
    if (status == EFFACE_INTERNAL)
        *err = why;
    return status == EFFACE_INTERNAL ? status : EFFACE_PASS;
}

efface_status ef_original_find(ef_original *found, const ef_image *original, int threads, const char *name,
                               efface_error *err)
{
    efface_error why = {0};
    ef_subject *subject = &found->subject;
    memset(found, 0, sizeof *found);
    subject->name = name;
    efface_status status = ef_atlas_load(&subject->atlas, &why);
    if (status == EFFACE_PASS)
        status = ef_work_build(&subject->work, original, EF_WORK_MM, threads, name, &why);
    if (status == EFFACE_PASS)
        status = ef_segment(&subject->head, &subject->work, EF_AIR_MODE, threads, name, &why);
    found->has_head = status == EFFACE_PASS;
    if (status == EFFACE_PASS)
        status = ef_find(subject, threads, &why);
    found->located = status == EFFACE_PASS && subject->location.confidence >= EF_CONFIDENCE_ENOUGH;
    if (status == EFFACE_INTERNAL)
        *err = why;
    return status == EFFACE_INTERNAL ? status : EFFACE_PASS;
}

void ef_original_release(ef_original *found)
{
    ef_subject_release(&found->subject);
}

efface_status ef_mean_surface(ef_surface *surface, const ef_original *seen, int threads, efface_error *err)
{
    const ef_subject *subject = &seen->subject;
    memset(surface, 0, sizeof *surface);
    surface->grid = subject->atlas.grid;
    surface->grid.world_from_voxel =
        ef_affine_mul(ef_affine_mul(subject->work.grid.world_from_voxel, subject->location.work_from_atlas),
                      subject->atlas.grid.world_from_voxel);
    efface_status status = ef_mean_skin(&surface->value, &subject->atlas, 0, threads, err);
    for (int64_t i = 0; status == EFFACE_PASS && i < ef_grid_count(&surface->grid); i++)
        surface->value[i] = -surface->value[i]; /* positive inside the head: above iso, which is 0 */
    if (status != EFFACE_PASS)
        return status;
    const int64_t bricks = ek_render_bricks_count(surface->grid.n);
    surface->occupied = malloc((size_t)bricks);
    if (surface->occupied == NULL)
        return ef_fail_memory(err, (unsigned long long)bricks);
    ek_render_bricks(surface->occupied, surface->value, surface->grid.n, surface->iso, threads);
    return EFFACE_PASS;
}
