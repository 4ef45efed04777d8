/* Where one volume fits best on another, at all shifts at once: masked normalised cross-correlation by FFT.
 *
 * One reference is loaded once and matched with many templates (rotated ones, say). Weights keep what is
 * not known (outside of the field of view) out of the score, so that fields of view may differ. Source:
 * Padfield 2012, "Masked object registration in the Fourier domain", equation 7 (there with masks of 0 and
 * 1). This is the only kernel that uses FFTW; planning takes a lock of its own, and any number of
 * correlators may live at once, each used by one caller at a time. */
#ifndef EK_FFT_H
#define EK_FFT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ek_correlator ek_correlator;

/* The best shift: b(x) lies on a(x + shift). */
typedef struct ek_peak {
    double value;     /* normalised correlation there, -1 to 1 */
    int64_t shift[3]; /* voxels */
    double overlap;   /* sum of the products of weights there over the sum of b's weights */
} ek_peak;

/* Smallest size of at least n that FFTW does fast: 2^a 3^b 5^c 7^d. n at least 1. */
int64_t ek_fft_good_size(int64_t n);

/* Room for volumes up to the padded size n. A shift s can be told from its wrapped twin where
 * -(n - n_a) <= s <= n - n_b on each axis: n of at least n_a + n_b - 1 gives all shifts, a smaller one the
 * small shifts, faster. Memory: about 18 volumes of n floats. NULL where that is short. */
ek_correlator *ek_correlator_create(const int64_t n[3]);

/* NULL is fine. */
void ek_correlator_free(ek_correlator *correlator);

/* Loads the volume that stands still.
 * a         [n_a[2]][n_a[1]][n_a[0]]; where not finite its weight is 0
 * weight_a  the same shape, 0 to 1; NULL: 1
 * n_a       at most n on each axis; nothing is borrowed after the call */
void ek_correlator_load_reference(ek_correlator *correlator, const float *a, const float *weight_a,
                                  const int64_t n_a[3], int threads);

/* Matches a template with the loaded reference.
 * peak         out: the highest value (the first in the order of `map`, of several); zeroes where there is
 * none map          out, [n[2]][n[1]][n[0]]: the value at every shift, shift s at index s modulo n; 0 at
 * shifts that can't be told or that have too little overlap or contrast; NULL: not wanted b, weight_b  as a
 * and weight_a min_overlap  shifts with a smaller overlap (as in ek_peak) are left out; above 0 A shift
 * counts only where, under the overlap, both volumes keep 1e-3 of their whole variance: below that single
 * precision leaves no digits. Values are good to about 1e-4. False where no shift counts. */
bool ek_correlator_match(ek_correlator *correlator, ek_peak *peak, float *map, const float *b,
                         const float *weight_b, const int64_t n_b[3], double min_overlap, int threads);

#endif
