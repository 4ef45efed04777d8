/* Lays out and draws the QC picture: a title line, a row of shaded views of the result, on request a row of
 * the original, and a row of slices with the run's numbers beside them. */
#include "view/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/grid.h"
#include "kernels/quantile.h"
#include "view/canvas.h"
#include "view/png.h"
#include "view/surface.h"

enum { CELL = 220, HEAD = 30, VIEWS = 5, WIDTH = CELL * VIEWS };
static const double surface_mm = 1.8; /* shows lips and eyelids; 1 mm would need six times the voxels */
static const double frame_mm = 12;    /* room around the head, because the box of a result lacks the nose */
static const ef_colour white = {235, 235, 235}, dim = {150, 150, 150}, red = {255, 60, 50},
                       green = {70, 220, 90}, amber = {255, 180, 40};

typedef struct drawing {
    const ef_picture *picture;
    ef_canvas canvas;
    double centre_mm[3], eyes_mm[3], pixel_mm;
    double dark, bright; /* of the slices */
} drawing;

static efface_status draw_views(drawing *d, const ef_surface *surface, int top, efface_error *err)
{
    static const struct {
        double azimuth_deg;
        const char *name;
    } views[VIEWS] = {{-90, "right"}, {-40, "right front"}, {0, "front"}, {40, "left front"}, {90, "left"}};
    float *depth = malloc(sizeof(float) * CELL * CELL);
    uint8_t *gray = malloc(CELL * CELL);
    efface_status status = EFFACE_PASS;
    if (depth == NULL || gray == NULL)
        status = ef_fail_memory(err, (sizeof(float) + 1) * CELL * CELL);
    for (int k = 0; k < VIEWS && status == EFFACE_PASS; k++) {
        ek_view view =
            ef_surface_view(surface, d->centre_mm, views[k].azimuth_deg, CELL, CELL, d->pixel_mm);
        ek_render_depth(depth, &view, surface->value, surface->grid.n, surface->iso, surface->occupied,
                        d->picture->threads);
        ek_render_shade(gray, depth, &view, surface->value, surface->grid.n, surface->iso,
                        surface->occupied, d->picture->threads);
        ef_canvas_gray(&d->canvas, k * CELL, top, gray, CELL, CELL);
        ef_canvas_text(&d->canvas, k * CELL + 6, top + CELL - 12, CELL, 1, dim, views[k].name);
    }
    free(depth);
    free(gray);
    return status;
}

/* Trilinear value of the first volume; NaN outside. */
static double value_at(const ef_image *image, const double at[3])
{
    int64_t low[3], n[3] = {image->grid.n[0], image->grid.n[1], image->grid.n[2]};
    double part[3], sum = 0;
    for (int a = 0; a < 3; a++) {
        if (!(at[a] >= -0.5 && at[a] <= (double)n[a] - 0.5))
            return (double)NAN;
        double inside = fmin(fmax(at[a], 0), (double)(n[a] - 1));
        low[a] = (int64_t)inside;
        part[a] = inside - (double)low[a];
    }
    for (int k = 0; k < 8; k++) {
        double weight = 1;
        int64_t i[3];
        for (int a = 0; a < 3; a++) {
            int up = k >> a & 1;
            weight *= up ? part[a] : 1 - part[a];
            i[a] = low[a] + up;
        }
        if (weight > 0)
            sum += weight * ef_image_value(image, ek_index(n, i[0], i[1], i[2]));
    }
    return sum;
}

/* Bit 0: mask, bit 1: brain, at the nearest voxel. */
static uint8_t labels_at(const ef_picture *p, const double at[3])
{
    const int64_t *n = p->image->grid.n;
    int64_t i[3];
    for (int a = 0; a < 3; a++) {
        i[a] = (int64_t)floor(at[a] + 0.5);
        if (i[a] < 0 || i[a] >= n[a])
            return 0;
    }
    int64_t index = ek_index(n, i[0], i[1], i[2]);
    return (uint8_t)((p->mask != NULL && p->mask[index] != 0) | (p->brain != NULL && p->brain[index] != 0)
                                                                    << 1);
}

static bool on_outline(const uint8_t *labels, int x, int y, uint8_t bit)
{
    if (!(labels[y * CELL + x] & bit))
        return false;
    return x == 0 || y == 0 || x == CELL - 1 || y == CELL - 1 || !(labels[y * CELL + x - 1] & bit) ||
           !(labels[y * CELL + x + 1] & bit) || !(labels[(y - 1) * CELL + x] & bit) ||
           !(labels[(y + 1) * CELL + x] & bit);
}

typedef struct slice {
    int right, down;            /* world axes of the picture; both point against the axis: to L, P or I */
    const char *name, *letters; /* at left, right, top, bottom */
} slice;

/* labels: scratch, CELL*CELL. */
static void draw_slice(drawing *d, const slice *cut, int left, int top, const ef_affine *voxel_from_world,
                       uint8_t *labels)
{
    for (int y = 0; y < CELL; y++) {
        for (int x = 0; x < CELL; x++) {
            double world[3] = {d->eyes_mm[0], d->eyes_mm[1], d->eyes_mm[2]}, at[3];
            world[cut->right] = d->centre_mm[cut->right] - (x + 0.5 - CELL / 2.0) * d->pixel_mm;
            world[cut->down] = d->centre_mm[cut->down] - (y + 0.5 - CELL / 2.0) * d->pixel_mm;
            ef_affine_apply(at, voxel_from_world, world);
            labels[y * CELL + x] = labels_at(d->picture, at);
            double value = value_at(d->picture->image, at);
            double level = (value - d->dark) / (d->bright - d->dark);
            uint8_t v = isnan(level) ? 0 : (uint8_t)(255 * fmin(fmax(level, 0), 1) + 0.5);
            ef_canvas_dot(&d->canvas, left + x, top + y, (ef_colour){v, v, v});
        }
    }
    for (int y = 0; y < CELL; y++) {
        for (int x = 0; x < CELL; x++) {
            if (on_outline(labels, x, y, 2))
                ef_canvas_dot(&d->canvas, left + x, top + y, green);
            if (on_outline(labels, x, y, 1))
                ef_canvas_dot(&d->canvas, left + x, top + y, red);
        }
    }
    const int where[4][2] = {
        {4, CELL / 2 - 3}, {CELL - 9, CELL / 2 - 3}, {CELL / 2 - 3, 4}, {CELL / 2 - 3, CELL - 12}};
    for (int k = 0; k < 4; k++)
        ef_canvas_text(&d->canvas, left + where[k][0], top + where[k][1], CELL, 1, amber,
                       (const char[2]){cut->letters[k], '\0'});
    ef_canvas_text(&d->canvas, left + 6, top + CELL - 12, CELL, 1, dim, cut->name);
}

/* Black and white of the slices: quantiles of the volume they show. False where memory was short. */
static bool grey_window(drawing *d)
{
    static const double q[2] = {0.02, 0.995};
    const ef_image *image = d->picture->image;
    double range[2];
    int64_t n_finite;
    if (!ek_sample_quantiles(range, q, 2, image->voxels, image->dtype, ef_grid_count(&image->grid), 100000,
                             image->slope, image->inter, &n_finite))
        return false;
    bool usable = range[1] > range[0];
    d->dark = usable ? range[0] : 0;
    d->bright = usable ? range[1] : 1;
    return true;
}

static efface_status draw_slices(drawing *d, int top, efface_error *err)
{
    static const slice slices[3] = {
        {1, 2, "sagittal", "APSI"}, {0, 1, "axial", "RLAP"}, {0, 2, "coronal", "RLSI"}};
    ef_affine voxel_from_world;
    if (!ef_affine_invert(&voxel_from_world, d->picture->image->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INPUT, "header's transform is singular in '%s'", d->picture->title);
    uint8_t *labels = malloc(CELL * CELL);
    if (labels == NULL || !grey_window(d)) {
        free(labels);
        return ef_fail_memory(err, CELL * CELL);
    }
    for (int k = 0; k < 3; k++)
        draw_slice(d, &slices[k], k * CELL, top, &voxel_from_world, labels);
    free(labels);
    return EFFACE_PASS;
}

static void draw_text(drawing *d, int slices_top)
{
    const ef_picture *p = d->picture;
    ef_colour colour = p->status == EFFACE_PASS ? green : p->status == EFFACE_REVIEW ? amber : red;
    const char *word = efface_status_name(p->status);
    int after = 8 + ((int)strlen(word) + 1) * EF_TEXT_ADVANCE * 2;
    char version[64];
    snprintf(version, sizeof version, "efface %s", efface_version());
    int version_width = (int)strlen(version) * EF_TEXT_ADVANCE;
    ef_canvas_text(&d->canvas, 8, 8, WIDTH, 2, colour, word);
    ef_canvas_text(&d->canvas, after, 8, WIDTH - after - version_width - 16, 2, white, p->title);
    ef_canvas_text(&d->canvas, WIDTH - version_width - 8, 12, version_width, 1, dim, version);

    int left = 3 * CELL + 16, y = slices_top + 6;
    for (int k = 0; k < p->n_lines && k < EF_PICTURE_LINES; k++, y += EF_TEXT_LINE)
        ef_canvas_text(&d->canvas, left, y, WIDTH - left - 8, 1, white, p->lines[k]);
    y = slices_top + CELL - 12;
    if (p->mask != NULL)
        ef_canvas_text(&d->canvas, left, y, 200, 1, red, "changed by efface");
    if (p->brain != NULL)
        ef_canvas_text(&d->canvas, left + 130, y, 200, 1, green, "brain, protected");
}

/* Where to look: the middle of the head, its eyes, and the scale that lets it fill a cell. */
static void aim(drawing *d, const ef_surface *surface)
{
    double extent = 0;
    for (int a = 0; a < 3; a++) {
        d->centre_mm[a] = 0.5 * (surface->low_mm[a] + surface->high_mm[a]);
        extent = fmax(extent, surface->high_mm[a] - surface->low_mm[a]);
    }
    d->pixel_mm = (extent + 2 * frame_mm) / CELL;
    /* Pupils lie about 112 mm below the vertex and 20 mm behind the glabella (NASA-STD-3000,
     * figure 3.3.1.3-1). */
    d->eyes_mm[0] = d->centre_mm[0];
    d->eyes_mm[1] =
        surface->high_mm[1] - 65; /* behind the eyeballs: orbits and frontal lobes in one slice */
    d->eyes_mm[2] = fmax(surface->high_mm[2] - 112, 0.7 * surface->low_mm[2] + 0.3 * surface->high_mm[2]);
    for (int a = 0; a < 3 && d->picture->eyes_mm != NULL; a++)
        d->eyes_mm[a] = d->picture->eyes_mm[a] - (a == 1 ? 25 : 0);
}

static efface_status draw(drawing *d, const ef_surface *result, const ef_surface *original,
                          efface_error *err)
{
    int originals_top = HEAD + CELL, slices_top = original != NULL ? originals_top + CELL : originals_top;
    size_t bytes = (size_t)WIDTH * (size_t)(slices_top + CELL) * 3;
    d->canvas = (ef_canvas){WIDTH, slices_top + CELL, calloc(bytes, 1)};
    if (d->canvas.rgb == NULL)
        return ef_fail_memory(err, bytes);
    aim(d, original != NULL ? original : result);
    efface_status status = draw_views(d, result, HEAD, err);
    if (status == EFFACE_PASS && original != NULL) {
        status = draw_views(d, original, originals_top, err);
        ef_canvas_text(&d->canvas, 6, originals_top + 4, WIDTH, 1, red,
                       "ORIGINAL: THIS ROW SHOWS THE FACE");
    }
    if (status == EFFACE_PASS)
        status = draw_slices(d, slices_top, err);
    if (status == EFFACE_PASS)
        draw_text(d, slices_top);
    return status;
}

efface_status ef_picture_png(uint8_t **png, size_t *n_bytes, const ef_picture *picture, efface_error *err)
{
    drawing d = {.picture = picture};
    ef_surface result = {0}, original = {0};
    *png = NULL;
    *n_bytes = 0;
    efface_status status = ef_surface_build(&result, picture->image, surface_mm, picture->threshold,
                                            picture->threads, picture->title, err);
    if (status == EFFACE_PASS && picture->original != NULL)
        status = ef_surface_build(&original, picture->original, surface_mm, (double)result.iso,
                                  picture->threads, picture->title, err);
    if (status == EFFACE_PASS)
        status = draw(&d, &result, picture->original != NULL ? &original : NULL, err);
    if (status == EFFACE_PASS)
        status = ef_png_encode(png, n_bytes, d.canvas.rgb, d.canvas.width, d.canvas.height, err);
    ef_surface_release(&result);
    ef_surface_release(&original);
    free(d.canvas.rgb);
    return status;
}
