/* Compares a face's relief with the mean face's. verify.c draws the conclusions. */
#include "judge/likeness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

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
