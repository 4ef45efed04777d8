/* What is plain is measured against the same head: coarse and smooth scans have little detail anywhere. */
#include "judge/plain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/smooth.h"

/* Standard deviations of the two Gaussians, mm: the first takes most of the noise away, the second all anatomy. */
static const double fine_mm = 2, smooth_mm = 10;
/* Depth under the skin, mm, from which tissue counts: the skin itself and its fat belong to every face. */
static const double deep_mm = 4;
/* Distance from the cut's surface, mm: kept tissue is beyond it, whatever the cut's offset. */
static const double off_cut_mm = 6;
/* The tissue to compare with: no brain (probability of 255), not deeper than a face is, not above the brow. */
static const int no_brain = 13;
static const double deepest_mm = 40, highest_mm = 20;
/* Less than this of a part says nothing, ml. */
static const double least_ml = 1;

enum { PARTS = 8, BESIDE = PARTS, KINDS };

/* The kind of a cell: part number, BESIDE, or -1. */
static int kind_of(const ef_atlas *atlas, int64_t cell, double skin_mm, double z_mm)
{
    if (cell < 0 || !(skin_mm < -deep_mm))
        return -1;
    const double cut = (double)atlas->cut_mm[cell];
    if (cut < -off_cut_mm)
        return atlas->part[cell] - 1;
    return cut > off_cut_mm && atlas->brain[cell] < no_brain && skin_mm > -deepest_mm && z_mm < highest_mm
               ? BESIDE
               : -1;
}

/* Difference of the two Gaussians within the head; NaN outside of it. */
static bool detail_of(float *fine, float *smooth, const ef_subject *subject, int threads)
{
    const ef_work *work = &subject->work;
    const size_t count = (size_t)ef_grid_count(&work->grid);
    const double a = fine_mm / work->spacing_mm, b = smooth_mm / work->spacing_mm;
    const double sigma_fine[3] = {a, a, a}, sigma_smooth[3] = {b, b, b};
    memcpy(fine, work->value, count * sizeof *fine);
    memcpy(smooth, work->value, count * sizeof *smooth);
    if (!ek_gaussian_masked(fine, subject->head.inside, work->grid.n, sigma_fine, threads) ||
        !ek_gaussian_masked(smooth, subject->head.inside, work->grid.n, sigma_smooth, threads))
        return false;
    const double air = subject->head.air, least = subject->head.threshold - air;
    for (size_t i = 0; i < count; i++)
        fine[i] = (fine[i] - smooth[i]) / (float)fmax((double)smooth[i] - air, least);
    return true;
}

static void sum_up(double square[KINDS], int64_t cells[KINDS], const float *detail,
                   const ef_subject *subject, const ef_affine *cell_from_work)
{
    const ef_atlas *atlas = &subject->atlas;
    const int64_t *n = subject->work.grid.n;
    for (int64_t i = 0; i < ef_grid_count(&subject->work.grid); i++) {
        if (!subject->head.inside[i] || isnan(subject->work.value[i]) || isnan(detail[i]))
            continue;
        const int64_t cell = ef_grid_cell_in(atlas->grid.n, cell_from_work, n, i);
        double at[3] = {0, 0, 0};
        if (cell >= 0)
            ef_grid_point(at, atlas->grid.n, cell);
        ef_affine_apply(at, &atlas->grid.world_from_voxel, at);
        const int kind = kind_of(atlas, cell, (double)subject->head.skin_mm[i], at[2]);
        if (kind < 0)
            continue;
        cells[kind]++;
        square[kind] += (double)detail[i] * (double)detail[i];
    }
}

efface_status ef_plain_measure(ef_plain *plain, const ef_subject *subject, int threads, efface_error *err)
{
    const size_t bytes = sizeof(float) * (size_t)ef_grid_count(&subject->work.grid);
    const double cell_ml = pow(subject->work.spacing_mm, 3) / 1000;
    const unsigned face = EFFACE_PART_EYES | EFFACE_PART_NOSE | EFFACE_PART_MOUTH | EFFACE_PART_CHIN;
    double square[KINDS] = {0}, all = 0;
    int64_t cells[KINDS] = {0}, n = 0;
    ef_affine cell_from_work;
    if (!ef_atlas_cells(&cell_from_work, &subject->atlas, &subject->location.work_from_atlas))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular");
    float *fine = malloc(bytes), *smooth = malloc(bytes);
    const bool done = fine != NULL && smooth != NULL && detail_of(fine, smooth, subject, threads);
    if (done)
        sum_up(square, cells, fine, subject, &cell_from_work);
    const double beside = sqrt(square[BESIDE] / (double)cells[BESIDE]);
    for (int k = 0; k < PARTS; k++) {
        plain->detail[k] = (double)cells[k] * cell_ml >= least_ml
                               ? sqrt(square[k] / (double)cells[k]) / beside
                               : (double)NAN;
        all += face >> k & 1 ? square[k] : 0;
        n += face >> k & 1 ? cells[k] : 0;
    }
    plain->whole = (double)n * cell_ml >= least_ml ? sqrt(all / (double)n) / beside : (double)NAN;
    free(fine);
    free(smooth);
    return done ? EFFACE_PASS : ef_fail_memory(err, 2 * bytes);
}
