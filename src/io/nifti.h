/* What the bytes of a NIfTI-1, NIfTI-2 or ANALYZE 7.5 header mean, and the header bytes of an output.
 * Files are read.c's and write.c's business; here everything is in memory. */
#ifndef EF_NIFTI_H
#define EF_NIFTI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/image.h"
#include "efface.h"

enum { EF_NIFTI_PROBE_BYTES = 544 }; /* the longest header with its extender */

/* Where things are in the file, from its first bytes. */
typedef struct ef_nifti_layout {
    int version;        /* 0 ANALYZE 7.5, 1 or 2 */
    bool swapped;       /* byte order of the file is not this machine's */
    bool pair;          /* header and data are in two files */
    size_t data_offset; /* of the first voxel, in the file that holds them */
    ek_dtype dtype;
    int64_t n[3], n_volumes;
    size_t data_bytes; /* n_volumes * n[2]*n[1]*n[0] * element size; cannot overflow */
} ef_nifti_layout;

/* Reads the layout from the first n bytes of a header and refuses what can't be: wrong size or magic,
 * dim[0] outside 1 to 7, dim below 1, a product that overflows, a datatype that isn't one real number a
 * voxel, bitpix that is not the datatype's, a data offset inside the header. pair_name  the path ends in
 * .hdr or .img (and only then ANALYZE is considered) Does not allocate. EFFACE_INPUT with the reason;
 * layout is undefined then. */
efface_status ef_nifti_probe(ef_nifti_layout *layout, const uint8_t *bytes, size_t n, bool pair_name,
                             const char *path, efface_error *err) __attribute__((warn_unused_result));

/* Fills everything of the image but its voxels.
 * image  overwritten; image->header is made here and holds a copy of the bytes
 * bytes  what comes before the data: up to data_offset of a single file, all of a .hdr
 * Checks the chain of extensions. Geometry: sform where its code says so, else qform, else pixdim (see
 * image.h); a broken sform gives way to the qform; lengths in metres or micron become mm. EFFACE_INPUT with
 * the reason; image is zeroed then. */
efface_status ef_nifti_parse(ef_image *image, const ef_nifti_layout *layout, const uint8_t *bytes, size_t n,
                             const char *path, efface_error *err) __attribute__((warn_unused_result));

/* The header bytes of an output: everything that comes before the voxels of a single file, or all of a
 * .hdr. bytes        owned by the caller (free) image        its own header is used where it has one; else,
 * and for ANALYZE that becomes a single file, one is made: NIfTI-1, or NIfTI-2 where a dimension is above
 * 32767; mm, qform and sform with code 1 (no qform for a sheared grid, neither form where has_geometry is
 * false) pair         for a .hdr keep_header  everything as it was; else free text is cleared and
 * extensions are dropped but those of the list in nifti.c. All other bytes are as they were, but magic and
 * vox_offset where they have to change. swapped      whether the voxels have to be written with reversed
 * bytes data_offset  where the voxels of a pair begin in the .img; 0 for a single file EFFACE_INTERNAL
 * where memory is short. */
efface_status ef_nifti_header(uint8_t **bytes, size_t *n, bool *swapped, size_t *data_offset,
                              const ef_image *image, bool pair, bool keep_header, efface_error *err)
    __attribute__((warn_unused_result));

/* Fills mask so that it is a 3-D uint8 image without voxels on the grid of like, with like's header
 * (version, byte order, forms, units) changed accordingly, without free text and extensions. mask is
 * overwritten; the caller releases it. */
efface_status ef_nifti_mask_of(ef_image *mask, const ef_image *like, efface_error *err)
    __attribute__((warn_unused_result));

/* Copy of a header, NULL where memory is short. */
ef_header *ef_header_copy(const ef_header *header);

/* NULL is allowed. */
void ef_header_free(ef_header *header);

#endif
