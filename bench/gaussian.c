/* Measures from which width on Fourier space is the faster way to a Gaussian. Both ways are timed on one
 * volume for several widths, each only after they agreed. The way that ek_gaussian takes is printed.
 *
 * usage: efface_bench_gaussian [REPEATS]     default 7
 *
 * Standard output, CSV: edge of the volume, sigma in voxels, the least processor time of the repeats in
 * milliseconds for sums and for Fourier space, the way that is taken. It runs on one thread: both ways
 * distribute their lines over threads alike. The exit status is 1 where they disagree. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/rng.h"
#include "kernels/smooth.h"

typedef bool gaussian(float *v, const int64_t n[3], const double sigma_vox[3], int threads);

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

/* Returns the least time of the repeats, which other programs disturb least; the result stays in out.
 * Returns less than 0 where memory was short. */
static double time_of(gaussian *run, float *out, const float *v, int64_t edge, double sigma, int repeats)
{
    const int64_t n[3] = {edge, edge, edge};
    double least = INFINITY;
    for (int r = -1; r < repeats; r++) {
        memcpy(out, v, sizeof *v * (size_t)(edge * edge * edge));
        const double start = now_ms();
        if (!run(out, n, (double[3]){sigma, sigma, sigma}, 1))
            return -1;
        if (r >= 0)
            least = fmin(least, now_ms() - start);
    }
    return least;
}

/* Tolerance for values from 0 to 1 on three axes: three times what the headers promise, and the rounding of
 * the sums. */
static const double tolerance = 1.2e-5;

static bool compare(int64_t edge, double sigma, int repeats)
{
    const int64_t count = edge * edge * edge;
    float *v = malloc(sizeof *v * (size_t)count), *sums = malloc(sizeof *v * (size_t)count),
          *fourier = malloc(sizeof *v * (size_t)count);
    bool same = v != NULL && sums != NULL && fourier != NULL;
    if (same) {
        for (int64_t i = 0; i < count; i++)
            v[i] = (float)ek_uniform(1, (uint64_t)i);
        const double direct_ms = time_of(ek_direct_gaussian, sums, v, edge, sigma, repeats);
        const double fft_ms = time_of(ek_fft_gaussian, fourier, v, edge, sigma, repeats);
        same = direct_ms > 0 && fft_ms > 0;
        for (int64_t i = 0; i < count; i++)
            same = same && fabs((double)sums[i] - (double)fourier[i]) < tolerance;
        if (same)
            printf("%" PRId64 ",%g,%.2f,%.2f,%s\n", edge, sigma, direct_ms, fft_ms,
                   ek_fft_is_faster(edge, (int64_t)ceil(4 * sigma)) ? "fft" : "sums");
        else
            fprintf(stderr, "edge %" PRId64 ", sigma %g: the two disagree: not timed\n", edge, sigma);
    }
    free(v);
    free(sums);
    free(fourier);
    return same;
}

int main(int argc, char **argv)
{
    static const int64_t edges[] = {64, 100, 128, 200};
    static const double sigmas[] = {2, 4, 6, 8, 10, 12, 16, 20};
    const long repeats = argc > 1 ? strtol(argv[1], NULL, 10) : 7;
    if (argc > 2 || repeats < 1) {
        fprintf(stderr, "usage: efface_bench_gaussian [REPEATS]\n");
        return 2;
    }
    bool same = true;
    printf("edge,sigma_vox,sums_ms,fft_ms,chosen\n");
    for (size_t e = 0; e < sizeof edges / sizeof *edges; e++) {
        for (size_t s = 0; s < sizeof sigmas / sizeof *sigmas; s++)
            same = compare(edges[e], sigmas[s], (int)repeats) && same;
    }
    return same ? 0 : 1;
}
