/* The element types of stored voxels, and what every kernel that walks stored voxels needs to know about
 * them. */
#ifndef EK_DTYPE_H
#define EK_DTYPE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ek_dtype {
    EK_UINT8,
    EK_INT8,
    EK_UINT16,
    EK_INT16,
    EK_UINT32,
    EK_INT32,
    EK_UINT64,
    EK_INT64,
    EK_FLOAT32,
    EK_FLOAT64
} ek_dtype;

/* Bytes of one element: 1, 2, 4 or 8. */
static inline size_t ek_dtype_size(ek_dtype type)
{
    switch (type) {
    case EK_UINT8:
    case EK_INT8:
        return 1;
    case EK_UINT16:
    case EK_INT16:
        return 2;
    case EK_UINT32:
    case EK_INT32:
    case EK_FLOAT32:
        return 4;
    default:
        return 8;
    }
}

/* Whether the type has NaN and infinities. */
static inline bool ek_dtype_is_float(ek_dtype type)
{
    return type == EK_FLOAT32 || type == EK_FLOAT64;
}

#endif
