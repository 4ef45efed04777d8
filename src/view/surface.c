/* Finds the surface to draw and to measure. It is deliberately simple (one threshold, one body): its head
 * is what anyone with a renderer would see. */
#include "view/surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "head/work.h"
#include "kernels/grid.h"
#include "kernels/label.h"
#include "kernels/quantile.h"
#include "kernels/smooth.h"

enum { N_BINS = 512 };
static const double ray_mm = 400;
/* CT: air is -1000 HU, padding is lower. The skin lies where the value crosses half of water's. */
static const double ct_air_hu = -900, ct_skin_hu = -500;

/* Copies the work volume into one with a layer of air around it; NaN becomes air too. */
static bool pad(ef_surface *surface, const ef_work *work, float air)
{
    const int64_t *n = work->grid.n, *m = surface->grid.n;
    for (int d = 0; d < 3; d++)
        surface->grid.n[d] = n[d] + 2;
    surface->grid.world_from_voxel = work->grid.world_from_voxel;
    for (int r = 0; r < 3; r++) {
        for (int d = 0; d < 3; d++)
            surface->grid.world_from_voxel.m[r][3] -= work->grid.world_from_voxel.m[r][d];
    }
    surface->value = malloc((size_t)ef_grid_count(&surface->grid) * sizeof(float));
    if (surface->value == NULL)
        return false;
    for (int64_t z = 0; z < m[2]; z++) {
        for (int64_t y = 0; y < m[1]; y++) {
            float *to = surface->value + (z * m[1] + y) * m[0];
            bool within = z > 0 && y > 0 && z <= n[2] && y <= n[1];
            const float *from = within ? work->value + ek_index(n, 0, y - 1, z - 1) : NULL;
            for (int64_t x = 0; x < m[0]; x++)
                to[x] = within && x > 0 && x <= n[0] && !isnan(from[x - 1]) ? from[x - 1] : air;
        }
    }
    return true;
}

static void levels(ef_surface *surface, const ef_work *work, double iso, int threads)
{
    int64_t bins[N_BINS];
    double width = (work->high - work->low) / N_BINS;
    ek_histogram(bins, N_BINS, work->value, NULL, ef_grid_count(&work->grid), (float)work->low,
                 (float)work->high, threads);
    int otsu = ek_otsu(bins, N_BINS), mode = 0;
    for (int b = 1; b <= otsu && b < N_BINS; b++)
        mode = bins[b] > bins[mode] ? b : mode;
    double air = work->low + (mode + 0.5) * width, at_otsu = work->low + (otsu + 1) * width;
    surface->air = (float)air;
    double own = air <= ct_air_hu ? ct_skin_hu : air + 0.5 * (at_otsu - air);
    surface->iso = (float)(isnan(iso) ? own : iso);
}

/* World box of the body's voxels that are not below floor_mm. A row's extremes are at its ends. */
static void box_above(double low[3], double high[3], const ef_surface *surface, const uint8_t *body,
                      double floor_mm)
{
    const int64_t *n = surface->grid.n;
    for (int d = 0; d < 3; d++)
        low[d] = INFINITY, high[d] = -INFINITY;
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        const uint8_t *first = memchr(body + row * n[0], 1, (size_t)n[0]);
        if (first == NULL)
            continue;
        const uint8_t *last = body + (row + 1) * n[0] - 1;
        while (*last == 0)
            last--;
        for (int end = 0; end < 2; end++) {
            int64_t i = (end ? last : first) - body;
            double at[3] = {(double)(i % n[0]), (double)(row % n[1]), (double)(row / n[1])}, world[3];
            ef_affine_apply(world, &surface->grid.world_from_voxel, at);
            for (int d = 0; d < 3 && world[2] >= floor_mm; d++) {
                low[d] = world[d] < low[d] ? world[d] : low[d];
                high[d] = world[d] > high[d] ? world[d] : high[d];
            }
        }
    }
}

/* The head's box, without shoulders and table below EF_SURFACE_HEAD_MM. Zero where there is no body. */
static void head_box(ef_surface *surface, const uint8_t *body)
{
    box_above(surface->low_mm, surface->high_mm, surface, body, -INFINITY);
    box_above(surface->low_mm, surface->high_mm, surface, body, surface->high_mm[2] - EF_SURFACE_HEAD_MM);
    for (int d = 0; d < 3; d++) {
        if (!(surface->low_mm[d] <= surface->high_mm[d]))
            surface->low_mm[d] = surface->high_mm[d] = 0;
    }
}

/* Keeps only the largest body, and finds its box. */
static bool keep_body(ef_surface *surface)
{
    const int64_t count = ef_grid_count(&surface->grid);
    uint8_t *body = malloc((size_t)count);
    if (body == NULL)
        return false;
    for (int64_t i = 0; i < count; i++)
        body[i] = surface->value[i] >= surface->iso;
    bool fine = ek_keep_largest(body, surface->grid.n, 6) >= 0;
    for (int64_t i = 0; fine && i < count; i++) {
        if (!body[i] && surface->value[i] >= surface->iso)
            surface->value[i] = surface->air;
    }
    if (fine)
        head_box(surface, body);
    free(body);
    return fine;
}

efface_status ef_surface_build(ef_surface *surface, const ef_image *image, double spacing_mm, double iso,
                               int threads, const char *name, efface_error *err)
{
    const double sigma[3] = {0.6, 0.6, 0.6};
    memset(surface, 0, sizeof *surface);
    ef_work work = {0};
    efface_status status = ef_work_build(&work, image, spacing_mm, threads, name, err);
    if (status != EFFACE_PASS)
        goto cleanup;
    levels(surface, &work, iso, threads);
    if (!pad(surface, &work, surface->air)) {
        status = ef_fail_memory(err, (unsigned long long)ef_grid_count(&surface->grid) * sizeof(float));
        goto cleanup;
    }
    surface->occupied = malloc((size_t)ek_render_bricks_count(surface->grid.n));
    if (surface->occupied == NULL || !ek_gaussian(surface->value, surface->grid.n, sigma, threads) ||
        !keep_body(surface)) {
        status = ef_fail_memory(err, (unsigned long long)ef_grid_count(&surface->grid) * sizeof(float));
        goto cleanup;
    }
    ek_render_bricks(surface->occupied, surface->value, surface->grid.n, surface->iso, threads);
cleanup:
    ef_work_release(&work);
    return status;
}

void ef_surface_release(ef_surface *surface)
{
    free(surface->value);
    free(surface->occupied);
    memset(surface, 0, sizeof *surface);
}

ek_view ef_surface_view(const ef_surface *surface, const double at_mm[3], double azimuth_deg, int width,
                        int height, double pixel_mm)
{
    double a = azimuth_deg * EK_PI / 180;
    /* Columns: picture right, picture down, away from the eye, in world RAS. */
    double axes[3][3] = {{-cos(a), 0, sin(a)}, {-sin(a), 0, -cos(a)}, {0, -1, 0}};
    double middle[3] = {width * pixel_mm / 2, height * pixel_mm / 2, ray_mm / 2};
    ef_affine world_from_camera, voxel_from_world;
    for (int r = 0; r < 3; r++) {
        world_from_camera.m[r][3] = at_mm[r];
        for (int c = 0; c < 3; c++) {
            world_from_camera.m[r][c] = axes[r][c];
            world_from_camera.m[r][3] -= axes[r][c] * middle[c];
        }
    }
    ek_view view = {.width = width, .height = height, .pixel_mm = pixel_mm, .depth_mm = ray_mm};
    if (ef_affine_invert(&voxel_from_world, surface->grid.world_from_voxel)) {
        ef_affine m = ef_affine_mul(voxel_from_world, world_from_camera);
        memcpy(view.voxel_from_camera, m.m, sizeof m.m);
    }
    return view;
}
