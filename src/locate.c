/* Strategy of the search for the head's pose. What a pose costs and how it is improved is fit.c's; here is
 * where to start, how fine to look when, and when to believe. */
#include "locate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

enum { MAX_STARTS = 24, N_TISSUE = 24000, N_COARSE = 6000, N_SKIN = 3000 };

static const double deg = 3.14159265358979323846 / 180;
static const ef_fit_weights both = {1.0, 0.5}, tissue_only = {1.0, 0.0}, skin_only = {0.0, 0.5};

typedef struct start {
    ef_pose pose;
    ef_fit_score score;
    efface_status status;
    efface_error err;
} start;

/* Height of the top of a mask and centroid of the 80 mm from 20 mm below it, in mm along the grid's axes.
 * up to the caller: inside(i) by value < 0 of a distance field. False where there is no such slab. */
static bool top_slab(double centroid[3], const float *skin_mm, const int64_t n[3], double mm)
{
    const double least_area_mm2 = 300;
    int64_t top = -1;
    double sum[3] = {0, 0, 0};
    for (int64_t k = n[2] - 1; k >= 0 && top < 0; k--) {
        int64_t area = 0;
        for (int64_t i = 0; i < n[0] * n[1]; i++)
            area += skin_mm[k * n[0] * n[1] + i] < 0;
        if ((double)area * mm * mm >= least_area_mm2)
            top = k;
    }
    const int64_t high = top - (int64_t)(20 / mm), low = top - (int64_t)(100 / mm);
    for (int64_t k = low < 0 ? 0 : low; k <= high; k++) {
        for (int64_t j = 0; j < n[1]; j++) {
            for (int64_t i = 0; i < n[0]; i++) {
                if (skin_mm[i + n[0] * (j + n[1] * k)] < 0) {
                    sum[0] += (double)i;
                    sum[1] += (double)j;
                    sum[2] += 1;
                }
            }
        }
    }
    if (top < 0 || sum[2] <= 0)
        return false;
    centroid[0] = mm * sum[0] / sum[2];
    centroid[1] = mm * sum[1] / sum[2];
    centroid[2] = mm * (double)top;
    return true;
}

/* Starts along the header's axes: three pitches, and, where the top of the head is cut off, three heights. */
static int header_starts(start *starts, const ef_atlas *atlas, const ef_work *work, const ef_head *head)
{
    double at[3], in_atlas[3];
    const double atlas_mm = atlas->grid.world_from_voxel.m[0][0];
    if (!top_slab(at, head->skin_mm, work->grid.n, work->spacing_mm) ||
        !top_slab(in_atlas, atlas->skin_mm, atlas->grid.n, atlas_mm))
        return 0;
    for (int d = 0; d < 3; d++)
        in_atlas[d] += atlas->grid.world_from_voxel.m[d][3];
    int count = 0;
    const int heights = head->cut[5] ? 3 : 1;
    for (int h = 0; h < heights; h++) {
        for (int pitch = -1; pitch <= 1; pitch++) {
            ef_pose *pose = &starts[count++].pose;
            memset(pose, 0, sizeof *pose);
            for (int d = 0; d < 3; d++) {
                pose->base[d][d] = 1;
                pose->p[d] = at[d] - in_atlas[d] + ef_pose_centre[d];
            }
            pose->p[2] += 25.0 * h;
            pose->p[3] = 20 * deg * pitch;
        }
    }
    return count;
}

/* Runs one stage over all starts, a start a thread: each search is serial, so the result is the same at any
 * thread count. Then sorts by cost. */
static efface_status run_stage(start *starts, int count, int dof, double step, int max_evals,
                               const ef_fit_model *model, int64_t n_tissue, const ef_fit_target *target, int threads,
                               efface_error *err)
{
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (int s = 0; s < count; s++)
        starts[s].status = ef_fit_search(&starts[s].pose, &starts[s].score, dof, step, max_evals, model, n_tissue,
                                         target, both, 1, &starts[s].err);
    for (int s = 0; s < count; s++) {
        if (starts[s].status != EFFACE_PASS) {
            *err = starts[s].err;
            return starts[s].status;
        }
    }
    for (int i = 1; i < count; i++) { /* insertion sort: stable, a handful of starts */
        const start moving = starts[i];
        int j = i;
        for (; j > 0 && starts[j - 1].score.cost > moving.score.cost; j--)
            starts[j] = starts[j - 1];
        starts[j] = moving;
    }
    return EFFACE_PASS;
}

/* rms distance in mm between two answers over points of brain and face. */
static double answer_distance(const ef_affine *a, const ef_affine *b, double spacing_mm)
{
    static const double points[][3] = {{0, 70, 0},    {0, -100, 0},  {65, -20, 0}, {-65, -20, 0}, {0, -20, 75},
                                       {0, -40, -55}, {35, 62, -38}, {-35, 62, -38}, {0, 85, -45}, {0, 70, -85}};
    const int count = (int)(sizeof points / sizeof points[0]);
    double sum = 0;
    for (int p = 0; p < count; p++) {
        double in_a[3], in_b[3];
        ef_affine_apply(in_a, a, points[p]);
        ef_affine_apply(in_b, b, points[p]);
        for (int d = 0; d < 3; d++)
            sum += pow((in_a[d] - in_b[d]) * spacing_mm, 2);
    }
    return sqrt(sum / count);
}

static ef_affine work_from_atlas(const ef_pose *pose, double spacing_mm)
{
    ef_affine a = ef_pose_affine(pose);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            a.m[r][c] /= spacing_mm;
    return a;
}

efface_status ef_locate(ef_location *location, const ef_atlas *atlas, const ef_work *work, const ef_head *head,
                        int threads, const char *name, efface_error *err)
{
    memset(location, 0, sizeof *location);
    start starts[MAX_STARTS];
    memset(starts, 0, sizeof starts);
    ef_fit_model model = {0};
    ef_fit_target fine = {0}, coarse = {0};
    efface_status status = ef_fit_model_init(&model, atlas, N_TISSUE, N_SKIN, err);
    if (status == EFFACE_PASS)
        status = ef_fit_targets_init(&fine, &coarse, work, head, threads, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    int count = header_starts(starts, atlas, work, head);
    if (count == 0) {
        status = ef_fail(err, EFFACE_LOCATE, "head is too flat to be placed in '%s'", name);
        goto cleanup;
    }
    status = run_stage(starts, count, 6, 1.0, 120, &model, N_COARSE, &coarse, threads, err);
    if (status == EFFACE_PASS)
        status = run_stage(starts, count < 3 ? count : 3, 9, 0.7, 200, &model, N_COARSE, &coarse, threads, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    status = ef_fit_search(&starts[0].pose, &location->score, 12, 0.3, 300, &model, 0, &fine, both, threads, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    location->pose = starts[0].pose;
    location->work_from_atlas = work_from_atlas(&location->pose, work->spacing_mm);
    ef_pose by_tissue = location->pose, by_skin = location->pose;
    ef_fit_score score;
    status = ef_fit_search(&by_tissue, &score, 9, 0.2, 150, &model, 0, &fine, tissue_only, threads, err);
    if (status == EFFACE_PASS)
        status = ef_fit_search(&by_skin, &score, 9, 0.2, 150, &model, 0, &fine, skin_only, threads, err);
    location->work_from_atlas_tissue = work_from_atlas(&by_tissue, work->spacing_mm);
    location->work_from_atlas_skin = work_from_atlas(&by_skin, work->spacing_mm);
    location->cue_distance_mm =
        answer_distance(&location->work_from_atlas_tissue, &location->work_from_atlas_skin, work->spacing_mm);

cleanup:
    ef_fit_model_release(&model);
    ef_fit_target_release(&fine);
    ef_fit_target_release(&coarse);
    return status;
}
