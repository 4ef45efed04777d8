/* Steepness of the values where a head ends: at its skin, and where a face was cut. */
#include "judge/edges.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "kernels/quantile.h"

/* Of the skin; fewer cells than the least show nothing. */
static const double edge_cells = 0.75, deep_in_cut_mm = -8, off_cut_mm = 12, scalp_above_mm = -20;
enum { LEAST_EDGES = 200 };

/* Magnitude of the gradient by central differences; NaN at borders and beside unknown cells. */
static float gradient_at(const ef_work *work, const int64_t at[3], int64_t cell)
{
    const int64_t step[3] = {1, work->grid.n[0], work->grid.n[0] * work->grid.n[1]};
    double square = 0;
    for (int d = 0; d < 3; d++) {
        if (at[d] == 0 || at[d] == work->grid.n[d] - 1)
            return NAN;
        const double rise = (double)work->value[cell + step[d]] - (double)work->value[cell - step[d]];
        square += rise * rise / (4 * work->spacing_mm * work->spacing_mm);
    }
    return (float)sqrt(square);
}

/* 0 in the face, 1 on the scalp, -1 elsewhere. */
static int edge_kind(const ef_atlas *atlas, const double xyz[3], const double in_cells[3])
{
    const int64_t cell = ef_grid_nearest(in_cells, atlas->grid.n);
    if (cell < 0)
        return -1;
    const unsigned part = atlas->part[cell] > 0 ? 1U << (atlas->part[cell] - 1) : 0;
    const unsigned wanted = EFFACE_PART_EYES | EFFACE_PART_NOSE | EFFACE_PART_MOUTH | EFFACE_PART_CHIN;
    if ((double)atlas->cut_mm[cell] < deep_in_cut_mm)
        return part & wanted ? 0 : -1;
    return (double)atlas->cut_mm[cell] > off_cut_mm && xyz[2] > scalp_above_mm ? 1 : -1;
}

static bool median_of(double *median, const float *edges, int64_t count)
{
    const double middle = 0.5;
    int64_t finite;
    *median = (double)NAN;
    return count < LEAST_EDGES ||
           ek_sample_quantiles(median, &middle, 1, edges, EK_FLOAT32, count, 100000, 1, 0, &finite);
}

efface_status ef_edge_of_skin(double edge[EF_EDGES], const ef_subject *subject, efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_work *work = &subject->work;
    const int64_t *n = work->grid.n, count = ef_grid_count(&work->grid);
    const double skin_mm = edge_cells * work->spacing_mm;
    int64_t seen[EF_EDGES] = {0, 0};
    efface_status status = EFFACE_PASS;
    ef_affine atlas_from_work, cell_from_atlas;
    if (!ef_affine_invert(&atlas_from_work, subject->location.work_from_atlas) ||
        !ef_affine_invert(&cell_from_atlas, atlas->grid.world_from_voxel))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular");
    float *edges[EF_EDGES] = {malloc(sizeof(float) * (size_t)count), malloc(sizeof(float) * (size_t)count)};
    if (edges[0] == NULL || edges[1] == NULL) {
        status = ef_fail_memory(err, 2 * sizeof(float) * (size_t)count);
        goto cleanup;
    }
    for (int64_t i = 0; i < count; i++) {
        const int64_t at[3] = {i % n[0], i / n[0] % n[1], i / (n[0] * n[1])};
        const double point[3] = {(double)at[0], (double)at[1], (double)at[2]};
        double xyz[3], in_cells[3];
        if (!(fabs((double)subject->head.skin_mm[i]) <= skin_mm))
            continue;
        ef_affine_apply(xyz, &atlas_from_work, point);
        ef_affine_apply(in_cells, &cell_from_atlas, xyz);
        const int kind = edge_kind(atlas, xyz, in_cells);
        const float slope = kind >= 0 ? gradient_at(work, at, i) : NAN;
        if (!isnan(slope))
            edges[kind][seen[kind]++] = slope;
    }
    for (int kind = 0; kind < EF_EDGES && status == EFFACE_PASS; kind++)
        if (!median_of(&edge[kind], edges[kind], seen[kind]))
            status = ef_fail_memory(err, 16 * (size_t)seen[kind]);

cleanup:
    free(edges[0]);
    free(edges[1]);
    return status;
}

double ef_edge_of_cut(const ef_face_map *map, const ef_subject *subject, unsigned parts)
{
    float edges[EF_MAP_PIXELS];
    int64_t seen = 0;
    double median;
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        if (map->part[i] == 0 || !(parts >> (map->part[i] - 1) & 1) || isnan(map->subject[i]))
            continue;
        double at[3] = {-ef_map_u(i % EF_MAP_U), (double)map->subject[i],
                        ef_map_v(i / EF_MAP_U) + EF_FACE_MAP_V0};
        ef_affine_apply(at, &subject->location.work_from_atlas, at);
        const int64_t cell = ef_grid_nearest(at, subject->work.grid.n);
        if (cell < 0)
            continue;
        const int64_t *n = subject->work.grid.n;
        const int64_t p[3] = {cell % n[0], cell / n[0] % n[1], cell / (n[0] * n[1])};
        const float slope = gradient_at(&subject->work, p, cell);
        if (!isnan(slope))
            edges[seen++] = slope;
    }
    return median_of(&median, edges, seen) ? median : (double)NAN;
}
