/* Where things are in a NIfTI-1, NIfTI-2 or ANALYZE 7.5 file. */
#ifndef EF_NIFTI_LAYOUT_H
#define EF_NIFTI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/dtype.h"

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

#endif
