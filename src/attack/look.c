/* Takes an attacker's features from one scan. It uses the pipeline's own segment, find and fit, and the
 * renderer, but never the pipeline's masks: it treats any tool's output in the same way. */
#include "attack/look.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attack/pose.h"
#include "base/error.h"
#include "head/find.h"
#include "kernels/lbp.h"
#include "kernels/sample.h"
#include "kernels/smooth.h"
#include "view/surface.h"

/* Height maps: 216 x 240 mm around the middle of the head and face, vertex to chin. */
enum { MAP_U = 72, MAP_V = 80, PIXELS = MAP_U * MAP_V };
static const double map_mm = 3, map_at[3] = {0, -10, -35}, map_azimuth[EF_LOOK_VIEWS] = {0, 90, -90, 180};
/* Pictures: 154 x 180 mm around the face. 1.6 mm: what a 2 mm volume can show. */
enum { PICTURES = 3, PICTURE_U = 96, PICTURE_V = 112, CELLS_U = 7, CELLS_V = 8, LBP_RADIUS = 2 };
enum {
    PICTURE_PIXELS = PICTURE_U * PICTURE_V,
    MOST_PIXELS = PICTURE_PIXELS > PIXELS ? PICTURE_PIXELS : PIXELS
};
static const double picture_mm = 1.6, picture_at[3] = {0, 0, -62}, picture_azimuth[PICTURES] = {0, 40, -40};
static const double ray_mm = 400;
/* Skin counts as kept at this distance from the cut, down to the neck. */
static const double kept_mm = 12, kept_above_mm = -110;
/* Of the relief: a Gaussian whose subtraction leaves wavelengths below about 60 mm. */
static const double relief_sigma_mm = 12;
/* Voxels: well within the cut, up to 10 mm of air in front of the mean skin; every third cell. */
static const double within_mm = -4, air_mm = 10;
enum { CELL_STEP = 3 };
/* Scalp for the pose: so far from the cut that a random offset of the cut does not reach it. It goes down
 * to the nape, without which pitch would be undetermined. */
static const double pose_mm = 16, pose_above_mm = -90;
static const float on_skin_mm = 1;
/* A ghost is searched in air only, this far from the head. */
static const double clear_mm = 6;

/* A camera in atlas space; ef_surface_view makes one in the world. */
static ek_view look_from(const ef_affine *voxel_from_atlas, const double at[3], double azimuth_deg,
                         int width, int height, double pixel_mm)
{
    const double a = azimuth_deg * 3.14159265358979323846 / 180;
    const double axes[3][3] = {{-cos(a), 0, sin(a)}, {-sin(a), 0, -cos(a)}, {0, -1, 0}};
    const double middle[3] = {width * pixel_mm / 2, height * pixel_mm / 2, ray_mm / 2};
    ef_affine atlas_from_camera;
    for (int r = 0; r < 3; r++) {
        atlas_from_camera.m[r][3] = at[r];
        for (int c = 0; c < 3; c++) {
            atlas_from_camera.m[r][c] = axes[r][c];
            atlas_from_camera.m[r][3] -= axes[r][c] * middle[c];
        }
    }
    ek_view view = {.width = width, .height = height, .pixel_mm = pixel_mm, .depth_mm = ray_mm};
    const ef_affine m = ef_affine_mul(*voxel_from_atlas, atlas_from_camera);
    memcpy(view.voxel_from_camera, m.m, sizeof m.m);
    return view;
}

static ek_view picture_from(const ef_affine *voxel_from_atlas, int p)
{
    return look_from(voxel_from_atlas, picture_at, picture_azimuth[p], PICTURE_U, PICTURE_V, picture_mm);
}

/* Atlas point, mm, of a pixel of a view at a height above the middle. */
static void point_of(double xyz[3], int view, int pixel, double height)
{
    const double a = map_azimuth[view] * 3.14159265358979323846 / 180;
    const double u = (pixel % MAP_U + 0.5 - MAP_U / 2.0) * map_mm,
                 v = (MAP_V / 2.0 - pixel / MAP_U - 0.5) * map_mm;
    xyz[0] = map_at[0] - u * cos(a) - height * sin(a);
    xyz[1] = map_at[1] - u * sin(a) + height * cos(a);
    xyz[2] = map_at[2] + v;
}

/* Sorts the pixels of a view by the place of the mean skin: in the cut, near it, or away from it. */
static void sort_pixels(ef_look_plan *plan, int view, const float *depth, const ef_affine *cell_from_atlas)
{
    for (int i = 0; i < PIXELS; i++) {
        double xyz[3], cell[3];
        if (isnan(depth[i]))
            continue;
        point_of(xyz, view, i, ray_mm / 2 - (double)depth[i]);
        ef_affine_apply(cell, cell_from_atlas, xyz);
        const double cut = ek_trilinear(plan->atlas->cut_mm, plan->atlas->grid.n, cell);
        const int pixel = view * PIXELS + i;
        if (cut < 0)
            plan->face[plan->n_face++] = pixel;
        else if (cut < kept_mm)
            plan->rim[plan->n_rim++] = pixel;
        else if (xyz[2] > kept_above_mm)
            plan->kept[plan->n_kept++] = pixel;
    }
}

/* The pixels of a picture where the mean skin lies in the cut: the face is compared, not skull or neck. */
static void window_of(uint8_t *window, const ef_look_plan *plan, const ek_view *camera, const float *depth)
{
    const int64_t *n = plan->atlas->grid.n;
    for (int i = 0; i < PICTURE_PIXELS; i++) {
        const double at[3] = {(i % PICTURE_U + 0.5) * picture_mm, (i / PICTURE_U + 0.5) * picture_mm,
                              (double)depth[i]};
        double cell[3];
        ef_affine cell_from_camera;
        memcpy(cell_from_camera.m, camera->voxel_from_camera, sizeof cell_from_camera.m);
        if (isnan(depth[i]))
            continue;
        ef_affine_apply(cell, &cell_from_camera, at);
        window[i] = ek_trilinear(plan->atlas->cut_mm, n, cell) < 0;
    }
}

static bool plan_pixels(ef_look_plan *plan, const ef_affine *cell_from_atlas, int threads)
{
    const ef_atlas *atlas = plan->atlas;
    const int64_t count = ef_grid_count(&atlas->grid);
    bool ok = false;
    float *inside = malloc((size_t)count * sizeof *inside), *depth = malloc(MOST_PIXELS * sizeof *depth);
    uint8_t *bricks = malloc((size_t)ek_render_bricks_count(atlas->grid.n));
    if (inside == NULL || depth == NULL || bricks == NULL)
        goto cleanup;
    for (int64_t i = 0; i < count; i++)
        inside[i] = -atlas->skin_mm[i];
    ek_render_bricks(bricks, inside, atlas->grid.n, 0, threads);
    for (int view = 0; view < EF_LOOK_VIEWS; view++) {
        const ek_view camera = look_from(cell_from_atlas, map_at, map_azimuth[view], MAP_U, MAP_V, map_mm);
        ek_render_depth(depth, &camera, inside, atlas->grid.n, 0, bricks, threads);
        sort_pixels(plan, view, depth, cell_from_atlas);
    }
    for (int p = 0; p < PICTURES; p++) {
        const ek_view camera = picture_from(cell_from_atlas, p);
        ek_render_depth(depth, &camera, inside, atlas->grid.n, 0, bricks, threads);
        window_of(plan->window + (int64_t)p * PICTURE_PIXELS, plan, &camera, depth);
    }
    ok = true;
cleanup:
    free(inside);
    free(depth);
    free(bricks);
    return ok;
}

static bool plan_cells(ef_look_plan *plan)
{
    const ef_atlas *atlas = plan->atlas;
    const int64_t *n = atlas->grid.n;
    int64_t most = 3;
    for (int d = 0; d < 3; d++)
        most *= (n[d] + CELL_STEP - 1) / CELL_STEP;
    plan->cell = malloc((size_t)most * sizeof *plan->cell);
    if (plan->cell == NULL)
        return false;
    for (int64_t k = 0; k < n[2]; k += CELL_STEP) {
        for (int64_t j = 0; j < n[1]; j += CELL_STEP) {
            for (int64_t i = 0; i < n[0]; i += CELL_STEP) {
                const int64_t at = i + n[0] * (j + n[1] * k);
                const double cell[3] = {(double)i, (double)j, (double)k};
                double xyz[3];
                if (!((double)atlas->cut_mm[at] < within_mm && (double)atlas->skin_mm[at] < air_mm))
                    continue;
                ef_affine_apply(xyz, &atlas->grid.world_from_voxel, cell);
                for (int d = 0; d < 3; d++)
                    plan->cell[3 * plan->n_cell + d] = (float)xyz[d];
                plan->n_cell++;
            }
        }
    }
    return true;
}

/* Cells within one millimetre of the mean skin, where every defacer leaves it. */
static bool plan_scalp(ef_look_plan *plan)
{
    const ef_atlas *atlas = plan->atlas;
    const int64_t *n = atlas->grid.n, count = ef_grid_count(&atlas->grid);
    int64_t room = 0;
    for (int64_t i = 0; i < count; i++)
        room += fabsf(atlas->skin_mm[i]) < on_skin_mm;
    plan->scalp = malloc((size_t)(3 * room + 1) * sizeof *plan->scalp);
    if (plan->scalp == NULL)
        return false;
    for (int64_t i = 0; i < count; i++) {
        const double cell[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / (n[0] * n[1]))};
        double xyz[3];
        ef_affine_apply(xyz, &atlas->grid.world_from_voxel, cell);
        if (!(fabsf(atlas->skin_mm[i]) < on_skin_mm && (double)atlas->cut_mm[i] > pose_mm &&
              xyz[2] > pose_above_mm))
            continue;
        for (int d = 0; d < 3; d++)
            plan->scalp[3 * plan->n_scalp + d] = (float)xyz[d];
        plan->n_scalp++;
    }
    return true;
}

efface_status ef_look_plan_init(ef_look_plan *plan, const ef_atlas *atlas, int threads, efface_error *err)
{
    enum { MOST = EF_LOOK_VIEWS * PIXELS };
    ef_affine cell_from_atlas;
    *plan = (ef_look_plan){.atlas = atlas};
    plan->face = malloc(MOST * sizeof *plan->face);
    plan->rim = malloc(MOST * sizeof *plan->rim);
    plan->kept = malloc(MOST * sizeof *plan->kept);
    plan->window = calloc(PICTURES * PICTURE_PIXELS, 1);
    if (!ef_affine_invert(&cell_from_atlas, atlas->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INTERNAL, "the atlas' grid is singular");
    if (plan->face == NULL || plan->rim == NULL || plan->kept == NULL || plan->window == NULL ||
        !plan_pixels(plan, &cell_from_atlas, threads) || !plan_cells(plan) || !plan_scalp(plan))
        return ef_fail_memory(err, 3 * MOST * sizeof *plan->face);
    plan->length[EF_CUE_KEPT] = plan->n_kept;
    plan->length[EF_CUE_SHADE] = PICTURES * CELLS_U * CELLS_V * EK_LBP_BINS;
    plan->length[EF_CUE_RELIEF] = plan->length[EF_CUE_CUT] = plan->n_face;
    plan->length[EF_CUE_RIM] = plan->n_rim;
    plan->length[EF_CUE_VOXELS] = plan->length[EF_CUE_WRAP] = plan->n_cell;
    return EFFACE_PASS;
}

void ef_look_plan_release(ef_look_plan *plan)
{
    free(plan->scalp);
    free(plan->face);
    free(plan->rim);
    free(plan->kept);
    free(plan->window);
    free(plan->cell);
    memset(plan, 0, sizeof *plan);
}

/* State for one scan. */
typedef struct look {
    const ef_look_plan *plan;
    ef_subject subject; /* its atlas is borrowed */
    ef_surface surface;
    ef_affine work_from_atlas, world_from_atlas;
    float *map, *flat; /* owned: heights of all views; their relief */
    int threads;
} look;

static efface_status find_pose(look *l, const char *name, efface_error *err)
{
    const double mm = l->subject.work.spacing_mm;
    ef_location *location = &l->subject.location;
    l->subject.name = name;
    l->subject.atlas = *l->plan->atlas;
    const efface_status status = ef_find(&l->subject, l->threads, err);
    if (status != EFFACE_PASS)
        return status;
    for (int p = 6; p < 12; p++)
        location->pose.p[p] = 0; /* rigid: no scales, no shears */
    ef_affine frame_from_atlas = ef_pose_affine(&location->pose);
    if (isnan(ef_attack_pose(&frame_from_atlas, l->plan->scalp, l->plan->n_scalp, l->subject.head.skin_mm,
                             l->subject.work.grid.n, mm)))
        return ef_fail(err, EFFACE_LOCATE, "too little scalp to be aligned in '%s'", name);
    l->work_from_atlas = frame_from_atlas;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            l->work_from_atlas.m[r][c] /= mm;
    l->world_from_atlas = ef_affine_mul(l->subject.work.grid.world_from_voxel, l->work_from_atlas);
    return EFFACE_PASS;
}

static void take(float *feature, const float *map, const int *pixel, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        feature[i] = map[pixel[i]];
}

static efface_status look_at_heights(look *l, float *const feature[EF_N_CUES],
                                     const ef_affine *voxel_from_atlas, efface_error *err)
{
    const ef_look_plan *plan = l->plan;
    const int64_t n[3] = {MAP_U, MAP_V, 1};
    const double sigma[3] = {relief_sigma_mm / map_mm, relief_sigma_mm / map_mm, 0};
    for (int view = 0; view < EF_LOOK_VIEWS; view++) {
        float *map = l->map + view * PIXELS, *flat = l->flat + view * PIXELS;
        const ek_view camera = look_from(voxel_from_atlas, map_at, map_azimuth[view], MAP_U, MAP_V, map_mm);
        ek_render_depth(map, &camera, l->surface.value, l->surface.grid.n, l->surface.iso,
                        l->surface.occupied, l->threads);
        for (int i = 0; i < PIXELS; i++)
            map[i] = (float)(ray_mm / 2 - (double)map[i]);
        memcpy(flat, map, PIXELS * sizeof *map);
        if (!ek_gaussian_masked(flat, NULL, n, sigma, l->threads))
            return ef_fail_memory(err, PIXELS * sizeof *map);
        for (int i = 0; i < PIXELS; i++)
            flat[i] = map[i] - flat[i];
    }
    take(feature[EF_CUE_RELIEF], l->flat, plan->face, plan->n_face);
    take(feature[EF_CUE_CUT], l->map, plan->face, plan->n_face);
    take(feature[EF_CUE_RIM], l->map, plan->rim, plan->n_rim);
    take(feature[EF_CUE_KEPT], l->map, plan->kept, plan->n_kept);
    return EFFACE_PASS;
}

static efface_status look_at_pictures(look *l, float *feature, const ef_affine *voxel_from_atlas,
                                      efface_error *err)
{
    const int size[2] = {PICTURE_U, PICTURE_V}, cells[2] = {CELLS_U, CELLS_V};
    const int64_t length = CELLS_U * CELLS_V * EK_LBP_BINS;
    float *depth = malloc(PICTURE_PIXELS * sizeof *depth);
    uint8_t *gray = malloc(PICTURE_PIXELS);
    if (depth == NULL || gray == NULL) {
        free(depth);
        free(gray);
        return ef_fail_memory(err, PICTURE_PIXELS * (sizeof *depth + 1));
    }
    for (int p = 0; p < PICTURES; p++) {
        const uint8_t *window = l->plan->window + (int64_t)p * PICTURE_PIXELS;
        const ek_view camera = picture_from(voxel_from_atlas, p);
        ek_render_depth(depth, &camera, l->surface.value, l->surface.grid.n, l->surface.iso,
                        l->surface.occupied, l->threads);
        ek_render_shade(gray, depth, &camera, l->surface.value, l->surface.grid.n, l->surface.iso,
                        l->surface.occupied, l->threads);
        for (int i = 0; i < PICTURE_PIXELS; i++)
            gray[i] = window[i] ? gray[i] : 0;
        ek_lbp_histograms(feature + p * length, gray, size, cells, LBP_RADIUS, l->threads);
    }
    /* Roots: their Euclidean distance is Hellinger's, which suits histograms. */
    for (int64_t i = 0; i < PICTURES * length; i++)
        feature[i] = sqrtf(feature[i]);
    free(depth);
    free(gray);
    return EFFACE_PASS;
}

/* Value at a work index in units of this scan's tissue, NaN outside the field of view. */
static float value_at(const look *l, const double at[3])
{
    const double scale = l->subject.head.tissue - l->subject.head.air;
    for (int d = 0; d < 3; d++)
        if (!(at[d] >= -0.5 && at[d] <= (double)l->subject.work.grid.n[d] - 0.5))
            return NAN;
    const double v =
        (ek_trilinear(l->subject.work.value, l->subject.work.grid.n, at) - l->subject.head.air) / scale;
    return (float)fmin(
        2.5, fmax(-1, v)); /* NaN becomes -1: no data is no air either, but the mean corrects it */
}

static void look_at_voxels(look *l, float *voxels, float *wrap, const ef_image *image)
{
    const ef_look_plan *plan = l->plan;
    for (int64_t c = 0; c < plan->n_cell; c++) {
        double at[3], xyz[3], voxel[3], sum = 0;
        int seen = 0;
        for (int d = 0; d < 3; d++)
            xyz[d] = (double)plan->cell[3 * c + d];
        ef_affine_apply(at, &l->work_from_atlas, xyz);
        voxels[c] = value_at(l, at);
        ef_affine_apply(voxel, &l->subject.work.voxel_from_work, at);
        for (int d = 0; d < 3; d++) { /* whichever axis was phase-encoded */
            const double n = (double)image->grid.n[d];
            double moved[3] = {voxel[0], voxel[1], voxel[2]};
            moved[d] += moved[d] < n / 2 ? n / 2 : -n / 2;
            ef_affine_apply(moved, &l->subject.work.work_from_voxel, moved);
            const float v = value_at(l, moved);
            if (!isnan(v) &&
                ek_trilinear(l->subject.head.skin_mm, l->subject.work.grid.n, moved) > clear_mm) {
                sum += (double)v;
                seen++;
            }
        }
        wrap[c] = seen > 0 ? (float)(sum / seen) : NAN;
    }
}

efface_status ef_look(float *const feature[EF_N_CUES], ef_affine *pose, const ef_look_plan *plan,
                      const ef_image *image, int threads, const char *name, efface_error *err)
{
    look l = {.plan = plan, .threads = threads};
    ef_affine surface_from_world, voxel_from_atlas;
    l.map = malloc(2 * EF_LOOK_VIEWS * PIXELS * sizeof *l.map);
    efface_status status = EFFACE_PASS;
    if (l.map == NULL)
        return ef_fail_memory(err, 2 * EF_LOOK_VIEWS * PIXELS * sizeof *l.map);
    l.flat = l.map + EF_LOOK_VIEWS * PIXELS;
    status = ef_work_build(&l.subject.work, image, EF_WORK_MM, threads, name, err);
    if (status == EFFACE_PASS)
        status = ef_segment(&l.subject.head, &l.subject.work, EF_AIR_MODE, threads, name, err);
    if (status == EFFACE_PASS)
        status = find_pose(&l, name, err);
    if (status == EFFACE_PASS)
        status = ef_surface_build(&l.surface, image, EF_WORK_MM, (double)NAN, threads, name, err);
    if (status == EFFACE_PASS && !ef_affine_invert(&surface_from_world, l.surface.grid.world_from_voxel))
        status = ef_fail(err, EFFACE_INPUT, "the grid is singular in '%s'", name);
    if (status == EFFACE_PASS) {
        voxel_from_atlas = ef_affine_mul(surface_from_world, l.world_from_atlas);
        status = look_at_heights(&l, feature, &voxel_from_atlas, err);
    }
    if (status == EFFACE_PASS)
        status = look_at_pictures(&l, feature[EF_CUE_SHADE], &voxel_from_atlas, err);
    if (status == EFFACE_PASS)
        look_at_voxels(&l, feature[EF_CUE_VOXELS], feature[EF_CUE_WRAP], image);
    if (pose != NULL)
        *pose = l.world_from_atlas;
    ef_work_release(&l.subject.work);
    ef_head_release(&l.subject.head);
    ef_surface_release(&l.surface);
    free(l.map);
    return status;
}
