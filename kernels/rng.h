/* Counter-based random numbers: a pure function of (seed, counter), so any thread may ask for any of them
 * in any order. SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators",
 * with the finaliser mix13 of Stafford). Not cryptographic: who knows the seed knows the numbers. */
#ifndef EK_RNG_H
#define EK_RNG_H

#include <math.h>
#include <stdint.h>

#include "kernels/grid.h"

/* A bijection of 64 bits in which each input bit changes half of the output bits. */
static inline uint64_t ek_mix64(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The counter-th 64 bits of the stream `seed`. The seed is mixed first, so that neighbouring seeds don't
 * give shifted copies of one stream. */
static inline uint64_t ek_hash64(uint64_t seed, uint64_t counter)
{
    return ek_mix64(ek_mix64(seed + UINT64_C(0x9e3779b97f4a7c15)) +
                    (counter + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

/* Uniform in [0, 1), a multiple of 2^-53. */
static inline double ek_uniform(uint64_t seed, uint64_t counter)
{
    return (double)(ek_hash64(seed, counter) >> 11) * 0x1p-53;
}

/* Normal, mean 0 and standard deviation 1 (Box and Muller 1958). Takes one counter; its two uniforms come
 * from the hash and the hash of the hash. Never beyond 8.6. */
static inline double ek_normal(uint64_t seed, uint64_t counter)
{
    const uint64_t first = ek_hash64(seed, counter);
    const uint64_t second = ek_mix64(first + UINT64_C(0x9e3779b97f4a7c15));
    const double radius = sqrt(-2.0 * log(((double)(first >> 11) + 1.0) * 0x1p-53));
    return radius * cos(2 * EK_PI * ((double)(second >> 11) * 0x1p-53));
}

#endif
