/* Series: a 4-D scan volume by volume, so that one of any length needs the memory of a few. */
#ifndef EF_SERIES_H
#define EF_SERIES_H

#include "base/image.h"

typedef struct ef_series ef_series;

/* Opens a file as a series.
 * series  out; NULL where the file is not a single NIfTI file (.nii, .nii.gz) of several volumes, and where
 *         it can't be opened or understood: ef_read reads it, or says what is wrong with it
 * image   out: grid, type, header, n_volumes, everything but the voxels (NULL); the caller releases it
 * path    borrowed until ef_series_close
 * Errors: EFFACE_INTERNAL where memory is short. */
efface_status ef_series_open(ef_series **series, ef_image *image, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* A series of an image in memory, whose voxels are borrowed, to be closed; NULL where memory is short. */
ef_series *ef_series_of(const ef_image *image);

void ef_series_close(ef_series *series);

/* Copies the next volume. Not to be called for more volumes than there are.
 * voxels  out, room for one volume; native byte order, bits as stored
 * Errors: EFFACE_INPUT where the file is truncated or damaged. */
efface_status ef_series_next(ef_series *series, void *voxels, efface_error *err)
    __attribute__((warn_unused_result));

/* After the last volume: reads the rest of the file and checks it.
 * sha256  out, as ef_read has it; may be NULL
 * Errors: as ef_series_next. */
efface_status ef_series_finish(ef_series *series, char sha256[65], efface_error *err)
    __attribute__((warn_unused_result));

/* Returns to the first volume. Errors: as ef_series_next. */
efface_status ef_series_rewind(ef_series *series, efface_error *err) __attribute__((warn_unused_result));

#endif
