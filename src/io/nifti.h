/* What the bytes of a NIfTI-1, NIfTI-2 or ANALYZE 7.5 header mean. The header of an output: nifti_header.h.
 * Files are read.c's and write.c's business; here everything is in memory. */
#ifndef EF_NIFTI_H
#define EF_NIFTI_H

#include "base/image.h"
#include "efface.h"
#include "io/nifti_layout.h"

enum { EF_NIFTI_PROBE_BYTES = 544 }; /* the longest header with its extender */

/* Reads the layout from the first bytes of a header.
 * layout     out; undefined on failure
 * bytes, n   the file's first bytes, EF_NIFTI_PROBE_BYTES of them or fewer where the file is shorter
 * pair_name  whether the path ends in .hdr or .img; only then ANALYZE is considered
 * path       for messages
 * Does not allocate.
 * Errors: EFFACE_INPUT for a wrong size or magic number, dim[0] outside 1 to 7, a dim below 1, a product
 * that overflows, a datatype that is not one real number a voxel, a bitpix that is not the datatype's, and
 * a data offset inside the header. */
efface_status ef_nifti_probe(ef_nifti_layout *layout, const uint8_t *bytes, size_t n, bool pair_name,
                             const char *path, efface_error *err) __attribute__((warn_unused_result));

/* Fills everything of the image but its voxels, and checks the chain of extensions.
 * image     overwritten; the caller releases it; image->header is made here and holds a copy of the bytes;
 *           zeroed on failure
 * layout    of these bytes, from ef_nifti_probe
 * bytes, n  what comes before the data: up to data_offset of a single file, all of a .hdr
 * path      for messages
 * Geometry: sform where its code says so, else qform, else pixdim (see image.h). A broken sform gives way
 * to the qform. Lengths in metres or micron become mm.
 * Errors: EFFACE_INPUT with the reason; EFFACE_INTERNAL where memory is short. */
efface_status ef_nifti_parse(ef_image *image, const ef_nifti_layout *layout, const uint8_t *bytes, size_t n,
                             const char *path, efface_error *err) __attribute__((warn_unused_result));

#endif
