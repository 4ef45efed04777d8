/* Motion between the volumes of a series, and masks that cover it. */
#ifndef EF_MOTION_H
#define EF_MOTION_H

#include "head/subject.h"
#include "series/summary.h"

enum { EF_MOTION_POSES = 32 };

typedef struct ef_motion {
    int64_t n_volumes;
    ef_affine *moved;  /* owned: world mm at the series' mean to world mm in each volume; rigid */
    double *agreement; /* owned: correlation of each volume, moved back, with the median of all; NaN where
                        * a volume is empty or the field of view too thin to measure it */
    double least_agreement; /* least of all known ones */
    int64_t least_volume;   /* the volume that has it, from 0; -1 where none is known */
    double most_mm;         /* greatest distance of any point of face or brain from its place at the mean */
    int n_poses;
    ef_affine pose[EF_MOTION_POSES]; /* members of `moved` that represent all; the first is the identity */
    double beyond_mm; /* greatest distance of any volume from the nearest of them, on face and brain */
} ef_motion;

/* Estimates the rigid motion of every volume at 8 mm against the median of all. It uses Gauss-Newton on the
 * squared differences of compressed values, with gain and offset free (Lucas and Kanade 1981). Each volume
 * starts where the volume before it was found.
 * motion   out; to be released also after a failure
 * summary  in: with its small volumes
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_motion_estimate(ef_motion *motion, const ef_summary *summary, int threads,
                                 efface_error *err);

/* Chooses the poses that represent all, once it is known where face and brain lie. It begins with the
 * identity and adds the volume that is farthest from all chosen, until none is farther than 1 mm.
 * motion            in and out: most_mm, n_poses, pose and beyond_mm are set
 * world_from_atlas  in: where the head lies at the mean */
void ef_motion_cover(ef_motion *motion, const ef_affine *world_from_atlas);

/* Turns a distance field, negative inside, into that of all places where the chosen poses move its inside.
 * mm        in and out, on the grid
 * grid      in: world_from_voxel is to world mm from the field's indices
 * wider_mm  width added around all places, in the field's own mm
 * motion    in
 * threads   number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_motion_spread(float *mm, const ef_grid *grid, double wider_mm, const ef_motion *motion,
                               int threads, efface_error *err);

/* Frees what it owns and zeroes it. */
void ef_motion_release(ef_motion *motion);

#endif
