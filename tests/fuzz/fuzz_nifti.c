/* What a stranger's file can do to the reader: the bytes as a NIfTI file, as a header of a pair, and as
 * gzip; what is understood must be writable again. */
#include <stdlib.h>
#include <string.h>

#include "gz.h"
#include "nifti.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void header(const uint8_t *data, size_t size, bool pair)
{
    ef_nifti_layout layout;
    ef_image image, mask;
    uint8_t *bytes;
    size_t n, offset;
    bool swapped;
    efface_error err;
    if (ef_nifti_probe(&layout, data, size, pair, "fuzz", &err) != EFFACE_PASS || layout.pair != pair)
        return;
    const size_t before = pair ? size : layout.data_offset;
    if (before > size || ef_nifti_parse(&image, &layout, data, before, "fuzz", &err) != EFFACE_PASS)
        return;
    ef_affine inverse;
    if (!ef_affine_invert(&inverse, image.grid.world_from_voxel) || image.slope == 0 ||
        ef_grid_count(&image.grid) < 1)
        abort();
    for (int k = 0; k < 4; k++) {
        if (ef_nifti_header(&bytes, &n, &swapped, &offset, &image, k & 1, k & 2, &err) != EFFACE_PASS)
            abort();
        ef_nifti_layout again; /* what was written is understood as before */
        if (ef_nifti_probe(&again, bytes, n, k & 1, "fuzz", &err) != EFFACE_PASS ||
            again.data_bytes != layout.data_bytes || ((k & 1) == 0 && again.data_offset != n))
            abort();
        free(bytes);
    }
    if (ef_nifti_mask_of(&mask, &image, &err) != EFFACE_PASS)
        abort();
    ef_image_release(&mask);
    ef_image_release(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { ROOM = 1 << 16 };
    static uint8_t out[ROOM];
    size_t got, skip = size > 0 ? data[0] : 0;
    efface_error err;
    header(data, size, false);
    header(data, size, true);
    if (ef_gz_peek(out, ROOM, &got, data, size, "fuzz", &err) == EFFACE_PASS && got > ROOM)
        abort();
    efface_status found[3];
    for (int backend = EF_GZ_ISAL; backend <= EF_GZ_ZLIB; backend++)
        found[backend - EF_GZ_ISAL] =
            ef_gz_has((ef_gz_backend)backend)
                ? ef_gz_inflate(out, skip, 1000, &got, data, size, (ef_gz_backend)backend, "fuzz", &err)
                : EFFACE_PASS;
    if (ef_gz_has(EF_GZ_ISAL) && (found[0] == EFFACE_PASS) != (found[2] == EFFACE_PASS))
        abort(); /* the libraries must agree on what a valid stream is */
    if (ef_gz_has(EF_GZ_LIBDEFLATE) && (found[1] == EFFACE_PASS) != (found[2] == EFFACE_PASS))
        abort();
    return 0;
}
