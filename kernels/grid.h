/* Grid: what every loop over a volume needs. */
#ifndef EK_GRID_H
#define EK_GRID_H

#include <stdint.h>

#define EK_PI 3.14159265358979323846

/* Index of the element (x, y, z) of a volume of n elements, x fastest. */
static inline int64_t ek_index(const int64_t n[3], int64_t x, int64_t y, int64_t z)
{
    return x + n[0] * (y + n[1] * z);
}

#endif
