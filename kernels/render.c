/* Ray casting of an isosurface (Levoy 1988, first-hit), with bricks to skip empty space and secant
 * refinement of the hit. For looking at heads and measuring their relief; no transparency, no shadows. */
#include "kernels/render.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernels/grid.h"

typedef struct scene {
    const float *volume;
    int64_t n[3], stride[3];
    const uint8_t *occupied;
    int64_t bricks[3];
    float iso;
    double step_mm;
    const ek_view *view;
} scene;

static void brick_counts(int64_t bricks[3], const int64_t n[3])
{
    for (int a = 0; a < 3; a++)
        bricks[a] = n[a] < 2 ? 1 : (n[a] - 2) / EK_RENDER_BRICK + 1;
}

int64_t ek_render_bricks_count(const int64_t n[3])
{
    int64_t bricks[3];
    brick_counts(bricks, n);
    return bricks[0] * bricks[1] * bricks[2];
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* fmin and fmax are calls because of NaN: too slow for every step of a ray. */
static inline double low_of(double a, double b)
{
    return a < b ? a : b;
}

static inline double high_of(double a, double b)
{
    return a > b ? a : b;
}

/* A brick's cells touch one voxel layer of the next brick: hence the <=. */
static uint8_t brick_reaches(const float *volume, const int64_t n[3], const int64_t at[3], float iso)
{
    int64_t end[3];
    for (int a = 0; a < 3; a++)
        end[a] = smaller(at[a] * EK_RENDER_BRICK + EK_RENDER_BRICK, n[a] - 1);
    for (int64_t z = at[2] * EK_RENDER_BRICK; z <= end[2]; z++) {
        for (int64_t y = at[1] * EK_RENDER_BRICK; y <= end[1]; y++) {
            const float *row = volume + ek_index(n, 0, y, z);
            for (int64_t x = at[0] * EK_RENDER_BRICK; x <= end[0]; x++) {
                if (row[x] >= iso)
                    return 1;
            }
        }
    }
    return 0;
}

void ek_render_bricks(uint8_t *occupied, const float *volume, const int64_t n[3], float iso, int threads)
{
    int64_t bricks[3];
    brick_counts(bricks, n);
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (int64_t z = 0; z < bricks[2]; z++) {
        for (int64_t y = 0; y < bricks[1]; y++) {
            for (int64_t x = 0; x < bricks[0]; x++)
                occupied[(z * bricks[1] + y) * bricks[0] + x] =
                    brick_reaches(volume, n, (const int64_t[3]){x, y, z}, iso);
        }
    }
}

/* p must lie inside of the outermost voxel centres. */
static inline float sample(const scene *s, const double p[3])
{
    int64_t base = 0;
    float f[3];
    ptrdiff_t up[3];
    for (int a = 0; a < 3; a++) {
        int64_t i = (int64_t)p[a];
        if (i > s->n[a] - 2)
            i = s->n[a] > 1 ? s->n[a] - 2 : 0;
        f[a] = (float)(p[a] - (double)i);
        up[a] = s->n[a] > 1 ? (ptrdiff_t)s->stride[a] : 0;
        base += i * s->stride[a];
    }
    const float *v = s->volume + base;
    const float *w = v + up[2];
    float v00 = v[0] + f[0] * (v[up[0]] - v[0]);
    float v10 = v[up[1]] + f[0] * (v[up[1] + up[0]] - v[up[1]]);
    float w00 = w[0] + f[0] * (w[up[0]] - w[0]);
    float w10 = w[up[1]] + f[0] * (w[up[1] + up[0]] - w[up[1]]);
    float lower = v00 + f[1] * (v10 - v00);
    return lower + f[2] * (w00 + f[1] * (w10 - w00) - lower);
}

static float sample_clamped(const scene *s, const double p[3])
{
    double q[3];
    for (int a = 0; a < 3; a++)
        q[a] = low_of(high_of(p[a], 0.0), (double)(s->n[a] - 1));
    return sample(s, q);
}

typedef struct ray {
    double from[3], along[3]; /* voxel index at depth 0, and its change per mm */
    double enter, leave;      /* mm */
} ray;

static ray make_ray(const scene *s, double x_mm, double y_mm)
{
    const double(*m)[4] = s->view->voxel_from_camera;
    ray r = {.enter = 0, .leave = s->view->depth_mm};
    for (int a = 0; a < 3; a++) {
        r.from[a] = m[a][0] * x_mm + m[a][1] * y_mm + m[a][3];
        r.along[a] = m[a][2];
        double last = (double)(s->n[a] - 1);
        if (fabs(r.along[a]) < 1e-12) {
            if (r.from[a] < 0 || r.from[a] > last)
                r.leave = -1;
            continue;
        }
        double t0 = -r.from[a] / r.along[a], t1 = (last - r.from[a]) / r.along[a];
        r.enter = high_of(r.enter, low_of(t0, t1));
        r.leave = low_of(r.leave, high_of(t0, t1));
    }
    return r;
}

static void at_depth(double p[3], const scene *s, const ray *r, double depth)
{
    for (int a = 0; a < 3; a++)
        p[a] = low_of(high_of(r->from[a] + depth * r->along[a], 0.0), (double)(s->n[a] - 1));
}

/* True where p lies in a brick without surface. leave: out, the depth at which the ray leaves the brick. */
static bool brick_is_empty(const scene *s, const ray *r, const double p[3], double *leave)
{
    int64_t b[3];
    for (int a = 0; a < 3; a++)
        b[a] = smaller((int64_t)p[a] / EK_RENDER_BRICK, s->bricks[a] - 1);
    if (s->occupied[(b[2] * s->bricks[1] + b[1]) * s->bricks[0] + b[0]])
        return false;
    *leave = r->leave;
    for (int a = 0; a < 3; a++) {
        if (fabs(r->along[a]) < 1e-12)
            continue;
        double wall = (double)((b[a] + (r->along[a] > 0)) * EK_RENDER_BRICK);
        *leave = low_of(*leave, (wall - r->from[a]) / r->along[a]);
    }
    return true;
}

/* The surface lies between the depths out (below iso) and in (at or above). Six steps of regula falsi with
 * the Illinois correction reach 0.02 of the bracket on any monotonic trilinear stretch. */
static double refine(const scene *s, const ray *r, double out, double in, float f_out, float f_in)
{
    double g_out = (double)f_out - (double)s->iso, g_in = (double)f_in - (double)s->iso;
    int last_side = 0;
    for (int i = 0; i < 6 && g_in > 0; i++) {
        double w = g_out / (g_out - g_in);
        double mid = out + (isfinite(w) ? low_of(high_of(w, 0.02), 0.98) : 0.5) * (in - out), p[3];
        at_depth(p, s, r, mid);
        double g = (double)sample(s, p) - (double)s->iso;
        if (g >= 0) {
            in = mid, g_in = g;
            g_out *= last_side > 0 ? 0.5 : 1;
            last_side = 1;
        } else {
            out = mid, g_out = g;
            g_in *= last_side < 0 ? 0.5 : 1;
            last_side = -1;
        }
    }
    return in;
}

/* Depth of the first hit, NaN where there is none. */
static double cast(const scene *s, double x_mm, double y_mm)
{
    ray r = make_ray(s, x_mm, y_mm);
    double depth = r.enter, before = 0, p[3];
    float f_before = -INFINITY;
    bool has_before = false;
    while (depth <= r.leave) {
        at_depth(p, s, &r, depth);
        double leave;
        if (brick_is_empty(s, &r, p, &leave)) {
            depth =
                high_of(leave, depth) + 1e-6 * s->step_mm; /* into the next brick, whatever the rounding */
            has_before = false;
            continue;
        }
        float f = sample(s, p);
        if (f >= s->iso)
            return has_before ? refine(s, &r, before, depth, f_before, f) : depth;
        before = depth, f_before = f, has_before = true;
        depth = depth < r.leave ? low_of(depth + s->step_mm, r.leave) : r.leave + 1;
    }
    return (double)NAN;
}

static scene make_scene(const ek_view *view, const float *volume, const int64_t n[3], float iso,
                        const uint8_t *occupied)
{
    scene s = {.volume = volume, .occupied = occupied, .iso = iso, .view = view};
    double fastest = 0;
    for (int a = 0; a < 3; a++) {
        s.n[a] = n[a];
        s.stride[a] = a == 0 ? 1 : a == 1 ? n[0] : n[0] * n[1];
        fastest = high_of(fastest, fabs(view->voxel_from_camera[a][2]));
    }
    brick_counts(s.bricks, n);
    s.step_mm = 0.5 / high_of(fastest, 1e-9);
    return s;
}

void ek_render_depth(float *depth_mm, const ek_view *view, const float *volume, const int64_t n[3],
                     float iso, const uint8_t *occupied, int threads)
{
    scene s = make_scene(view, volume, n, iso, occupied);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 4)
    for (int row = 0; row < view->height; row++) {
        for (int column = 0; column < view->width; column++)
            depth_mm[(int64_t)row * view->width + column] =
                (float)cast(&s, (column + 0.5) * view->pixel_mm, (row + 0.5) * view->pixel_mm);
    }
}

static double shade(const scene *s, double x_mm, double y_mm, double depth)
{
    if (isnan(depth))
        return 0;
    const double(*m)[4] = s->view->voxel_from_camera;
    double p[3], slope[3], normal[3], length = 0;
    for (int a = 0; a < 3; a++)
        p[a] = m[a][0] * x_mm + m[a][1] * y_mm + m[a][2] * depth + m[a][3];
    for (int a = 0; a < 3; a++) {
        double up[3] = {p[0], p[1], p[2]}, down[3] = {p[0], p[1], p[2]};
        up[a] += 1, down[a] -= 1;
        slope[a] = (double)sample_clamped(s, up) - (double)sample_clamped(s, down);
    }
    for (int c = 0; c < 3; c++) {
        normal[c] = -(m[0][c] * slope[0] + m[1][c] * slope[1] + m[2][c] * slope[2]);
        length += normal[c] * normal[c];
    }
    length = sqrt(length);
    if (!(length > 0) || !isfinite(length))
        normal[0] = normal[1] = 0, normal[2] = -1, length = 1;
    double head = high_of(0, -normal[2] / length);
    double side = high_of(0, -(0.55 * normal[0] + 0.60 * normal[1] + 0.58 * normal[2]) / length);
    return 255 * low_of(1, 0.06 + 0.40 * head + 0.54 * side) * (1 - 0.3 * depth / s->view->depth_mm);
}

static bool on_silhouette(const float *depth_mm, const ek_view *view, int column, int row)
{
    double here = (double)depth_mm[(int64_t)row * view->width + column];
    for (int k = 0; k < 4; k++) {
        int c = column + (k == 0) - (k == 1), r = row + (k == 2) - (k == 3);
        if (c < 0 || r < 0 || c >= view->width || r >= view->height)
            continue;
        double there = (double)depth_mm[(int64_t)r * view->width + c];
        if (isnan(here) != isnan(there) || fabs(here - there) > 3 * view->pixel_mm)
            return true;
    }
    return false;
}

void ek_render_shade(uint8_t *gray, const float *depth_mm, const ek_view *view, const float *volume,
                     const int64_t n[3], float iso, const uint8_t *occupied, int threads)
{
    scene s = make_scene(view, volume, n, iso, occupied);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 4)
    for (int row = 0; row < view->height; row++) {
        for (int column = 0; column < view->width; column++) {
            double sum = 0, x = column + 0.5, y = row + 0.5;
            int64_t i = (int64_t)row * view->width + column;
            if (on_silhouette(depth_mm, view, column, row)) {
                for (int k = 0; k < 4; k++) {
                    double xk = (x + (k & 1 ? 0.25 : -0.25)) * view->pixel_mm;
                    double yk = (y + (k & 2 ? 0.25 : -0.25)) * view->pixel_mm;
                    sum += 0.25 * shade(&s, xk, yk, cast(&s, xk, yk));
                }
            } else {
                sum = shade(&s, x * view->pixel_mm, y * view->pixel_mm, (double)depth_mm[i]);
            }
            gray[i] = (uint8_t)(sum + 0.5);
        }
    }
}
