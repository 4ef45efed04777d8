/* Connected components of masks, and what follows from them.
 *
 * Masks are [n[2]][n[1]][n[0]], nonzero is foreground. Connectivity is 6 (faces) or 26 (faces, edges,
 * corners). All are serial: they work on runs of voxels, and a head has about one run per hundred voxels.
 * */
#ifndef EK_LABEL_H
#define EK_LABEL_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroes all but the largest component (of equals the first in memory); kept voxels are untouched.
 * mask  in and out
 * Returns the component's number of voxels, 0 for an empty mask, -1 with the mask untouched where memory
 * was short. */
int64_t ek_keep_largest(uint8_t *mask, const int64_t n[3], int connectivity);

/* Zeroes all components without a voxel where seeds is nonzero; kept voxels are untouched.
 * mask   in and out
 * seeds  the same shape; seeds outside the mask do nothing
 * Returns the number of voxels kept, -1 with the mask untouched where memory was short. */
int64_t ek_keep_connected(uint8_t *mask, const uint8_t *seeds, const int64_t n[3], int connectivity);

/* Sets to 1 the background that can't be reached (6-connected) from an open side of the volume.
 * mask       in and out
 * open_side  low x, high x, low y, high y, low z, high z: whether air outside of that side reaches in;
 *            false for a side that cuts the head. NULL: all open
 * Returns false, with the mask untouched, where memory was short. */
bool ek_fill_holes(uint8_t *mask, const int64_t n[3], const bool open_side[6]);

/* Numbers the components by size.
 * label   out, [n[2]][n[1]][n[0]]: 0 in the background, 1 in the largest component, 2 in the next; equals
 *         are numbered in the order of memory
 * size    out, n_size elements: size[i] voxels in component i + 1, 0 past the last; NULL where n_size is 0
 * Returns the number of components, -1 with undefined outputs where memory was short. */
int64_t ek_components(int32_t *label, int64_t *size, int64_t n_size, const uint8_t *mask,
                      const int64_t n[3], int connectivity);

#endif
