/* Ray casting of an isosurface: depth maps, and shaded pictures of a head.
 *
 * Orthographic: camera coordinates are millimetres, x to the right of the picture, y down, depth away
 * from the eye; the centre of pixel (column, row) is x = (column + 0.5) * pixel_mm, y = (row + 0.5) *
 * pixel_mm. A ray starts at depth 0 and ends at depth_mm. */
#ifndef EK_RENDER_H
#define EK_RENDER_H

#include <stdint.h>

typedef struct ek_view {
    int width, height;
    double pixel_mm;
    double depth_mm;                /* length of the rays */
    double voxel_from_camera[3][4]; /* camera mm to voxel index of the volume */
} ek_view;

enum { EK_RENDER_BRICK = 4 }; /* voxels; small enough to hug the skin, large enough to cross air fast */

/* Number of bytes that ek_render_bricks writes. */
int64_t ek_render_bricks_count(const int64_t n[3]);

/* Marks the bricks of EK_RENDER_BRICK^3 cells in which the surface may lie, so that rays skip empty space.
 * occupied  out, ek_render_bricks_count(n) bytes, 1 where any voxel of the brick's cells is >= iso
 * volume    n[0]*n[1]*n[2], x fastest; NaN counts as below iso
 * iso       value of the surface
 * threads   number of OpenMP threads */
void ek_render_bricks(uint8_t *occupied, const float *volume, const int64_t n[3], float iso, int threads);

/* Depth of the first point along each ray where the trilinearly interpolated volume reaches iso.
 * depth_mm  out, height*width, row by row; NaN where the ray meets no surface. To 0.02 of the step, which
 *           is half the smallest voxel edge
 * view      the camera
 * volume    n[0]*n[1]*n[2]; NaN is air. Outside of the outermost voxel centres there is nothing: pad the
 *           volume with a layer of air to close a cut head
 * iso       value of the surface
 * occupied  from ek_render_bricks for the same volume and iso
 * threads   number of OpenMP threads */
void ek_render_depth(float *depth_mm, const ek_view *view, const float *volume, const int64_t n[3],
                     float iso, const uint8_t *occupied, int threads);

/* A shaded picture of the surface. A hit's grey is
 *   255 * (0.06 + 0.40 * max(0, N.H) + 0.54 * max(0, N.S)) * (1 - 0.3 * depth / view->depth_mm) with N the
 * unit normal (central differences of one voxel), H towards the eye, S a light from the upper left, (-0.55,
 * -0.60, -0.58) in camera coordinates; a miss is 0. Pixels on a silhouette (a neighbour's depth missing or
 * more than 3 pixels away) are the mean of four rays.
 * gray      out, height*width
 * depth_mm  in, from ek_render_depth with the same arguments */
void ek_render_shade(uint8_t *gray, const float *depth_mm, const ek_view *view, const float *volume,
                     const int64_t n[3], float iso, const uint8_t *occupied, int threads);

#endif
