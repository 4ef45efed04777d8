/* The scanner: signal of each tissue, and the receive field. */
#ifndef EF_PHANTOM_MR_H
#define EF_PHANTOM_MR_H

#include <stdint.h>

#include "phantom/options.h"
#include "phantom/tissue.h"

/* Noise-free signal of each tissue: CT in HU, MR in units of white matter = 1. */
void ef_contrast_signals(float signal[EF_TISSUE_COUNT], ef_contrast contrast);

/* Makes a smooth receive field: tables for ek_receive. The field stays within 1 -+ amplitude.
 * sum, product  out: n[0] + n[1] + n[2] floats each, axis after axis
 * n             samples along the axes
 * amplitude     greatest departure from 1, 0 to 0.9
 * scan          seed */
void ef_receive_tables(float *sum, float *product, const int64_t n[3], double amplitude, uint64_t scan);

#endif
