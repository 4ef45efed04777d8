/* Local binary patterns: texture of a picture as histograms, after Ojala, Pietikainen and Maenpaa 2002
 * (IEEE Trans. PAMI 24:971-987); for faces Ahonen, Hadid and Pietikainen 2006 (28:2037-2041). */
#ifndef EK_LBP_H
#define EK_LBP_H

#include <stdint.h>

enum { EK_LBP_BINS = 59 }; /* 58 patterns of at most two changes around the circle, and all others */

/* Histograms of the uniform patterns of 8 neighbours, by cell. A neighbour counts as set where it is at
 * least as bright as the centre. Pixels nearer than radius to an edge are left out.
 * histogram  out, cells[1]*cells[0]*EK_LBP_BINS, row by row of cells; each cell's sum to 1, 0 where it has
 *            no inner pixel
 * gray       size[1]*size[0], row by row
 * size       columns and rows, at least 3
 * cells      how many along columns and rows; pixel x is in cell x * cells[0] / size[0]
 * radius     distance of the neighbours in pixels, along the axes and, for the diagonal ones, along both: 1
 *            is the 3 x 3 neighbourhood
 * threads    number of OpenMP threads */
void ek_lbp_histograms(float *histogram, const uint8_t *gray, const int size[2], const int cells[2],
                       int radius, int threads);

/* Bin of a pattern, bit k the k-th neighbour around the circle. */
int ek_lbp_bin(unsigned pattern);

#endif
