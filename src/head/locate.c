/* The strategy of the search for the head's pose: where to start, at which resolution to search, and when
 * to believe an answer. fit.c has a pose's cost and how it is minimised. */
#include "head/locate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/search.h"
#include "kernels/grid.h"
#include "kernels/sample.h"

enum {
    MAX_STARTS = 24,
    MAX_SEARCHED = 8,
    MAX_BASINS = 5,
    PITCHES = 2,
    N_TISSUE = 48000,
    N_COARSE = 6000,
    N_SKIN = 3000
};

static const double deg = EK_PI / 180;
/* Step between the starts' pitches: chins are up or down by 40 degrees and more in scanners, and a start is to
 * lie within 10 degrees of any such head. */
static const double pitch_deg = 20;
/* Answers closer than this over brain and face, mm, lie in one basin of the cost. With all refined starts in
 * one basin, a chin-up head had its brain placed over nose and orbits, 24 mm from the right answer, whose
 * start was the twelfth of fifteen by cost. */
static const double basin_mm = 15;
/* The first stages of a search. */
static const ef_fit_steps rigid = {.dof = 6, .step = 1.0, .max_evals = 120},
                          scaled = {.dof = 9, .step = 0.7, .max_evals = 200};
static const ef_fit_weights both = {1.0, 0.5}, tissue_only = {1.0, 0.0}, skin_only = {0.0, 0.5};

/* Points nearer to the cut than this are not kept head, mm: the floor of the mouth, hanging cheeks. With
 * smaller values the face itself would move the pose of the kept head. */
static const double kept_tissue_mm = 4, kept_skin_mm = 12;
/* Points below this are not kept head either, atlas mm along z. This is below the ear canals: neck and
 * throat move with the jaw. */
static const double kept_above_mm = -60;
/* With less than this fraction of the kept head in view, the joint answer is used instead. So it is where
 * the two are farther apart than most_kept_mm. */
static const double least_kept_seen = 0.5, most_kept_mm = 8;

/* Where the confidence begins to fall. locate.h says where it reaches 0, and why. */
static const double sure_cost = -0.18, sure_skin_mm = 3.2, sure_seen = 0.3, sure_uneven = 0.2;

typedef struct start {
    ef_pose pose;
    ef_fit_score score;
    efface_status status;
    efface_error err;
} start;

/* Finds the height of a head's top, and the centroid of the slab from 20 to 100 mm below it. Both are in mm
 * along the grid's axes; cells with skin_mm < 0 are head. Returns false where there is no such slab. */
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
                if (skin_mm[ek_index(n, i, j, k)] < 0) {
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

/* Sets starts along the header's axes: three pitches at three heights, since the head's top may be cut
 * off. */
static int header_starts(start *starts, const ef_subject *subject, int pitches)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_work *work = &subject->work;
    double at[3], in_atlas[3];
    const double atlas_mm = atlas->grid.world_from_voxel.m[0][0];
    if (!top_slab(at, subject->head.skin_mm, work->grid.n, work->spacing_mm) ||
        !top_slab(in_atlas, atlas->skin_mm, atlas->grid.n, atlas_mm))
        return 0;
    for (int d = 0; d < 3; d++)
        in_atlas[d] += atlas->grid.world_from_voxel.m[d][3];
    int count = 0;
    const int heights = 3;
    for (int h = 0; h < heights; h++) {
        for (int pitch = -pitches; pitch <= pitches; pitch++) {
            ef_pose *pose = &starts[count++].pose;
            memset(pose, 0, sizeof *pose);
            for (int d = 0; d < 3; d++) {
                pose->base[d][d] = 1;
                pose->p[d] = at[d] - in_atlas[d] + ef_pose_centre[d];
            }
            pose->p[2] += 25.0 * h;
            pose->p[3] = pitch_deg * deg * pitch;
        }
    }
    return count;
}

/* Runs one stage over all starts, one thread for each start, then sorts by cost. Each search is serial, so
 * the result is the same at any thread count. */
static efface_status run_stage(start *starts, int count, ef_fit_steps steps, const ef_fit_job *job,
                               int threads, efface_error *err)
{
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (int s = 0; s < count; s++)
        starts[s].status = ef_fit_search(&starts[s].pose, &starts[s].score, job, steps, &starts[s].err);
    for (int s = 0; s < count; s++) {
        if (starts[s].status != EFFACE_PASS) {
            *err = starts[s].err;
            return starts[s].status;
        }
    }
    for (int i = 1; i < count; i++) { /* insertion sort: stable, and there are few starts */
        const start moving = starts[i];
        int j = i;
        for (; j > 0 && starts[j - 1].score.cost > moving.score.cost; j--)
            starts[j] = starts[j - 1];
        starts[j] = moving;
    }
    return EFFACE_PASS;
}

double ef_answer_distance(const ef_affine *a, const ef_affine *b, double spacing_mm)
{
    static const double points[][3] = {{0, 70, 0},   {0, -100, 0},  {65, -20, 0},  {-65, -20, 0},
                                       {0, -20, 75}, {0, -40, -55}, {35, 62, -38}, {-35, 62, -38},
                                       {0, 85, -45}, {0, 70, -85}};
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

/* Returns the cut's distance at a point in atlas mm. */
static double cut_at(const ef_atlas *atlas, const ef_affine *cell_from_atlas, const float xyz[3])
{
    const double point[3] = {(double)xyz[0], (double)xyz[1], (double)xyz[2]};
    double cell[3];
    ef_affine_apply(cell, cell_from_atlas, point);
    return ek_trilinear(atlas->cut_mm, atlas->grid.n, cell);
}

static ef_affine work_from_atlas(const ef_pose *pose, double spacing_mm)
{
    ef_affine a = ef_pose_affine(pose);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            a.m[r][c] /= spacing_mm;
    return a;
}

/* Distance of two starts' answers over brain and face, mm. */
static double apart_mm(const start *a, const start *b)
{
    const ef_affine in_a = ef_pose_affine(&a->pose), in_b = ef_pose_affine(&b->pose);
    return ef_answer_distance(&in_a, &in_b, 1);
}

/* Moves the best start of each basin to the front, in order of cost. Returns how many there are, at most
 * MAX_BASINS. The cheapest starts alone often lie in one basin. */
static int pick_basins(start *starts, int count)
{
    int n = 0;
    for (int s = 0; s < count && n < MAX_BASINS; s++) {
        bool is_new = true;
        for (int b = 0; b < n; b++)
            is_new = is_new && apart_mm(&starts[s], &starts[b]) > basin_mm;
        if (is_new) {
            const start found = starts[s];
            memmove(starts + n + 1, starts + n, (size_t)(s - n) * sizeof *starts);
            starts[n++] = found;
        }
    }
    return n;
}

/* Sets starts in all axis orders, the best matches first. */
static efface_status searched_starts(start *starts, int *count, const ef_subject *subject, int threads,
                                     efface_error *err)
{
    ef_candidate candidates[EF_SEARCH_ROTATIONS];
    int n_candidates = 0;
    const efface_status status = ef_search_axes(candidates, &n_candidates, subject, threads, err);
    *count = n_candidates < MAX_SEARCHED ? n_candidates : MAX_SEARCHED;
    for (int c = 0; c < *count; c++)
        starts[c].pose = candidates[c].pose;
    return status;
}

/* Returns 1 at sure, 0 at lost, linear between. */
static double belief(double value, double sure, double lost)
{
    return fmax(0, fmin(1, (lost - value) / (lost - sure)));
}

/* Searches with each cue alone, from the joint answer. */
static efface_status ask_cues(ef_location *location, const ef_fit_job *job, double spacing_mm,
                              efface_error *err)
{
    const ef_fit_steps steps = {.dof = 9, .step = 0.2, .max_evals = 100};
    ef_fit_job tissue = *job, skin = *job;
    tissue.weights = tissue_only;
    skin.weights = skin_only;
    ef_pose by_tissue = location->pose, by_skin = location->pose;
    ef_fit_score score;
    efface_status status = ef_fit_search(&by_tissue, &score, &tissue, steps, err);
    if (status == EFFACE_PASS)
        status = ef_fit_search(&by_skin, &score, &skin, steps, err);
    location->work_from_atlas_tissue = work_from_atlas(&by_tissue, spacing_mm);
    location->work_from_atlas_skin = work_from_atlas(&by_skin, spacing_mm);
    location->cue_distance_mm =
        ef_answer_distance(&location->work_from_atlas_tissue, &location->work_from_atlas_skin, spacing_mm);
    return status;
}

/* Returns how unequally an answer scales the axes: the largest difference of the scales' logarithms. */
static double unevenness(const ef_pose *pose)
{
    const double *scale = pose->p + 6;
    return fmax(scale[0], fmax(scale[1], scale[2])) - fmin(scale[0], fmin(scale[1], scale[2]));
}

/* Returns the least of five beliefs in an answer of this cost; doubt is set to its reason. */
static double least_belief(const char **doubt, const ef_location *location, double cost)
{
    const ef_fit_score *score = &location->score;
    const struct {
        double belief;
        const char *doubt;
    } beliefs[] = {
        {belief(cost, sure_cost, EF_COST_LOST), "neither tissues nor skin explain it"},
        {belief(score->tissue_seen, sure_seen, EF_SEEN_LOST), "too little of a head in view"},
        {belief(unevenness(&location->pose), sure_uneven, EF_UNEVEN_LOST), "no head has such proportions"},
        {belief(score->skin_mm, sure_skin_mm, EF_SKIN_LOST_MM), "skin lies elsewhere"},
        {belief(location->cue_distance_mm, EF_CUES_SURE_MM, EF_CUES_LOST_MM), "tissues and skin disagree"}};
    double least = 1;
    for (size_t b = 0; b < sizeof beliefs / sizeof beliefs[0]; b++) {
        if (beliefs[b].belief < least) {
            least = beliefs[b].belief;
            *doubt = beliefs[b].doubt;
        }
    }
    return least;
}

static void judge(ef_location *location)
{
    const char *unused;
    location->confidence = least_belief(&location->doubt, location, location->score.seen_cost);
    location->convincing = least_belief(&unused, location, location->score.cost);
}

/* Copies the points of a model outside the cut: tissue well behind it, and skin that no face reaches. */
static efface_status without_face(ef_fit_model *kept, const ef_fit_model *model, const ef_atlas *atlas,
                                  efface_error *err)
{
    ef_affine cell_from_atlas;
    *kept = (ef_fit_model){.n_tissue = 0};
    kept->tissue_xyz = malloc((size_t)model->n_tissue * 3 * sizeof(float));
    kept->label = malloc((size_t)model->n_tissue);
    kept->skin_xyz = malloc((size_t)model->n_skin * 3 * sizeof(float));
    kept->skin_weight = malloc((size_t)model->n_skin * sizeof(float));
    if (!kept->tissue_xyz || !kept->label || !kept->skin_xyz || !kept->skin_weight)
        return ef_fail_memory(err, (unsigned long long)(model->n_tissue * 13 + model->n_skin * 16));
    if (!ef_affine_invert(&cell_from_atlas, atlas->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INTERNAL, "the atlas' grid is singular");
    for (int64_t i = 0; i < model->n_tissue; i++) {
        if (!((double)model->tissue_xyz[3 * i + 2] > kept_above_mm) ||
            !(cut_at(atlas, &cell_from_atlas, model->tissue_xyz + 3 * i) > kept_tissue_mm))
            continue;
        memcpy(kept->tissue_xyz + 3 * kept->n_tissue, model->tissue_xyz + 3 * i, 3 * sizeof(float));
        kept->label[kept->n_tissue++] = model->label[i];
    }
    for (int64_t i = 0; i < model->n_skin; i++) {
        if (!((double)model->skin_xyz[3 * i + 2] > kept_above_mm) ||
            !(cut_at(atlas, &cell_from_atlas, model->skin_xyz + 3 * i) > kept_skin_mm))
            continue;
        memcpy(kept->skin_xyz + 3 * kept->n_skin, model->skin_xyz + 3 * i, 3 * sizeof(float));
        kept->skin_weight[kept->n_skin++] = model->skin_weight[i];
    }
    return EFFACE_PASS;
}

/* Searches with the head without its face, from the joint answer. */
static efface_status ask_kept(ef_location *location, const ef_atlas *atlas, const ef_fit_job *job,
                              double spacing_mm, efface_error *err)
{
    static const ef_fit_steps wide = {.dof = 9, .step = 0.5, .max_evals = 400},
                              narrow = {.dof = 9, .step = 0.1, .max_evals = 200};
    ef_pose pose = location->pose;
    ef_fit_model kept;
    ef_fit_score score = {.tissue_seen = 0};
    efface_status status = without_face(&kept, job->model, atlas, err);
    ef_fit_job of_kept = *job;
    of_kept.model = &kept;
    if (status == EFFACE_PASS)
        status = ef_fit_search(&pose, &score, &of_kept, wide, err);
    if (status == EFFACE_PASS)
        status = ef_fit_search(&pose, &score, &of_kept, narrow, err);
    location->work_from_atlas_kept = work_from_atlas(&pose, spacing_mm);
    /* Where brain and scalp are hardly in view, they say little without the face. */
    if (score.tissue_seen < least_kept_seen ||
        ef_answer_distance(&location->work_from_atlas_kept, &location->work_from_atlas, spacing_mm) >
            most_kept_mm)
        location->work_from_atlas_kept = location->work_from_atlas;
    ef_fit_model_release(&kept);
    return status;
}

/* Makes the answer from the best start: it is refined, each cue is searched alone, the confidence is
 * set. */
static efface_status conclude(ef_location *location, const start *best, const ef_atlas *atlas,
                              const ef_fit_job *job, double spacing_mm, efface_error *err)
{
    static const ef_fit_steps steps = {.dof = 12, .step = 0.3, .max_evals = 300};
    location->pose = best->pose;
    efface_status status = ef_fit_search(&location->pose, &location->score, job, steps, err);
    if (status != EFFACE_PASS)
        return status;
    location->work_from_atlas = work_from_atlas(&location->pose, spacing_mm);
    for (int d = 0; d < 3; d++)
        location->axes_differ |= location->pose.base[d][d] < 0.5;
    status = ask_cues(location, job, spacing_mm, err);
    if (status == EFFACE_PASS)
        status = ask_kept(location, atlas, job, spacing_mm, err);
    if (status == EFFACE_PASS)
        judge(location);
    return status;
}

/* What both ways of locating a head need. */
typedef struct workbench {
    ef_fit_model model;
    ef_fit_target fine, coarse;
    ef_fit_job at_fine, at_coarse; /* coarse: one thread for each start */
} workbench;

static efface_status workbench_init(workbench *w, const ef_subject *subject, int threads, efface_error *err)
{
    efface_status status = ef_fit_model_init(&w->model, &subject->atlas, N_TISSUE, N_SKIN, err);
    if (status == EFFACE_PASS)
        status = ef_fit_targets_init(&w->fine, &w->coarse, &subject->work, &subject->head, threads, err);
    w->at_fine = (ef_fit_job){.model = &w->model, .target = &w->fine, .weights = both, .threads = threads};
    w->at_coarse = (ef_fit_job){
        .model = &w->model, .n_tissue = N_COARSE, .target = &w->coarse, .weights = both, .threads = 1};
    return status;
}

static void workbench_release(workbench *w)
{
    ef_fit_model_release(&w->model);
    ef_fit_target_release(&w->fine);
    ef_fit_target_release(&w->coarse);
}

efface_status ef_locate_from(ef_location *location, const ef_pose *pose, const ef_subject *subject,
                             int threads, efface_error *err)
{
    start from = {.pose = *pose};
    workbench w = {.fine = {.rank = NULL}};
    memset(location, 0, sizeof *location);
    efface_status status = workbench_init(&w, subject, threads, err);
    if (status == EFFACE_PASS)
        status = run_stage(&from, 1, scaled, &w.at_coarse, threads, err);
    if (status == EFFACE_PASS)
        status = conclude(location, &from, &subject->atlas, &w.at_fine, subject->work.spacing_mm, err);
    workbench_release(&w);
    return status;
}

efface_status ef_locate(ef_location *location, const ef_subject *subject, ef_start start_kind, int threads,
                        efface_error *err)
{
    memset(location, 0, sizeof *location);
    start starts[MAX_STARTS];
    memset(starts, 0, sizeof starts);
    int count = 0;
    workbench w = {.fine = {.rank = NULL}};
    efface_status status = workbench_init(&w, subject, threads, err);
    if (status == EFFACE_PASS && start_kind == EF_START_ANYWHERE)
        status = searched_starts(starts, &count, subject, threads, err);
    else if (status == EFFACE_PASS)
        count = header_starts(starts, subject, start_kind == EF_START_PITCHED ? 2 : 1);
    if (status == EFFACE_PASS && count == 0)
        status = ef_fail(err, EFFACE_LOCATE, "head is too flat to be placed in '%s'", subject->name);
    if (status == EFFACE_PASS)
        status = run_stage(starts, count, rigid, &w.at_coarse, threads, err);
    if (status == EFFACE_PASS)
        count = start_kind == EF_START_PITCHED ? pick_basins(starts, count) : count < 3 ? count : 3;
    if (status == EFFACE_PASS)
        status = run_stage(starts, count, scaled, &w.at_coarse, threads, err);
    if (status == EFFACE_PASS)
        status = conclude(location, &starts[0], &subject->atlas, &w.at_fine, subject->work.spacing_mm, err);
    workbench_release(&w);
    return status;
}
