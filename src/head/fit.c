/* Cost and search of the affine pose: see fit.h. NLopt is used here and nowhere else. */
#include "head/fit.h"

#include <math.h>
#include <nlopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/stream.h"
#include "kernels/blockmean.h"
#include "kernels/grid.h"
#include "kernels/joint.h"
#include "kernels/quantile.h"
#include "kernels/smooth.h"

/* Between the eyes and the middle of the brain: here angles and shifts depend least on each other. */
const double ef_pose_centre[3] = {0, 0, -10};

/* Skin farther than this from the atlas' skin says nothing about the pose, mm: hair, collars, cut-off skin.
 * A larger cap would let them pull the pose. */
static const double skin_cap_mm = 12;
/* Widths of the priors. Proportions: length, breadth and height have a standard deviation of 4 to 5 % among
 * adults (ANSUR II); the atlas' own error is added. Size: above the mean the width is the same. Below the
 * mean are children, whose heads are 0.61 of an adult's at birth and 0.85 at two years (WHO Child Growth
 * Standards 2007). Shear comes from faulty headers and gantry tilt. Too narrow a prior refuses real
 * heads. */
static const double scale_sd = 0.08, smaller_sd = 0.25, shear_sd = 0.05;
/* Weight of the priors: one standard deviation in one scale costs as much as 0.3 % of the label entropy. */
static const double prior_weight = 0.003;
/* Weight of what the pose moves out of the field of view. It counts as unexplained, but at a low weight: a
 * small field of view is no fault. */
static const double unseen_weight = 0.10;
/* Least fraction of the atlas in view. With less in view, the information counts in proportion: a few
 * points can be explained by chance. */
static const double enough_seen = 0.3;
/* Sigma in cells of the Gaussian that values go through before they become ranks. */
static const double least_smooth = 0.8;

efface_status ef_fit_model_init(ef_fit_model *model, const ef_atlas *atlas, int64_t n_tissue,
                                int64_t n_skin, efface_error *err)
{
    memset(model, 0, sizeof *model);
    model->tissue_xyz = malloc(sizeof(float) * 3 * (size_t)n_tissue);
    model->label = malloc((size_t)n_tissue);
    model->skin_xyz = malloc(sizeof(float) * 3 * (size_t)n_skin);
    model->skin_weight = malloc(sizeof(float) * (size_t)n_skin);
    if (!model->tissue_xyz || !model->label || !model->skin_xyz || !model->skin_weight)
        return ef_fail_memory(err, (unsigned long long)(13 * n_tissue + 16 * n_skin));
    /* The draws need no stored state: a hash gives the cell number, and the cell is kept where it
     * qualifies. Air counts only within 20 mm of the skin, and only in every second draw: it is large and
     * says little. */
    const int64_t cells = ef_grid_count(&atlas->grid), *n = atlas->grid.n;
    const double mm = atlas->grid.world_from_voxel.m[0][0];
    for (uint64_t draw = 0; draw < 400u * (uint64_t)(n_tissue + n_skin); draw++) {
        if (model->n_tissue == n_tissue && model->n_skin == n_skin)
            break;
        const int64_t cell = (int64_t)(ek_hash64(EF_SEED_MODEL_CELL, draw) % (uint64_t)cells);
        const float skin = atlas->skin_mm[cell];
        const uint8_t label = atlas->label[cell];
        double at[3] = {(double)(cell % n[0]), (double)(cell / n[0] % n[1]),
                        (double)(cell / (n[0] * n[1]))},
               xyz[3];
        for (int d = 0; d < 3; d++)
            at[d] += ek_uniform(EF_SEED_MODEL_PLACE + (uint64_t)d, draw) - 0.5;
        ef_affine_apply(xyz, &atlas->grid.world_from_voxel, at);
        if (isnan(skin) || label == EF_UNKNOWN)
            continue;
        if (model->n_tissue < n_tissue && (label != EF_AIR || (skin < 20 && draw % 2 == 0))) {
            for (int d = 0; d < 3; d++)
                model->tissue_xyz[3 * model->n_tissue + d] = (float)xyz[d];
            model->label[model->n_tissue++] = label;
        }
        if (model->n_skin < n_skin && fabsf(skin) < 0.5 * mm) {
            for (int d = 0; d < 3; d++)
                model->skin_xyz[3 * model->n_skin + d] = (float)xyz[d];
            /* The vault and the face above the mouth keep their shape; jaw and neck move. -70: atlas mm. */
            model->skin_weight[model->n_skin++] = xyz[2] > -70 ? 1 : 0.3F;
        }
    }
    return EFFACE_PASS;
}

void ef_fit_model_release(ef_fit_model *model)
{
    free(model->tissue_xyz);
    free(model->label);
    free(model->skin_xyz);
    free(model->skin_weight);
    memset(model, 0, sizeof *model);
}

/* Turns values in the head into ranks 1 .. EF_FIT_BINS-1 of equal population; air becomes 0. */
static void to_ranks(float *rank, const ef_work *work, const ef_head *head, int threads)
{
    enum { FINE_BINS = 2048 };
    int64_t bins[FINE_BINS];
    float table[FINE_BINS];
    const int64_t count = ef_grid_count(&work->grid);
    const float low = (float)head->threshold, high = (float)work->high;
    ek_histogram(bins, FINE_BINS, rank, head->inside, count, low, high, threads);
    int64_t total = 0, running = 0;
    /* The histogram's end bins hold what lies outside [low, high]. Values below the threshold are no
     * tissue. */
    bins[0] = 0;
    for (int b = 0; b < FINE_BINS; b++)
        total += bins[b];
    for (int b = 0; b < FINE_BINS; b++) {
        running += bins[b];
        table[b] = total > 0 ? (float)(1.0 + (EF_FIT_BINS - 2) * (double)running / (double)total) : 1;
    }
    const float scale = FINE_BINS / (high - low);
    for (int64_t i = 0; i < count; i++) {
        const float v = rank[i];
        if (isnan(v))
            continue;
        int b = (int)((v - low) * scale);
        b = b < 0 ? 0 : b >= FINE_BINS ? FINE_BINS - 1 : b;
        rank[i] = v <= low ? 0 : table[b];
    }
}

efface_status ef_fit_targets_init(ef_fit_target *fine, ef_fit_target *coarse, const ef_work *work,
                                  const ef_head *head, int threads, efface_error *err)
{
    memset(fine, 0, sizeof *fine);
    memset(coarse, 0, sizeof *coarse);
    const int64_t count = ef_grid_count(&work->grid);
    const int factor[3] = {2, 2, 2};
    int64_t small = 1;
    for (int d = 0; d < 3; d++) {
        fine->n[d] = work->grid.n[d];
        coarse->n[d] = (fine->n[d] + 1) / 2;
        small *= coarse->n[d];
    }
    fine->spacing_mm = work->spacing_mm;
    coarse->spacing_mm = 2 * work->spacing_mm;
    fine->rank = malloc(sizeof(float) * (size_t)count);
    fine->skin_mm = malloc(sizeof(float) * (size_t)count);
    coarse->rank = malloc(sizeof(float) * (size_t)small);
    coarse->skin_mm = malloc(sizeof(float) * (size_t)small);
    if (!fine->rank || !fine->skin_mm || !coarse->rank || !coarse->skin_mm)
        return ef_fail_memory(err, (unsigned long long)(count + small) * 2 * sizeof(float));
    memcpy(fine->rank, work->value, sizeof(float) * (size_t)count);
    memcpy(fine->skin_mm, head->skin_mm, sizeof(float) * (size_t)count);
    /* Noise lowers the information of every pose. So a noisy scan is smoothed here as much as where its
     * head was separated from air. */
    const double cells = fmax(least_smooth, head->smooth_cells), sigma[3] = {cells, cells, cells};
    if (!ek_gaussian(fine->rank, fine->n, sigma, threads))
        return ef_fail_memory(err, (unsigned long long)count * sizeof(float));
    to_ranks(fine->rank, work, head, threads);
    if (!ek_block_mean(coarse->rank, coarse->n, ek_block_floats(fine->rank, fine->n), factor, threads) ||
        !ek_block_mean(coarse->skin_mm, coarse->n, ek_block_floats(fine->skin_mm, fine->n), factor,
                       threads))
        return ef_fail_memory(err, (unsigned long long)small * sizeof(float));
    return EFFACE_PASS;
}

void ef_fit_target_release(ef_fit_target *target)
{
    free(target->rank);
    free(target->skin_mm);
    memset(target, 0, sizeof *target);
}

ef_affine ef_pose_affine(const ef_pose *pose)
{
    const double *p = pose->p;
    const double ca = cos(p[3]), sa = sin(p[3]), cb = cos(p[4]), sb = sin(p[4]), cc = cos(p[5]),
                 sc = sin(p[5]);
    const ef_affine about_x = {{{1, 0, 0, 0}, {0, ca, -sa, 0}, {0, sa, ca, 0}}};
    const ef_affine about_y = {{{cb, 0, sb, 0}, {0, 1, 0, 0}, {-sb, 0, cb, 0}}};
    const ef_affine about_z = {{{cc, -sc, 0, 0}, {sc, cc, 0, 0}, {0, 0, 1, 0}}};
    const double sx = exp(p[6]), sy = exp(p[7]), sz = exp(p[8]);
    const ef_affine stretch = {{{sx, 0, 0, 0}, {p[9] * sx, sy, 0, 0}, {p[10] * sx, p[11] * sy, sz, 0}}};
    ef_affine frame_from_atlas = ef_affine_identity();
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++)
            frame_from_atlas.m[r][c] = pose->base[r][c];
    frame_from_atlas =
        ef_affine_mul(frame_from_atlas, ef_affine_mul(about_z, ef_affine_mul(about_y, about_x)));
    frame_from_atlas = ef_affine_mul(frame_from_atlas, stretch);
    for (int r = 0; r < 3; r++) {
        frame_from_atlas.m[r][3] = p[r];
        for (int c = 0; c < 3; c++)
            frame_from_atlas.m[r][3] -= frame_from_atlas.m[r][c] * ef_pose_centre[c];
    }
    return frame_from_atlas;
}

void ef_fit_score_pose(ef_fit_score *score, const ef_pose *pose, const ef_fit_job *job)
{
    const ef_fit_model *model = job->model;
    const ef_fit_target *target = job->target;
    const ef_fit_weights weights = job->weights;
    memset(score, 0, sizeof *score);
    ef_affine index_from_atlas = ef_pose_affine(pose);
    /* The first cell of a coarse level shares its edge with the first fine cell, not its centre. */
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 4; c++)
            index_from_atlas.m[r][c] /= target->spacing_mm;
        index_from_atlas.m[r][3] += 0.5 * EF_WORK_MM / target->spacing_mm - 0.5;
    }
    const int64_t n_used =
        job->n_tissue > 0 && job->n_tissue < model->n_tissue ? job->n_tissue : model->n_tissue;
    double cost = 0, unseen = 0;
    if (weights.tissue > 0) {
        double joint[EF_N_TISSUES * EF_FIT_BINS], entropy;
        const int64_t seen =
            ek_joint_histogram(joint, EF_N_TISSUES, EF_FIT_BINS, model->tissue_xyz, model->label, n_used,
                               target->rank, target->n, index_from_atlas.m, job->threads);
        const double information = ek_mutual_information(&entropy, joint, EF_N_TISSUES, EF_FIT_BINS);
        score->tissue = entropy > 0 ? information / entropy : 0;
        score->tissue_seen = (double)seen / (double)n_used;
        score->tissue *= fmin(1, score->tissue_seen / enough_seen);
        cost -= weights.tissue * score->tissue;
        unseen += weights.tissue * unseen_weight * (1 - score->tissue_seen);
    }
    if (weights.skin > 0) {
        score->skin_mm = ek_mean_capped_distance(&score->skin_seen, model->skin_xyz, model->skin_weight,
                                                 model->n_skin, target->skin_mm, target->n,
                                                 index_from_atlas.m, skin_cap_mm, job->threads);
        cost += weights.skin * score->skin_mm / skin_cap_mm;
        unseen += weights.skin * unseen_weight * (1 - score->skin_seen);
    }
    const double size = (pose->p[6] + pose->p[7] + pose->p[8]) / 3;
    double prior = size < 0 ? pow(size / smaller_sd, 2) : 3 * pow(size / scale_sd, 2);
    for (int i = 0; i < 3; i++)
        prior += pow((pose->p[6 + i] - size) / scale_sd, 2) + pow(pose->p[9 + i] / shear_sd, 2);
    score->seen_cost = cost + prior_weight * prior;
    score->cost = score->seen_cost + unseen;
}

typedef struct search_state {
    ef_pose start, current;
    int dof;
    const ef_fit_job *job;
    double best_cost;
    ef_pose best;
    ef_fit_score best_score;
} search_state;

/* Moves a pose. One unit of the search is 10 mm, 10 degrees, 10 % of scale, or a shear of 0.1. */
static void move_pose(ef_pose *pose, const ef_pose *start, const double *x, int dof)
{
    *pose = *start;
    for (int i = 0; i < 3; i++) {
        pose->p[i] += 10 * x[i];
        pose->p[3 + i] += 10 * EK_PI / 180 * x[3 + i];
        if (dof == 7)
            pose->p[6 + i] += 0.1 * x[6];
        if (dof >= 9)
            pose->p[6 + i] += 0.1 * x[6 + i];
        if (dof >= 12)
            pose->p[9 + i] += 0.1 * x[9 + i];
    }
}

static double evaluate(unsigned n, const double *x, double *gradient, void *data)
{
    search_state *state = data;
    ef_fit_score score;
    (void)n;
    (void)gradient;
    move_pose(&state->current, &state->start, x, state->dof);
    ef_fit_score_pose(&score, &state->current, state->job);
    if (score.cost < state->best_cost) {
        state->best_cost = score.cost;
        state->best = state->current;
        state->best_score = score;
    }
    return score.cost;
}

efface_status ef_fit_search(ef_pose *pose, ef_fit_score *score, const ef_fit_job *job, ef_fit_steps steps,
                            efface_error *err)
{
    search_state state = {
        .start = *pose, .dof = steps.dof, .job = job, .best_cost = INFINITY, .best = *pose};
    double x[12] = {0}, cost;
    nlopt_opt search = nlopt_create(NLOPT_LN_BOBYQA, (unsigned)steps.dof);
    if (search == NULL)
        return ef_fail_memory(err, sizeof state);
    nlopt_result result = nlopt_set_min_objective(search, evaluate, &state);
    if (result > 0)
        result = nlopt_set_initial_step1(search, steps.step);
    if (result > 0)
        result = nlopt_set_xtol_abs1(search, 0.01);
    if (result > 0)
        result = nlopt_set_maxeval(search, steps.max_evals);
    if (result > 0)
        result = nlopt_optimize(search, x, &cost);
    nlopt_destroy(search);
    /* A search that stops because rounding limits it has found its minimum all the same. */
    if (result < 0 && result != NLOPT_ROUNDOFF_LIMITED)
        return ef_fail(err, EFFACE_INTERNAL, "search of the pose failed: nlopt status %d", (int)result);
    *pose = state.best;
    *score = state.best_score;
    return EFFACE_PASS;
}
