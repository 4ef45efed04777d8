/* Converts a value to the bits that represent it in the scan's own datatype. */
#include "apply/stored.h"

#include <math.h>
#include <string.h>

void ef_stored_value(uint8_t *bytes, const ef_image *image, double value)
{
    const double stored = (value - image->inter) / image->slope;
    switch (image->dtype) {
#define STORE(TAG, TYPE, LOW, HIGH)                                                                        \
    case TAG: {                                                                                            \
        const TYPE v = (TYPE)fmax((double)(LOW), fmin((double)(HIGH), rint(stored)));                      \
        memcpy(bytes, &v, sizeof v);                                                                       \
        break;                                                                                             \
    }
        STORE(EK_UINT8, uint8_t, 0, UINT8_MAX)
        STORE(EK_INT8, int8_t, INT8_MIN, INT8_MAX)
        STORE(EK_UINT16, uint16_t, 0, UINT16_MAX)
        STORE(EK_INT16, int16_t, INT16_MIN, INT16_MAX)
        STORE(EK_UINT32, uint32_t, 0, UINT32_MAX)
        STORE(EK_INT32, int32_t, INT32_MIN, INT32_MAX)
        /* 2^53: beyond it a double holds no integer exactly, and the casts could overflow. */
        STORE(EK_UINT64, uint64_t, 0, 9007199254740992.0)
        STORE(EK_INT64, int64_t, -9007199254740992.0, 9007199254740992.0)
#undef STORE
    case EK_FLOAT32: {
        const float v = (float)stored;
        memcpy(bytes, &v, sizeof v);
        break;
    }
    default:
        memcpy(bytes, &stored, sizeof stored);
    }
}
