/* Height maps of a head's surface.
 *
 * Coordinates of a map, beside the spaces of grid.h: u runs to the right of the picture, v up, h towards
 * the eye. All are in mm from a point in the middle of the head. From the front u is L, v is S, h is A;
 * from the left u is P and h is L; from the right u is A and h is R. A map is EF_MAP_V rows of EF_MAP_U
 * heights, from the top, EF_MAP_MM apart; NaN where there is no surface. */
#ifndef EF_HEIGHT_MAP_H
#define EF_HEIGHT_MAP_H

#include <stdbool.h>

#include "base/image.h"
#include "view/surface.h"

/* 225 x 264 mm: from vertex to chin. */
enum { EF_MAP_U = 150, EF_MAP_V = 176, EF_MAP_PIXELS = EF_MAP_U * EF_MAP_V };
#define EF_MAP_MM     1.5   /* distance between pixels */
#define EF_MAP_RAY_MM 200.0 /* the rays of ef_surface_view begin this far in front of its point */

typedef struct ef_map_box {
    int column[2], row[2]; /* first and one past the last, inside the map */
} ef_map_box;

/* Coordinates of a pixel's centre, mm. */
double ef_map_u(int column);
double ef_map_v(int row);

/* The pixels whose centres lie between these coordinates, mm. */
ef_map_box ef_map_box_of(double u0, double u1, double v0, double v1);

/* Makes the height map of a surface.
 * height       out, EF_MAP_PIXELS
 * at_mm        world point of u = v = h = 0
 * azimuth_deg  as for ef_surface_view */
void ef_map_make(float *height, const ef_surface *surface, const double at_mm[3], double azimuth_deg,
                 int threads);

/* Marks the pixels under whose surface a voxel changed, 2 mm deep.
 * out          out, EF_MAP_PIXELS: 1 there
 * height       the map
 * surface      any with the grid that at_mm and azimuth_deg were used with
 * image        an image of the same world
 * changed      on the grid of image, nonzero where a voxel changed
 * at_mm        as the map was made with
 * azimuth_deg  as the map was made with */
void ef_map_changed(uint8_t *out, const float *height, const ef_surface *surface, const ef_image *image,
                    const uint8_t *changed, const double at_mm[3], double azimuth_deg);

/* Raises the map of a defaced image to the inner end of what changed, where that end lies in front of the
 * map. The end is the first 3 mm of unchanged voxels behind the old surface.
 * after        in and out: map of the defaced image
 * before       map of the original surface
 * surface      any with the grid that at_mm and azimuth_deg were used with
 * original     the original image
 * changed      on the grid of original, nonzero where a voxel changed
 * at_mm        as both maps were made with
 * azimuth_deg  as both maps were made with */
void ef_map_raise_to_cut(float *after, const float *before, const ef_surface *surface,
                         const ef_image *original, const uint8_t *changed, const double at_mm[3],
                         double azimuth_deg);

/* Replaces a map by its band between two wavelengths, over the valid pixels only. The band is the
 * difference of two Gaussians. Each lets half of the power of its wavelength pass: exp(-(2 pi s / w)^2) =
 * 1/2.
 * map       in and out
 * scratch   two maps
 * short_mm  the shorter wavelength
 * long_mm   the longer wavelength
 * Returns false, and the map is undefined, where memory was short. */
bool ef_map_band(float *map, float *scratch, double short_mm, double long_mm, int threads);

/* Heights without the quadric (in u and v) that fits them best. Where a quadric can't be fitted (fewer than
 * six pixels), the plain heights.
 * relief    out; NaN where the height does not count
 * height    the map
 * where     a map: pixels count where it is not NaN
 * b         the box: pixels count inside it
 * floor_mm  heights count above it */
void ef_map_above_quadric(float *relief, const float *height, const float *where, const ef_map_box *b,
                          double floor_mm);

/* Distance from a point of one map to the nearest point of another, in mm; 60 where it is farther. Rings of
 * pixels are searched outwards, until a ring is farther than the best point.
 * from         the map of the point
 * to           the other map
 * column, row  of the point, whose height must not be NaN */
double ef_map_nearest(const float *from, const float *to, int column, int row);

#endif
