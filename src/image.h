/* An image as stored: the voxels' own bytes and type, where they lie, and the header they came with.
 * Nothing here knows a file format; read.h and write.h do. */
#ifndef EF_IMAGE_H
#define EF_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "dtype.h"
#include "efface.h"
#include "grid.h"

typedef struct ef_header ef_header; /* the file's own header bytes, private to nifti.c */

typedef struct ef_image {
    ef_grid grid;      /* n[3], world_from_voxel; RAS mm */
    int64_t n_volumes; /* product of dimensions 4 to 7; 1 for a 3-D image */
    ek_dtype dtype;
    double slope, inter; /* value = stored * slope + inter; slope is never 0 here */
    void *voxels;        /* owned: n_volumes * n[2]*n[1]*n[0] elements, native byte order, bits as stored */
    size_t n_bytes;      /* of voxels */
    ef_header *header;   /* owned; NULL for an image made in memory */
    bool has_geometry;   /* the header had a usable sform or qform; else grid is pixdim on LAS-less axes */
} ef_image;

/* Frees what the image owns and zeroes it; a zeroed image may be released again. */
void ef_image_release(ef_image *image);

#endif
