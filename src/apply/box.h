/* Box: the work cells around the mask, on which a new face is made. */
#ifndef EF_BOX_H
#define EF_BOX_H

#include "head/work.h"

typedef struct ef_face_box {
    int64_t n[3], count;       /* cells; count 0: there is none */
    int64_t origin[3];         /* index of its first cell in the work volume */
    double mm;                 /* edge of a cell */
    ef_affine cell_from_voxel; /* from the image's voxels to the box's cells */
} ef_face_box;

/* Places a box.
 * box       out; count is 0 where low lies beyond high
 * work      in: its grid and transforms
 * low       least index in the work volume, along each axis
 * high      greatest index
 * room_mm   margin around both */
void ef_face_box_place(ef_face_box *box, const ef_work *work, const double low[3], const double high[3],
                       double room_mm);

/* Returns the index of cell i of the box in the work volume.
 * box     in
 * work_n  extents of the work volume */
int64_t ef_face_box_in_work(const ef_face_box *box, const int64_t work_n[3], int64_t i);

#endif
