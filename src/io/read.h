/* The first stage: a scan's file becomes an ef_image. */
#ifndef EF_READ_H
#define EF_READ_H

#include "base/image.h"
#include "efface.h"

/* Reads an image.
 * image    overwritten, the caller releases it; zeroed on failure. Voxels are in native byte order, every
 *          bit as stored (NaN payloads too)
 * path     .nii, .nii.gz, .hdr or .img (the other one is found beside it; each may end in .gz), or another
 *          ending of format.h. Whether a file is compressed is seen from its content
 * threads  at least 1; with 2 the checksum is taken while the file is inflated
 * sha256   out: hex digits of the file's bytes; of a pair, of the header's bytes followed by the image's.
 *          May be NULL
 * Bytes after the data are ignored, as nibabel does; missing ones refuse the file. Memory beside the
 * voxels: the compressed file.
 * Errors: EFFACE_INPUT with the reason; EFFACE_INTERNAL where memory is short. */
efface_status ef_read(ef_image *image, const char *path, int threads, char sha256[65], efface_error *err)
    __attribute__((warn_unused_result));

#endif
