/* See fill.h. Elements are moved as bits: a fill never converts a value. */
#include "kernels/fill.h"

#include <string.h>

#include "kernels/rng.h"

enum { CHUNK = 1 << 16 };

typedef struct fill_job {
    const uint8_t *mask;
    uint64_t seed, last; /* last: index of the table's last element, a mask of ones */
} fill_job;

#define DEFINE_FILL(name, bits_type)                                                                       \
    static void name(bits_type *stored, const bits_type *table, const fill_job *job, int64_t begin,        \
                     int64_t end, uint64_t first)                                                          \
    {                                                                                                      \
        for (int64_t i = begin; i < end; i++) {                                                            \
            if (job->mask[i])                                                                              \
                stored[i] = table[ek_hash64(job->seed, first + (uint64_t)i) & job->last];                  \
        }                                                                                                  \
    }

DEFINE_FILL(fill_8, uint8_t)
DEFINE_FILL(fill_16, uint16_t)
DEFINE_FILL(fill_32, uint32_t)
DEFINE_FILL(fill_64, uint64_t)

static void fill_range(void *volume, size_t size, const void *table, const fill_job *job, int64_t begin,
                       int64_t end, uint64_t first)
{
    if (size == 1)
        fill_8(volume, table, job, begin, end, first);
    else if (size == 2)
        fill_16(volume, table, job, begin, end, first);
    else if (size == 4)
        fill_32(volume, table, job, begin, end, first);
    else
        fill_64(volume, table, job, begin, end, first);
}

void ek_fill_stored(void *stored, ek_dtype type, const uint8_t *mask, int64_t count, int64_t n_volumes,
                    const void *table, int table_size, uint64_t seed, int threads)
{
    const size_t size = ek_dtype_size(type);
    const fill_job job = {.mask = mask, .seed = seed, .last = (uint64_t)table_size - 1};
    const int64_t chunks = (count + CHUNK - 1) / CHUNK;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t chunk = 0; chunk < chunks * n_volumes; chunk++) {
        const int64_t volume = chunk / chunks, begin = chunk % chunks * CHUNK;
        const int64_t end = begin + CHUNK < count ? begin + CHUNK : count;
        fill_range((char *)stored + (size_t)(volume * count) * size, size, table, &job, begin, end,
                   (uint64_t)(volume * count));
    }
}
