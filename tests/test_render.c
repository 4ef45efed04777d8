/* The renderer on a sphere, for which every depth, outline and shade is known. */
#include "check.h"
#include "kernels/grid.h"
#include "kernels/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 64, PIXELS = 120 };
static const double centre = 31.3, radius_vox = 22.7, voxel_mm = 1.5, pixel_mm = 0.8;

/* Falls linearly with the distance from the centre: the iso surface at 0 is the sphere. */
static float *make_sphere(void)
{
    float *volume = malloc(sizeof *volume * N * N * N);
    for (int z = 0; volume && z < N; z++) {
        for (int y = 0; y < N; y++) {
            for (int x = 0; x < N; x++)
                volume[(z * N + y) * N + x] =
                    (float)(radius_vox - sqrt((x - centre) * (x - centre) + (y - centre) * (y - centre) +
                                              (z - centre) * (z - centre)));
        }
    }
    return volume;
}

/* Looks along -y with z up, as at a face; the sphere's centre in the middle of picture and rays. */
static ek_view front_view(void)
{
    double side = PIXELS * pixel_mm / 2, d = 60;
    return (ek_view){.width = PIXELS,
                     .height = PIXELS,
                     .pixel_mm = pixel_mm,
                     .depth_mm = 2 * d,
                     .voxel_from_camera = {{-1 / voxel_mm, 0, 0, centre + side / voxel_mm},
                                           {0, 0, -1 / voxel_mm, centre + d / voxel_mm},
                                           {0, -1 / voxel_mm, 0, centre + side / voxel_mm}}};
}

/* Largest differences from the analytic sphere, away from its outline. */
static void compare(const float *depth, const uint8_t *gray, const ek_view *view)
{
    double radius = radius_vox * voxel_mm, worst_depth = 0, worst_gray = 0;
    int64_t hits = 0;
    for (int row = 0; row < PIXELS; row++) {
        for (int column = 0; column < PIXELS; column++) {
            int i = row * PIXELS + column;
            hits += !isnan(depth[i]);
            double x = (column + 0.5 - PIXELS / 2.0) * pixel_mm, y = (row + 0.5 - PIXELS / 2.0) * pixel_mm;
            double r = sqrt(x * x + y * y);
            if (r > radius + pixel_mm)
                CHECK(isnan(depth[i]) && gray[i] == 0);
            if (r > 0.9 * radius)
                continue;
            double d = sqrt(radius * radius - r * r), nx = x / radius, ny = y / radius, nz = -d / radius;
            double side = fmax(0, -(0.55 * nx + 0.60 * ny + 0.58 * nz)), at = view->depth_mm / 2 - d;
            double want = 255 * fmin(1, 0.06 + 0.40 * -nz + 0.54 * side) * (1 - 0.3 * at / view->depth_mm);
            worst_depth = fmax(worst_depth, fabs((double)depth[i] - at));
            worst_gray = fmax(worst_gray, fabs(gray[i] - want));
        }
    }
    /* Linear interpolation of a cone's mantle is off by at most h^2 / (8 R) along each axis: 3 x 0.0083 mm,
     * over the cosine 0.44 of the steepest ray, and the refinement's 0.02 of a 0.75 mm step. */
    CHECK_NEAR(worst_depth, 0, 3 * voxel_mm * voxel_mm / (8 * radius) / 0.44 + 0.02 * 0.75);
    CHECK_NEAR(worst_gray, 0, 4); /* normals to 1 degree: 255 * 0.94 * sin(1 degree) = 4.2 */
    /* A disc's pixel count is within its outline length in pixels of its area; in truth far nearer. */
    double area = EK_PI * radius * radius / (pixel_mm * pixel_mm);
    CHECK_NEAR((double)hits, area, 0.01 * area);
}

static void sphere(void)
{
    const int64_t n[3] = {N, N, N};
    float *volume = make_sphere();
    ek_view view = front_view();
    uint8_t *occupied = malloc((size_t)ek_render_bricks_count(n));
    float *depth[3];
    uint8_t *gray[3];
    const int threads[3] = {1, 2, 8};
    for (int k = 0; k < 3; k++) {
        depth[k] = malloc(sizeof(float) * PIXELS * PIXELS);
        gray[k] = malloc(PIXELS * PIXELS);
        ek_render_bricks(occupied, volume, n, 0, threads[k]);
        ek_render_depth(depth[k], &view, volume, n, 0, occupied, threads[k]);
        ek_render_shade(gray[k], depth[k], &view, volume, n, 0, occupied, threads[k]);
        CHECK(memcmp(depth[k], depth[0], sizeof(float) * PIXELS * PIXELS) == 0);
        CHECK(memcmp(gray[k], gray[0], PIXELS * PIXELS) == 0);
    }
    compare(depth[0], gray[0], &view);

    /* Identity: bricks only skip, they never change a result. */
    memset(occupied, 1, (size_t)ek_render_bricks_count(n));
    ek_render_depth(depth[1], &view, volume, n, 0, occupied, 2);
    double worst = 0;
    for (int i = 0; i < PIXELS * PIXELS; i++) {
        CHECK_EQ(isnan(depth[0][i]), isnan(depth[1][i]));
        worst = isnan(depth[0][i]) ? worst : fmax(worst, fabs((double)depth[0][i] - (double)depth[1][i]));
    }
    CHECK_NEAR(worst, 0, 0.04 * 0.75); /* both to 0.02 of the step, whose phase differs */
    for (int k = 0; k < 3; k++) {
        free(depth[k]);
        free(gray[k]);
    }
    free(occupied);
    free(volume);
}

/* NaN is air, a volume one voxel thin and an empty one don't trip it, a cut body shows its cut. */
static void corners(void)
{
    const int64_t n[3] = {4, 4, 1};
    float volume[16];
    uint8_t occupied[1], gray[16];
    float depth[16];
    ek_view view = {4, 4, 1, 10, {{1, 0, 0, -0.5}, {0, 1, 0, -0.5}, {0, 0, 1, -5}}};
    CHECK_EQ(ek_render_bricks_count(n), 1);
    for (int i = 0; i < 16; i++)
        volume[i] = NAN;
    ek_render_bricks(occupied, volume, n, 1, 2);
    CHECK_EQ(occupied[0], 0);
    occupied[0] = 1;
    ek_render_depth(depth, &view, volume, n, 1, occupied, 2);
    ek_render_shade(gray, depth, &view, volume, n, 1, occupied, 2);
    for (int i = 0; i < 16; i++)
        CHECK(isnan(depth[i]) && gray[i] == 0);
    for (int i = 0; i < 16; i++)
        volume[i] = 2;
    ek_render_depth(depth, &view, volume, n, 1, occupied, 2);
    ek_render_shade(gray, depth, &view, volume, n, 1, occupied, 2);
    for (int i = 0; i < 16; i++)
        CHECK_NEAR((double)depth[i], 5, 1e-6);
    CHECK_EQ(gray[5], (int)(255 * (0.46 + 0.54 * 0.58) * (1 - 0.3 * 0.5) + 0.5)); /* faces the eye */
}

int main(void)
{
    sphere();
    corners();
    return test_end();
}
