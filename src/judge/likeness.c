/* Compares a face's relief with the mean face's. verify.c draws the conclusions. */
#include "judge/likeness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/quantile.h"

enum { STEP = 2, MOST = 4, MAPS = 5 }; /* pixels: step of the first search, and its reach */
/* A smaller area of a face shows nothing of its shape. */
static const double least_mm2 = 300;

typedef struct trial {
    const ef_face_map *map;
    unsigned parts;
    double short_mm, long_mm;
    float *subject, *where, *mean, *scratch; /* one owned block; the last is two maps */
} trial;

/* The reliefs of both faces over the parts, with the subject's map moved by du, dv pixels. One thread: a
 * map is too small to be shared. False where memory was short; seen is 0 where the area is too small. */
static bool compare(ef_likeness *l, const trial *t, int du, int dv)
{
    const ef_map_box all = {{0, EF_MAP_U}, {0, EF_MAP_V}};
    int64_t n = 0, whole = 0;
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        const int column = i % EF_MAP_U + du, row = i / EF_MAP_U + dv;
        const bool in = t->map->part[i] > 0 && (t->parts >> (t->map->part[i] - 1) & 1);
        const bool known = in && column >= 0 && column < EF_MAP_U && row >= 0 && row < EF_MAP_V;
        t->where[i] = known ? t->map->subject[row * EF_MAP_U + column] : NAN;
        whole += in;
        n += !isnan(t->where[i]);
    }
    *l = (ef_likeness){.seen = 0};
    if ((double)n * EF_MAP_MM * EF_MAP_MM < least_mm2)
        return true;
    ef_map_above_quadric(t->subject, t->where, t->where, &all, -INFINITY);
    ef_map_above_quadric(t->mean, t->map->mean, t->where, &all, -INFINITY);
    if (!ef_map_band(t->subject, t->scratch, t->short_mm, t->long_mm, 1) ||
        !ef_map_band(t->mean, t->scratch, t->short_mm, t->long_mm, 1))
        return false;
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        const double m = (double)t->mean[i], s = (double)t->subject[i];
        if (!isnan(m) && !isnan(s))
            x += m, y += s, xx += m * m, yy += s * s, xy += m * s;
    }
    const double count = (double)n, vxx = xx - x * x / count, vyy = yy - y * y / count,
                 vxy = xy - x * y / count;
    if (vxx > 0) {
        l->seen = count / (double)whole;
        l->height = sqrt(fmax(vyy, 0) / vxx);
        l->own = sqrt(fmax(vxx + vyy - 2 * vxy, 0) / vxx);
    }
    return true;
}

/* Tries the places around one that are `step` apart. */
static bool search(ef_likeness *best, int at[2], const trial *t, int reach, int step)
{
    const int from[2] = {at[0], at[1]};
    for (int dv = -reach; dv <= reach; dv += step) {
        for (int du = -reach; du <= reach; du += step) {
            ef_likeness l;
            if (!compare(&l, t, from[0] + du, from[1] + dv))
                return false;
            if (l.seen > 0 && (!(best->seen > 0) || l.own < best->own))
                *best = l, at[0] = from[0] + du, at[1] = from[1] + dv;
        }
    }
    return true;
}

efface_status ef_likeness_measure(ef_likeness *likeness, const ef_face_map *map, unsigned parts,
                                  double short_mm, double long_mm, efface_error *err)
{
    const size_t bytes = sizeof(float) * MAPS * EF_MAP_PIXELS;
    float *memory = malloc(bytes);
    int at[2] = {0, 0};
    *likeness = (ef_likeness){.seen = 0};
    if (memory == NULL)
        return ef_fail_memory(err, bytes);
    const trial t = {.map = map,
                     .parts = parts,
                     .short_mm = short_mm,
                     .long_mm = long_mm,
                     .subject = memory,
                     .where = memory + EF_MAP_PIXELS,
                     .mean = memory + (size_t)2 * EF_MAP_PIXELS,
                     .scratch = memory + (size_t)3 * EF_MAP_PIXELS};
    const bool done = search(likeness, at, &t, MOST, STEP) && search(likeness, at, &t, 1, 1);
    free(memory);
    return done ? EFFACE_PASS : ef_fail_memory(err, bytes);
}

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

efface_status ef_edge_sharpness(double *ratio, const ef_subject *subject, efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_work *work = &subject->work;
    const ef_head *head = &subject->head;
    const int64_t *n = work->grid.n, count = ef_grid_count(&work->grid);
    const double middle = 0.5, skin_mm = edge_cells * work->spacing_mm;
    double median[2] = {NAN, NAN};
    int64_t seen[2] = {0, 0}, finite;
    efface_status status = EFFACE_PASS;
    ef_affine atlas_from_work, cell_from_atlas;
    *ratio = NAN;
    if (!ef_affine_invert(&atlas_from_work, subject->location.work_from_atlas) ||
        !ef_affine_invert(&cell_from_atlas, atlas->grid.world_from_voxel))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular");
    float *edges[2] = {malloc(sizeof(float) * (size_t)count), malloc(sizeof(float) * (size_t)count)};
    if (edges[0] == NULL || edges[1] == NULL) {
        status = ef_fail_memory(err, 2 * sizeof(float) * (size_t)count);
        goto cleanup;
    }
    for (int64_t i = 0; i < count; i++) {
        const int64_t at[3] = {i % n[0], i / n[0] % n[1], i / (n[0] * n[1])};
        const double point[3] = {(double)at[0], (double)at[1], (double)at[2]};
        double xyz[3], in_cells[3];
        if (!(fabs((double)head->skin_mm[i]) <= skin_mm))
            continue;
        ef_affine_apply(xyz, &atlas_from_work, point);
        ef_affine_apply(in_cells, &cell_from_atlas, xyz);
        const int kind = edge_kind(atlas, xyz, in_cells);
        const float edge = kind >= 0 ? gradient_at(work, at, i) : NAN;
        if (!isnan(edge))
            edges[kind][seen[kind]++] = edge;
    }
    for (int kind = 0; kind < 2 && status == EFFACE_PASS; kind++)
        if (seen[kind] >= LEAST_EDGES &&
            !ek_sample_quantiles(&median[kind], &middle, 1, edges[kind], EK_FLOAT32, seen[kind], 100000, 1,
                                 0, &finite))
            status = ef_fail_memory(err, 16 * (size_t)seen[kind]);
    *ratio = median[0] / median[1];

cleanup:
    free(edges[0]);
    free(edges[1]);
    return status;
}
