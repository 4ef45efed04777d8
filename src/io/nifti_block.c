/* The block of header bytes that an image keeps, and the walk over its extensions. */
#include "io/nifti_block.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

int ef_nifti_datatype(ek_dtype dtype)
{
    static const int of[] = {DT_UINT8, DT_INT8,   DT_UINT16, DT_INT16,   DT_UINT32,
                             DT_INT32, DT_UINT64, DT_INT64,  DT_FLOAT32, DT_FLOAT64};
    return of[dtype];
}

ef_header *ef_header_new(size_t *size, const ef_nifti_layout *layout, const uint8_t *bytes, size_t n)
{
    ef_header *header = malloc(sizeof *header + n);
    if (header == NULL)
        return NULL;
    header->layout = *layout;
    header->n = n;
    memcpy(header->bytes, bytes, n);
    *size = sizeof *header + n;
    return header;
}

static int32_t int_32(const uint8_t *bytes, bool swapped)
{
    int32_t value;
    if (swapped)
        ef_swap_bytes(&value, bytes, 1, sizeof value);
    else
        memcpy(&value, bytes, sizeof value);
    return value;
}

ef_nifti_walk ef_nifti_next_extension(ef_nifti_extension *e, const ef_nifti_layout *layout,
                                      const uint8_t *bytes, size_t n)
{
    const size_t fixed = ef_nifti_bytes(layout->version);
    if (e->size == 0) {
        if (layout->version == 0 || n < fixed + EF_NIFTI_EXTENDER || bytes[fixed] == 0)
            return EF_WALK_END;
        e->at = fixed + EF_NIFTI_EXTENDER;
    } else {
        e->at += e->size;
    }
    if (n - e->at < 8 || ef_all_zero(bytes + e->at, n - e->at))
        return EF_WALK_END;
    const int32_t size = int_32(bytes + e->at, layout->swapped);
    if (size < 8 || (size_t)size > n - e->at)
        return EF_WALK_BROKEN;
    e->size = (size_t)size;
    e->code = int_32(bytes + e->at + 4, layout->swapped);
    return EF_WALK_FOUND;
}

efface_status ef_nifti_check_extensions(const ef_nifti_layout *layout, const uint8_t *bytes, size_t n,
                                        const char *path, efface_error *err)
{
    ef_nifti_extension e = {0};
    ef_nifti_walk at;
    do
        at = ef_nifti_next_extension(&e, layout, bytes, n);
    while (at == EF_WALK_FOUND);
    if (at == EF_WALK_BROKEN)
        return ef_fail(err, EFFACE_INPUT,
                       "header extension at byte %zu does not fit before the data in '%s'", e.at, path);
    return EFFACE_PASS;
}
