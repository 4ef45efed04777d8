/* An image as stored: the voxels' own bytes and type, where they lie, and the header they came with.
 * Nothing here knows a file format; io/read.h and io/write.h do. */
#ifndef EF_IMAGE_H
#define EF_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/grid.h"
#include "efface.h"
#include "kernels/dtype.h"

typedef struct ef_image {
    ef_grid grid;      /* n[3], world_from_voxel; RAS mm */
    int64_t n_volumes; /* product of dimensions 4 to 7; 1 for a 3-D image */
    ek_dtype dtype;
    double slope, inter; /* value = stored * slope + inter; slope is never 0 here */
    void *voxels;        /* owned: n_volumes * n[2]*n[1]*n[0] elements, native byte order, bits as stored */
    size_t n_bytes;      /* of voxels */
    void *header;        /* owned: one block that io's NIfTI files make and read; NULL: made in memory */
    size_t n_header;     /* bytes of header */
    bool has_geometry;   /* the header had a usable sform or qform. Else the grid is a guess, as nibabel's:
                          * spacing from pixdim, axes L, A, S, origin at the centre */
    bool forms_disagree; /* both forms are there and place a corner more than 1 mm apart or order the axes
                          * differently; the grid follows the sform */
    bool sizes_differ;   /* both forms are there, and their voxels differ in size */
    ef_affine other_form; /* where sizes_differ: the qform, in mm */
    bool labels;          /* the header says that values are labels: NIfTI's intent 1002 */
    bool uncompressed;    /* it came from a file that holds the voxels as they are */
    uint8_t *kept;        /* owned: what a file of another format than NIfTI held beside the voxels, private
                          * to the file that reads and writes that format; NULL for nothing */
    size_t n_kept;        /* bytes of kept */
    const char *note;     /* static string: what had to be assumed to read the header; NULL for nothing */
} ef_image;

/* Frees what the image owns and zeroes it; a zeroed image may be released again. */
void ef_image_release(ef_image *image);

/* Deep copy of voxels, header and what else is kept.
 * copy  overwritten, the caller releases it; zeroed on failure
 * from  read only
 * Errors: EFFACE_INTERNAL where memory is short. */
efface_status ef_image_copy(ef_image *copy, const ef_image *from, efface_error *err)
    __attribute__((warn_unused_result));

/* Value of one stored element, with slope and inter applied. 64-bit integers beyond 2^53 are rounded.
 * index  from 0 to n_volumes * ef_grid_count - 1 */
double ef_image_value(const ef_image *image, int64_t index);

/* Reverses the bytes of each of n elements.
 * to    out, n * size bytes; may be `from`
 * from  n * size bytes
 * size  1, 2, 4 or 8 */
void ef_swap_bytes(void *to, const void *from, size_t n, size_t size);

#endif
