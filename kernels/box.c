/* See box.h. */
#include "kernels/box.h"

/* Widens [low, high] along x, y and z to the set voxels of one row. */
static void take_row(int64_t low[3], int64_t high[3], const uint8_t *row, const int64_t n[3], int64_t y,
                     int64_t z)
{
    uint8_t any = 0;
#pragma omp simd reduction(| : any)
    for (int64_t x = 0; x < n[0]; x++)
        any |= row[x];
    if (any == 0)
        return;
    const int64_t at[3] = {0, y, z};
    for (int d = 1; d < 3; d++) {
        low[d] = at[d] < low[d] ? at[d] : low[d];
        high[d] = at[d] > high[d] ? at[d] : high[d];
    }
    for (int64_t x = 0; x < low[0]; x++)
        low[0] = row[x] != 0 ? x : low[0];
    for (int64_t x = n[0] - 1; x > high[0]; x--)
        high[0] = row[x] != 0 ? x : high[0];
}

bool ek_box(int64_t low[3], int64_t high[3], const uint8_t *mask, const int64_t n[3])
{
    for (int d = 0; d < 3; d++) {
        low[d] = n[d];
        high[d] = -1;
    }
    for (int64_t row = 0; row < n[1] * n[2]; row++)
        take_row(low, high, mask + row * n[0], n, row % n[1], row / n[1]);
    return high[2] >= 0;
}
