/* Rigid motion of a series' volumes, coarse and quick. It shows how far the mask must reach; it does not
 * align anything. */
#include "series/motion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/resample.h"
#include "kernels/rigid.h"
#include "kernels/smooth.h"

enum { ROUNDS = 30, N = EK_RIGID_UNKNOWNS, LEAST_CELLS = 200 };

/* Sigma of the smoothing before volumes are compared, mm. Blocks of 8 mm have edges, and edges disturb
 * gradients. */
static const double smooth_mm = 6;
/* A round that moves nothing by more than still_mm is the last one. One round moves at most as far as the
 * gradients reach. */
static const double still_mm = 0.02, most_step_mm = 8, most_step_rad = 0.1;
/* Cells below this fraction of the way from the darkest to the brightest are air, unless near others. */
static const double min_fraction = 0.08;
/* Volumes nearer to each other than this share a pose, mm. */
static const double same_mm = 1;

typedef struct alignment {
    const ef_summary *summary;
    float *median, *volume; /* owned, smoothed */
    uint8_t *use;           /* owned */
    ef_affine small_from_world;
    double centre[3];
    int threads;
} alignment;

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static int64_t cells_of(const ef_summary *s)
{
    return s->n[0] * s->n[1] * s->n[2];
}

static bool smooth(float *v, const alignment *a)
{
    double mm[3], sigma[3];
    ef_affine_spacing(mm, &a->summary->world_from_small);
    for (int d = 0; d < 3; d++)
        sigma[d] = smooth_mm / mm[d];
    return ek_gaussian_masked(v, NULL, a->summary->n, sigma, a->threads);
}

/* Compresses values from dark to bright into 0 to 1: v / (v + mean), above the darkest. Tissue of any
 * brightness comes near the upper end. So the outline of the head counts more than the contrast of its
 * fluid and eyes. */
static void compress(float *v, int64_t count)
{
    double low = INFINITY, sum = 0;
    int64_t known = 0;
    for (int64_t i = 0; i < count; i++)
        low = isnan(v[i]) ? low : fmin(low, (double)v[i]);
    for (int64_t i = 0; i < count; i++) {
        sum += isnan(v[i]) ? 0 : (double)v[i] - low;
        known += !isnan(v[i]);
    }
    const double mean = known > 0 ? sum / (double)known : 0;
    for (int64_t i = 0; i < count; i++) {
        const double above = (double)v[i] - low;
        v[i] = mean > 0 ? (float)(above / (above + mean)) : v[i];
    }
}

/* Computes the median of all volumes at each cell. Returns false where memory was short. */
static bool make_median(alignment *a)
{
    const ef_summary *s = a->summary;
    const int64_t count = cells_of(s);
    float *all = malloc(sizeof(float) * (size_t)s->n_volumes);
    if (all == NULL)
        return false;
    for (int64_t i = 0; i < count; i++) {
        size_t known = 0;
        for (int64_t v = 0; v < s->n_volumes; v++)
            if (!isnan(s->small[v * count + i]))
                all[known++] = s->small[v * count + i];
        qsort(all, known, sizeof *all, by_value);
        a->median[i] = known > 0 ? all[known / 2] : NAN;
    }
    free(all);
    compress(a->median, count);
    return smooth(a->median, a);
}

/* Chooses the head and its surroundings: cells that are not dark, and their neighbours. */
static void choose_cells(alignment *a)
{
    const int64_t *n = a->summary->n, count = cells_of(a->summary);
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < count; i++) {
        if (isnan(a->median[i]))
            continue;
        low = fmin(low, (double)a->median[i]);
        high = fmax(high, (double)a->median[i]);
    }
    for (int64_t i = 0; i < count; i++)
        a->use[i] = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!((double)a->median[i] > low + min_fraction * (high - low)))
            continue;
        const int64_t at[3] = {i % n[0], i / n[0] % n[1], i / (n[0] * n[1])};
        for (int near = 0; near < 27; near++) {
            const int64_t x = at[0] + near % 3 - 1, y = at[1] + near / 3 % 3 - 1, z = at[2] + near / 9 - 1;
            if (x >= 0 && x < n[0] && y >= 0 && y < n[1] && z >= 0 && z < n[2])
                a->use[x + n[0] * (y + n[1] * z)] = 1;
        }
    }
}

/* Solves m x = b by elimination with pivots. Returns false where m is singular. */
static bool solve(double x[N], double m[N][N], double b[N])
{
    for (int c = 0; c < N; c++) {
        int pivot = c;
        for (int r = c + 1; r < N; r++)
            pivot = fabs(m[r][c]) > fabs(m[pivot][c]) ? r : pivot;
        if (!(fabs(m[pivot][c]) > 0))
            return false;
        for (int k = 0; k < N; k++) {
            const double swap = m[c][k];
            m[c][k] = m[pivot][k];
            m[pivot][k] = swap;
        }
        const double swap = b[c];
        b[c] = b[pivot];
        b[pivot] = swap;
        for (int r = c + 1; r < N; r++) {
            const double f = m[r][c] / m[c][c];
            for (int k = c; k < N; k++)
                m[r][k] -= f * m[c][k];
            b[r] -= f * b[c];
        }
    }
    for (int r = N - 1; r >= 0; r--) {
        x[r] = b[r];
        for (int k = r + 1; k < N; k++)
            x[r] -= m[r][k] * x[k];
        x[r] /= m[r][r];
    }
    return true;
}

/* Returns `before`, followed by a rotation by the vector w (Rodrigues) around centre and a shift by t. */
static ef_affine moved_on(const ef_affine *before, const double w[3], const double t[3],
                          const double centre[3])
{
    const double angle = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
    const double s = angle > 1e-12 ? sin(angle) / angle : 1;
    const double c = angle > 1e-12 ? (1 - cos(angle)) / (angle * angle) : 0.5;
    const double cross[3][3] = {{0, -w[2], w[1]}, {w[2], 0, -w[0]}, {-w[1], w[0], 0}};
    ef_affine step = ef_affine_identity();
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            step.m[i][j] += s * cross[i][j] + c * (w[i] * w[j] - (i == j ? angle * angle : 0));
        }
        step.m[i][3] = centre[i] + t[i];
        for (int j = 0; j < 3; j++)
            step.m[i][3] -= step.m[i][j] * centre[j];
    }
    return ef_affine_mul(step, *before);
}

/* Returns the correlation from the sums of ek_rigid_equations; NaN where one side is constant. */
static double correlation(const double m[5], int64_t count)
{
    const double n = (double)count, vf = m[2] / n - m[0] * m[0] / (n * n),
                 vm = m[3] / n - m[1] * m[1] / (n * n);
    return vf > 0 && vm > 0 ? (m[4] / n - m[0] * m[1] / (n * n)) / sqrt(vf * vm) : NAN;
}

/* The state of a search. */
typedef struct place {
    ef_affine moved;
    double gain, offset, agreement;
} place;

/* Computes the equations at a place, and how well it agrees. */
static bool look(ek_rigid_sums *sums, place *p, const alignment *a)
{
    const ef_affine moved = p->moved;
    const ek_rigid_pair pair = {
        a->median, a->volume, a->use, a->summary->n, a->summary->world_from_small.m, a->small_from_world.m};
    const ek_rigid_start start = {moved.m, a->centre, p->gain, p->offset};
    ek_rigid_equations(sums, &pair, &start, a->threads);
    p->agreement = sums->count >= LEAST_CELLS ? correlation(sums->moments, sums->count) : NAN;
    return !isnan(p->agreement);
}

static void improve(place *p, const alignment *a)
{
    ek_rigid_sums sums;
    double x[N];
    place best = *p, now = *p;
    if (!look(&sums, &now, a)) {
        *p = now;
        return;
    }
    best.agreement = now.agreement;
    for (int round = 0; round < ROUNDS; round++) {
        if (!solve(x, sums.normal, sums.right))
            break;
        double turn = 0, shift = 0;
        for (int d = 0; d < 3; d++) {
            turn = fmax(turn, fabs(x[d]));
            shift = fmax(shift, fabs(x[3 + d]));
        }
        const double part =
            fmin(1, fmin(most_step_mm / fmax(shift, 1e-9), most_step_rad / fmax(turn, 1e-9)));
        const double w[3] = {part * x[0], part * x[1], part * x[2]},
                     t[3] = {part * x[3], part * x[4], part * x[5]};
        now.moved = moved_on(&now.moved, w, t, a->centre);
        now.gain += part * x[6];
        now.offset += part * x[7];
        if (!look(&sums, &now, a))
            break;
        if (now.agreement > best.agreement)
            best = now;
        if (fmax(shift, turn * 100) < still_mm) /* 100 mm: from the middle of a head to its skin */
            break;
    }
    *p = best;
}

/* Aligns the volume, from where the one before it was or from the mean's place; the better answer
 * counts. */
static place align(const alignment *a, const ef_affine *before)
{
    ek_rigid_sums sums;
    place at_rest = {.moved = ef_affine_identity(), .gain = 1}, p = at_rest;
    p.moved = *before;
    const bool rest = look(&sums, &at_rest, a), there = look(&sums, &p, a);
    if (rest && (!there || at_rest.agreement >= p.agreement))
        p = at_rest;
    improve(&p, a);
    return p;
}

static efface_status align_all(ef_motion *motion, alignment *a, efface_error *err)
{
    const int64_t count = cells_of(a->summary);
    const size_t bytes = sizeof(float) * (size_t)count;
    ef_affine before = ef_affine_identity();
    if (!make_median(a))
        return ef_fail_memory(err, bytes);
    choose_cells(a);
    for (int64_t v = 0; v < motion->n_volumes; v++) {
        memcpy(a->volume, a->summary->small + v * count, bytes);
        compress(a->volume, count);
        if (!smooth(a->volume, a))
            return ef_fail_memory(err, bytes);
        const place p = align(a, &before);
        /* A volume whose agreement is unknown is assumed to lie where the one before it lies. */
        motion->agreement[v] = p.agreement;
        motion->moved[v] = isnan(p.agreement) ? before : p.moved;
        before = motion->moved[v];
        if (!isnan(p.agreement) && !(p.agreement >= motion->least_agreement)) {
            motion->least_agreement = p.agreement;
            motion->least_volume = v;
        }
    }
    return EFFACE_PASS;
}

efface_status ef_motion_estimate(ef_motion *motion, const ef_summary *summary, int threads,
                                 efface_error *err)
{
    const size_t count = (size_t)cells_of(summary), n = (size_t)summary->n_volumes;
    alignment a = {.summary = summary, .threads = threads};
    memset(motion, 0, sizeof *motion);
    motion->n_volumes = summary->n_volumes;
    motion->least_agreement = NAN;
    motion->least_volume = -1;
    motion->moved = malloc(n * sizeof *motion->moved);
    motion->agreement = malloc(n * sizeof *motion->agreement);
    a.median = malloc(count * sizeof(float));
    a.volume = malloc(count * sizeof(float));
    a.use = malloc(count);
    const double middle[3] = {0.5 * (double)(summary->n[0] - 1), 0.5 * (double)(summary->n[1] - 1),
                              0.5 * (double)(summary->n[2] - 1)};
    ef_affine_apply(a.centre, &summary->world_from_small, middle);
    efface_status status;
    if (!motion->moved || !motion->agreement || !a.median || !a.volume || !a.use)
        status = ef_fail_memory(err, 9 * count);
    else if (!ef_affine_invert(&a.small_from_world, summary->world_from_small))
        status = ef_fail(err, EFFACE_INTERNAL, "grid of the series is singular");
    else
        status = align_all(motion, &a, err);
    free(a.median);
    free(a.volume);
    free(a.use);
    return status;
}

/* Returns the greatest distance between two motions over points of face and brain. */
static double apart_mm(const ef_affine *a, const ef_affine *b, const ef_affine *world_from_atlas)
{
    static const double points[][3] = {{0, 70, 0},    {0, -100, 0},   {65, -20, 0},
                                       {-65, -20, 0}, {0, -20, 75},   {0, 95, -65},
                                       {0, 70, -130}, {75, -15, -40}, {-75, -15, -40}};
    double most = 0;
    for (size_t p = 0; p < sizeof points / sizeof points[0]; p++) {
        double world[3], in_a[3], in_b[3], square = 0;
        ef_affine_apply(world, world_from_atlas, points[p]);
        ef_affine_apply(in_a, a, world);
        ef_affine_apply(in_b, b, world);
        for (int d = 0; d < 3; d++)
            square += (in_a[d] - in_b[d]) * (in_a[d] - in_b[d]);
        most = fmax(most, sqrt(square));
    }
    return most;
}

void ef_motion_cover(ef_motion *motion, const ef_affine *world_from_atlas)
{
    motion->pose[0] = ef_affine_identity();
    motion->n_poses = 1;
    motion->most_mm = 0;
    for (int64_t v = 0; v < motion->n_volumes; v++)
        motion->most_mm =
            fmax(motion->most_mm, apart_mm(&motion->moved[v], &motion->pose[0], world_from_atlas));
    for (;;) {
        int64_t farthest = 0;
        motion->beyond_mm = 0;
        for (int64_t v = 0; v < motion->n_volumes; v++) {
            double nearest = INFINITY;
            for (int k = 0; k < motion->n_poses; k++)
                nearest = fmin(nearest, apart_mm(&motion->moved[v], &motion->pose[k], world_from_atlas));
            if (nearest > motion->beyond_mm) {
                motion->beyond_mm = nearest;
                farthest = v;
            }
        }
        if (motion->beyond_mm <= same_mm || motion->n_poses == EF_MOTION_POSES)
            return;
        motion->pose[motion->n_poses++] = motion->moved[farthest];
    }
}

efface_status ef_motion_spread(float *mm, const ef_grid *grid, double wider_mm, const ef_motion *motion,
                               int threads, efface_error *err)
{
    const int64_t *n = grid->n, count = ef_grid_count(grid);
    const ef_affine *world_from_index = &grid->world_from_voxel;
    const size_t bytes = sizeof(float) * (size_t)count;
    float *still = malloc(bytes), *moved = malloc(bytes);
    efface_status status = EFFACE_PASS;
    ef_affine index_from_world, back;
    if (still == NULL || moved == NULL || !ef_affine_invert(&index_from_world, *world_from_index)) {
        status = ef_fail_memory(err, 2 * bytes);
        goto cleanup;
    }
    memcpy(still, mm, bytes);
    for (int k = 1; k < motion->n_poses; k++) {
        if (!ef_affine_invert(&back, motion->pose[k])) {
            status = ef_fail(err, EFFACE_INTERNAL, "motion of a volume is singular");
            goto cleanup;
        }
        const ef_affine from = ef_affine_mul(index_from_world, ef_affine_mul(back, *world_from_index));
        ek_resample_linear(moved, n, still, n, from.m, NAN, threads);
        for (int64_t i = 0; i < count; i++)
            mm[i] = isnan(moved[i]) ? mm[i] : fminf(mm[i], moved[i]);
    }
    for (int64_t i = 0; i < count; i++)
        mm[i] -= (float)wider_mm;

cleanup:
    free(still);
    free(moved);
    return status;
}

void ef_motion_release(ef_motion *motion)
{
    free(motion->moved);
    free(motion->agreement);
    memset(motion, 0, sizeof *motion);
}
