/* FreeSurfer's MGH and MGZ files (github.com/freesurfer/freesurfer, utils/mriio.cpp: mghRead, mghWrite). */
#ifndef EF_MGH_H
#define EF_MGH_H

#include "base/image.h"
#include "efface.h"
#include "io/file.h"
#include "io/format.h"

/* Reads .mgh or .mgz (seen from the content). image->kept holds the header and what follows the voxels.
 * EFFACE_INPUT where the file is damaged or holds another type of voxel than the format's five numbers. */
efface_status ef_mgh_read(ef_image *image, const char *path, char sha256[65], efface_error *err)
    __attribute__((warn_unused_result));

/* As ef_write_prepare. The image's own header bytes are used where it came from such a file; the scanner's
 * numbers that follow the voxels stay, the tags behind them (commands, paths, transforms) go unless
 * keep_header. EFFACE_USAGE where the format does not hold the image: scale, other types, axes that are not
 * orthogonal. */
efface_status ef_mgh_prepare(ef_output_set *set, const ef_image *image, const char *path,
                             const ef_write_options *options, efface_error *err)
    __attribute__((warn_unused_result));

#endif
