/* Judges a defaced image: compares voxels, brain and header. The face's surface is compared in relief.c. */
#include "judge/evaluate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "io/nifti_header.h"
#include "io/read.h"
#include "judge/changed_fields.h"
#include "judge/evaluate_scan.h"
#include "judge/relief.h"
#include "kernels/distance.h"
#include "kernels/label.h"

/* Limits of "gone": little of the old surface is where it was, and the new surface does not follow the old
 * relief.
 * Whole face, measured on two heads: cuts along a plane or a rough surface leave an R2 of 0.01 to 0.11. The
 * face copied 6 mm deeper gives 0.37 to 0.63, a Gaussian blur of 10 mm 0.31 to 0.45. Where nothing was left
 * of the features, 9 to 18 % of the face's window had survived, and 2 to 8 % of the features' (temples,
 * jaw). Single features: only about five bumps fit into a window, and unrelated ones correlate by chance
 * (0.33 was seen). There a correlation counts only above 0.5, and where it carries a tenth of the height;
 * less is the noise of the surface itself.
 * All faces are alike: another person's face, laid nose on nose, gave 0.16 and 0.58. A ledge under the brow
 * gave 0.34 to 0.55 with the eyes of phantoms, which all have a brow; with what these eyes have beyond the
 * mean face it gave 0.11 to 0.46. */
static const double face_survived_limit = 0.25, face_r2_limit = 0.25;
/* The greatest area of an ear that may survive, cm2: a rim of 25 by 4 mm is no ear to a person who sees it. What a
 * blurred ear keeps: a cut ear leaves a hollow over the ear's canal, which kept 0.30 of the height in one of 30 cut
 * ears; ears that were left kept 0.99 and more. */
static const double ear_survived_cm2 = 1.0, ear_kept_limit = 0.35;
static const double feature_survived_limit = 0.15, feature_r2_limit = 0.50, feature_kept_limit = 0.10;

static bool same_element(const uint8_t *a, const uint8_t *b, size_t size)
{
    switch (size) {
    case 1:
        return *a == *b;
    case 2:
        return memcmp(a, b, 2) == 0;
    case 4:
        return memcmp(a, b, 4) == 0;
    default:
        return memcmp(a, b, 8) == 0;
    }
}

/* Equal to within the rounding of a float, or both NaN. */
static bool same_value(double a, double b)
{
    return (isnan(a) && isnan(b)) || a == b || fabs(a - b) <= 1e-6 * fmax(fabs(a), fabs(b));
}

/* Marks voxels that differ in any volume: by their bits where type and scale are the same, else by
 * value. */
static void mark_changed(uint8_t *changed, const ef_image *a, const ef_image *b, bool by_bits)
{
    int64_t count = ef_grid_count(&a->grid);
    size_t size = ek_dtype_size(a->dtype);
    memset(changed, 0, (size_t)count);
    for (int64_t volume = 0; volume < a->n_volumes; volume++) {
        for (int64_t i = 0; i < count; i++) {
            int64_t at = volume * count + i;
            size_t byte = (size_t)at * size;
            bool same = by_bits ? same_element((const uint8_t *)a->voxels + byte,
                                               (const uint8_t *)b->voxels + byte, size)
                                : same_value(ef_image_value(a, at), ef_image_value(b, at));
            changed[i] |= !same;
        }
    }
}

static efface_status count_pieces(efface_evaluation *e, const uint8_t *changed, const int64_t n[3],
                                  efface_error *err)
{
    int64_t count = n[0] * n[1] * n[2], largest = 0;
    for (int64_t i = 0; i < count; i++)
        e->voxels_changed += changed[i];
    e->voxels = count;
    if (e->voxels_changed == 0)
        return EFFACE_PASS;
    int32_t *label = malloc((size_t)count * sizeof *label);
    if (label != NULL)
        e->pieces = ek_components(label, &largest, 1, changed, n, 26);
    free(label);
    if (label == NULL || e->pieces < 0)
        return ef_fail_memory(err, (unsigned long long)count * sizeof *label);
    e->changed_apart = e->voxels_changed - largest;
    return EFFACE_PASS;
}

/* changed: in and out; on return only the changed voxels of the brain are marked. */
static efface_status judge_brain(efface_evaluation *e, uint8_t *changed, const ef_image *brain, int threads,
                                 efface_error *err)
{
    int64_t count = ef_grid_count(&brain->grid);
    uint8_t *inside = malloc((size_t)count);
    float *distance = NULL;
    efface_status status = EFFACE_PASS;
    double mm[3];
    if (inside == NULL)
        return ef_fail_memory(err, (unsigned long long)count);
    for (int64_t i = 0; i < count; i++) {
        double value = ef_image_value(brain, i);
        inside[i] = value != 0 && !isnan(value);
        changed[i] &= inside[i];
        e->brain_voxels += inside[i];
        e->brain_changed += changed[i];
    }
    ef_affine_spacing(mm, &brain->grid.world_from_voxel);
    e->has_brain = true;
    e->brain_whole = e->brain_changed == 0;
    e->brain_changed_mm3 = (double)e->brain_changed * fabs(ef_affine_det(&brain->grid.world_from_voxel));
    if (e->brain_changed > 0) {
        distance = malloc((size_t)count * sizeof *distance);
        if (distance == NULL || !ek_distance_signed(distance, inside, brain->grid.n, mm, threads))
            status = ef_fail_memory(err, (unsigned long long)count * sizeof *distance);
        for (int64_t i = 0; i < count && status == EFFACE_PASS; i++) {
            if (changed[i])
                e->brain_depth_mm = fmax(e->brain_depth_mm, -(double)distance[i]);
        }
    }
    free(distance);
    free(inside);
    return status;
}

static efface_status compare_headers(efface_evaluation *e, const ef_image *a, const ef_image *b,
                                     efface_error *err)
{
    ef_nifti_head head_a, head_b = {0};
    char axes_a[4], axes_b[4];
    ef_affine_orientation(axes_a, &a->grid.world_from_voxel);
    ef_affine_orientation(axes_b, &b->grid.world_from_voxel);
    e->same_orientation = strcmp(axes_a, axes_b) == 0;
    e->same_dtype = a->dtype == b->dtype;
    e->same_scale = memcmp(&a->slope, &b->slope, sizeof a->slope) == 0 &&
                    memcmp(&a->inter, &b->inter, sizeof a->inter) == 0;
    efface_status status = ef_nifti_header(&head_a, a, false, true, err);
    if (status == EFFACE_PASS)
        status = ef_nifti_header(&head_b, b, false, true, err);
    if (status == EFFACE_PASS)
        e->n_fields =
            ef_changed_fields(e->fields, EFFACE_MAX_FIELDS, head_a.bytes, head_a.n, head_b.bytes, head_b.n);
    free(head_a.bytes);
    free(head_b.bytes);
    return status;
}

/* A feature is also gone where only that is left which any head has, such as a ledge under the brow. */
static bool relief_gone(double r2, double kept, double r2_limit, double kept_limit)
{
    return r2 <= r2_limit || kept <= kept_limit;
}

static bool region_gone(const efface_region_change *region)
{
    const bool face = region->part == EFFACE_PARTS_FACE, ear = (region->part & EFFACE_PARTS_EARS) != 0;
    const double survived = face  ? face_survived_limit
                            : ear ? ear_survived_cm2 / region->area_cm2
                                  : feature_survived_limit,
                 r2 = face ? face_r2_limit : feature_r2_limit,
                 kept = face  ? 0
                        : ear ? ear_kept_limit
                              : feature_kept_limit;
    return region->survived <= survived &&
           (relief_gone(region->relief_r2, region->relief_kept, r2, kept) ||
            (region->own_judged && relief_gone(region->own_r2, region->own_kept, r2, kept)));
}

static void judge(efface_evaluation *e, unsigned parts)
{
    const char *first = NULL;
    e->features_gone = true;
    for (int k = 0; k < EFFACE_REGIONS; k++) {
        efface_region_change *region = &e->region[k];
        region->gone = region->visible && region_gone(region);
        const bool whole = region->part == EFFACE_PARTS_FACE;
        const unsigned asked = region->part & parts;
        if (!region->visible || asked == 0 || (whole && asked != region->part))
            continue; /* the face as a whole counts only where all of it was asked for */
        e->features_judged = true;
        e->features_gone &= region->gone;
        if (!region->gone && first == NULL)
            first = region->name;
    }
    e->features_gone &= e->features_judged;
    e->status = EFFACE_AUDIT;
    const bool loss = e->has_brain && !e->brain_whole && !e->brain_estimated;
    if (loss)
        snprintf(e->reason, sizeof e->reason, "%lld brain voxels changed, up to %.1f mm deep",
                 (long long)e->brain_changed, e->brain_depth_mm);
    else if (first != NULL && e->voxels_changed == 0)
        snprintf(e->reason, sizeof e->reason, "face present: no voxel differs from the original");
    else if (first != NULL)
        snprintf(e->reason, sizeof e->reason, "face present: %s can still be recognised", first);
    else if (!e->features_judged)
        snprintf(e->reason, sizeof e->reason,
                 "the original's field of view shows none of the regions asked for");
    else if (e->brain_estimated)
        snprintf(e->reason, sizeof e->reason,
                 "features gone; %lld voxels of the estimated brain changed (no brain mask was given)",
                 (long long)e->brain_changed);
    else if (!e->has_brain)
        snprintf(e->reason, sizeof e->reason, "features gone; brain not judged (no brain mask was given)");
    if (e->reason[0] == '\0')
        e->status = EFFACE_PASS;
    else if (!loss && first == NULL)
        e->status = EFFACE_REVIEW;
}

static efface_status check_grids(const ef_pair *pair, const ef_image *other, const char *other_name,
                                 efface_error *err)
{
    const int64_t *n = pair->original->grid.n, *m = other->grid.n;
    double mm[3];
    if (n[0] != m[0] || n[1] != m[1] || n[2] != m[2])
        return ef_fail(err, EFFACE_INPUT, "grids differ: %lldx%lldx%lld in '%s', %lldx%lldx%lld in '%s'",
                       (long long)n[0], (long long)n[1], (long long)n[2], pair->original_name,
                       (long long)m[0], (long long)m[1], (long long)m[2], other_name);
    ef_affine_spacing(mm, &pair->original->grid.world_from_voxel);
    double tolerance = 0.1 * fmin(mm[0], fmin(mm[1], mm[2]));
    if (!ef_grid_equal(&pair->original->grid, &other->grid, tolerance))
        return ef_fail(err, EFFACE_INPUT, "headers place corners more than %.3g mm apart: '%s' and '%s'",
                       tolerance, pair->original_name, other_name);
    return EFFACE_PASS;
}

static efface_status check_pair(const ef_pair *pair, const ef_image *brain, efface_error *err)
{
    const ef_image *original = pair->original, *defaced = pair->defaced;
    efface_status status = check_grids(pair, defaced, pair->defaced_name, err);
    if (status == EFFACE_PASS && original->n_volumes != defaced->n_volumes)
        status = ef_fail(err, EFFACE_INPUT, "expected %lld volumes as in '%s', got %lld in '%s'",
                         (long long)original->n_volumes, pair->original_name, (long long)defaced->n_volumes,
                         pair->defaced_name);
    if (status == EFFACE_PASS && brain != NULL)
        status = check_grids(pair, brain, "the brain mask", err);
    return status;
}

efface_status ef_evaluate(efface_evaluation *evaluation, const ef_pair *pair, const ef_image *brain,
                          bool estimated, unsigned parts, efface_error *err)
{
    const ef_image *original = pair->original, *defaced = pair->defaced;
    efface_evaluation e = {.status = EFFACE_INTERNAL};
    memset(evaluation, 0, sizeof *evaluation);
    efface_status status = check_pair(pair, brain, err);
    if (status != EFFACE_PASS)
        return status;
    size_t bytes = (size_t)ef_grid_count(&original->grid);
    uint8_t *changed = malloc(bytes);
    if (changed == NULL)
        return ef_fail_memory(err, bytes);
    status = compare_headers(&e, original, defaced, err);
    if (status == EFFACE_PASS) {
        mark_changed(changed, original, defaced, e.same_dtype && e.same_scale);
        status = count_pieces(&e, changed, original->grid.n, err);
    }
    if (status == EFFACE_PASS)
        status = ef_relief_compare(&e, pair, changed, err);
    if (status == EFFACE_PASS)
        status = ef_judge_fill(&e, original, defaced, changed, pair->subject, err);
    if (status == EFFACE_PASS && brain != NULL)
        status = judge_brain(&e, changed, brain, pair->threads, err);
    free(changed);
    if (status != EFFACE_PASS)
        return status;
    e.brain_estimated = brain != NULL && estimated;
    judge(&e, parts);
    *evaluation = e;
    return EFFACE_PASS;
}

efface_status efface_evaluate(const char *original, const char *defaced, const char *brain, unsigned parts,
                              int threads, efface_evaluation *out, efface_error *err)
{
    const char *paths[3] = {original, defaced, brain};
    ef_image images[3] = {{.n_volumes = 0}};
    long processors = threads > 0 ? threads : sysconf(_SC_NPROCESSORS_ONLN);
    int n_threads = processors > 0 ? (int)processors : 1;
    ef_original subject = {.has_head = false};
    efface_status status = EFFACE_PASS;
    for (int k = 0; k < 3 && status == EFFACE_PASS; k++) {
        if (paths[k] != NULL)
            status = ef_read(&images[k], paths[k], n_threads, NULL, err);
    }
    if (status == EFFACE_PASS)
        status = ef_original_find(&subject, &images[0], n_threads, original, err);
    if (status == EFFACE_PASS && brain == NULL)
        status = ef_estimate_brain(&images[2], &images[0], &subject, n_threads, original, err);
    if (status == EFFACE_PASS) {
        const ef_pair pair = {.original = &images[0],
                              .defaced = &images[1],
                              .original_name = original,
                              .defaced_name = defaced,
                              .subject = &subject,
                              .threads = n_threads};
        status = ef_evaluate(out, &pair, images[2].voxels != NULL ? &images[2] : NULL, brain == NULL, parts,
                             err);
    }
    ef_original_release(&subject);
    for (int k = 0; k < 3; k++)
        ef_image_release(&images[k]);
    return status;
}
