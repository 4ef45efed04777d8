/* What a receiver does to a pure signal: the coil's smooth sensitivity, then noise. */
#ifndef EK_RECEIVE_H
#define EK_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>

/* Receive field as tables along the axes: 1 + sum[0][i] + sum[1][j] + sum[2][k] + product[0][i]
 * product[1][j] product[2][k]. All six NULL: none. */
typedef struct ek_field {
    const float *sum[3], *product[3];
} ek_field;

/* Makes of a pure signal what is received.
 * image      in: pure signal (at least 0 where magnitude is set); out: as received; n[2]*n[1]*n[0]
 * field      see above
 * sigma      standard deviation of the noise; 0 for none
 * magnitude  true: |signal + complex noise| with sigma in each channel (Rician; Gudbjartsson and Patz, Magn
 *            Reson Med 1995;34:910); false: signal + Gaussian noise
 * seed       noise of voxel v is that of counter v, whatever the threads
 * threads    number of OpenMP threads */
void ek_receive(float *image, const int64_t n[3], const ek_field *field, float sigma, bool magnitude,
                uint64_t seed, int threads);

#endif
