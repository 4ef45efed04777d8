/* Signed distance functions (negative inside, mm) from which the phantom's head is assembled, and their
 * smooth unions. All are inline because they run once per voxel.
 *
 * Source: I. Quilez, "distance functions" and "smooth minimum". The polynomial form has compact support:
 * where two distances differ by more than k the blend is exactly the minimum. So skipping far parts is
 * exact. */
#ifndef EF_PHANTOM_SDF_H
#define EF_PHANTOM_SDF_H

/* Where a divisor is nearly always a constant, the code multiplies by its reciprocal. The compiler folds
 * the reciprocal, but must not replace a division by itself. */
#include <math.h>

typedef struct v3 {
    float x, y, z;
} v3;

static inline v3 v3_sub(v3 a, v3 b)
{
    return (v3){a.x - b.x, a.y - b.y, a.z - b.z};
}

static inline v3 v3_mix(v3 a, v3 b, float t)
{
    return (v3){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.z + (b.z - a.z) * t};
}

static inline float v3_dot(v3 a, v3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline float v3_len(v3 a)
{
    return sqrtf(v3_dot(a, a));
}

/* The point's mirror image on the right side: paired organs are described only once. */
static inline v3 v3_fold(v3 p)
{
    return (v3){fabsf(p.x), p.y, p.z};
}

/* Faster than fminf and fmaxf, which treat NaN: no distance is NaN. */
static inline float minf(float a, float b)
{
    return a < b ? a : b;
}

static inline float maxf(float a, float b)
{
    return a > b ? a : b;
}

/* As v3_fold, with the crease at the midline rounded over 2k mm, for surfaces that cross it. */
static inline v3 v3_fold_soft(v3 p, float k)
{
    return (v3){sqrtf(p.x * p.x + k * k), p.y, p.z};
}

static inline float clampf(float v, float lo, float hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* 0 at edge a, 1 at edge b (either order), C1 between. */
static inline float ramp(float a, float b, float v)
{
    float t = clampf((v - a) * (1.0F / (b - a)), 0.0F, 1.0F);
    return t * t * (3.0F - 2.0F * t);
}

static inline float smin(float a, float b, float k)
{
    float h = k - fabsf(a - b);
    float m = a < b ? a : b;
    return h > 0.0F ? m - h * h * (0.25F / k) : m;
}

static inline float smax(float a, float b, float k)
{
    return -smin(-a, -b, k);
}

static inline float sd_sphere(v3 p, v3 c, float r)
{
    return v3_len(v3_sub(p, c)) - r;
}

/* Ellipsoid with half axes r. First-order estimate f (f - 1) / |grad f|, exact on the surface; inside it is
 * limited to the smallest half axis. */
static inline float sd_ellipsoid(v3 p, v3 c, v3 r)
{
    v3 d = v3_sub(p, c);
    v3 i = {1.0F / r.x, 1.0F / r.y, 1.0F / r.z};
    v3 a = {d.x * i.x, d.y * i.y, d.z * i.z};
    v3 b = {a.x * i.x, a.y * i.y, a.z * i.z};
    float f = v3_len(a), g = v3_len(b), deepest = -minf(r.x, minf(r.y, r.z));
    return g < 1e-6F ? deepest : maxf(f * (f - 1.0F) / g, deepest);
}

/* Round cone: sphere of radius ra at a swept to radius rb at b, radius linear along the axis. */
static inline float sd_cone(v3 p, v3 a, v3 b, float ra, float rb)
{
    v3 pa = v3_sub(p, a), ba = v3_sub(b, a);
    float t = clampf(v3_dot(pa, ba) * (1.0F / v3_dot(ba, ba)), 0.0F, 1.0F);
    v3 q = {pa.x - t * ba.x, pa.y - t * ba.y, pa.z - t * ba.z};
    return v3_len(q) - (ra + (rb - ra) * t);
}

/* Egg: half axes that differ in front and behind, above and below, and a boxiness k. The unit surface is
 * u^4 + v^4 + w^4 + 2k (u2v2 + v2w2 + w2u2) = 1: an ellipsoid for k = 1, fuller at the corners for k <
 * 1. */
typedef struct egg {
    v3 c;
    float side, front, back, up, down, k;
} egg;

static inline float sd_egg(v3 p, const egg *e)
{
    v3 d = v3_sub(p, e->c);
    float ix = 1.0F / e->side;
    float iy = 1.0F / (d.y > 0.0F ? e->front : e->back);
    float iz = 1.0F / (d.z > 0.0F ? e->up : e->down);
    float u = d.x * ix, v = d.y * iy, w = d.z * iz;
    float u2 = u * u, v2 = v * v, w2 = w * w;
    float s = u2 + v2 + w2;
    float f4 = s * s + 2.0F * (e->k - 1.0F) * (u2 * v2 + v2 * w2 + w2 * u2);
    float f = sqrtf(sqrtf(f4));
    if (f < 1e-3F)
        return -e->side;
    /* gradient of f: (4 u (u2 + k (v2 + w2))) / (4 f^3) per axis */
    float f3 = 1.0F / (f * f * f);
    float gx = u * (u2 + e->k * (v2 + w2)) * f3 * ix;
    float gy = v * (v2 + e->k * (u2 + w2)) * f3 * iy;
    float gz = w * (w2 + e->k * (u2 + v2)) * f3 * iz;
    return (f - 1.0F) / sqrtf(gx * gx + gy * gy + gz * gz);
}

#endif
