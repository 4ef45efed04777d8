/* Noise with a scan's own correlation: a normal field made of counter-based white noise (rng.h) by a
 * separable filter, so that any box of it can be had alone, on any thread, with the same bits. */
#ifndef EK_NOISE_H
#define EK_NOISE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/dtype.h"

enum { EK_NOISE_RADIUS = 8, EK_NOISE_TABLE = 4096 };

/* A filter of unit gain in variance on each axis, symmetric; tap[a][0] is its centre. */
typedef struct ek_noise {
    uint64_t seed;
    int radius[3];
    float tap[3][EK_NOISE_RADIUS + 1];
    double kurtosis; /* excess kurtosis of the field */
} ek_noise;

/* Chooses the taps: Gaussian for a positive correlation, as of images that were interpolated or filtered
 * after the noise came in; three taps (-a, 1, -a) for a negative one, as of sharpened images.
 * noise        out
 * correlation  of neighbours along each axis; kept within -0.6 and 0.9. Between -0.06 and 0.06 it counts as
 *              0: that is no more than four standard errors of a correlation of 4096 pairs
 * seed         of the white noise */
void ek_noise_init(ek_noise *noise, const double correlation[3], uint64_t seed);

/* The field in a box of voxels.
 * field    out, [size[2]][size[1]][size[0]]; mean 0, variance 1, normal to the third moment
 * begin    first voxel, -16000 to 16000 on each axis
 * size     voxels of the box
 * volume   of a 4-D image: each has noise of its own; 0 to 65535
 * threads  number of OpenMP threads
 * White noise is the sum of the eight bytes of ek_hash64, standardised: close to normal (excess kurtosis
 * -0.15), and closer after the filter.
 * Returns false, and field is undefined, where memory was short. */
bool ek_noise_box(float *field, const ek_noise *noise, const int64_t begin[3], const int64_t size[3],
                  int64_t volume, int threads);

/* Probability that the field is below g: the normal law with its first Edgeworth correction, for the
 * kurtosis. */
double ek_noise_rank(const ek_noise *noise, double g);

/* The field's value that entry i of a table of EK_NOISE_TABLE entries stands for. */
double ek_noise_entry(int i);

/* Writes table[entry nearest to field] into the masked voxels of a box.
 * stored  in and out, [n[2]][n[1]][n[0]] elements of `type`, one volume
 * mask    of stored's shape; nonzero: write
 * field   as from ek_noise_box for the same box, which lies in the volume
 * table   EK_NOISE_TABLE elements of `type` */
void ek_noise_write(void *stored, ek_dtype type, const uint8_t *mask, const int64_t n[3],
                    const float *field, const int64_t begin[3], const int64_t size[3], const void *table,
                    int threads);

#endif
