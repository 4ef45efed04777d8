/* What a scanner sees of each tissue. */
#ifndef EF_PHANTOM_MR_H
#define EF_PHANTOM_MR_H

#include <stdint.h>

#include "phantom/options.h"
#include "phantom/tissue.h"

/* Noise-free signal of each tissue: CT in HU, MR in units of white matter = 1. */
void ef_contrast_signals(float signal[EF_TISSUE_COUNT], ef_contrast contrast);

/* A smooth receive field of a scan along axes of n samples: tables for ek_receive, n[0] + n[1] + n[2]
 * floats each, axis after axis; their field stays within 1 -+ amplitude. */
void ef_receive_tables(float *sum, float *product, const int64_t n[3], double amplitude, uint64_t scan);

#endif
