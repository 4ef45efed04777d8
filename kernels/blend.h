/* A new face drawn into stored voxels: tissue behind a surface, air before it, with noise. */
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
    double clear_mm; /* a voxel whose cell lies farther than this before the surface is air at once: edge_mm
                        and more than the surface can come nearer within a cell */
    double noise;    /* standard deviation in tissue */
    double scale;    /* of tissue above `air`: the volume's share of the mean volume's signal */
    double air;      /* level that tissue is scaled from */
    double least;    /* values below are mirrored at it, as a magnitude's are at 0 */
    const float *table;  /* air by the noise field's entry (noise.h), EK_NOISE_TABLE values */
    double slope, inter; /* value = stored * slope + inter */
} ek_face;

/* Draws a box of voxels: (1 - c) air + c (tissue + noise), c the part of the voxel behind the surface,
 * 1/2 - surface_mm / edge_mm between 0 and 1. Rounded and clamped to the type's range.
 *
 * stored       out, [n[2]][n[1]][n[0]], one volume; what was there has no say
 *
 * mask         nonzero: draw
 *
 * field        noise of the box (ek_noise_box); begin, size as there */
void ek_blend_face(void *stored, ek_dtype type, const uint8_t *mask, const int64_t n[3], const float *field,
                   const int64_t begin[3], const int64_t size[3], const ek_face *face, int threads);

#endif
