/* Walks a volume in small blocks, in parallel, and lets a function fill each. */
#ifndef EK_BLOCKS_H
#define EK_BLOCKS_H

#include <stdint.h>

enum { EK_BLOCK = 8 };

/* Fills voxels lo <= (i, j, k) < hi. Called once per block, from any thread. It must depend on nothing but
 * its arguments and write nothing but the block's own voxels. */
typedef void ek_block_fn(const void *context, const int64_t lo[3], const int64_t hi[3]);

/* Calls fn for every block of EK_BLOCK voxels a side (less at the far borders) of the box n. Which thread
 * gets which block depends on the machine; what is written does not. */
void ek_blocks(const int64_t n[3], ek_block_fn *fn, const void *context, int threads);

#endif
