/* The work volume: the scan as float values at 2 mm, on axes nearest to R, A, S. All analysis of the
 * anatomy uses it; nothing of it is ever written back into the scan. */
#ifndef EF_WORK_H
#define EF_WORK_H

#include "base/image.h"

/* Usual spacing of a work volume in mm. The atlas' samples, smoothing and limits were tuned at it. */
#define EF_WORK_MM 2.0

typedef struct ef_work {
    ef_grid grid; /* n, world_from_work; isotropic and orthogonal */
    double spacing_mm;
    ef_affine work_from_voxel; /* space 3 from 1 */
    ef_affine voxel_from_work;
    float *value;     /* owned; NaN outside the field of view and where no voxel was finite */
    double low, high; /* values are clamped to these: the scan's robust range */
    int64_t n_finite; /* number of sampled voxels that are finite */
    double roughness; /* above 0: rough air was made dark, see ef_work_build_calm */
} ef_work;

/* Averages an image down to a work volume. Blocks of whole voxels come first. In them non-finite voxels are
 * ignored, spikes are clamped to the 0.05 % and 99.95 % quantiles, and all volumes of a 4-D image are
 * averaged. Then the blocks are sampled trilinearly on an isotropic grid. Its axes are the orthonormal ones
 * nearest to the voxel axes, ordered towards R, A, S.
 * work        out; release with ef_work_release, also after a failure
 * image       in
 * spacing_mm  usually EF_WORK_MM
 * threads     number of threads; the result does not depend on it
 * name        for messages
 * Errors: EFFACE_INPUT where nothing is finite, all is one value, or the extent is no head's;
 * EFFACE_INTERNAL. */
efface_status ef_work_build(ef_work *work, const ef_image *image, double spacing_mm, int threads,
                            const char *name, efface_error *err);

/* Sets work_from_voxel and voxel_from_work for an image of the same world.
 * work   in and out
 * image  in: the image's grid
 * name   for messages
 * Errors: EFFACE_INPUT for a singular transform of the image's; EFFACE_INTERNAL for one of the work
 * grid's. */
efface_status ef_work_relate(ef_work *work, const ef_grid *image, const char *name, efface_error *err);

/* Builds a work volume of a scan whose air is as bright as tissue but changes from voxel to voxel (ratio
 * images such as MP2RAGE's; phase). This is decided at the scan's own resolution. Voxels without any calm
 * window around them become `low` before they are averaged.
 * work        out; roughness is above 0; it is 0, and there is no work volume, where the air is smooth or
 *             the image is 4-D
 * image       in
 * spacing_mm  usually EF_WORK_MM
 * roughness   that of the air, as a fraction of the scan's range; 0: the median along the sides of the
 *             field of view
 * threads     number of threads; the result does not depend on it
 * name        for messages
 * Errors: those of ef_work_build. */
efface_status ef_work_build_calm(ef_work *work, const ef_image *image, double spacing_mm, double roughness,
                                 int threads, const char *name, efface_error *err);

/* Builds a work volume of another image of the same grid, in the way that `like` was built.
 * Other arguments and errors as for ef_work_build. */
efface_status ef_work_build_like(ef_work *work, const ef_work *like, const ef_image *image, int threads,
                                 const char *name, efface_error *err);

/* Frees what it owns and zeroes it. */
void ef_work_release(ef_work *work);

#endif
