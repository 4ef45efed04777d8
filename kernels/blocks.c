/* The parallel loop under the phantom's rasteriser. What the blocks hold does not matter here. */
#include "kernels/blocks.h"

void ek_blocks(const int64_t n[3], ek_block_fn *fn, const void *context, int threads)
{
    int64_t b[3];
    for (int a = 0; a < 3; a++)
        b[a] = (n[a] + EK_BLOCK - 1) / EK_BLOCK;
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads)
    for (int64_t row = 0; row < b[1] * b[2]; row++) {
        int64_t lo[3] = {0, row % b[1] * EK_BLOCK, row / b[1] * EK_BLOCK}, hi[3];
        for (int a = 1; a < 3; a++)
            hi[a] = lo[a] + EK_BLOCK < n[a] ? lo[a] + EK_BLOCK : n[a];
        for (; lo[0] < n[0]; lo[0] += EK_BLOCK) {
            hi[0] = lo[0] + EK_BLOCK < n[0] ? lo[0] + EK_BLOCK : n[0];
            fn(context, lo, hi);
        }
    }
}
