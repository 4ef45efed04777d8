/* Motion between the volumes of a series, and masks that cover it. */
#ifndef EF_MOTION_H
#define EF_MOTION_H

#include "head/locate.h"
#include "io/series.h"

enum { EF_MOTION_POSES = 32 };

typedef struct ef_motion {
    int64_t n_volumes;
    ef_affine *moved;  /* owned: world mm at the series' mean to world mm in each volume; rigid */
    double *agreement; /* owned: correlation of each volume, moved back, with the median of all; NaN where a
                        * volume is empty or the field of view too thin to tell */
    double least_agreement;
    int64_t least_volume; /* whose that is, from 0; -1 where none could be told */
    double most_mm;       /* farthest that any point of face or brain is from its place at the mean */
    int n_poses;
    ef_affine pose[EF_MOTION_POSES]; /* of `moved`, those that stand for all; the first is the identity */
    double beyond_mm;                /* how far any volume is from the nearest of them, on face and brain */
} ef_motion;

/* Rigid motion of every volume at 8 mm against the median of all: Gauss-Newton on the squared differences
 * of compressed values with gain and offset free (Lucas and Kanade 1981), from where the volume before it
 * was found. summary  with its small volumes Errors: EFFACE_INTERNAL. */
efface_status ef_motion_estimate(ef_motion *motion, const ef_summary *summary, int threads,
                                 efface_error *err);

/* Chooses the poses that stand for all once it is known where face and brain lie: from the identity on,
 * always the volume that is farthest from all chosen, until none is farther than 1 mm. Fills most_mm,
 * n_poses, pose, beyond_mm. */
void ef_motion_cover(ef_motion *motion, const ef_affine *world_from_atlas);

/* A distance field, negative inside, becomes that of all places where the chosen poses take its inside,
 * and of `wider` around them.
 * mm               in and out, on a grid of n with world_from_index
 * wider            in the field's own mm
 * EFFACE_INTERNAL where memory is short. */
efface_status ef_motion_spread(float *mm, const int64_t n[3], const ef_affine *world_from_index,
                               double wider, const ef_motion *motion, int threads, efface_error *err);

void ef_motion_release(ef_motion *motion);

#endif
