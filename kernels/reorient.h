/* Exchanges and reverses a volume's axes: the same voxels in another order. */
#ifndef EK_REORIENT_H
#define EK_REORIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies a volume with its axes exchanged and reversed.
 * out      n[axis[2]]*n[axis[1]]*n[axis[0]] elements; does not overlap in
 * in       n[2]*n[1]*n[0] elements, x fastest
 * size     of an element: 1, 2 or 4 bytes
 * axis     out's axis a runs along in's axis axis[a]; a permutation of 0, 1, 2
 * reverse  whether out's axis a runs against it
 * threads  number of OpenMP threads */
void ek_reorient(void *out, const void *in, size_t size, const int64_t n[3], const int axis[3],
                 const bool reverse[3], int threads);

#endif
