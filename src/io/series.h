/* Series: a 4-D scan volume by volume, so that one of any length needs the memory of a few, and what its
 * volumes have in common. */
#ifndef EF_SERIES_H
#define EF_SERIES_H

#include "base/image.h"

typedef struct ef_series ef_series;

/* Opens a file as a series.
 * series  out, *series is NULL where the file is not a single NIfTI file (.nii, .nii.gz) of several
 * volumes, and where it can't be opened or understood: ef_read reads it, or says what is wrong with it
 * image   out: grid, type, header, n_volumes, everything but the voxels (NULL); release it
 * path    borrowed until ef_series_close
 * EFFACE_INTERNAL where memory is short. */
efface_status ef_series_open(ef_series **series, ef_image *image, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* A series that is in memory, whose voxels are borrowed. NULL where memory is short. */
ef_series *ef_series_of(const ef_image *image);

void ef_series_close(ef_series *series);

/* Copies the next volume, native byte order, bits as stored; room for one volume.
 * EFFACE_INPUT where the file is truncated or damaged. Not to be asked for more volumes than there are. */
efface_status ef_series_next(ef_series *series, void *voxels, efface_error *err)
    __attribute__((warn_unused_result));

/* After the last volume: reads the rest of the file and checks it; sha256 as ef_read has it, may be NULL.
 */
efface_status ef_series_finish(ef_series *series, char sha256[65], efface_error *err)
    __attribute__((warn_unused_result));

/* Back to the first volume. */
efface_status ef_series_rewind(ef_series *series, efface_error *err) __attribute__((warn_unused_result));

/* What the volumes have in common, added up one after the other. */
typedef struct ef_summary {
    ef_image mean; /* float32: robust mean at about the work volume's resolution, on a grid of blocks of
                    * voxels; ready after ef_summary_end */
    int factor[3]; /* edges of its blocks in voxels */
    int64_t n[3];  /* of a small volume: blocks of about 8 mm */
    ef_affine world_from_small;
    float *small; /* owned, [n_volumes][n[2]][n[1]][n[0]]; NULL where it was not asked for */
    int64_t n_volumes, added;
    int n_bins;               /* runs of volumes, each averaged by itself */
    float *bin, *sum, *block; /* owned */
    int64_t *count;           /* owned, volumes known at each block of the run that is being summed */
} ef_summary;

/* like: an image of the series, for grid, type, scale and number of volumes. with_small: keep every volume
 * at 8 mm. Release also after a failure; EFFACE_INTERNAL. */
efface_status ef_summary_begin(ef_summary *summary, const ef_image *like, bool with_small,
                               efface_error *err);

/* Adds a volume; spikes above its 99.95 % quantile and below its 0.05 % are clamped. */
efface_status ef_summary_add(ef_summary *summary, const ef_image *like, const void *voxels, int threads,
                             efface_error *err);

/* The mean of the means of at most nine runs of volumes, without those runs that do not go together with
 * the median of all runs (a guarded median of means; Nemirovsky and Yudin 1983): what was spoiled does not
 * show, volumes of another contrast do. */
void ef_summary_end(ef_summary *summary);

void ef_summary_release(ef_summary *summary);

#endif
