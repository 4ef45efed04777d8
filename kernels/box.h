/* The smallest box around what is set in a mask. */
#ifndef EK_BOX_H
#define EK_BOX_H

#include <stdbool.h>
#include <stdint.h>

/* Finds the first and the last set index along each axis.
 * low, high  out; low is above high where nothing is set
 * mask       [n[2]][n[1]][n[0]], nonzero is set
 * Returns false where nothing is set. */
bool ek_box(int64_t low[3], int64_t high[3], const uint8_t *mask, const int64_t n[3]);

#endif
