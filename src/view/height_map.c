/* Makes height maps with the renderer, and filters whole maps. What is detected in them is in judge/. */
#include "view/height_map.h"

#include <math.h>
#include <string.h>

#include "kernels/grid.h"
#include "kernels/smooth.h"

/* For ef_map_raise_to_cut. Some voxels of any fill have their old value by chance. Therefore only a stretch
 * of solid_mm without a change ends the cut. The voxels of the skin itself are partly air, which a fill may
 * leave as it was: the search begins skin_mm behind the skin. */
static const double cut_step_mm = 0.75, solid_mm = 3.0, skin_mm = 2.0, deepest_mm = 120;
static const double search_mm = 60; /* larger distances are reported as this */

double ef_map_u(int column)
{
    return (column + 0.5 - EF_MAP_U / 2.0) * EF_MAP_MM;
}

double ef_map_v(int row)
{
    return (EF_MAP_V / 2.0 - row - 0.5) * EF_MAP_MM;
}

static int clamp(double value, int low, int high)
{
    return value < low ? low : value > high ? high : (int)value;
}

ef_map_box ef_map_box_of(double u0, double u1, double v0, double v1)
{
    return (ef_map_box){{clamp(ceil(u0 / EF_MAP_MM + EF_MAP_U / 2.0 - 0.5), 0, EF_MAP_U),
                         clamp(floor(u1 / EF_MAP_MM + EF_MAP_U / 2.0 + 0.5), 0, EF_MAP_U)},
                        {clamp(ceil(EF_MAP_V / 2.0 - v1 / EF_MAP_MM - 0.5), 0, EF_MAP_V),
                         clamp(floor(EF_MAP_V / 2.0 - v0 / EF_MAP_MM + 0.5), 0, EF_MAP_V)}};
}

void ef_map_make(float *height, const ef_surface *surface, const double at_mm[3], double azimuth_deg,
                 int threads)
{
    ek_view view = ef_surface_view(surface, at_mm, azimuth_deg, EF_MAP_U, EF_MAP_V, EF_MAP_MM);
    ek_render_depth(height, &view, surface->value, surface->grid.n, surface->iso, surface->occupied,
                    threads);
    for (int i = 0; i < EF_MAP_PIXELS; i++)
        height[i] = (float)(EF_MAP_RAY_MM - (double)height[i]);
}

/* Composes the map to an image's voxels from the camera of a map. Returns false where the image's is singular. */
static bool voxel_of_camera(ef_affine *voxel_from_camera, const ef_surface *surface, const ef_image *image,
                            const double at_mm[3], double azimuth_deg)
{
    const ek_view view = ef_surface_view(surface, at_mm, azimuth_deg, EF_MAP_U, EF_MAP_V, EF_MAP_MM);
    ef_affine voxel_from_world, grid_from_camera;
    memcpy(grid_from_camera.m, view.voxel_from_camera, sizeof grid_from_camera.m);
    if (!ef_affine_invert(&voxel_from_world, image->grid.world_from_voxel))
        return false;
    *voxel_from_camera =
        ef_affine_mul(voxel_from_world, ef_affine_mul(surface->grid.world_from_voxel, grid_from_camera));
    return true;
}

void ef_map_changed(uint8_t *out, const float *height, const ef_surface *surface, const ef_image *image,
                    const uint8_t *changed, const double at_mm[3], double azimuth_deg)
{
    ef_affine voxel_from_camera;
    memset(out, 0, EF_MAP_PIXELS);
    if (!voxel_of_camera(&voxel_from_camera, surface, image, at_mm, azimuth_deg))
        return;
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        double at[3] = {(i % EF_MAP_U + 0.5) * EF_MAP_MM, (i / EF_MAP_U + 0.5) * EF_MAP_MM,
                        EF_MAP_RAY_MM - (double)height[i] + skin_mm};
        if (isnan(height[i]))
            continue;
        ef_affine_apply(at, &voxel_from_camera, at);
        const int64_t voxel = ef_grid_nearest(at, image->grid.n);
        out[i] = voxel >= 0 && changed[voxel];
    }
}

void ef_map_raise_to_cut(float *after, const float *before, const ef_surface *surface,
                         const ef_image *original, const uint8_t *changed, const double at_mm[3],
                         double azimuth_deg)
{
    const int64_t *n = original->grid.n;
    ef_affine voxel_from_camera;
    if (!voxel_of_camera(&voxel_from_camera, surface, original, at_mm, azimuth_deg))
        return;
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        double camera[3] = {(i % EF_MAP_U + 0.5) * EF_MAP_MM, (i / EF_MAP_U + 0.5) * EF_MAP_MM, 0}, at[3],
               solid = 0;
        if (isnan(before[i]))
            continue;
        /* The voxels of the skin itself are partly air, which a fill may leave as it was. */
        double start = EF_MAP_RAY_MM - (double)before[i] + skin_mm, depth = start;
        for (; depth < start + deepest_mm && solid < solid_mm; depth += cut_step_mm) {
            camera[2] = depth;
            ef_affine_apply(at, &voxel_from_camera, camera);
            int64_t x = (int64_t)floor(at[0] + 0.5), y = (int64_t)floor(at[1] + 0.5),
                    z = (int64_t)floor(at[2] + 0.5);
            if (x < 0 || y < 0 || z < 0 || x >= n[0] || y >= n[1] || z >= n[2])
                break;
            solid = changed[ek_index(n, x, y, z)] ? 0 : solid + cut_step_mm;
        }
        if (solid < solid_mm)
            continue;
        double cut = depth - solid;
        cut = cut <= start ? start - skin_mm : cut; /* nothing changed here: the old surface */
        after[i] = (float)fmax((double)after[i], EF_MAP_RAY_MM - cut);
    }
}

bool ef_map_band(float *map, float *scratch, double short_mm, double long_mm, int threads)
{
    float *fine = scratch, *wide = scratch + EF_MAP_PIXELS;
    const double per_wave = sqrt(log(2.0)) / (2 * EK_PI) / EF_MAP_MM;
    const double narrow[3] = {short_mm * per_wave, short_mm * per_wave, 0};
    const double broad[3] = {long_mm * per_wave, long_mm * per_wave, 0};
    const int64_t n[3] = {EF_MAP_U, EF_MAP_V, 1};
    memcpy(fine, map, EF_MAP_PIXELS * sizeof *map);
    memcpy(wide, map, EF_MAP_PIXELS * sizeof *map);
    if (!ek_gaussian_masked(fine, NULL, n, narrow, threads) ||
        !ek_gaussian_masked(wide, NULL, n, broad, threads))
        return false;
    for (int i = 0; i < EF_MAP_PIXELS; i++)
        map[i] = isnan(map[i]) ? NAN : fine[i] - wide[i];
    return true;
}

/* Solves the symmetric positive system in place by elimination; false where it is singular. */
static bool solve(double a[6][7], double x[6])
{
    for (int k = 0; k < 6; k++) {
        if (!(fabs(a[k][k]) > 1e-9))
            return false;
        for (int r = 0; r < 6; r++) {
            double f = r == k ? 0 : a[r][k] / a[k][k];
            for (int c = k; c < 7; c++)
                a[r][c] -= f * a[k][c];
        }
    }
    for (int k = 0; k < 6; k++)
        x[k] = a[k][6] / a[k][k];
    return true;
}

static void quadric_terms(double term[6], int column, int row)
{
    double u = ef_map_u(column) / 60,
           v = ef_map_v(row) / 60; /* of order one, for the condition of the system */
    const double terms[6] = {1, u, v, u * u, u * v, v * v};
    memcpy(term, terms, sizeof terms);
}

void ef_map_above_quadric(float *relief, const float *height, const float *where, const ef_map_box *b,
                          double floor_mm)
{
    double a[6][7] = {{0}}, term[6], x[6];
    for (int i = 0; i < EF_MAP_PIXELS; i++)
        relief[i] = NAN;
    for (int row = b->row[0]; row < b->row[1]; row++) {
        for (int column = b->column[0]; column < b->column[1]; column++) {
            int i = row * EF_MAP_U + column;
            double h = (double)height[i];
            if (isnan(where[i]) || !(h >= floor_mm))
                continue;
            relief[i] = (float)h;
            quadric_terms(term, column, row);
            for (int r = 0; r < 6; r++) {
                for (int c = 0; c < 6; c++)
                    a[r][c] += term[r] * term[c];
                a[r][6] += term[r] * h;
            }
        }
    }
    if (!solve(a, x))
        return; /* a few pixels are too few to judge */
    for (int i = 0; i < EF_MAP_PIXELS; i++) {
        quadric_terms(term, i % EF_MAP_U, i / EF_MAP_U);
        for (int k = 0; k < 6; k++)
            relief[i] -= (float)(x[k] * term[k]);
    }
}

double ef_map_nearest(const float *from, const float *to, int column, int row)
{
    double h = (double)from[row * EF_MAP_U + column], best = search_mm * search_mm;
    for (int ring = 0; ring * ring * EF_MAP_MM * EF_MAP_MM < best; ring++) {
        for (int y = row - ring; y <= row + ring; y++) {
            bool edge = y == row - ring || y == row + ring;
            for (int x = column - ring; x <= column + ring; x += edge || ring == 0 ? 1 : 2 * ring) {
                if (x < 0 || y < 0 || x >= EF_MAP_U || y >= EF_MAP_V)
                    continue;
                double dh = (double)to[y * EF_MAP_U + x] - h, du = (x - column) * EF_MAP_MM,
                       dv = (y - row) * EF_MAP_MM;
                double squared = du * du + dv * dv + dh * dh;
                best = squared < best ? squared : best; /* false for NaN */
            }
        }
    }
    return sqrt(best);
}
