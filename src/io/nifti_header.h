/* Header bytes of outputs: the input's own with single fields patched, or new ones. */
#ifndef EF_NIFTI_HEADER_H
#define EF_NIFTI_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/image.h"
#include "efface.h"

/* Everything that comes before the voxels of a single file, or all of a .hdr. */
typedef struct ef_nifti_head {
    uint8_t *bytes;     /* owned: free it */
    size_t n;           /* bytes */
    bool swapped;       /* the voxels have to be written with reversed bytes */
    size_t data_offset; /* where the voxels of a pair begin in the .img; 0 for a single file */
} ef_nifti_head;

/* Makes the header of an output. Free text is cleared and extensions are dropped but the four harmless
 * codes of nifti_header.c. All other bytes are as they were, but magic and vox_offset where they have to
 * change.
 * head         out; the caller frees head->bytes, NULL on failure
 * image        its own header is used where it has one. Else, and for ANALYZE that becomes a single file,
 *              one is made: NIfTI-1, or NIfTI-2 where a dimension is above 32767; mm; qform and sform with
 *              code 1 (no qform for a sheared grid, neither form where has_geometry is false)
 * pair         for a .hdr
 * keep_header  free text and all extensions stay as they were
 * Errors: EFFACE_INTERNAL where memory is short. */
efface_status ef_nifti_header(ef_nifti_head *head, const ef_image *image, bool pair, bool keep_header,
                              efface_error *err) __attribute__((warn_unused_result));

/* Makes an image without voxels for a 3-D uint8 mask.
 * mask  overwritten; the caller releases it. Its grid is like's, its header like's (version, byte order,
 *       forms, units) changed accordingly, without free text and extensions
 * like  the image that the mask belongs to
 * Errors: EFFACE_INTERNAL where memory is short. */
efface_status ef_nifti_mask_of(ef_image *mask, const ef_image *like, efface_error *err)
    __attribute__((warn_unused_result));

#endif
