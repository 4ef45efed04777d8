/* Summary: what the volumes of a series have in common, added up volume by volume. */
#ifndef EF_SUMMARY_H
#define EF_SUMMARY_H

#include "base/image.h"

typedef struct ef_summary {
    ef_image mean; /* float32: robust mean at about the work volume's resolution, on a grid of blocks of
                    * voxels; ready after ef_summary_end */
    int factor[3]; /* edges of its blocks in voxels */
    int64_t n[3];  /* of a small volume: blocks of about 8 mm */
    ef_affine world_from_small;
    float *small; /* owned, [n_volumes][n[2]][n[1]][n[0]]; NULL where it was not asked for */
    int64_t n_volumes, added;
    int n_bins;               /* number of runs of volumes; each run is averaged separately */
    float *bin, *sum, *block; /* owned */
    int64_t *count;           /* owned: volumes known at each block of the run that is being summed */
} ef_summary;

/* Begins a summary.
 * summary     out; to be released also after a failure
 * like        in: an image of the series, for grid, type, scale and number of volumes
 * with_small  keep every volume at 8 mm
 * Errors: EFFACE_INTERNAL. */
efface_status ef_summary_begin(ef_summary *summary, const ef_image *like, bool with_small,
                               efface_error *err);

/* Adds a volume; spikes above its 99.95 % quantile and below its 0.05 % are clamped.
 * summary  in and out
 * like     in: as for ef_summary_begin
 * voxels   in: one volume of its type
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_summary_add(ef_summary *summary, const ef_image *like, const void *voxels, int threads,
                             efface_error *err);

/* Ends the summary. Its mean is that of at most nine runs of volumes. Runs that do not correlate with the
 * median of all runs are left out (a guarded median of means; Nemirovsky and Yudin 1983). So damaged
 * volumes do not show, but volumes of another contrast do. */
void ef_summary_end(ef_summary *summary);

/* Frees what it owns and zeroes it. */
void ef_summary_release(ef_summary *summary);

#endif
