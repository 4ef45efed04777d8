/* Copy, release and single values of an image. Formats are elsewhere. */
#include "base/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void ef_image_release(ef_image *image)
{
    if (image == NULL)
        return;
    free(image->voxels);
    free(image->header);
    free(image->kept);
    memset(image, 0, sizeof *image);
}

/* A copy of a block that may be NULL; false where memory is short. */
static bool copy_block(void **copy, const void *from, size_t n)
{
    *copy = NULL;
    if (from == NULL)
        return true;
    *copy = malloc(n > 0 ? n : 1);
    if (*copy == NULL)
        return false;
    memcpy(*copy, from, n);
    return true;
}

efface_status ef_image_copy(ef_image *copy, const ef_image *from, efface_error *err)
{
    void *voxels = NULL, *header = NULL, *kept = NULL;
    const bool copied = copy_block(&voxels, from->voxels, from->n_bytes) &&
                        copy_block(&header, from->header, from->n_header) &&
                        copy_block(&kept, from->kept, from->n_kept);
    *copy = *from;
    copy->voxels = voxels;
    copy->header = header;
    copy->kept = kept;
    if (copied)
        return EFFACE_PASS;
    ef_image_release(copy);
    return ef_fail_memory(err, from->n_bytes);
}

double ef_image_value(const ef_image *image, int64_t index)
{
    double stored = 0;
    switch (image->dtype) {
    case EK_UINT8:
        stored = ((const uint8_t *)image->voxels)[index];
        break;
    case EK_INT8:
        stored = ((const int8_t *)image->voxels)[index];
        break;
    case EK_UINT16:
        stored = ((const uint16_t *)image->voxels)[index];
        break;
    case EK_INT16:
        stored = ((const int16_t *)image->voxels)[index];
        break;
    case EK_UINT32:
        stored = ((const uint32_t *)image->voxels)[index];
        break;
    case EK_INT32:
        stored = ((const int32_t *)image->voxels)[index];
        break;
    case EK_UINT64:
        stored = (double)((const uint64_t *)image->voxels)[index];
        break;
    case EK_INT64:
        stored = (double)((const int64_t *)image->voxels)[index];
        break;
    case EK_FLOAT32:
        stored = (double)((const float *)image->voxels)[index];
        break;
    case EK_FLOAT64:
        stored = ((const double *)image->voxels)[index];
        break;
    }
    return stored * image->slope + image->inter;
}

/* Voxels of any type, and numbers anywhere in a header, are moved as integers of their size. */
typedef uint16_t __attribute__((may_alias, aligned(1))) any_2;
typedef uint32_t __attribute__((may_alias, aligned(1))) any_4;
typedef uint64_t __attribute__((may_alias, aligned(1))) any_8;

static void swap_2(any_2 *to, const any_2 *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint16_t)(from[i] << 8 | from[i] >> 8);
}

static void swap_4(any_4 *to, const any_4 *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t v = from[i];
        to[i] = v << 24 | (v << 8 & 0xff0000u) | (v >> 8 & 0xff00u) | v >> 24;
    }
}

static void swap_8(any_8 *to, const any_8 *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t v = from[i];
        v = (v & 0x00ff00ff00ff00ffu) << 8 | (v >> 8 & 0x00ff00ff00ff00ffu);
        v = (v & 0x0000ffff0000ffffu) << 16 | (v >> 16 & 0x0000ffff0000ffffu);
        to[i] = v << 32 | v >> 32;
    }
}

void ef_swap_bytes(void *to, const void *from, size_t n, size_t size)
{
    switch (size) {
    case 2:
        swap_2(to, from, n);
        break;
    case 4:
        swap_4(to, from, n);
        break;
    case 8:
        swap_8(to, from, n);
        break;
    default:
        if (to != from)
            memcpy(to, from, n);
        break;
    }
}
