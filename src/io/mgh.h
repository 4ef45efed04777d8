/* FreeSurfer's MGH and MGZ files (github.com/freesurfer/freesurfer, utils/mriio.cpp: mghRead, mghWrite). */
#ifndef EF_MGH_H
#define EF_MGH_H

#include "base/image.h"
#include "efface.h"
#include "io/file.h"
#include "io/format.h"

/* Reads .mgh or .mgz; the content tells which.
 * image   overwritten, the caller releases it; zeroed on failure. image->kept holds the header and what
 *         follows the voxels
 * path    of the file
 * sha256  out: hex digits of the file's bytes; may be NULL
 * Errors: EFFACE_INPUT where the file is damaged or holds another type of voxel than the format's five
 * numbers; EFFACE_INTERNAL where memory is short. */
efface_status ef_mgh_read(ef_image *image, const char *path, char sha256[65], efface_error *err)
    __attribute__((warn_unused_result));

/* Writes an image as ef_write_prepare does. The image's own header bytes are used where it came from such a
 * file. The scanner's numbers that follow the voxels stay; the tags behind them (commands, paths,
 * transforms) are dropped, and unused bytes of the header cleared, unless options say keep_header.
 * set      gets the output
 * image    read only
 * path     ends in .mgh or .mgz
 * options  not NULL
 * Errors: as ef_write_prepare, and EFFACE_USAGE where the format does not hold the image: other types of
 * voxel, axes that are not orthogonal, dimensions that are too large. */
efface_status ef_mgh_prepare(ef_output_set *set, const ef_image *image, const char *path,
                             const ef_write_options *options, efface_error *err)
    __attribute__((warn_unused_result));

#endif
