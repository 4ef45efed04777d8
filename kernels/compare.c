/* See compare.h. Both functions walk fixed blocks. Equal blocks cost one memcmp. A block's checksum starts
 * from its number, so that blocks can be hashed in any order. */
#include "kernels/compare.h"

#include <string.h>

#include "kernels/rng.h"

enum { BLOCK = 4096, MAX_ELEMENT = 8 };

static int64_t count_block(const char *a, const char *b, size_t size, const uint8_t *mask, bool inside_mask,
                           int64_t elements)
{
    if (memcmp(a, b, (size_t)elements * size) == 0)
        return 0;
    int64_t changed = 0;
    for (int64_t i = 0; i < elements; i++) {
        if (mask == NULL || (mask[i] != 0) == inside_mask)
            changed += memcmp(a + (size_t)i * size, b + (size_t)i * size, size) != 0;
    }
    return changed;
}

int64_t ek_count_changed(const void *a, const void *b, ek_dtype type, const uint8_t *mask, bool inside_mask,
                         int64_t count, int64_t n_volumes, int threads)
{
    const size_t size = ek_dtype_size(type);
    const int64_t blocks = (count + BLOCK - 1) / BLOCK;
    int64_t changed = 0; /* whole numbers: the order of the sum does not show */
#pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : changed)
    for (int64_t block = 0; block < blocks * n_volumes; block++) {
        const int64_t begin = block % blocks * BLOCK, at = block / blocks * count + begin;
        const int64_t elements = begin + BLOCK < count ? BLOCK : count - begin;
        changed += count_block((const char *)a + (size_t)at * size, (const char *)b + (size_t)at * size,
                               size, mask != NULL ? mask + begin : NULL, inside_mask, elements);
    }
    return changed;
}

static uint64_t rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

/* Checksum of whole 8-byte words, in four independent lanes like XXH64 (Collet 2012), with its primes.
 * Every step is a bijection of the lane for a given word and of the word for a given lane. */
static uint64_t hash_words(const char *bytes, size_t n_bytes, uint64_t seed)
{
    uint64_t lane[4] = {seed, seed + 1, seed + 2, seed + 3};
    for (size_t at = 0, turn = 0; at < n_bytes; at += 8, turn++) {
        uint64_t word;
        memcpy(&word, bytes + at, 8);
        uint64_t *l = &lane[turn & 3];
        *l = rotate(*l + word * UINT64_C(0xc2b2ae3d27d4eb4f), 31) * UINT64_C(0x9e3779b185ebca87);
    }
    return ek_mix64(ek_mix64(ek_mix64(ek_mix64(lane[0]) + lane[1]) + lane[2]) + lane[3]);
}

static uint64_t hash_block(const char *stored, size_t size, const uint8_t *mask, int64_t elements,
                           uint64_t seed)
{
    char copy[BLOCK * MAX_ELEMENT];
    const size_t n_bytes = (size_t)elements * size, padded = (n_bytes + 7) / 8 * 8;
    memcpy(copy, stored, n_bytes);
    memset(copy + n_bytes, 0, padded - n_bytes);
    for (int64_t i = 0; mask != NULL && i < elements; i++) {
        if (mask[i])
            memset(copy + (size_t)i * size, 0, size);
    }
    return hash_words(copy, padded, seed);
}

uint64_t ek_hash_outside(const void *stored, ek_dtype type, const uint8_t *mask, int64_t count,
                         int64_t n_volumes, int threads)
{
    const size_t size = ek_dtype_size(type);
    const int64_t blocks = (count + BLOCK - 1) / BLOCK;
    uint64_t sum = 0; /* a sum modulo 2^64 of hashes that include their place: their order does not
                       * matter */
#pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : sum)
    for (int64_t block = 0; block < blocks * n_volumes; block++) {
        const int64_t begin = block % blocks * BLOCK, at = block / blocks * count + begin;
        const int64_t elements = begin + BLOCK < count ? BLOCK : count - begin;
        sum +=
            hash_block((const char *)stored + (size_t)at * size, size, mask != NULL ? mask + begin : NULL,
                       elements, ek_hash64((uint64_t)size, (uint64_t)block));
    }
    return ek_mix64(sum);
}
