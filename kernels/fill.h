/* Masked voxels overwritten, in the image's own element type. */
#ifndef EK_FILL_H
#define EK_FILL_H

#include <stdint.h>

#include "kernels/dtype.h"

/* Fills masked voxels: each of every volume becomes table[ek_hash64(seed, volume * count + index) %
 * table_size].
 * stored      in and out, n_volumes * count elements of `type`; what is not masked is not written
 * mask        count bytes, nonzero: fill; the same for all volumes
 * table       table_size elements of `type`
 * table_size  a power of two, at least 1
 * seed        of the random stream
 * threads     number of OpenMP threads
 * The bytes depend on seed and position alone, at any thread count (rng.h names the generator). */
void ek_fill_stored(void *stored, ek_dtype type, const uint8_t *mask, int64_t count, int64_t n_volumes,
                    const void *table, int table_size, uint64_t seed, int threads);

#endif
