/* Reads and writes images in other formats than NIfTI and ANALYZE: MGH through mgh.c, the rest through the
 * module (module.h). */
#ifndef EF_FOREIGN_H
#define EF_FOREIGN_H

#include "base/image.h"
#include "efface.h"
#include "io/file.h"
#include "io/format.h"

/* Whether ef_foreign_read and ef_foreign_prepare are for a path with this ending. */
bool ef_foreign_is(const char *path);

/* Reads an image of such a path.
 * image   overwritten, the caller releases it; zeroed on failure
 * path    as ef_foreign_is has it
 * sha256  out: hex digits of the bytes of the file that was named; may be NULL
 * Errors: as ef_read, and EFFACE_INPUT where the module is missing. */
efface_status ef_foreign_read(ef_image *image, const char *path, char sha256[65], efface_error *err)
    __attribute__((warn_unused_result));

/* Writes an image to such a path, as ef_write_prepare. The file is compressed unless the image came from a
 * file that was not, where the format leaves the choice.
 * set      gets the outputs
 * image    read only
 * path     as ef_foreign_is has it
 * options  not NULL
 * Errors: as ef_write_prepare, and EFFACE_USAGE where the format would not hold the image's data type,
 * scale or geometry: nothing is changed to fit. */
efface_status ef_foreign_prepare(ef_output_set *set, const ef_image *image, const char *path,
                                 const ef_write_options *options, efface_error *err)
    __attribute__((warn_unused_result));

/* What could be refused about such an output before a long computation: an existing target, a missing
 * module. Errors: EFFACE_USAGE, EFFACE_INPUT. */
efface_status ef_foreign_check(const char *path, bool force, efface_error *err)
    __attribute__((warn_unused_result));

#endif
