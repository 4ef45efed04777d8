/* Fourier transforms: where one volume fits best on another, at all shifts at once (masked normalised
 * cross-correlation), and lines convolved with a long kernel.
 *
 * One reference is loaded once and matched with many templates (rotated ones, say). Weights keep what is
 * not known (outside of the field of view) out of the score, so that fields of view may differ. Source:
 * Padfield 2012, "Masked object registration in the Fourier domain", equation 7 (there with masks of 0 and
 * 1).
 *
 * This is the only kernel that uses FFTW. Planning takes a lock of its own. Any number of correlators may
 * live at once, each used by one caller at a time; lines may be shared by threads. */
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

/* Room for volumes up to the padded size n. A shift s differs from its wrapped twin where -(n - n_a) <= s
 * <= n - n_b on each axis: n of at least n_a + n_b - 1 gives all shifts, a smaller one the small shifts,
 * faster. Memory: about 18 volumes of n floats. NULL where that is short. */
ek_correlator *ek_correlator_create(const int64_t n[3]);

/* NULL is allowed. */
void ek_correlator_free(ek_correlator *correlator);

/* Loads the volume that stands still.
 * a         [n_a[2]][n_a[1]][n_a[0]]; where not finite its weight is 0
 * weight_a  the same shape, 0 to 1; NULL: 1
 * n_a       at most n on each axis; nothing is borrowed after the call */
void ek_correlator_load_reference(ek_correlator *correlator, const float *a, const float *weight_a,
                                  const int64_t n_a[3], int threads);

/* Matches a template with the loaded reference.
 * peak         out: the highest value (of equals the first in the order of `map`); zeroes where there is
 *              none
 * map          out, [n[2]][n[1]][n[0]]: the value at every shift, shift s at index s modulo n. 0 at shifts
 *              that are ambiguous or have too little overlap or contrast. NULL: not wanted
 * b, weight_b  as a and weight_a
 * n_b          at most n on each axis
 * min_overlap  shifts with a smaller overlap (as in ek_peak) are left out; above 0
 * threads      number of OpenMP threads
 * A shift counts only where, under the overlap, both volumes keep 1e-3 of their whole variance: below that
 * single precision leaves no digits. Values are good to about 1e-4.
 * Returns false where no shift counts. */
bool ek_correlator_match(ek_correlator *correlator, ek_peak *peak, float *map, const float *b,
                         const float *weight_b, const int64_t n_b[3], double min_overlap, int threads);

/* Convolution of many lines of one length with one symmetric kernel: what is planned and transformed once.
 * A line is taken to be zero beyond its ends. */
typedef struct ek_fft_lines ek_fft_lines;

enum { EK_FFT_BUNDLE = 16 }; /* lines that are convolved at once: one cache line of floats */

/* Plans lines, to be freed by ek_fft_lines_free; NULL where memory was short.
 * n       length of a line; at least 1
 * weight  [radius + 1]: the kernel at 0, 1, .. radius, the same on both sides
 * The plan is FFTW's estimate on one thread, so that the bits are the same every time. FFTW itself keeps
 * what it planned: the first plan of a length takes up to a millisecond, each later one 0.05 ms, a bundle's
 * transforms 0.03. */
ek_fft_lines *ek_fft_lines_create(int64_t n, const double *weight, int64_t radius);

/* NULL is allowed. */
void ek_fft_lines_free(ek_fft_lines *lines);

/* Length to which lines are padded with zeros: a good size of at least n + min(radius, n - 1). */
int64_t ek_fft_lines_padded(const ek_fft_lines *lines);

/* Room for one bundle, [padded][EK_FFT_BUNDLE] zeroes, to be freed by ek_fft_bundle_free; NULL where memory
 * was short. */
float *ek_fft_bundle_create(const ek_fft_lines *lines);

/* NULL is allowed. */
void ek_fft_bundle_free(float *bundle);

/* Convolves a bundle.
 * bundle  in and out, [padded][EK_FFT_BUNDLE], of ek_fft_bundle_create: element i of line l at
 *         [i * EK_FFT_BUNDLE + l]; finite; zero from n on. After the call elements from n on hold what must
 *         be cleared before the next.
 * Each value is good to 1e-6 of the largest of its line and of the line that it shares a transform with.
 * Time: n log n, whatever the radius. Several threads may use the same lines, each on its bundle. */
void ek_fft_lines_convolve(const ek_fft_lines *lines, float *bundle);

#endif
