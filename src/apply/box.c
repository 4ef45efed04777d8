/* The box of a new face, on the grid of the work volume. */
#include "apply/box.h"

#include <math.h>

#include "kernels/grid.h"

void ef_face_box_place(ef_face_box *box, const ef_work *work, const double low[3], const double high[3],
                       double room_mm)
{
    box->mm = work->spacing_mm;
    box->count = 1;
    box->cell_from_voxel = work->work_from_voxel;
    for (int d = 0; d < 3; d++) {
        const double most = (double)(work->grid.n[d] - 1), room = room_mm / box->mm;
        box->origin[d] = (int64_t)fmax(0, fmin(most, floor(low[d] - room)));
        box->n[d] =
            low[d] > high[d] ? 0 : (int64_t)fmax(0, fmin(most, ceil(high[d] + room))) - box->origin[d] + 1;
        box->count *= box->n[d];
        box->cell_from_voxel.m[d][3] -= (double)box->origin[d];
    }
}

int64_t ef_face_box_in_work(const ef_face_box *box, const int64_t work_n[3], int64_t i)
{
    const int64_t *n = box->n;
    return ek_index(work_n, box->origin[0] + i % n[0], box->origin[1] + i / n[0] % n[1],
                    box->origin[2] + i / (n[0] * n[1]));
}
