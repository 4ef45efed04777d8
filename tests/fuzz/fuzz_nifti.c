/* Damaged NIfTI files against the reader: the bytes as a file, as the header of a pair, and as gzip. What
 * is understood must be writable again. */
#include <stdlib.h>
#include <string.h>

#include "io/gz.h"
#include "io/gz_frame.h"
#include "io/nifti.h"
#include "io/nifti_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void header(const uint8_t *data, size_t size, bool pair)
{
    ef_nifti_layout layout;
    ef_image image, mask;
    ef_nifti_head head;
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
        if (ef_nifti_header(&head, &image, k & 1, k & 2, &err) != EFFACE_PASS)
            abort();
        ef_nifti_layout again; /* what was written is understood as before */
        if (ef_nifti_probe(&again, head.bytes, head.n, k & 1, "fuzz", &err) != EFFACE_PASS ||
            again.data_bytes != layout.data_bytes || ((k & 1) == 0 && again.data_offset != head.n))
            abort();
        free(head.bytes);
    }
    if (ef_nifti_mask_of(&mask, &image, &err) != EFFACE_PASS)
        abort();
    ef_image_release(&mask);
    ef_image_release(&image);
}

static void gzip(const uint8_t *data, size_t size)
{
    enum { ROOM = 1 << 16, WANTED = 1000 };
    static uint8_t out[ROOM];
    const ef_gz_backend backends[] = {EF_GZ_ZLIB, EF_GZ_ISAL, EF_GZ_LIBDEFLATE};
    const size_t skip = data[size - 1];
    efface_error err;
    efface_status first = EFFACE_PASS;
    size_t got;
    if (ef_gz_peek(out, ROOM, &got, &(ef_gz_bytes){data, size, "fuzz", EF_GZ_BEST}, &err) == EFFACE_PASS &&
        got > ROOM)
        abort();
    for (int b = 0; b < 3; b++) {
        if (!ef_gz_has(backends[b]))
            continue;
        const ef_gz_bytes source = {data, size, "fuzz", backends[b]};
        efface_status found = ef_gz_inflate(out, skip, WANTED, &got, &source, &err);
        if (b == 0)
            first = found;
        else if (found != first) /* the libraries must agree on what a valid stream is */
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    header(data, size, false);
    header(data, size, true);
    if (ef_gz_is(data, size))
        gzip(data, size);
    return 0;
}
