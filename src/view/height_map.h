/* Height maps of a head's surface.
 *
 * Coordinates of a map, beside the spaces of grid.h: u runs to the right of the picture, v up, h towards
 * the eye, all in mm from a point in the middle of the head. From the front u is L, v is S, h is A; from
 * the left u is P and h is L; from the right u is A and h is R. A map is EF_MAP_V rows of EF_MAP_U heights,
 * from the top, EF_MAP_MM apart; NaN where there is no surface. */
#ifndef EF_HEIGHT_MAP_H
#define EF_HEIGHT_MAP_H

#include <stdbool.h>

#include "base/image.h"
#include "view/surface.h"

enum {
    EF_MAP_U = 150,
    EF_MAP_V = 176,
    EF_MAP_PIXELS = EF_MAP_U * EF_MAP_V
}; /* 225 x 264 mm: vertex to chin */
#define EF_MAP_MM     1.5
#define EF_MAP_RAY_MM 200.0 /* ef_surface_view's rays begin this far in front of its point */

typedef struct ef_map_box {
    int column[2], row[2]; /* first and one past the last, inside the map */
} ef_map_box;

/* Coordinates of a pixel's centre. */
double ef_map_u(int column);
double ef_map_v(int row);

/* The pixels whose centres lie between these coordinates. */
ef_map_box ef_map_box_of(double u0, double u1, double v0, double v1);

/* height  out, EF_MAP_PIXELS; at_mm is the world point of u = v = h = 0, the azimuth that of
 * ef_surface_view */
void ef_map_make(float *height, const ef_surface *surface, const double at_mm[3], double azimuth_deg,
                 int threads);

/* Raises the map of a defaced image to the inner end of what changed, where that lies in front of it: the
 * first 3 mm of unchanged voxels behind the old surface. after     in and out; before: the map of the
 * original surface   any with the grid that at_mm and azimuth were used with changed   on the grid of
 * original, nonzero where a voxel changed */
void ef_map_raise_to_cut(float *after, const float *before, const ef_surface *surface,
                         const ef_image *original, const uint8_t *changed, const double at_mm[3],
                         double azimuth_deg);

/* Replaces a map by its band between two wavelengths: a difference of Gaussians that each let half of a
 * wavelength's power pass, exp(-(2 pi s / w)^2) = 1/2, over the valid pixels only. scratch  two maps False,
 * map undefined, where memory was short. */
bool ef_map_band(float *map, float *scratch, double short_mm, double long_mm, int threads);

/* Heights above floor_mm at the pixels of the box where `where` is not NaN, less the quadric (in u and v)
 * that fits them best; NaN elsewhere. Plain heights where a quadric can't be fitted (fewer than six
 * pixels). */
void ef_map_above_quadric(float *relief, const float *height, const float *where, const ef_map_box *b,
                          double floor_mm);

/* Distance in mm from the point of one map at (column, row), which must not be NaN, to the nearest point of
 * another; 60 where that is farther. By growing rings of pixels, until a ring is farther than the best. */
double ef_map_nearest(const float *from, const float *to, int column, int row);

#endif
