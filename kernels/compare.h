/* Whether stored voxels are still the ones they were: by their bits, never by their values. */
#ifndef EK_COMPARE_H
#define EK_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/dtype.h"

/* Counts the elements whose bits differ (so -0 differs from 0, and a NaN from another NaN).
 * a, b         n_volumes * count elements of `type`
 * mask         count bytes, the same for all volumes; NULL: all elements are compared
 * inside_mask  true: compare where mask is nonzero; false: where it is zero */
int64_t ek_count_changed(const void *a, const void *b, ek_dtype type, const uint8_t *mask, bool inside_mask,
                         int64_t count, int64_t n_volumes, int threads);

/* 64-bit checksum of elements and of their positions; the same at any thread count.
 * stored  n_volumes * count elements of `type`
 * mask    count bytes, the same for all volumes; what lies under it enters as zero bits. NULL: all count
 * Made to notice accidents, not to withstand an adversary: a change of one element always shows, any other
 * is missed with probability 2^-64. */
uint64_t ek_hash_outside(const void *stored, ek_dtype type, const uint8_t *mask, int64_t count,
                         int64_t n_volumes, int threads);

#endif
