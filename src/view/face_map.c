/* Finds the front of the head by rays from in front of the nose, in the atlas' space. verify.c decides
 * whether it is a face. */
#include "view/face_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/sample.h"

enum { MAPS = 6 };

/* Rays begin in front of any nose that the pose fits (the mean nose's tip is at 104 mm). They advance by
 * half cells. */
static const double front_mm = 150, step_mm = 1.0;
/* The same band as in relief.c: shorter waves are voxels, longer ones the shape of any head. */
static const double short_wave_mm = 8, long_wave_mm = 60;
/* A smaller area of a part shows nothing of its shape. */
static const double least_mm2 = 100;

/* What a ray passes through: the distance field of a skin, and where it is known. */
typedef struct field {
    const float *skin_mm;
    const float *known; /* NaN where nothing is known; NULL: skin_mm itself is NaN there */
    const int64_t *n;
    ef_affine from_atlas;
} field;

static double skin_at(const field *f, const double atlas_mm[3])
{
    double at[3];
    ef_affine_apply(at, &f->from_atlas, atlas_mm);
    int64_t nearest[3];
    for (int d = 0; d < 3; d++) {
        nearest[d] = (int64_t)floor(at[d] + 0.5);
        if (nearest[d] < 0 || nearest[d] >= f->n[d])
            return (double)NAN;
    }
    const int64_t i = nearest[0] + f->n[0] * (nearest[1] + f->n[1] * nearest[2]);
    if (f->known != NULL && isnan(f->known[i]))
        return (double)NAN;
    return ek_trilinear(f->skin_mm, f->n, at);
}

/* Height at which a ray from the front meets the skin, at least least_mm. NaN where the field of view
 * begins inside the head, or does not reach back to least_mm. */
static double first_skin(const field *f, double u, double v, double least_mm)
{
    double before = (double)NAN, at[3] = {-u, front_mm, v + EF_FACE_MAP_V0};
    for (; at[1] >= least_mm; at[1] -= step_mm) {
        const double skin = skin_at(f, at);
        if (skin < 0)
            return isnan(before) ? (double)NAN : at[1] + step_mm * -skin / (before - skin);
        before = skin;
    }
    return isnan(before) ? (double)NAN : least_mm;
}

/* The part of the face under a point of the mean skin: that of the cell 3 mm below it. */
static uint8_t part_under(const ef_atlas *atlas, double u, double v, double h)
{
    ef_affine cell_from_atlas;
    double at[3] = {-u, h - 3, v + EF_FACE_MAP_V0};
    if (!ef_affine_invert(&cell_from_atlas, atlas->grid.world_from_voxel))
        return 0;
    ef_affine_apply(at, &cell_from_atlas, at);
    int64_t cell[3];
    for (int d = 0; d < 3; d++) {
        cell[d] = (int64_t)floor(at[d] + 0.5);
        if (cell[d] < 0 || cell[d] >= atlas->grid.n[d])
            return 0;
    }
    const int64_t i = cell[0] + atlas->grid.n[0] * (cell[1] + atlas->grid.n[1] * cell[2]);
    const uint8_t part = atlas->cut_mm[i] < 0 ? atlas->part[i] : 0;
    return part > 0 && (1u << (part - 1) & EFFACE_PARTS_FACE) != 0 ? part : 0;
}

static void find_heights(ef_face_map *map, const ef_atlas *atlas, const field *mean, const field *subject)
{
    const double behind_mm = 0; /* the face's surface ends in front of the ears */
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        const double u = ef_map_u(i % EF_MAP_U), v = ef_map_v(i / EF_MAP_U);
        const double h = first_skin(mean, u, v, behind_mm);
        map->part[i] = h > behind_mm ? part_under(atlas, u, v, h) : 0;
        map->mean[i] = map->part[i] > 0 ? (float)h : NAN;
        map->subject[i] =
            map->part[i] > 0 ? (float)first_skin(subject, u, v, h - EF_FACE_MAP_DEEPEST_MM) : NAN;
    }
}

efface_status ef_face_map_make(ef_face_map *map, const ef_subject *subject, efface_error *err)
{
    memset(map, 0, sizeof *map);
    const size_t bytes = (sizeof(float) * MAPS + 1) * EF_MAP_PIXELS;
    map->memory = malloc(bytes);
    if (map->memory == NULL)
        return ef_fail_memory(err, bytes);
    map->mean = map->memory;
    map->subject = map->mean + EF_MAP_PIXELS;
    map->scratch = map->subject + EF_MAP_PIXELS;
    map->part = (uint8_t *)(map->scratch + (size_t)4 * EF_MAP_PIXELS);
    const ef_atlas *atlas = &subject->atlas;
    field mean = {.skin_mm = atlas->skin_mm, .n = atlas->grid.n};
    const field own = {.skin_mm = subject->head.skin_mm,
                       .known = subject->work.value,
                       .n = subject->work.grid.n,
                       .from_atlas = subject->location.work_from_atlas};
    if (!ef_affine_invert(&mean.from_atlas, atlas->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INTERNAL, "the atlas' grid is singular");
    find_heights(map, atlas, &mean, &own);
    return EFFACE_PASS;
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

double ef_face_map_gap(const ef_face_map *map, unsigned parts)
{
    float gap[EF_MAP_PIXELS];
    size_t n = 0;
    for (int i = 0; i < EF_MAP_PIXELS; i++)
        if (map->part[i] > 0 && (parts >> (map->part[i] - 1) & 1) && !isnan(map->subject[i]))
            gap[n++] = map->mean[i] - map->subject[i];
    qsort(gap, n, sizeof *gap, by_value);
    return n > 0 ? (double)gap[n / 2] : 0;
}

/* The relief of one surface over the parts alone, so that what is missing beside them does not influence
 * it. where: a map that is NaN outside the parts and where either surface is unknown. */
static bool relief_of(float *relief, const float *height, const float *where, float *scratch, int threads)
{
    const ef_map_box all = {{0, EF_MAP_U}, {0, EF_MAP_V}};
    ef_map_above_quadric(relief, height, where, &all, -INFINITY);
    return ef_map_band(relief, scratch, short_wave_mm, long_wave_mm, threads);
}

static void correlate(ef_face_relief *relief, const float *mean, const float *subject, double n)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        const double x = (double)mean[i], y = (double)subject[i];
        if (!isnan(x) && !isnan(y))
            sx += x, sy += y, sxx += x * x, sxy += x * y, syy += y * y;
    }
    const double vxx = sxx - sx * sx / n, vxy = sxy - sx * sy / n, vyy = syy - sy * sy / n;
    relief->kept = vxx > 0 ? vxy / vxx : 0;
    relief->r = vxx > 0 && vyy > 0 ? vxy / sqrt(vxx * vyy) : 0;
}

efface_status ef_face_map_relief(ef_face_relief *relief, const ef_face_map *map, unsigned parts,
                                 int threads, efface_error *err)
{
    double n = 0, whole = 0;
    float *where = map->scratch, *mean = where + EF_MAP_PIXELS, *band = mean + EF_MAP_PIXELS;
    float subject[EF_MAP_PIXELS];
    memset(relief, 0, sizeof *relief);
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        const bool in = map->part[i] > 0 && (parts >> (map->part[i] - 1) & 1);
        where[i] = in ? map->subject[i] : NAN;
        whole += in;
        n += !isnan(where[i]);
    }
    if (n * EF_MAP_MM * EF_MAP_MM < least_mm2)
        return EFFACE_PASS;
    if (!relief_of(mean, map->mean, where, band, threads) ||
        !relief_of(subject, map->subject, where, band, threads))
        return ef_fail_memory(err, sizeof(float) * EF_MAP_PIXELS);
    relief->seen = n / whole;
    correlate(relief, mean, subject, n);
    return EFFACE_PASS;
}

void ef_face_map_release(ef_face_map *map)
{
    free(map->memory);
    memset(map, 0, sizeof *map);
}
