/* The surface of a new face. All fields live on a box of work cells around the mask.
 *
 * Coordinate spaces: 1 voxel, 3 work, 5 cell of the atlas (grid.h); box: space 3 less the box's origin. */
#include "apply/new_face.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/slabs.h"
#include "base/error.h"
#include "base/stream.h"
#include "head/mean_skin.h"
#include "kernels/each.h"
#include "kernels/resample.h"
#include "kernels/sample.h"
#include "kernels/smooth.h"
#include "kernels/spread.h"
#include "region/random_field.h"

/* Kept skin within this distance of the mask influences the new surface, mm. */
static const double context_mm = 24;
/* Greatest distance between kept skin and mean skin, mm. Beyond most_difference_mm it is other skin (a
 * shoulder, a cushion). More than most_deeper_mm inwards it is the wall of a sinus, where the field of view
 * opens the airways. Larger values would pull the surface to these. */
static const double most_difference_mm = 12, most_deeper_mm = 6;
/* edge_cells: breadth of a sharp edge in cells, after averaging to cells and the segmentation's smoothing.
 * most_edge_mm: the greatest breadth that a scan's own edge can have. LEAST_CELLS: the least number of
 * cells for a depth's mean. */
static const double edge_cells = 2, most_edge_mm = 12;
enum { LEAST_CELLS = 100 };
/* Reaches of the kept skin's difference under the mask, mm, and the weight of no difference, as a fraction
 * of a cell's whole neighbourhood. Slow changes reach far. Of the rest, a forehead's bend is continued for
 * a centimetre. What then remains is continued for a cell, so that the surface has no step. */
enum { REACHES = 3 };
static const double reach_mm[REACHES] = {16, 6, 2}, prior[REACHES] = {0.01, 0.02, 0.02};
/* The kept tissue's values continue under the mask, smeared by meet_mm. They pass into the new ones down to
 * passage_mm. They keep at least least_part of the new ones' signal: beside a sinus they must not open the
 * surface. */
static const double meet_mm = 2, passage_mm = 8, least_part = 0.6;
/* Weight of the head's median signal. It decides far from all tissue. */
static const double smear_prior = 1e-3;
/* The secret variation. variation_mm: standard deviations. Heads differ by 2 to 4 mm in the same place.
 * finer: scale relative to an ef_random_field. The first is finer, because what continues from the kept
 * skin has detail of a centimetre. The last is as wide as the face, because pose and kept skin know how
 * broad and long the old face was. Without it 5 of 200 people were recognised by the voxels of a blurred
 * face. grow_mm: distance from the mask's border over which they reach full size; a step would be a line
 * across the forehead. */
enum { VARIATIONS = 3 };
static const double variation_mm[VARIATIONS] = {0.7, 1.2, 3}, finer[VARIATIONS] = {2.5, 1, 1.0 / 3},
                    grow_mm[VARIATIONS] = {12, 12, 30}, most_variation_mm = 12;
/* Greatest stretch of the new face in breadth, depth and length, around a point between the brows (atlas
 * mm). Faces differ by as much (ANSUR II). Without it the places of its features would follow the pose. */
static const double most_stretch[3] = {0.05, 0.04, 0.05}, stretched_from[3] = {0, 0, -10};
/* Mean and standard deviation of an ef_random_field (random_field.h). */
static const double random_mean = 0.5, random_deviation = 0.096;

static double smooth_step(double t)
{
    t = fmax(0, fmin(1, t));
    return t * t * (3 - 2 * t);
}

/* Places the box of work cells around the mask. Returns false where the mask is empty. */
static bool place_box(ef_new_face *face, const ef_image *image, const ef_apply_input *in)
{
    const ef_slab box = ef_slab_around(in->region->mask, image->grid.n);
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    if (box.size[0] == 0)
        return false;
    for (int corner = 0; corner < 8; corner++) {
        double at[3];
        for (int d = 0; d < 3; d++)
            at[d] = (double)(box.begin[d] + (corner >> d & 1 ? box.size[d] - 1 : 0));
        ef_affine_apply(at, &in->subject->work.work_from_voxel, at);
        for (int d = 0; d < 3; d++) {
            low[d] = fmin(low[d], at[d]);
            high[d] = fmax(high[d], at[d]);
        }
    }
    ef_face_box_place(&face->box, &in->subject->work, low, high, context_mm);
    return true;
}

/* One slice of the box: the distance of its cells to the new mean skin. At kept skin, also the distance to
 * the atlas' own mean skin, in the pose's own proportions. */
typedef struct skin_job {
    const ef_new_face *face;
    const ef_atlas *atlas;
    const float *skin_mm;                               /* the new mean skin, on the atlas' grid */
    ef_affine atlas_cell_from_box, plain_cell_from_box; /* by the new proportions, by the pose's own */
    double scale;                                       /* of the pose: distances are stored in atlas mm */
    float *mean_mm, *plain_mm;
} skin_job;

/* Returns the distance of cell i to the skin. Beyond the atlas it grows with the distance to the atlas. */
static float skin_at(const skin_job *job, const float *skin_mm, const ef_affine *atlas_cell_from_box,
                     int64_t i)
{
    double at[3], beyond = 0;
    ef_grid_point(at, job->face->box.n, i);
    ef_affine_apply(at, atlas_cell_from_box, at);
    for (int d = 0; d < 3; d++)
        beyond += pow(at[d] - fmax(0, fmin((double)(job->atlas->grid.n[d] - 1), at[d])), 2);
    const double mm = ek_trilinear(skin_mm, job->atlas->grid.n, at) +
                      (beyond > 0 ? sqrt(beyond) * job->atlas->grid.world_from_voxel.m[0][0] : 0);
    return (float)(mm * job->scale);
}

static void skin_slice(void *context, int64_t z)
{
    const skin_job *job = context;
    const int64_t slice = job->face->box.n[0] * job->face->box.n[1];
    for (int64_t i = z * slice; i < (z + 1) * slice; i++) {
        job->mean_mm[i] = skin_at(job, job->skin_mm, &job->atlas_cell_from_box, i);
        job->plain_mm[i] = NAN;
        if (!ef_own_skin_known(&job->face->box, &job->face->own, i))
            continue;
        job->plain_mm[i] = skin_at(job, job->atlas->skin_mm, &job->plain_cell_from_box, i);
        if (isnan(job->plain_mm[i]))
            job->plain_mm[i] = skin_at(job, job->skin_mm, &job->plain_cell_from_box, i);
    }
}

/* Returns the pose of a mean face with other proportions. */
static ef_affine stretched(const ef_affine *work_from_atlas, uint64_t seed)
{
    ef_affine stretch = ef_affine_identity();
    for (int d = 0; d < 3; d++) {
        stretch.m[d][d] += most_stretch[d] * (2 * ek_uniform(seed, (uint64_t)d) - 1);
        stretch.m[d][3] = stretched_from[d] * (1 - stretch.m[d][d]);
    }
    return ef_affine_mul(*work_from_atlas, stretch);
}

/* Resamples the atlas' mean skin and labels onto the box. */
static efface_status atlas_fields(float *mean_mm, float *plain_mm, ef_new_face *face,
                                  const ef_apply_input *in, double smooth_mm, int threads,
                                  efface_error *err)
{
    const ef_atlas *atlas = &in->subject->atlas;
    ef_affine atlas_cell_from_voxel, plain_cell_from_voxel, voxel_from_box;
    float *skin_mm = NULL;
    const ef_affine pose =
        stretched(&in->subject->location.work_from_atlas_kept, ef_stream_proportions(in->seed));
    efface_status status = ef_cell_from_voxel(&atlas_cell_from_voxel, in->subject, &pose, err);
    if (status == EFFACE_PASS)
        status = ef_cell_from_voxel(&plain_cell_from_voxel, in->subject,
                                    &in->subject->location.work_from_atlas_kept, err);
    if (status == EFFACE_PASS && !ef_affine_invert(&voxel_from_box, face->box.cell_from_voxel))
        status = ef_fail(err, EFFACE_INTERNAL, "grid is singular");
    if (status == EFFACE_PASS)
        status = ef_mean_skin(&skin_mm, atlas, smooth_mm, threads, err);
    if (status != EFFACE_PASS)
        return status;
    const ef_affine atlas_cell_from_box = ef_affine_mul(atlas_cell_from_voxel, voxel_from_box);
    skin_job job = {.face = face,
                    .atlas = atlas,
                    .skin_mm = skin_mm,
                    .atlas_cell_from_box = atlas_cell_from_box,
                    .plain_cell_from_box = ef_affine_mul(plain_cell_from_voxel, voxel_from_box),
                    .scale = cbrt(fabs(ef_affine_det(&in->subject->location.work_from_atlas_kept))) *
                             face->box.mm,
                    .mean_mm = mean_mm,
                    .plain_mm = plain_mm};
    ek_each(face->box.n[2], skin_slice, &job, threads);
    ek_resample_nearest_u8(face->label, face->box.n, atlas->label, atlas->grid.n, atlas_cell_from_box.m,
                           EF_UNKNOWN, threads);
    free(skin_mm);
    return EFFACE_PASS;
}

/* Sets the kept skin less the mean skin, continued under the mask; elsewhere the mean of that. The atlas'
 * own mean skin, plain_mm, decides whether skin is of the same kind; it becomes scratch. Returns false
 * where memory was short. */
static bool difference(float *diff_mm, float *kept_mm, float *plain_mm, const float *mean_mm,
                       const ef_new_face *face, int threads)
{
    double sum = 0, count = 0;
    bool ok = true;
    for (int64_t i = 0; i < face->box.count; i++) {
        const float diff = face->own.skin_mm[i] - mean_mm[i];
        const double deeper = (double)(face->own.skin_mm[i] - plain_mm[i]); /* NaN except at kept skin */
        const bool skin = deeper < most_deeper_mm && -deeper < most_difference_mm;
        kept_mm[i] = skin ? diff : NAN;
        sum += skin ? (double)diff : 0;
        count += skin;
    }
    for (int64_t i = 0; i < face->box.count; i++)
        diff_mm[i] = count > 0 ? (float)(sum / count) : 0;
    for (int r = 0; r < REACHES && ok; r++) {
        for (int64_t i = 0; i < face->box.count; i++)
            plain_mm[i] = kept_mm[i] - diff_mm[i];
        ok = ek_spread(plain_mm, NULL, face->box.n, reach_mm[r] / face->box.mm, prior[r], 0, threads);
        for (int64_t i = 0; ok && i < face->box.count; i++)
            diff_mm[i] += plain_mm[i];
    }
    return ok;
}

/* Returns the secret variation at a cell under the mask, mm. Far from the surface it is not needed. */
static double variation(const ef_random_field field[VARIATIONS], const ef_affine *atlas_from_box,
                        const ef_new_face *face, int64_t i)
{
    double at[3], sum = 0;
    ef_grid_point(at, face->box.n, i);
    ef_affine_apply(at, atlas_from_box, at);
    for (int v = 0; v < VARIATIONS; v++) {
        const double scaled[3] = {at[0] * finer[v], at[1] * finer[v], at[2] * finer[v]};
        const double grown = smooth_step(-(double)face->own.border_mm[i] / grow_mm[v]);
        sum += grown * variation_mm[v] * (ef_random_field_at(&field[v], scaled) - random_mean) /
               random_deviation;
    }
    return sum;
}

/* Input of surface_slice; it fills the face's cells. */
typedef struct surface_job {
    ef_new_face *face;
    const float *mean_mm, *diff_mm;
    ef_affine atlas_from_box;
    ef_random_field field[VARIATIONS];
} surface_job;

/* One slice of the box: the distance of its cells to the new surface. */
static void surface_slice(void *context, int64_t z)
{
    const surface_job *job = context;
    ef_new_face *face = job->face;
    const int64_t slice = face->box.n[0] * face->box.n[1];
    for (int64_t i = z * slice; i < (z + 1) * slice; i++) {
        double mm = (double)(job->mean_mm[i] + job->diff_mm[i]);
        if (face->own.border_mm[i] < 0 && fabs(mm) < most_variation_mm + 2 * face->box.mm)
            mm += variation(job->field, &job->atlas_from_box, face, i);
        face->cell[i].surface_mm = (float)mm;
    }
}

static efface_status surface(ef_new_face *face, const ef_apply_input *in, double smooth_mm, int threads,
                             efface_error *err)
{
    const size_t bytes = sizeof(float) * (size_t)face->box.count;
    float *mean_mm = malloc(bytes), *diff_mm = malloc(bytes), *kept_mm = malloc(bytes),
          *plain_mm = malloc(bytes);
    surface_job job = {.face = face, .mean_mm = mean_mm, .diff_mm = diff_mm};
    uint64_t seed = ef_stream_next_octave(in->seed);
    for (int v = 0; v < VARIATIONS; v++) {
        seed = ef_stream_next_octave(seed);
        ef_random_field_init(&job.field[v], seed);
    }
    efface_status status =
        mean_mm && diff_mm && kept_mm && plain_mm ? EFFACE_PASS : ef_fail_memory(err, 4 * bytes);
    if (status == EFFACE_PASS)
        status = atlas_fields(mean_mm, plain_mm, face, in, smooth_mm, threads, err);
    if (status == EFFACE_PASS && !difference(diff_mm, kept_mm, plain_mm, mean_mm, face, threads))
        status = ef_fail_memory(err, bytes);
    if (status == EFFACE_PASS &&
        !ef_affine_invert(&job.atlas_from_box, in->subject->location.work_from_atlas_kept))
        status = ef_fail(err, EFFACE_LOCATE, "pose is singular");
    for (int d = 0; d < 3 && status == EFFACE_PASS; d++)
        for (int a = 0; a < 3; a++)
            job.atlas_from_box.m[d][3] += job.atlas_from_box.m[d][a] * (double)face->box.origin[a];
    if (status == EFFACE_PASS)
        ek_each(face->box.n[2], surface_slice, &job, threads);
    free(mean_mm);
    free(diff_mm);
    free(kept_mm);
    free(plain_mm);
    return status;
}

efface_status ef_new_face_make(ef_new_face *face, const ef_image *image, const ef_apply_input *in,
                               double smooth_mm, int threads, efface_error *err)
{
    memset(face, 0, sizeof *face);
    if (!place_box(face, image, in))
        return EFFACE_PASS;
    const size_t count = (size_t)face->box.count;
    face->cell = calloc(count, sizeof *face->cell);
    face->label = malloc(count);
    if (!face->cell || !face->label || !ef_own_skin_measure(&face->own, &face->box, image, in, threads))
        return ef_fail_memory(err, count * 26);
    return surface(face, in, smooth_mm, threads, err);
}

bool ef_new_face_smear(float *v, const ef_new_face *face, const ef_head *head, double mm, int threads)
{
    uint8_t *inside = malloc((size_t)face->box.count);
    if (inside == NULL)
        return false;
    memcpy(v, face->own.value, sizeof(float) * (size_t)face->box.count);
    for (int64_t i = 0; i < face->box.count; i++)
        inside[i] = face->own.kept[i] && (double)face->own.skin_mm[i] < -face->box.mm &&
                    (double)face->own.value[i] > head->threshold &&
                    !(head->ct && face->label[i] == EF_BONE);
    const bool ok =
        ek_spread(v, inside, face->box.n, mm / face->box.mm, smear_prior, head->tissue, threads);
    free(inside);
    return ok;
}

/* Returns the steepest rise of the kept skin's mean profile above the air, per mm of depth, from cell to
 * cell. */
static double steepest_rise(const ef_new_face *face, const ef_head *head)
{
    enum { DEPTHS = 6 };
    double sum[DEPTHS] = {0}, at_mm[DEPTHS] = {0}, count[DEPTHS] = {0}, most = 0;
    for (int64_t i = 0; i < face->box.count; i++) {
        const double depth = floor(1 - (double)face->own.skin_mm[i] / face->box.mm);
        if (depth >= 0 && depth < DEPTHS && !isnan(face->own.value[i]) &&
            (double)face->own.border_mm[i] > 0) {
            sum[(int)depth] += (double)face->own.value[i] - head->air;
            at_mm[(int)depth] -= (double)face->own.skin_mm[i];
            count[(int)depth]++;
        }
    }
    for (int d = 1; d < DEPTHS; d++) {
        if (count[d] >= LEAST_CELLS && count[d - 1] >= LEAST_CELLS)
            most = fmax(most, (sum[d] / count[d] - sum[d - 1] / count[d - 1]) /
                                  (at_mm[d] / count[d] - at_mm[d - 1] / count[d - 1]));
    }
    return most;
}

/* Returns the breadth of the edge with which the new skin looks like the kept skin on the work grid: its
 * signal over the kept skin's steepest rise. */
static double edge_breadth(const ef_new_face *face, const ef_head *head)
{
    const double rise = steepest_rise(face, head), sharp = edge_cells * face->box.mm;
    double sum = 0, count = 0;
    for (int64_t i = 0; i < face->box.count; i++) {
        if (face->own.border_mm[i] < 0 && face->cell[i].surface_mm < 0 &&
            (double)face->cell[i].surface_mm > -2 * sharp) {
            sum += (double)face->cell[i].tissue - head->air;
            count++;
        }
    }
    return sum > 0 && rise > 0 ? fmax(sharp, fmin(most_edge_mm, sum / count / rise)) : sharp;
}

bool ef_new_face_meet(ef_new_face *face, const ef_head *head, int threads)
{
    float *near = malloc(sizeof(float) * (size_t)face->box.count);
    const bool ok = near != NULL && ef_new_face_smear(near, face, head, meet_mm, threads);
    for (int64_t i = 0; ok && i < face->box.count; i++) {
        const double made = (double)face->cell[i].tissue,
                     least = head->air + least_part * (made - head->air),
                     w = smooth_step(-(double)face->own.border_mm[i] / passage_mm);
        face->cell[i].tissue = (float)((1 - w) * fmax((double)near[i], least) + w * made);
    }
    /* The skin was detected where the work volume rises above its threshold. The surface is where it is
     * half tissue, bright or dark. What is as dark as air has no surface. */
    const double breadth = edge_breadth(face, head), sharp = edge_cells * face->box.mm;
    face->edge_mm = sqrt(breadth * breadth - sharp * sharp);
    for (int64_t i = 0; ok && i < face->box.count; i++) {
        const double rise = (double)face->cell[i].tissue - head->air,
                     part = rise > 0 ? fmin(0.5, (head->threshold - head->air) / rise) : 0.5;
        face->cell[i].surface_mm += (float)((0.5 - part) * breadth);
    }
    free(near);
    return ok;
}

void ef_new_face_release(ef_new_face *face)
{
    free(face->cell);
    free(face->label);
    ef_own_skin_release(&face->own);
    memset(face, 0, sizeof *face);
}
