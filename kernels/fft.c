/* See fft.h. Plans are FFTW's estimates on one thread: the same plan, and so the same bits, every time.
 * Each thread computes whole transforms. */
#include "kernels/fft.h"

#include <complex.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/grid.h"

/* The three moments of a weighted volume, in this order everywhere: w, v w, v^2 w. */
enum { W, VW, V2W, N_MOMENTS };

/* The six correlations of moments of a and b that the score needs. */
enum { COUNT, SUM_A, SUM_A2, SUM_B, SUM_B2, SUM_AB, N_SUMS };
static const int moment_of_a[N_SUMS] = {W, VW, V2W, W, W, VW};
static const int moment_of_b[N_SUMS] = {W, W, W, VW, V2W, VW};

/* Fraction of its whole variance that a volume must keep under the overlap. */
static const double min_variance = 1e-3;

struct ek_correlator {
    int64_t n[3], n_a[3], count, complex_count;
    fftwf_plan forward, backward;
    float *real[N_SUMS];
    fftwf_complex *reference[N_MOMENTS], *template[N_MOMENTS], *product[N_SUMS];
};

int64_t ek_fft_good_size(int64_t n)
{
    static const int64_t primes[4] = {2, 3, 5, 7};
    for (;; n++) {
        int64_t rest = n;
        for (int p = 0; p < 4; p++) {
            while (rest % primes[p] == 0)
                rest /= primes[p];
        }
        if (rest == 1)
            return n;
    }
}

static bool allocate(ek_correlator *c)
{
    bool enough = true;
    for (int i = 0; i < N_SUMS; i++) {
        c->real[i] = fftwf_alloc_real((size_t)c->count);
        c->product[i] = fftwf_alloc_complex((size_t)c->complex_count);
        enough = enough && c->real[i] != NULL && c->product[i] != NULL;
    }
    for (int i = 0; i < N_MOMENTS; i++) {
        c->reference[i] = fftwf_alloc_complex((size_t)c->complex_count);
        c->template[i] = fftwf_alloc_complex((size_t)c->complex_count);
        enough = enough && c->reference[i] != NULL && c->template[i] != NULL;
    }
    return enough;
}

ek_correlator *ek_correlator_create(const int64_t n[3])
{
    ek_correlator *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    memcpy(c->n, n, sizeof c->n);
    c->count = n[0] * n[1] * n[2];
    c->complex_count = (n[0] / 2 + 1) * n[1] * n[2];
    if (allocate(c)) {
        const int size[3] = {(int)n[2], (int)n[1], (int)n[0]};
#pragma omp critical(ek_fft_plan)
        {
            c->forward = fftwf_plan_dft_r2c(3, size, c->real[0], c->reference[0], FFTW_ESTIMATE);
            c->backward = fftwf_plan_dft_c2r(3, size, c->product[0], c->real[0], FFTW_ESTIMATE);
        }
    }
    if (c->forward == NULL || c->backward == NULL) {
        ek_correlator_free(c);
        return NULL;
    }
    return c;
}

void ek_correlator_free(ek_correlator *c)
{
    if (c == NULL)
        return;
#pragma omp critical(ek_fft_plan)
    {
        fftwf_destroy_plan(c->forward);
        fftwf_destroy_plan(c->backward);
    }
    for (int i = 0; i < N_SUMS; i++) {
        fftwf_free(c->real[i]);
        fftwf_free(c->product[i]);
    }
    for (int i = 0; i < N_MOMENTS; i++) {
        fftwf_free(c->reference[i]);
        fftwf_free(c->template[i]);
    }
    free(c);
}

static double weight_at(const float *v, const float *weight, int64_t i)
{
    return isfinite(v[i]) ? (weight != NULL ? (double)weight[i] : 1.0) : 0.0;
}

/* Weighted mean and one over the standard deviation (1 for a flat volume); returns the sum of weights. Two
 * passes in order, on one thread: the bits must not depend on threads, and the volumes are coarse. */
static double standardise(double *mean, double *scale, const float *v, const float *weight, int64_t count)
{
    double sum = 0, total = 0, squares = 0;
    for (int64_t i = 0; i < count; i++) {
        const double w = weight_at(v, weight, i);
        total += w;
        sum += w > 0 ? w * (double)v[i] : 0;
    }
    *mean = total > 0 ? sum / total : 0;
    for (int64_t i = 0; i < count; i++) {
        const double w = weight_at(v, weight, i);
        squares += w > 0 ? w * ((double)v[i] - *mean) * ((double)v[i] - *mean) : 0;
    }
    *scale = squares > 0 ? 1 / sqrt(squares / total) : 1;
    return total;
}

/* Spectra of the three moments of a volume. It is scaled to mean 0 and variance 1 first, which keeps the
 * differences of large sums small. Returns the sum of weights. */
static double transform(fftwf_complex *spectrum[N_MOMENTS], ek_correlator *c, const float *v,
                        const float *weight, const int64_t n_v[3], int threads)
{
    double mean, scale;
    const double total = standardise(&mean, &scale, v, weight, n_v[0] * n_v[1] * n_v[2]);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t row = 0; row < c->n[1] * c->n[2]; row++) {
        const int64_t y = row % c->n[1], z = row / c->n[1], to = row * c->n[0];
        for (int m = 0; m < N_MOMENTS; m++)
            memset(c->real[m] + to, 0, sizeof(float) * (size_t)c->n[0]);
        if (y >= n_v[1] || z >= n_v[2])
            continue;
        for (int64_t x = 0; x < n_v[0]; x++) {
            const int64_t from = (z * n_v[1] + y) * n_v[0] + x;
            const double w = weight_at(v, weight, from);
            const double value = w > 0 ? ((double)v[from] - mean) * scale : 0;
            c->real[W][to + x] = (float)w;
            c->real[VW][to + x] = (float)(w * value);
            c->real[V2W][to + x] = (float)(w * value * value);
        }
    }
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int m = 0; m < N_MOMENTS; m++)
        fftwf_execute_dft_r2c(c->forward, c->real[m], spectrum[m]);
    return total;
}

void ek_correlator_load_reference(ek_correlator *c, const float *a, const float *weight_a,
                                  const int64_t n_a[3], int threads)
{
    memcpy(c->n_a, n_a, sizeof c->n_a);
    (void)transform(c->reference, c, a, weight_a, n_a, threads);
}

/* All six correlations into real[]: sum over x of a's moment at x + s times b's at x. */
static void correlate(ek_correlator *c, int threads)
{
    const float scale = 1.0F / (float)c->count;
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (int s = 0; s < N_SUMS; s++) {
        const fftwf_complex *a = c->reference[moment_of_a[s]], *b = c->template[moment_of_b[s]];
        float(*out)[2] = (float(*)[2])c->product[s];
        for (int64_t i = 0; i < c->complex_count; i++) {
            const float ar = crealf(a[i]) * scale, ai = cimagf(a[i]) * scale;
            const float br = crealf(b[i]), bi = cimagf(b[i]);
            out[i][0] = ar * br + ai * bi;
            out[i][1] = ai * br - ar * bi;
        }
        fftwf_execute_dft_c2r(c->backward, c->product[s], c->real[s]);
    }
}

/* The shift that index i of axis stands for; false where it has a wrapped twin or no overlap. */
static bool shift_of(int64_t *shift, int64_t i, int64_t n, int64_t n_a, int64_t n_b)
{
    *shift = i <= n - n_b && i < n_a ? i : i - n;
    return *shift >= 0 || (*shift >= n_a - n && *shift > -n_b);
}

/* Padfield's equation 7 at one shift; 0 where too little remains. */
static double score_at(double *overlap, const ek_correlator *c, int64_t i, double total_b,
                       double min_overlap)
{
    const double count = (double)c->real[COUNT][i];
    *overlap = count / total_b;
    if (!(*overlap >= min_overlap))
        return 0;
    const double a = (double)c->real[SUM_A][i] / count, b = (double)c->real[SUM_B][i] / count;
    const double variance_a = (double)c->real[SUM_A2][i] / count - a * a;
    const double variance_b = (double)c->real[SUM_B2][i] / count - b * b;
    if (!(variance_a >= min_variance && variance_b >= min_variance))
        return 0;
    const double value = ((double)c->real[SUM_AB][i] / count - a * b) / sqrt(variance_a * variance_b);
    return value > 1 ? 1 : value < -1 ? -1 : value;
}

/* Scores of one slice of shifts; returns whether any counted. peak: the slice's best. */
static bool score_slice(ek_peak *peak, float *map, const ek_correlator *c, int64_t z, const int64_t n_b[3],
                        double total_b, double min_overlap)
{
    bool found = false;
    int64_t shift[3];
    const bool z_known = shift_of(&shift[2], z, c->n[2], c->n_a[2], n_b[2]);
    for (int64_t y = 0; y < c->n[1]; y++) {
        const bool y_known = z_known && shift_of(&shift[1], y, c->n[1], c->n_a[1], n_b[1]);
        for (int64_t x = 0; x < c->n[0]; x++) {
            const int64_t i = ek_index(c->n, x, y, z);
            double overlap = 0, value = 0;
            if (y_known && shift_of(&shift[0], x, c->n[0], c->n_a[0], n_b[0]))
                value = score_at(&overlap, c, i, total_b, min_overlap);
            if (map != NULL)
                map[i] = (float)value;
            if (value != 0 && (!found || value > peak->value)) {
                *peak =
                    (ek_peak){.value = value, .shift = {shift[0], shift[1], shift[2]}, .overlap = overlap};
                found = true;
            }
        }
    }
    return found;
}

bool ek_correlator_match(ek_correlator *c, ek_peak *peak, float *map, const float *b, const float *weight_b,
                         const int64_t n_b[3], double min_overlap, int threads)
{
    const double total_b = transform(c->template, c, b, weight_b, n_b, threads);
    correlate(c, threads);
    *peak = (ek_peak){0};
    bool found = false;
    int64_t first = c->n[2];
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t z = 0; z < c->n[2]; z++) {
        ek_peak best = {0};
        if (!score_slice(&best, map, c, z, n_b, total_b, min_overlap))
            continue;
            /* Of equal values the lowest slice wins, whichever thread comes first. */
#pragma omp critical(ek_fft_peak)
        if (!found || best.value > peak->value || (best.value == peak->value && z < first)) {
            *peak = best;
            first = z;
            found = true;
        }
    }
    return found;
}

struct ek_fft_lines {
    int64_t padded;
    fftwf_plan forward, backward;
    float *transfer; /* owned, [padded]: the kernel's spectrum, which is real, over the padded length */
};

ek_fft_lines *ek_fft_lines_create(int64_t n, const double *weight, int64_t radius)
{
    ek_fft_lines *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    const int64_t reach = radius < n - 1 ? radius : n - 1; /* beyond it lie zeros only */
    l->padded = ek_fft_good_size(n + reach);
    l->transfer = malloc(sizeof(float) * (size_t)l->padded);
    float *bundle = ek_fft_bundle_create(l);
    if (l->transfer != NULL && bundle != NULL) {
        /* Two real lines, neighbours in memory, are the two parts of a complex one: a real spectrum keeps
         * them separate. */
        const int size = (int)l->padded, half = EK_FFT_BUNDLE / 2;
        fftwf_complex *pairs = (fftwf_complex *)bundle;
#pragma omp critical(ek_fft_plan)
        {
            l->forward = fftwf_plan_many_dft(1, &size, half, pairs, NULL, half, 1, pairs, NULL, half, 1,
                                             FFTW_FORWARD, FFTW_ESTIMATE);
            l->backward = fftwf_plan_many_dft(1, &size, half, pairs, NULL, half, 1, pairs, NULL, half, 1,
                                              FFTW_BACKWARD, FFTW_ESTIMATE);
        }
    }
    ek_fft_bundle_free(bundle);
    if (l->forward == NULL || l->backward == NULL) {
        ek_fft_lines_free(l);
        return NULL;
    }
    const double turn = 2 * EK_PI / (double)l->padded;
    for (int64_t k = 0; k < l->padded; k++) {
        double sum = weight[0];
        for (int64_t r = 1; r <= reach; r++)
            sum += 2 * weight[r] * cos(turn * (double)(k * r % l->padded));
        l->transfer[k] = (float)(sum / (double)l->padded);
    }
    return l;
}

void ek_fft_lines_free(ek_fft_lines *l)
{
    if (l == NULL)
        return;
#pragma omp critical(ek_fft_plan)
    {
        fftwf_destroy_plan(l->forward);
        fftwf_destroy_plan(l->backward);
    }
    free(l->transfer);
    free(l);
}

int64_t ek_fft_lines_padded(const ek_fft_lines *l)
{
    return l->padded;
}

float *ek_fft_bundle_create(const ek_fft_lines *l)
{
    const size_t count = (size_t)(l->padded * EK_FFT_BUNDLE);
    float *bundle = fftwf_alloc_real(count);
    if (bundle != NULL)
        memset(bundle, 0, sizeof(float) * count);
    return bundle;
}

void ek_fft_bundle_free(float *bundle)
{
    fftwf_free(bundle);
}

void ek_fft_lines_convolve(const ek_fft_lines *l, float *bundle)
{
    fftwf_complex *pairs = (fftwf_complex *)bundle;
    fftwf_execute_dft(l->forward, pairs, pairs);
    for (int64_t k = 0; k < l->padded; k++) {
        for (int64_t i = 0; i < EK_FFT_BUNDLE; i++)
            bundle[k * EK_FFT_BUNDLE + i] *= l->transfer[k];
    }
    fftwf_execute_dft(l->backward, pairs, pairs);
}
