/* The audits. The atlas' own mask covers its parts by construction, which proves nothing. So the audits use
 * the poses of the single cues, the defaced voxels and the subject's own skin. */
#include "audit/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/wall.h"
#include "audit/relief.h"
#include "base/error.h"
#include "base/result.h"
#include "head/locate.h"
#include "head/protect.h"
#include "kernels/compare.h"
#include "kernels/smooth.h"
#include "region/scalp.h"

/* Thickness of the soft tissue that carries a face's relief, mm: skin, fat and muscle over the bone. */
static const double relief_mm = 8;
/* Least fraction of that tissue that the mask covers by a cue's pose. This pose differs from the joint one
 * by a few mm, which the mask's depth must allow for. A smaller value lets a face pass. */
static const double least_covered = 0.97;
/* Greatest volume of brain in the mask by a cue's pose, ml. The cut keeps clear of where the brain can be.
 * A cue with more than a few cells of brain in the mask disagrees about the pose, not about a border. */
static const double most_brain_ml = 0.5;
/* Poses this far apart have no confidence, mm. */
static const double far_from_cut_mm = 30;
/* Probabilities of brain, of 255. likely: brain in every second head. certain: in nine of ten, which is
 * what the audit of a scalp uses. A scalp's cut lies in the skull, where one millimetre over the whole
 * brain is 50 ml. In 26 real heads it finds none. */
static const int likely = 128, certain = 230;
/* Cells nearer than this to the cut's surface, or to the brain with its margin, are not judged, mm: two
 * cells. They may rightly hold some tissue. */
static const double clear_of_cut_mm = 4, clear_of_margin_mm = 3;
/* Usual margin around an adult's brain, mm. A cue's pose is a few mm off. A cut with a narrower margin may
 * rightly lie in what the cue takes for brain. Cells so near to the protected brain do not show another
 * pose. */
static const double usual_margin_mm = 4;
/* Room that the cut leaves around the face, mm, for faces that the scalp does not predict. Within it there
 * is no relief of a face, in whatever direction a cue's pose is off. */
static const double room_mm = 8;
/* Greatest volume that may remain above the air's threshold, ml: some speckles, less than the tip of a
 * nose. */
static const double most_left_ml = 1;
/* Greatest fraction of the scalp's skin that may remain. It is 0.01 to 0.13 in real heads, and 0.08 to 0.24
 * with slices of 5 mm and more. Where the scalp was not removed, it is nearly 1. */
static const double most_scalp_left = 0.2;
/* Air farther than speckles_from_mm from the head holds nothing else. least_air: the least number of its
 * cells that shows how speckled it is. */
static const double speckles_from_mm = 8;
static const int64_t least_air = 10000;

/* Greatest coefficient of the old relief in a new face. A new face that knows nothing of the old one
 * correlates with it by chance, and more so with a mean face's features. Measured on phantoms, with a share
 * of the old relief mixed in (bench/results/relief.csv). With none: up to 0.15 without features and 0.23
 * with them. With 30 %: 0.23 and more (median 0.33 in both). With 50 %: 0.45 and more (median 0.52). Real
 * heads of all contrasts: up to 0.24 and 0.40. */
static const double most_relief_blur = 0.3, most_relief_reface = 0.42;
/* The limit of a face that was drawn anew, as a fraction of the first limit. With 30 % of the old face
 * left, the coefficient is 0.33 with a standard deviation of 0.05 without features, and 0.34 with 0.06 with
 * them. Three more draws would often reach the first limit. They reach half of it hardly ever without
 * features, and in a tenth of all cases with them. Chance alone is below half in nine of ten draws. */
static const double redrawn_part = 0.5;
/* Greatest area of the old surface that may be left, in patches of a centimetre, cm2. It is 0.5 and less
 * where two surfaces meet by chance. It is above 50 where half of a face was not drawn, and above 4 in real
 * heads that show little of one. */
static const double most_left_cm2 = 1;
/* Least area to be judged, cm2. On less, the coefficient says nothing. */
static const double least_relief_cm2 = 4;

/* Greatest fraction of the face that may stay for the brain without a look. In a child up to twice as much
 * stays by its own anatomy: 1.9 % in a newborn with 0.99 % here. */
static const double most_kept_of_child = 0.01, most_kept = 0.05;
/* The same fraction by a cue's own pose. A brain that was found in a wrong place covers the face. The cues'
 * poses are independent, but less sure. By them 0.7 % and less is kept in 64 phantoms of all kinds, 0.5 %
 * in real heads, and 11 and 21 % where the pose was 20 mm off. */
static const double most_kept_by_cue = 0.05;

/* Returns the distance from the brain within which its margin may lie. */
static double clear_of_brain(const ef_audit_input *in)
{
    return in->subject->brain.size * in->margin_mm + clear_of_margin_mm;
}

/* Returns the fraction of the air away from the head that lies above its threshold: speckles. It is 0 where
 * there is too little air to measure it. */
static double part_speckled(const ef_work *after, const ef_head *head)
{
    int64_t above = 0, air = 0;
    for (int64_t i = 0; i < ef_grid_count(&after->grid); i++) {
        if ((double)head->skin_mm[i] > speckles_from_mm) {
            air++;
            above += (double)after->value[i] > head->threshold;
        }
    }
    return air >= least_air ? (double)above / (double)air : 0;
}

/* Measures the tissue under the cut that the defaced scan still shows, in ml. Its values are averaged and
 * smoothed as the head was, and compared with the same threshold. As much as the scan's air itself would
 * show is subtracted, but no more than may remain. */
static efface_status tissue_left(double *left_ml, const ef_audit_input *in, const ef_work *after,
                                 efface_error *err)
{
    ef_affine cell_from_work;
    if (!ef_atlas_cells(&cell_from_work, &in->subject->atlas, &in->subject->location.work_from_atlas_kept))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular for '%s'", in->subject->name);
    double voxel_mm[3];
    ef_affine_spacing(voxel_mm, &in->original->grid.world_from_voxel);
    /* Converts the atlas' distances to this head's size. */
    const double scale = cbrt(fabs(ef_affine_det(&in->subject->location.work_from_atlas_kept))) *
                         in->subject->work.spacing_mm;
    const double wall_mm = in->fill == EFFACE_FILL_NOISE ? ef_wall_mm(in->original) : 0;
    /* A coarse voxel at the surface shows both of its sides. */
    const double clear_mm = fmax(clear_of_cut_mm, 1.2 * fmax(voxel_mm[0], fmax(voxel_mm[1], voxel_mm[2])));
    int64_t left = 0, seen = 0;
    for (int64_t i = 0; i < ef_grid_count(&in->subject->work.grid); i++) {
        /* Cells at the cut's own surface are half tissue and half fill. */
        if (!in->subject->head.inside[i])
            continue;
        const int64_t cell = ef_grid_cell_in(in->subject->atlas.grid.n, &cell_from_work, after->grid.n, i);
        /* The wall ends under the mean skin, so nothing before the mean skin is excused for it. Under the
         * chin no mean skin is known. */
        const double excused_mm =
            cell >= 0 && !((double)in->subject->atlas.skin_mm[cell] >= 0) ? wall_mm : 0;
        if (cell < 0 || !(scale * (double)in->cut_mm[cell] < -clear_mm - excused_mm) ||
            !((double)in->subject->brain.away_mm[i] >= clear_of_brain(in) + excused_mm))
            continue;
        seen++;
        left += (double)after->value[i] > in->subject->head.threshold;
    }
    const double cell_ml = pow(in->subject->work.spacing_mm, 3) / 1000;
    const double speckles_ml = (double)seen * part_speckled(after, &in->subject->head) * cell_ml;
    *left_ml = fmax(0, (double)left * cell_ml - fmin(speckles_ml, most_left_ml));
    return EFFACE_PASS;
}

/* Checks that what `remove` removed shows no tissue. */
static efface_status removed(efface_result *result, const ef_audit_input *in, int threads,
                             efface_error *err)
{
    ef_work after = {0};
    double left;
    efface_status status =
        ef_work_build_like(&after, &in->subject->work, in->defaced, threads, in->subject->name, err);
    if (status != EFFACE_PASS)
        return status;
    if (!ef_segment_smooth(after.value, &after, in->subject->work.low, in->subject->head.smooth_cells,
                           threads))
        status = ef_fail_memory(err, sizeof(float) * (size_t)ef_grid_count(&after.grid));
    if (status == EFFACE_PASS)
        status = tissue_left(&left, in, &after, err);
    if (status == EFFACE_PASS)
        ef_check_add(result, "face_tissue_left_ml", left, most_left_ml, true);
    if (status == EFFACE_PASS && in->parts & EFFACE_PART_SCALP) {
        status = ef_scalp_left(&left, after.value, in->subject, err);
        ef_check_add(result, "scalp_left", left, most_scalp_left, true);
    }
    ef_work_release(&after);
    return status;
}

/* Returns how much of the wanted parts' relief-bearing tissue the mask covers by one cue's pose, which the
 * mask was not made from: a fraction. The worst part counts. */
static double covered(const ef_audit_input *in, const ef_affine *work_from_atlas)
{
    double relief[8] = {0}, masked[8] = {0}, worst = 1;
    const ef_atlas *atlas = &in->subject->atlas;
    const ef_affine work_from_cell = ef_affine_mul(*work_from_atlas, atlas->grid.world_from_voxel);
    const int64_t count = ef_grid_count(&atlas->grid), *n = in->original->grid.n;
    for (int64_t cell = 0; cell < count; cell++) {
        const int part = atlas->part[cell];
        if (!((double)in->cut_mm[cell] < -room_mm) || part == 0 || !(in->parts >> (part - 1) & 1) ||
            !(fabs((double)atlas->skin_mm[cell] + 0.5 * relief_mm) < 0.5 * relief_mm))
            continue;
        double at[3];
        const int64_t in_work =
            ef_grid_cell_in(in->subject->work.grid.n, &work_from_cell, atlas->grid.n, cell);
        if (in_work < 0 || !in->subject->head.inside[in_work] ||
            (double)in->subject->brain.away_mm[in_work] < clear_of_brain(in))
            continue;
        ef_grid_point(at, in->subject->work.grid.n, in_work);
        ef_affine_apply(at, &in->subject->work.voxel_from_work, at);
        const int64_t voxel = ef_grid_nearest(at, n);
        if (voxel < 0)
            continue;
        relief[part - 1]++;
        masked[part - 1] += in->region->mask[voxel];
    }
    const double cell_ml =
        fabs(ef_affine_det(&work_from_cell)) * pow(in->subject->work.spacing_mm, 3) / 1000;
    for (int p = 0; p < 8; p++)
        if (relief[p] * cell_ml >= 1)
            worst = fmin(worst, masked[p] / relief[p]);
    return worst;
}

/* Returns whether a cell, by its place in the work volume, lies where a narrower margin let the cut go. */
static bool in_narrow_margin(const ef_audit_input *in, const ef_affine *work_from_cell, int64_t cell)
{
    const ef_subject *subject = in->subject;
    const int64_t at = ef_grid_cell_in(subject->work.grid.n, work_from_cell, subject->atlas.grid.n, cell);
    return at >= 0 && (double)subject->brain.away_mm[at] < subject->brain.size * usual_margin_mm;
}

/* Returns how much of the brain by one cue's pose is marked, in ml. It counts cells with a probability (0
 * to 255) of `least` and more, this near to the cut. */
static double brain_marked(const ef_audit_input *in, const uint8_t *marked,
                           const ef_affine *work_from_atlas, int least, double near_cut_mm)
{
    const ef_atlas *atlas = &in->subject->atlas;
    const int64_t count = ef_grid_count(&atlas->grid);
    const ef_affine work_from_cell = ef_affine_mul(*work_from_atlas, atlas->grid.world_from_voxel);
    const ef_affine voxel_from_cell = ef_affine_mul(in->subject->work.voxel_from_work, work_from_cell);
    int64_t cut = 0;
    for (int64_t cell = 0; cell < count; cell++) {
        if (atlas->brain[cell] < least || (double)atlas->cut_mm[cell] > near_cut_mm)
            continue;
        const int64_t voxel = ef_grid_cell_in(in->original->grid.n, &voxel_from_cell, atlas->grid.n, cell);
        if (voxel >= 0 && marked[voxel])
            cut += !(in->margin_mm < usual_margin_mm && in_narrow_margin(in, &work_from_cell, cell));
    }
    return (double)cut * fabs(ef_affine_det(&work_from_cell)) * pow(in->subject->work.spacing_mm, 3) / 1000;
}

/* The one check that depends on the mode: no tissue is left, or the tissue is another face's. */
static efface_status face_gone(efface_result *result, const ef_audit_input *in, int threads,
                               efface_error *err)
{
    ef_relief_kept kept;
    if (in->mode == EFFACE_REMOVE)
        return removed(result, in, threads, err);
    const efface_status status = ef_audit_relief(&kept, in, threads, err);
    if (status == EFFACE_PASS && kept.area_cm2 >= least_relief_cm2) {
        ef_check_add(result, "face_relief_kept", kept.told,
                     (in->mode == EFFACE_BLUR ? most_relief_blur : most_relief_reface) *
                         (in->redrawn ? redrawn_part : 1),
                     true);
        ef_check_add(result, "face_surface_left_cm2", kept.left_cm2, most_left_cm2, true);
    }
    return status;
}

/* Returns the fraction of the wanted parts' relief that is kept for the brain, by one pose and this deep in
 * the cut. */
static double kept_by(const ef_audit_input *in, const ef_affine *work_from_atlas, double deep_mm)
{
    const ef_atlas *atlas = &in->subject->atlas;
    const int64_t count = ef_grid_count(&atlas->grid);
    const ef_affine work_from_cell = ef_affine_mul(*work_from_atlas, atlas->grid.world_from_voxel);
    int64_t relief = 0, kept = 0;
    for (int64_t cell = 0; cell < count; cell++) {
        const int part = atlas->part[cell];
        if (!((double)in->cut_mm[cell] < -deep_mm) || part == 0 || !(in->parts >> (part - 1) & 1) ||
            !(fabs((double)atlas->skin_mm[cell] + 0.5 * relief_mm) < 0.5 * relief_mm))
            continue;
        double at[3];
        const int64_t in_work =
            ef_grid_cell_in(in->subject->work.grid.n, &work_from_cell, atlas->grid.n, cell);
        if (in_work < 0 || !in->subject->head.inside[in_work])
            continue;
        ef_grid_point(at, in->subject->work.grid.n, in_work);
        ef_affine_apply(at, &in->subject->work.voxel_from_work, at);
        const int64_t voxel = ef_grid_nearest(at, in->original->grid.n);
        if (voxel < 0)
            continue;
        relief++;
        kept +=
            !in->region->mask[voxel] && (double)in->subject->brain.away_mm[in_work] < clear_of_brain(in);
    }
    return relief > 0 ? (double)kept / (double)relief : 0;
}

double ef_audit_kept_for_brain(const ef_audit_input *in)
{
    const ef_location *location = &in->subject->location;
    const double kept = kept_by(in, &location->work_from_atlas, clear_of_cut_mm);
    const double by_cue = fmax(kept_by(in, &location->work_from_atlas_tissue, room_mm),
                               kept_by(in, &location->work_from_atlas_skin, room_mm));
    return by_cue > most_kept_by_cue ? fmax(kept, by_cue) : kept;
}

double ef_audit_most_kept_for_brain(const ef_brain *brain)
{
    return brain->size < 1 ? most_kept_of_child : most_kept;
}

efface_status ef_audit_review(const ef_subject *subject, double kept_for_brain, const char *hint,
                              efface_error *err)
{
    const ef_location *location = &subject->location;
    const ef_brain *brain = &subject->brain;
    const char *name = subject->name;
    if (location->confidence < EF_CONFIDENCE_ENOUGH)
        return ef_fail(err, EFFACE_REVIEW,
                       "needs review: confidence %.2f, expected at least %.2f in '%s'%s",
                       location->confidence, EF_CONFIDENCE_ENOUGH, name, hint);
    const double most = ef_audit_most_kept_for_brain(brain);
    if (kept_for_brain > most)
        return ef_fail(
            err, EFFACE_REVIEW,
            "needs review: %.1f %% of the face in the brain's margin, expected at most %.1f %% in '%s'%s",
            100 * kept_for_brain, 100 * most, name, hint);
    if (brain->pitched > EF_PITCHED_MOST)
        return ef_fail(
            err, EFFACE_REVIEW,
            "needs review: the brain may lean forward into the orbits (%.2f, at most %.2f) in '%s'%s",
            brain->pitched, EF_PITCHED_MOST, name, hint);
    return EFFACE_PASS;
}

efface_status ef_audit(efface_result *result, const ef_audit_input *in, int threads, efface_error *err)
{
    const ef_image *a = in->original, *b = in->defaced;
    const int64_t count = ef_grid_count(&a->grid);
    const int first = result->n_checks;
    const uint8_t *mask = in->region->mask;
    const efface_status status = in->as_is ? EFFACE_PASS : face_gone(result, in, threads, err);
    if (status != EFFACE_PASS)
        return status;
    const int64_t brain = in->counted ? in->brain_changed
                                      : ek_count_changed(a->voxels, b->voxels, a->dtype, in->region->brain,
                                                         true, count, a->n_volumes, threads);
    const int64_t outside =
        in->counted ? in->outside_changed
                    : ek_count_changed(a->voxels, b->voxels, a->dtype, ef_region_changed(in->region), false,
                                       count, a->n_volumes, threads);
    ef_check_add(result, "brain_voxels_changed", (double)brain, 0, true);
    ef_check_add(result, "outside_voxels_changed", (double)outside, 0, true);
    ef_check_add(result, "covered_by_tissue_cue",
                 covered(in, &in->subject->location.work_from_atlas_tissue), least_covered, false);
    ef_check_add(result, "covered_by_skin_cue", covered(in, &in->subject->location.work_from_atlas_skin),
                 least_covered, false);
    ef_check_add(
        result, "brain_by_tissue_cue_ml",
        brain_marked(in, mask, &in->subject->location.work_from_atlas_tissue, likely, far_from_cut_mm),
        most_brain_ml, true);
    ef_check_add(
        result, "brain_by_skin_cue_ml",
        brain_marked(in, mask, &in->subject->location.work_from_atlas_skin, likely, far_from_cut_mm),
        most_brain_ml, true);
    if (in->parts & EFFACE_PART_SCALP) {
        ef_check_add(result, "scalp_brain_by_tissue_cue_ml",
                     brain_marked(in, ef_region_changed(in->region),
                                  &in->subject->location.work_from_atlas_tissue, certain, INFINITY),
                     most_brain_ml, true);
        ef_check_add(result, "scalp_brain_by_skin_cue_ml",
                     brain_marked(in, ef_region_changed(in->region),
                                  &in->subject->location.work_from_atlas_skin, certain, INFINITY),
                     most_brain_ml, true);
    }
    for (int c = first; c < result->n_checks; c++) {
        const efface_check *check = &result->checks[c];
        if (!check->holds)
            return ef_fail(err, EFFACE_AUDIT, "audit failed: %s is %.4g, expected at %s %.4g in '%s'",
                           check->name, check->value, check->upper ? "most" : "least", check->limit,
                           in->subject->name);
    }
    return EFFACE_PASS;
}

bool ef_audit_chance_alone(const efface_result *result, int first)
{
    bool relief = false;
    for (int c = first; c < result->n_checks; c++) {
        const efface_check *check = &result->checks[c];
        const bool is_relief = strcmp(check->name, "face_relief_kept") == 0;
        if (!check->holds && !is_relief)
            return false;
        relief = relief || (!check->holds && is_relief);
    }
    return relief;
}
