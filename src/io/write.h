/* The last stage: an ef_image becomes a file, completely or not at all (see file.h). */
#ifndef EF_WRITE_H
#define EF_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/image.h"
#include "efface.h"
#include "io/file.h"
#include "io/format.h"

/* Whether this program writes images to a path with this ending (format.h). */
bool ef_write_can(const char *path);

/* Refuses what ef_write_prepare would refuse about the path (both files of a pair), before a long
 * computation. Leaves nothing behind. Errors: as ef_write_prepare. */
efface_status ef_write_check(const char *path, bool force, efface_error *err)
    __attribute__((warn_unused_result));

/* Writes the image's files under no name yet, reads them back, compares, and adds them to the set
 * (ef_output_set_commit gives them their names, ef_output_set_abort removes them). Header and byte order
 * are as the image's header says (see ef_nifti_header).
 * set      gets the outputs
 * image    read only
 * path     one that ends in .hdr or .img adds two files, the .img first
 * options  NULL: one thread, no force
 * Errors: EFFACE_USAGE for an ending that isn't known or a target that exists; EFFACE_INTERNAL where memory
 * or disk fail. */
efface_status ef_write_prepare(ef_output_set *set, const ef_image *image, const char *path,
                               const ef_write_options *options, efface_error *err)
    __attribute__((warn_unused_result));

/* The same for a 3-D uint8 mask. Free text and extensions are never copied from the image.
 * mask  n[2]*n[1]*n[0] bytes, 0 or 1
 * like  the image that the mask belongs to: gives grid, header version, byte order, sform and qform */
efface_status ef_write_prepare_mask(ef_output_set *set, const uint8_t *mask, const ef_image *like,
                                    const char *path, const ef_write_options *options, efface_error *err)
    __attribute__((warn_unused_result));

#endif
