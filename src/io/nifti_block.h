/* What nifti.c (understanding headers) and nifti_header.c (making them) stand on, and nobody else may know:
 * the header as an image keeps it, and libnifti, which is included here and nowhere else. */
#ifndef EF_NIFTI_BLOCK_H
#define EF_NIFTI_BLOCK_H

#include <nifti2_io.h>

#include "base/image.h"
#include "efface.h"
#include "io/nifti_layout.h"

enum { EF_NIFTI_1_BYTES = 348, EF_NIFTI_2_BYTES = 540, EF_NIFTI_EXTENDER = 4 };

/* The block that an image keeps as its header: a file's header as it was. */
typedef struct ef_header {
    ef_nifti_layout layout;
    size_t n;        /* bytes, at least the header's fixed size */
    uint8_t bytes[]; /* all before the data of a single file, or the whole .hdr */
} ef_header;

/* Fixed size of a header. */
static inline size_t ef_nifti_bytes(int version)
{
    return version == 2 ? EF_NIFTI_2_BYTES : EF_NIFTI_1_BYTES;
}

/* Whether n bytes are 0. */
static inline bool ef_all_zero(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* A header with a copy of the n bytes, to be freed; NULL where memory is short.
 * size  out: bytes of the whole block */
ef_header *ef_header_new(size_t *size, const ef_nifti_layout *layout, const uint8_t *bytes, size_t n);

/* NIfTI's code of an element type. */
int ef_nifti_datatype(ek_dtype dtype);

/* One extension of a header. */
typedef struct ef_nifti_extension {
    size_t at,
        size; /* in the header's bytes, with its own 8 bytes of size and code; size 0: before the first */
    int32_t code;
} ef_nifti_extension;

typedef enum ef_nifti_walk { EF_WALK_FOUND, EF_WALK_END, EF_WALK_BROKEN } ef_nifti_walk;

/* Goes to the extension after e, or to the first one.
 * e       in and out
 * layout  in
 * bytes   in: [n], all before the data
 * Returns EF_WALK_BROKEN where an extension does not fit into the bytes. */
ef_nifti_walk ef_nifti_next_extension(ef_nifti_extension *e, const ef_nifti_layout *layout,
                                      const uint8_t *bytes, size_t n);

/* Refuses a chain of extensions that does not fit into the n bytes before the data: EFFACE_INPUT. */
efface_status ef_nifti_check_extensions(const ef_nifti_layout *layout, const uint8_t *bytes, size_t n,
                                        const char *path, efface_error *err);

#endif
