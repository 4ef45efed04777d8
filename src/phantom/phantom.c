/* Assembles a phantom: the person, the pose, the grid, the painted organs, the scanner's field and noise,
 * and the order of the stored axes. */
#include "phantom/phantom.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/blocks.h"
#include "kernels/grid.h"
#include "kernels/receive.h"
#include "kernels/reorient.h"
#include "kernels/rng.h"
#include "phantom/anatomy.h"
#include "phantom/condition.h"
#include "phantom/mr.h"

#define DEGREE (EK_PI / 180)
/* Stored value of white matter; it leaves room in int16 for fat in T1 and fluid in T2. */
#define WHITE_STORED 500.0

/* Reads which of R, A, S each stored axis follows, and whether it is reversed. */
static bool parse_orientation(int axis[3], bool reverse[3], const char code[4])
{
    static const char toward[] = "RAS", against[] = "LPI";
    int seen = 0;
    for (int a = 0; a < 3; a++) {
        const char *p = code[a] ? strchr(toward, code[a]) : NULL,
                   *m = code[a] ? strchr(against, code[a]) : NULL;
        if (!p && !m)
            return false;
        axis[a] = (int)(p ? p - toward : m - against);
        reverse[a] = p == NULL;
        seen |= 1 << axis[a];
    }
    return seen == 7 && code[3] == '\0';
}

static efface_status check(const ef_phantom_options *o, efface_error *err)
{
    int axis[3];
    bool reverse[3];
    if (!parse_orientation(axis, reverse, o->orientation))
        return ef_fail(err, EFFACE_USAGE, "expected an orientation such as RAS or PIL, got '%.3s'",
                       o->orientation);
    for (int a = 0; a < 3; a++) {
        if (!(o->voxel_mm[a] >= 0.3 && o->voxel_mm[a] <= 10.0))
            return ef_fail(err, EFFACE_USAGE, "voxel size out of 0.3 to 10 mm: %g", o->voxel_mm[a]);
        if (!isfinite(o->oblique_deg[a]) || !isfinite(o->rotate_deg[a]) || !isfinite(o->shift_mm[a]))
            return ef_fail(err, EFFACE_USAGE, "pose or oblique angle is not a finite number");
    }
    if (!(o->noise_percent >= 0.0 && o->noise_percent <= 100.0))
        return ef_fail(err, EFFACE_USAGE, "noise out of 0 to 100: %g", o->noise_percent);
    if (!(o->bias_percent >= 0.0 && o->bias_percent <= 90.0))
        return ef_fail(err, EFFACE_USAGE, "bias out of 0 to 90 %%: %g", o->bias_percent);
    if (!(o->neck_mm >= 0.0 && o->neck_mm <= 150.0))
        return ef_fail(err, EFFACE_USAGE, "neck out of 0 to 150 mm: %g", o->neck_mm);
    if (!(o->size >= 0.5 && o->size <= 1.5))
        return ef_fail(err, EFFACE_USAGE, "size out of 0.5 to 1.5: %g", o->size);
    if (!(o->age_years >= 0.0 && o->age_years <= 120.0))
        return ef_fail(err, EFFACE_USAGE, "age out of 0 to 120 years: %g", o->age_years);
    if (o->contrast >= EF_N_CONTRASTS || o->fov >= EF_N_FOVS)
        return ef_fail(err, EFFACE_USAGE, "unknown contrast or field of view");
    if (o->dtype != EK_INT16 && o->dtype != EK_FLOAT32 && (o->dtype != EK_UINT8 || o->contrast == EF_CT))
        return ef_fail(err, EFFACE_USAGE, "the phantom is stored as int16 or float32, MR also as uint8");
    return ef_condition_check(o, err);
}

/* Returns Rz(yaw) Ry(roll) Rx(pitch) of angles in degrees. */
static ef_affine rotation(const double deg[3])
{
    double cx = cos(deg[0] * DEGREE), sx = sin(deg[0] * DEGREE), cy = cos(deg[1] * DEGREE),
           sy = sin(deg[1] * DEGREE);
    double cz = cos(deg[2] * DEGREE), sz = sin(deg[2] * DEGREE);
    return (ef_affine){{{cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx, 0},
                        {sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx, 0},
                        {-sy, cy * sx, cy * cx, 0}}};
}

static ef_affine pose(const ef_phantom_options *o)
{
    double deg[3], shift[3];
    static const double sd_deg[3] = {5, 3, 3}, sd_mm = 4;
    for (int a = 0; a < 3; a++) {
        double draw = o->draw_pose ? 1.0 : 0.0;
        deg[a] = o->rotate_deg[a] + draw * sd_deg[a] * ek_normal(o->scan, 100 + (uint64_t)a);
        shift[a] = o->shift_mm[a] + draw * sd_mm * ek_normal(o->scan, 200 + (uint64_t)a);
    }
    ef_affine world_from_head = rotation(deg);
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 3; c++)
            world_from_head.m[r][c] *= o->size;
        world_from_head.m[r][3] = shift[r];
    }
    return world_from_head;
}

/* Sets the part of the head in view: a box in H. */
static void view_box(double lo[3], double hi[3], const ef_phantom_options *o, const ef_phantom *out)
{
    const double(*l)[3] = out->landmark_mm; /* still in H here */
    double half = 0.5 * out->identity.mm[EF_HEAD_BREADTH] + 22.0;
    lo[0] = -half;
    hi[0] = half;
    lo[1] = l[EF_OPISTHOCRANION][1] - 12.0;
    hi[1] = l[EF_PRONASALE][1] + 16.0;
    lo[2] = l[EF_MENTON][2] - fmax(8.0, o->neck_mm);
    hi[2] = l[EF_VERTEX][2] + 12.0;
    if (o->fov == EF_FOV_NOCHIN || o->fov == EF_FOV_TIGHT)
        lo[2] = l[o->fov == EF_FOV_TIGHT ? EF_STOMION : EF_SUBNASALE][2] - 6.0;
    if (o->fov == EF_FOV_NOVERTEX)
        hi[2] = l[EF_VERTEX][2] - 35.0;
    if (o->fov == EF_FOV_TIGHT) {
        lo[0] = -0.5 * out->identity.mm[EF_HEAD_BREADTH] - 3.0;
        hi[0] = -lo[0];
        lo[1] = l[EF_OPISTHOCRANION][1] - 4.0;
        hi[1] = l[EF_PRONASALE][1] - 5.0;
        hi[2] = l[EF_VERTEX][2] + 4.0;
    }
    ef_condition_view(lo, hi, o->conditions, l);
}

/* Sets the RAS-ordered grid that holds the view; its axes are rotated by the oblique angles. */
static efface_status lay_grid(ef_grid *grid, const ef_phantom_options *o, const ef_phantom *out,
                              efface_error *err)
{
    double lo[3], hi[3], least[3] = {INFINITY, INFINITY, INFINITY},
                         most[3] = {-INFINITY, -INFINITY, -INFINITY};
    view_box(lo, hi, o, out);
    ef_affine world_from_grid = rotation(o->oblique_deg), grid_from_world;
    if (!ef_affine_invert(&grid_from_world, world_from_grid))
        return ef_fail(err, EFFACE_USAGE, "the oblique angles give no rotation");
    for (int corner = 0; corner < 8; corner++) {
        double p[3];
        for (int a = 0; a < 3; a++)
            p[a] = corner >> a & 1 ? hi[a] : lo[a];
        ef_affine_apply(p, &out->world_from_head, p);
        ef_affine_apply(p, &grid_from_world, p);
        for (int a = 0; a < 3; a++) {
            least[a] = fmin(least[a], p[a]);
            most[a] = fmax(most[a], p[a]);
        }
    }
    double first[3];
    for (int a = 0; a < 3; a++) {
        grid->n[a] = (int64_t)ceil((most[a] - least[a]) / o->voxel_mm[a]);
        first[a] = 0.5 * (least[a] + most[a] - (double)(grid->n[a] - 1) * o->voxel_mm[a]);
    }
    if (ef_grid_count(grid) > INT32_MAX)
        return ef_fail(err, EFFACE_USAGE, "voxels of %g x %g x %g mm make the grid too large",
                       o->voxel_mm[0], o->voxel_mm[1], o->voxel_mm[2]);
    ef_affine_apply(first, &world_from_grid, first);
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 3; c++)
            grid->world_from_voxel.m[r][c] = world_from_grid.m[r][c] * o->voxel_mm[c];
        grid->world_from_voxel.m[r][3] = first[r];
    }
    return EFFACE_PASS;
}

typedef struct job {
    ef_anatomy anatomy;
    ef_plate canvas;
} job;

static void paint(const void *context, const int64_t lo[3], const int64_t hi[3])
{
    const job *j = context;
    ef_anatomy_paint(&j->anatomy, &j->canvas, lo, hi);
}

static efface_status rasterise(job *j, ef_phantom *out, const ef_phantom_options *o, int threads,
                               efface_error *err)
{
    const ef_grid *grid = &out->image.grid;
    size_t n = (size_t)ef_grid_count(grid);
    ef_plate *c = &j->canvas;
    ef_affine head_from_world;
    if (!ef_affine_invert(&head_from_world, out->world_from_head))
        return ef_fail(err, EFFACE_INTERNAL, "the pose can't be inverted");
    c->head_from_voxel = ef_affine_mul(head_from_world, grid->world_from_voxel);
    memcpy(c->n, grid->n, sizeof c->n);
    c->soft_mm = cbrt(o->voxel_mm[0] * o->voxel_mm[1] * o->voxel_mm[2]) / o->size;
    ef_contrast_signals(c->signal, o->contrast);
    out->tissue = calloc(n, 1);
    out->brain = calloc(n, 1);
    out->part = calloc(n, 1);
    c->image = calloc(n, sizeof *c->image);
    if (!out->tissue || !out->brain || !out->part || !c->image)
        return ef_fail_memory(err, n * 7);
    c->tissue = out->tissue;
    c->brain = out->brain;
    c->part = out->part;
    ek_blocks(grid->n, paint, j, threads);
    const ef_phantom *laid = out;
    ef_condition_paint(c, &j->anatomy.shape, o, laid->landmark_mm, threads);
    return EFFACE_PASS;
}

/* Models the scanner: field and noise are applied to the painted signal. */
static efface_status receive(float *image, ef_phantom *out, const ef_phantom_options *o, int threads,
                             efface_error *err)
{
    const int64_t *n = out->image.grid.n;
    bool ct = o->contrast == EF_CT;
    size_t rows = (size_t)(n[0] + n[1] + n[2]);
    float *tables = malloc(2 * rows * sizeof *tables);
    if (!tables)
        return ef_fail_memory(err, 2 * rows * sizeof *tables);
    ek_field field = {{NULL, NULL, NULL}, {NULL, NULL, NULL}};
    if (!ct && o->bias_percent > 0.0) {
        ef_receive_tables(tables, tables + rows, n, 0.01 * o->bias_percent, o->scan);
        int64_t at = 0;
        for (int a = 0; a < 3; at += n[a++]) {
            field.sum[a] = tables + at;
            field.product[a] = tables + (int64_t)rows + at;
        }
    }
    double sigma = ct ? o->noise_percent : 0.01 * o->noise_percent;
    ek_receive(image, n, &field, (float)sigma, !ct, ek_hash64(o->scan, 0x6e6f697365), threads);
    free(tables);
    return EFFACE_PASS;
}

typedef int16_t __attribute__((may_alias)) stored_i16;

/* Least noise of air, HU: noise never reaches this value, and lower values are padding. */
static const float least_noise_hu = -2000;

/* Converts the float signal to stored values in the same memory. It is safe: no stored element lies behind
 * the signal that it comes from. */
static void quantise(float *image, int64_t n, ek_dtype dtype, float scale)
{
    float lo = dtype == EK_UINT8 ? 0.0F : -1024.0F, hi = dtype == EK_UINT8 ? 255.0F : 32767.0F;
    uint8_t *bytes = (uint8_t *)image;
    stored_i16 *shorts = (stored_i16 *)image;
    for (int64_t i = 0; i < n; i++) {
        float v = image[i] * scale;
        if (dtype == EK_FLOAT32)
            image[i] = v;
        else if (dtype == EK_UINT8)
            bytes[i] = (uint8_t)(clampf(v, lo, hi) + 0.5F);
        else
            shorts[i] = v < least_noise_hu ? (int16_t)EF_CONDITION_PADDING_HU
                                           : (int16_t)floorf(clampf(v, lo, hi) + 0.5F);
    }
}

/* Replaces one owned array by its reordered copy. */
static efface_status turn(void **array, size_t size, const int64_t n[3], const char code[4], int threads,
                          efface_error *err)
{
    int axis[3];
    bool reverse[3];
    size_t bytes = (size_t)(n[0] * n[1] * n[2]) * size;
    if (strcmp(code, "RAS") == 0 || !parse_orientation(axis, reverse, code))
        return EFFACE_PASS;
    void *turned = malloc(bytes);
    if (!turned)
        return ef_fail_memory(err, bytes);
    ek_reorient(turned, *array, size, n, axis, reverse, threads);
    free(*array);
    *array = turned;
    return EFFACE_PASS;
}

static void turn_grid(ef_grid *grid, const char code[4])
{
    int axis[3];
    bool reverse[3];
    ef_grid from = *grid;
    if (!parse_orientation(axis, reverse, code))
        return;
    for (int a = 0; a < 3; a++) {
        grid->n[a] = from.n[axis[a]];
        for (int r = 0; r < 3; r++) {
            double step = from.world_from_voxel.m[r][axis[a]];
            grid->world_from_voxel.m[r][a] = reverse[a] ? -step : step;
            if (reverse[a])
                grid->world_from_voxel.m[r][3] += step * (double)(from.n[axis[a]] - 1);
        }
    }
}

/* Takes ownership of the float image, which becomes the stored voxels. */
static efface_status store(ef_phantom *out, float *image, const ef_phantom_options *o, const float *signal,
                           int threads, efface_error *err)
{
    ef_image *im = &out->image;
    size_t n = (size_t)ef_grid_count(&im->grid), size = ek_dtype_size(o->dtype);
    double scale = WHITE_STORED;
    if (o->contrast == EF_CT)
        scale = 1.0;
    else if (o->dtype == EK_UINT8) {
        float most = 0.0F;
        for (int t = 0; t < EF_TISSUE_COUNT; t++)
            most = fmaxf(most, signal[t]);
        scale = 230.0 / (double)most;
    }
    out->white = scale * (double)signal[EF_TISSUE_WHITE];
    out->sigma = o->contrast == EF_CT ? o->noise_percent : 0.01 * o->noise_percent * out->white;
    im->n_volumes = 1;
    im->dtype = o->dtype;
    im->slope = 1.0;
    im->n_bytes = n * size;
    im->has_geometry = true;
    quantise(image, (int64_t)n, o->dtype, (float)scale);
    im->voxels = realloc(image, im->n_bytes);
    if (!im->voxels)
        im->voxels = image; /* a shrink that failed left the larger block */
    void *labels[3] = {out->tissue, out->brain, out->part};
    efface_status status = turn(&im->voxels, size, im->grid.n, o->orientation, threads, err);
    for (int i = 0; i < 3 && status == EFFACE_PASS; i++)
        status = turn(&labels[i], 1, im->grid.n, o->orientation, threads, err);
    out->tissue = labels[0];
    out->brain = labels[1];
    out->part = labels[2];
    turn_grid(&im->grid, o->orientation);
    return status;
}

efface_status ef_phantom_make(ef_phantom *out, const ef_phantom_options *o, int threads, efface_error *err)
{
    *out = (ef_phantom){.white = 0};
    efface_status status = check(o, err);
    if (status != EFFACE_PASS)
        return status;
    job j = {.canvas = {.image = NULL}};
    ef_identity_draw(&out->identity, o->seed, o->head == 0 ? o->seed : o->head);
    ef_identity_age(&out->identity, o->age_years);
    /* The neck continues below the view, so that a tilted view does not show its end. */
    ef_anatomy_init(&j.anatomy, &out->identity, o->neck_mm + 100.0);
    j.anatomy.atrophy = o->conditions & EFFACE_CONDITION_ATROPHY ? 1.0F : 0.0F;
    ef_shape_landmarks(out->landmark_mm, &j.anatomy.shape);
    out->world_from_head = pose(o);
    threads = threads < 1 ? 1 : threads;
    status = lay_grid(&out->image.grid, o, out, err);
    if (status == EFFACE_PASS)
        status = rasterise(&j, out, o, threads, err);
    if (status == EFFACE_PASS)
        status = receive(j.canvas.image, out, o, threads, err);
    if (status == EFFACE_PASS)
        status = store(out, j.canvas.image, o, j.canvas.signal, threads, err);
    for (int l = 0; l < EF_N_LANDMARKS; l++)
        ef_affine_apply(out->landmark_mm[l], &out->world_from_head, out->landmark_mm[l]);
    if (out->image.voxels == NULL)
        free(j.canvas.image);
    if (status != EFFACE_PASS)
        ef_phantom_release(out);
    return status;
}

void ef_phantom_release(ef_phantom *phantom)
{
    ef_image_release(&phantom->image);
    free(phantom->tissue);
    free(phantom->brain);
    free(phantom->part);
    memset(phantom, 0, sizeof *phantom);
}
