/* Uniform local binary patterns by cell. */
#include "kernels/lbp.h"

#include <string.h>

static int changes(unsigned pattern)
{
    const unsigned turned = ((pattern << 1) | (pattern >> 7)) & 0xffU;
    int n = 0;
    for (unsigned different = pattern ^ turned; different != 0; different &= different - 1)
        n++;
    return n;
}

int ek_lbp_bin(unsigned pattern)
{
    int bin = 0;
    if (changes(pattern & 0xffU) > 2)
        return EK_LBP_BINS - 1;
    for (unsigned p = 0; p < (pattern & 0xffU); p++)
        bin += changes(p) <= 2;
    return bin;
}

/* First pixel of a cell along an axis, not nearer than radius to its beginning; cell == cells gives the
 * end. */
static int edge(int cell, int cells, int size, int radius)
{
    const int at = (cell * size + cells - 1) / cells;
    return at < radius ? radius : at > size - radius ? size - radius : at;
}

static void one_cell(float *histogram, const uint8_t *gray, int width, const int x[2], const int y[2],
                     const int offset[8], const uint8_t bin_of[256])
{
    int64_t count[EK_LBP_BINS] = {0}, total = 0;
    for (int row = y[0]; row < y[1]; row++) {
        for (int column = x[0]; column < x[1]; column++, total++) {
            const uint8_t *at = gray + (int64_t)row * width + column;
            unsigned pattern = 0;
            for (int k = 0; k < 8; k++)
                pattern |= (unsigned)(at[offset[k]] >= *at) << k;
            count[bin_of[pattern]]++;
        }
    }
    for (int b = 0; b < EK_LBP_BINS; b++)
        histogram[b] = total > 0 ? (float)((double)count[b] / (double)total) : 0;
}

void ek_lbp_histograms(float *histogram, const uint8_t *gray, const int size[2], const int cells[2],
                       int radius, int threads)
{
    const int w = size[0], r = radius;
    const int offset[8] = {-r * w - r, -r * w, -r * w + r, r, r * w + r, r * w, r * w - r, -r};
    uint8_t bin_of[256];
    for (unsigned p = 0; p < 256; p++)
        bin_of[p] = (uint8_t)ek_lbp_bin(p);
#pragma omp parallel for num_threads(threads)
    for (int cell = 0; cell < cells[0] * cells[1]; cell++) {
        const int cx = cell % cells[0], cy = cell / cells[0];
        const int x[2] = {edge(cx, cells[0], w, r), edge(cx + 1, cells[0], w, r)};
        const int y[2] = {edge(cy, cells[1], size[1], r), edge(cy + 1, cells[1], size[1], r)};
        one_cell(histogram + (int64_t)cell * EK_LBP_BINS, gray, w, x, y, offset, bin_of);
    }
}
