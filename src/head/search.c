/* Searches over axis orders. It correlates the distance field rather than the mask: the field's slope shows
 * how far a near miss is off, so one coarse grid is enough. */
#include "head/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/blockmean.h"
#include "kernels/fft.h"
#include "kernels/resample.h"

enum { FACTOR = 4 };

/* Distances are clamped to this, mm. Farther from the skin the field shows nothing of its shape. */
static const double clamp_mm = 24;
/* The atlas is used from this height on, mm along z. Below the chin heads are no longer alike. */
static const double lowest_mm = -150;
/* Least fraction of the atlas within the field of view. Candidates with less match by chance. */
static const double min_overlap = 0.3;

typedef struct small_field {
    float *value; /* owned; NaN where unknown */
    int64_t n[3];
} small_field;

/* Averages a distance field, from its slice first_k on, over 4 x 4 x 4 cells, and clamps it. */
static bool shrink(small_field *out, const float *mm, const int64_t n[3], int64_t first_k, int threads)
{
    const int factor[3] = {FACTOR, FACTOR, FACTOR};
    const int64_t part[3] = {n[0], n[1], n[2] - first_k};
    int64_t count = 1;
    for (int d = 0; d < 3; d++) {
        out->n[d] = (part[d] + FACTOR - 1) / FACTOR;
        count *= out->n[d];
    }
    out->value = malloc(sizeof(float) * (size_t)count);
    ek_block_source source = ek_block_floats(mm + first_k * n[0] * n[1], part);
    source.low = -clamp_mm;
    source.high = clamp_mm;
    return out->value != NULL && ek_block_mean(out->value, out->n, source, factor, threads);
}

/* Sets the r-th of the 24 proper rotations with entries -1, 0, 1. */
static void rotation(double b[3][3], int r)
{
    static const int permutation[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}, {2, 1, 0}, {1, 0, 2}};
    const int *p = permutation[r / 4], flips = r % 4;
    const double parity = r / 4 < 3 ? 1 : -1; /* of the permutation; the signs make the determinant 1 */
    const double sx = flips & 1 ? -1 : 1, sy = flips & 2 ? -1 : 1;
    const double sign[3] = {sx, sy, parity * sx * sy};
    memset(b, 0, 9 * sizeof(double));
    for (int c = 0; c < 3; c++)
        b[p[c]][c] = sign[c];
}

/* Turns the template by b: its own axes are permuted and reversed. */
static bool turn(small_field *out, const small_field *in, double b[3][3], int threads)
{
    ef_affine map = ef_affine_identity();
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++)
            if (b[r][c] != 0)
                out->n[r] = in->n[c];
    for (int c = 0; c < 3; c++) {
        map.m[c][3] = 0.5 * (double)(in->n[c] - 1);
        for (int r = 0; r < 3; r++) {
            map.m[c][r] = b[r][c];
            map.m[c][3] -= b[r][c] * 0.5 * (double)(out->n[r] - 1);
        }
    }
    out->value = malloc(sizeof(float) * (size_t)(out->n[0] * out->n[1] * out->n[2]));
    if (out->value == NULL)
        return false;
    const ef_affine in_from_out = map;
    ek_resample_linear(out->value, out->n, in->value, in->n, in_from_out.m, NAN, threads);
    return true;
}

/* The template, and where it lies in the atlas. */
typedef struct template
{
    small_field plain;
    const ef_grid *grid; /* of the atlas */
    int64_t first_k;     /* its first slice in the atlas */
    double work_mm;      /* of the head's work volume */
}
template;

/* Sets the pose in which the turned template's voxel x lies on the head's voxel x + shift. */
static void set_pose(ef_pose *pose, double b[3][3], const small_field *turned, const int64_t shift[3],
                     const template *t)
{
    const ef_affine *atlas_from_cell = &t->grid->world_from_voxel;
    const double atlas_mm = atlas_from_cell->m[0][0], half = 0.5 * (FACTOR - 1);
    memset(pose, 0, sizeof *pose);
    memcpy(pose->base, b, sizeof pose->base);
    for (int r = 0; r < 3; r++) {
        pose->p[r] = t->work_mm * (FACTOR * (0.5 * (double)(turned->n[r] - 1) + (double)shift[r]) + half);
        for (int c = 0; c < 3; c++) {
            const double middle =
                atlas_from_cell->m[c][3] + atlas_mm * (FACTOR * 0.5 * (double)(t->plain.n[c] - 1) + half +
                                                       (c == 2 ? (double)t->first_k : 0.0));
            pose->p[r] += b[r][c] * (ef_pose_centre[c] - middle);
        }
    }
}

static int by_match(const void *a, const void *b)
{
    const double x = ((const ef_candidate *)a)->match, y = ((const ef_candidate *)b)->match;
    return (x < y) - (x > y);
}

efface_status ef_search_axes(ef_candidate candidates[EF_SEARCH_ROTATIONS], int *count,
                             const ef_subject *subject, int threads, efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_affine *atlas_from_cell = &atlas->grid.world_from_voxel;
    template t = {.grid = &atlas->grid,
                  .first_k = (int64_t)((lowest_mm - atlas_from_cell->m[2][3]) / atlas_from_cell->m[0][0]),
                  .work_mm = subject->work.spacing_mm};
    small_field skin = {0};
    ek_correlator *correlator = NULL;
    efface_status status = EFFACE_PASS;
    *count = 0;
    if (!shrink(&skin, subject->head.skin_mm, subject->work.grid.n, 0, threads) ||
        !shrink(&t.plain, atlas->skin_mm, atlas->grid.n, t.first_k, threads)) {
        status = ef_fail_memory(err, 1 << 20);
        goto cleanup;
    }
    int64_t longest = 0, padded[3];
    for (int d = 0; d < 3; d++)
        longest = t.plain.n[d] > longest ? t.plain.n[d] : longest;
    for (int d = 0; d < 3; d++)
        padded[d] = ek_fft_good_size(skin.n[d] + longest - 1);
    correlator = ek_correlator_create(padded);
    if (correlator == NULL) {
        status = ef_fail_memory(err, 18 * sizeof(float) *
                                         (unsigned long long)(padded[0] * padded[1] * padded[2]));
        goto cleanup;
    }
    ek_correlator_load_reference(correlator, skin.value, NULL, skin.n, threads);
    for (int r = 0; r < EF_SEARCH_ROTATIONS && status == EFFACE_PASS; r++) {
        double b[3][3];
        small_field turned = {0};
        ek_peak peak;
        rotation(b, r);
        if (!turn(&turned, &t.plain, b, threads)) {
            status = ef_fail_memory(
                err, sizeof(float) * (unsigned long long)(t.plain.n[0] * t.plain.n[1] * t.plain.n[2]));
        } else if (ek_correlator_match(correlator, &peak, NULL, turned.value, NULL, turned.n, min_overlap,
                                       threads)) {
            set_pose(&candidates[*count].pose, b, &turned, peak.shift, &t);
            candidates[(*count)++].match = peak.value;
        }
        free(turned.value);
    }
    qsort(candidates, (size_t)*count, sizeof candidates[0], by_match);

cleanup:
    ek_correlator_free(correlator);
    free(skin.value);
    free(t.plain.value);
    return status;
}
