/* Random smooth functions whose zero surfaces wind like sulci and fasciae. */
#ifndef EF_PHANTOM_WAVE_H
#define EF_PHANTOM_WAVE_H

#include <stdint.h>

#include "phantom/sdf.h"

enum { EF_WAVES = 7 };

/* A sum of plane waves of one length in random directions.
 * Source: M. V. Berry, "Regular and irregular semiclassical wavefunctions", J Phys A 1977;10:2083, for the
 * statistics. */
typedef struct ef_wave {
    v3 k[EF_WAVES];        /* turns per mm */
    float phase[EF_WAVES]; /* turns */
    float per_mm;          /* root mean square slope */
} ef_wave;

/* Draws the directions and phases.
 * w          out
 * seed       of the person
 * stream     which of the person's waves; each has its own random numbers
 * length_mm  wavelength, above 0 */
void ef_wave_init(ef_wave *w, uint64_t seed, uint64_t stream, double length_mm);

/* Value at p (mm), of unit variance. */
float ef_wave_at(const ef_wave *w, v3 p);

#endif
