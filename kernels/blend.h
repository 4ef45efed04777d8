/* A new face drawn into stored voxels: tissue behind a surface, air in front of it, with noise. */
#ifndef EK_BLEND_H
#define EK_BLEND_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/dtype.h"

/* What one cell of the face's grid says. */
typedef struct ek_face_cell {
    float surface_mm; /* signed distance to the new skin, negative inside */
    float tissue;     /* value of what lies behind it */
} ek_face_cell;

typedef struct ek_face {
    const ek_face_cell *cell; /* borrowed, [n[2]][n[1]][n[0]]; beyond the grid its nearest cell counts */
    int64_t n[3];
    double cell_from_voxel[3][4];
    double edge_mm;  /* over this distance tissue passes into air */
    double clear_mm; /* a voxel whose cell lies farther than this in front of the surface is air, unsampled:
                      * edge_mm plus the most that the surface comes nearer within a cell */
    double noise;    /* standard deviation in tissue */
    double scale;    /* of tissue above `air`: the volume's signal over the mean volume's */
    double air;      /* level that tissue is scaled from */
    double least;    /* values below are mirrored at it, as a magnitude's are at 0 */
    const float *table;  /* air by the noise field's entry (noise.h), EK_NOISE_TABLE values */
    double slope, inter; /* value = stored * slope + inter */
} ek_face;

/* Draws a box of voxels: (1 - c) air + c (tissue + noise), where c is the part of the voxel behind the
 * surface, 1/2 - surface_mm / edge_mm between 0 and 1. Values are rounded and clamped to the type's range.
 * stored       out, [n[2]][n[1]][n[0]] elements of `type`, one volume; what was there does not matter
 * mask         the same shape; nonzero: draw
 * field        noise of the box, from ek_noise_box
 * begin, size  the box, as for ek_noise_box
 * face         surface, tissue and air
 * threads      number of OpenMP threads */
void ek_blend_face(void *stored, ek_dtype type, const uint8_t *mask, const int64_t n[3], const float *field,
                   const int64_t begin[3], const int64_t size[3], const ek_face *face, int threads);

#endif
