/* Times the kernels. Each is timed only after its result agreed with the plain reference on a small volume;
 * where one disagrees, it is not timed and the program ends with status 1.
 * usage: efface_bench_kernels [REPEATS [THREADS]]     default 15 repeats, as many threads as processors
 * Standard output, CSV: kernel, volume, threads, median and minimum of the repeats in milliseconds. One
 * warm-up run comes before. Inputs that a kernel overwrites are restored before each run, off the clock. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernels/blockmean.h"
#include "kernels/carve.h"
#include "kernels/compare.h"
#include "kernels/distance.h"
#include "kernels/fft.h"
#include "kernels/fill.h"
#include "kernels/joint.h"
#include "kernels/label.h"
#include "kernels/morphology.h"
#include "kernels/quantile.h"
#include "kernels/resample.h"
#include "kernels/rng.h"
#include "kernels/smooth.h"
#include "reference.h"

enum { N_POINTS = 24000, N_LABELS = 9, N_BINS = 32 };

/* One size of everything that the kernels work on: one set to check them, one to time them. */
typedef struct data {
    int64_t n[3], count;           /* the work volume */
    int64_t scan_n[3], scan_count; /* the scan */
    int64_t block_n[3];
    int16_t *scan, *scan_copy;
    uint8_t *scan_mask;
    float *scan_value, *value, *copy, *out;
    uint8_t *head, *mask;
    int32_t *label;
    float *cut, *away, *xyz; /* distances on the work volume; points in it */
    uint8_t *point_label;
    double joint[N_LABELS * N_BINS];
    ek_correlator *correlator;
} data;

static const double spacing[3] = {2, 2, 2}, sigma[3] = {1, 1, 1};
static const int two[3] = {2, 2, 2};
static const double work_from_scan[3][4] = {
    {0.43, 0, 0, -0.28}, {0, 0.507, 0, -0.25}, {0, 0, 0.677, -0.17}};
static const double work_from_work[3][4] = {
    {0.98, 0.05, 0.02, 1.013}, {-0.05, 0.99, 0.01, 1.017}, {-0.02, 0.01, 0.97, 2.011}};

static void *claim(int64_t count, size_t size)
{
    void *block = calloc((size_t)count, size);
    if (block == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return block;
}

/* A simple head: an ellipsoid with cavities, specks in the air around it, noise everywhere. */
static void make_data(data *d, const int64_t n[3], const int64_t scan_n[3])
{
    memcpy(d->n, n, sizeof d->n);
    memcpy(d->scan_n, scan_n, sizeof d->scan_n);
    d->count = n[0] * n[1] * n[2];
    d->scan_count = scan_n[0] * scan_n[1] * scan_n[2];
    for (int a = 0; a < 3; a++)
        d->block_n[a] = (scan_n[a] + 1) / 2;
    d->scan = claim(d->scan_count, sizeof *d->scan);
    d->scan_copy = claim(d->scan_count, sizeof *d->scan_copy);
    d->scan_mask = claim(d->scan_count, 1);
    d->scan_value = claim(d->scan_count, sizeof *d->scan_value);
    d->value = claim(d->count, sizeof *d->value);
    d->copy = claim(d->count, sizeof *d->copy);
    d->out = claim(d->count, sizeof *d->out);
    d->head = claim(d->count, 1);
    d->mask = claim(d->count, 1);
    d->label = claim(d->count, sizeof *d->label);
    d->cut = claim(d->count, sizeof *d->cut);
    d->away = claim(d->count, sizeof *d->away);
    d->xyz = claim(N_POINTS, 3 * sizeof *d->xyz);
    d->point_label = claim(N_POINTS, 1);
    for (uint64_t p = 0; p < N_POINTS; p++) {
        for (uint64_t a = 0; a < 3; a++)
            d->xyz[3 * p + a] = (float)((double)n[a] * ek_uniform(10 + a, p));
        d->point_label[p] = (uint8_t)(ek_hash64(13, p) % N_LABELS);
    }
    for (int64_t i = 0; i < d->scan_count; i++) {
        d->scan[i] = (int16_t)(ek_hash64(1, (uint64_t)i) % 1500);
        d->scan_mask[i] = i > d->scan_count / 2 && i < d->scan_count * 3 / 5;
    }
    for (int64_t i = 0; i < d->count; i++) {
        const double x = (double)(i % n[0]) / (double)n[0] - 0.5,
                     y = (double)(i / n[0] % n[1]) / (double)n[1] - 0.5,
                     z = (double)(i / (n[0] * n[1])) / (double)n[2] - 0.5;
        const double r = sqrt(x * x + y * y + z * z);
        const bool speck = ek_uniform(2, (uint64_t)i) < 0.001;
        d->head[i] = (r < 0.4 && (r > 0.12 || z > 0)) != speck;
        d->value[i] = (float)((d->head[i] ? 100 : 5) + 10 * ek_normal(3, (uint64_t)i));
        d->cut[i] = (float)(2 * (double)n[0] * (r - 0.4));
        d->away[i] = (float)(2 * (double)n[1] * (y + 0.1));
    }
}

static void free_data(data *d)
{
    void *blocks[] = {d->scan, d->scan_copy, d->scan_mask, d->scan_value, d->value,
                      d->copy, d->out,       d->head,      d->mask,       d->label,
                      d->cut,  d->away,      d->xyz,       d->point_label};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    ek_correlator_free(d->correlator);
}

/* ---- what is timed; each returns whether it worked ---- */

static bool run_block_mean(data *d, int threads)
{
    const ek_block_source source = {d->scan, EK_INT16, d->scan_n, 1, 2, 5, 20, 2500};
    return ek_block_mean(d->scan_value, d->block_n, source, two, threads);
}

static bool run_quantiles(data *d, int threads)
{
    static const double q[2] = {0.0005, 0.9995};
    double out[2];
    int64_t n_finite;
    (void)threads;
    const bool done =
        ek_sample_quantiles(out, q, 2, d->scan, EK_INT16, d->scan_count, 500000, 1, 0, &n_finite);
    d->out[0] = (float)out[0];
    d->out[1] = (float)out[1];
    return done;
}

static bool run_histogram(data *d, int threads)
{
    int64_t bins[256];
    ek_histogram(bins, 256, d->value, d->head, d->count, 0, 128, threads);
    for (int b = 0; b < 256; b++)
        d->label[b] = (int32_t)bins[b];
    return true;
}

static bool run_linear(data *d, int threads)
{
    ek_resample_linear(d->out, d->n, d->value, d->n, work_from_work, -1, threads);
    return true;
}

static bool run_linear_to_scan(data *d, int threads)
{
    ek_resample_linear(d->scan_value, d->scan_n, d->value, d->n, work_from_scan, -1, threads);
    return true;
}

static bool run_nearest_to_scan(data *d, int threads)
{
    ek_resample_nearest_u8((uint8_t *)d->scan_value, d->scan_n, d->head, d->n, work_from_scan, 9, threads);
    return true;
}

static bool run_gaussian(data *d, int threads)
{
    return ek_gaussian(d->copy, d->n, sigma, threads);
}

static bool run_gaussian_masked(data *d, int threads)
{
    return ek_gaussian_masked(d->copy, d->head, d->n, sigma, threads);
}

static bool run_distance(data *d, int threads)
{
    return ek_distance_signed(d->out, d->head, d->n, spacing, threads);
}

static bool run_open(data *d, int threads)
{
    return ek_open(d->mask, d->n, spacing, 2.5, threads);
}

static bool run_close(data *d, int threads)
{
    return ek_close(d->mask, d->n, spacing, 6, threads);
}

static bool run_largest(data *d, int threads)
{
    (void)threads;
    return ek_keep_largest(d->mask, d->n, 6) >= 0;
}

static bool run_holes(data *d, int threads)
{
    (void)threads;
    return ek_fill_holes(d->mask, d->n, NULL);
}

static bool run_fill(data *d, int threads)
{
    int16_t table[64];
    for (int16_t i = 0; i < 64; i++)
        table[i] = (int16_t)(i * 7);
    ek_fill_stored(d->scan_copy, EK_INT16, d->scan_mask, d->scan_count, 1, table, 64, 5, threads);
    return true;
}

static bool run_changed(data *d, int threads)
{
    d->label[0] = (int32_t)ek_count_changed(d->scan, d->scan_copy, EK_INT16, d->scan_mask, false,
                                            d->scan_count, 1, threads);
    return true;
}

static bool run_hash(data *d, int threads)
{
    const uint64_t hash = ek_hash_outside(d->scan, EK_INT16, d->scan_mask, d->scan_count, 1, threads);
    memcpy(d->label, &hash, sizeof hash);
    return true;
}

/* Half the work volume's edges, on a quarter of it: the sizes of a pose search on a coarse grid. */
static const int64_t coarse_n[3] = {28, 32, 32}, padded_n[3] = {56, 64, 64};

static bool run_match(data *d, int threads)
{
    ek_peak peak;
    if (d->correlator == NULL) {
        d->correlator = ek_correlator_create(padded_n);
        if (d->correlator == NULL)
            return false;
        ek_correlator_load_reference(d->correlator, d->value, NULL, coarse_n, threads);
    }
    const bool found =
        ek_correlator_match(d->correlator, &peak, NULL, d->value, NULL, coarse_n, 0.3, threads);
    d->out[0] = (float)peak.value;
    return found;
}

static double pose[3][4] = {{0.9, 0.05, 0.02, 0.013}, {-0.05, 0.9, 0.01, 1.7}, {-0.02, 0.01, 0.9, 1.011}};

static bool run_joint(data *d, int threads)
{
    return ek_joint_histogram(d->joint, N_LABELS, N_BINS, d->xyz, d->point_label, N_POINTS, d->value, d->n,
                              pose, threads) > 0;
}

static void carve_fields(ek_field *cut, ek_field *away, const data *d)
{
    memcpy(cut->n, d->n, sizeof cut->n);
    memcpy(cut->index_from_voxel, work_from_scan, sizeof cut->index_from_voxel);
    *away = *cut;
    cut->value = d->cut;
    away->value = d->away;
}

static bool run_carve(data *d, int threads)
{
    ek_field cut, away;
    carve_fields(&cut, &away, d);
    /* A voxel is at most 0.7 of a 2 mm cell. 1.5: a trilinear field may be that much steeper in a cell. */
    return ek_carve((uint8_t *)d->scan_value, d->scan_n, &cut, &away, 3, 2 * 0.7, 1.5, threads) > 0;
}

/* ---- whether the result is the reference's ---- */

static bool near(const float *a, const float *b, int64_t count, double tolerance)
{
    for (int64_t i = 0; i < count; i++) {
        if (isnan(a[i]) != isnan(b[i]) || fabs((double)(a[i] - b[i])) > tolerance)
            return false;
    }
    return true;
}

static bool agrees_block_mean(const data *d)
{
    const int64_t count = d->block_n[0] * d->block_n[1] * d->block_n[2];
    float *reference = claim(count, sizeof *reference);
    ref_block_mean(reference, d->block_n,
                   (ek_block_source){d->scan, EK_INT16, d->scan_n, 1, 2, 5, 20, 2500}, two);
    const bool same = near(d->scan_value, reference, count, 2500 * 0x1p-22);
    free(reference);
    return same;
}

static bool agrees_quantiles(const data *d)
{
    return fabs((double)d->out[0] - ref_quantile(0.0005, d->scan, EK_INT16, d->scan_count, 1, 0)) < 1e-3 &&
           fabs((double)d->out[1] - ref_quantile(0.9995, d->scan, EK_INT16, d->scan_count, 1, 0)) < 1e-3;
}

static bool agrees_histogram(const data *d)
{
    int32_t bins[256] = {0};
    for (int64_t i = 0; i < d->count; i++)
        bins[(int)fmin(fmax(floor((double)d->value[i] * 2), 0), 255)] += d->head[i] != 0;
    return memcmp(bins, d->label, sizeof bins) == 0;
}

static bool agrees_linear(const data *d)
{
    ref_resample_linear(d->copy, d->n, d->value, d->n, work_from_work, -1);
    return near(d->out, d->copy, d->count, 150 * 0x1p-20);
}

static bool agrees_linear_to_scan(const data *d)
{
    float *reference = claim(d->scan_count, sizeof *reference);
    ref_resample_linear(reference, d->scan_n, d->value, d->n, work_from_scan, -1);
    const bool same = near(d->scan_value, reference, d->scan_count, 150 * 0x1p-20);
    free(reference);
    return same;
}

static bool agrees_nearest_to_scan(const data *d)
{
    uint8_t *reference = claim(d->scan_count, 1);
    ref_resample_nearest_u8(reference, d->scan_n, d->head, d->n, work_from_scan, 9);
    const bool same = memcmp(reference, d->scan_value, (size_t)d->scan_count) == 0;
    free(reference);
    return same;
}

static bool agrees_gaussian(const data *d)
{
    ref_gaussian(d->out, d->value, NULL, d->n, sigma);
    return near(d->copy, d->out, d->count, 150 * 1.2e-5);
}

static bool agrees_gaussian_masked(const data *d)
{
    ref_gaussian(d->out, d->value, d->head, d->n, sigma);
    return near(d->copy, d->out, d->count, 150 * 1.2e-5);
}

static bool agrees_distance(const data *d)
{
    double *to_head = claim(d->count, sizeof *to_head), *to_air = claim(d->count, sizeof *to_air);
    ref_distance(to_head, d->head, true, d->n, spacing);
    ref_distance(to_air, d->head, false, d->n, spacing);
    bool same = true;
    for (int64_t i = 0; i < d->count; i++)
        same = same && fabs((double)d->out[i] - (d->head[i] ? 1 - to_air[i] : to_head[i] - 1)) < 1e-4;
    free(to_head);
    free(to_air);
    return same;
}

/* Dilates where kind is true, erodes where it is false. */
static void ref_grow(uint8_t *mask, const data *d, bool kind, double radius)
{
    double *mm = claim(d->count, sizeof *mm);
    ref_distance(mm, mask, kind, d->n, spacing);
    for (int64_t i = 0; i < d->count; i++)
        mask[i] = (mm[i] <= radius) == kind;
    free(mm);
}

static bool agrees_morphology(const data *d, bool first, double radius)
{
    uint8_t *mask = claim(d->count, 1);
    memcpy(mask, d->head, (size_t)d->count);
    ref_grow(mask, d, first, radius);
    ref_grow(mask, d, !first, radius);
    const bool same = memcmp(mask, d->mask, (size_t)d->count) == 0;
    free(mask);
    return same;
}

static bool agrees_open(const data *d)
{
    return agrees_morphology(d, false, 2.5);
}

static bool agrees_close(const data *d)
{
    return agrees_morphology(d, true, 6);
}

static bool agrees_largest(const data *d)
{
    const int64_t components = ref_components(d->label, d->head, d->n, 6);
    int64_t *size = claim(components + 1, sizeof *size);
    for (int64_t i = 0; i < d->count; i++)
        size[d->label[i]] += d->label[i] != 0;
    int32_t largest = 1;
    for (int32_t c = 2; c <= components; c++)
        largest = size[c] > size[largest] ? c : largest;
    free(size);
    bool same = true;
    for (int64_t i = 0; i < d->count; i++)
        same = same && (d->mask[i] != 0) == (d->label[i] == largest);
    return same;
}

static bool agrees_holes(const data *d)
{
    uint8_t *air = claim(d->count, 1), *open = claim(d->count + 1, 1);
    for (int64_t i = 0; i < d->count; i++)
        air[i] = !d->head[i];
    ref_components(d->label, air, d->n, 6);
    for (int64_t i = 0; i < d->count; i++) {
        const int64_t x = i % d->n[0], y = i / d->n[0] % d->n[1], z = i / (d->n[0] * d->n[1]);
        if (x == 0 || y == 0 || z == 0 || x == d->n[0] - 1 || y == d->n[1] - 1 || z == d->n[2] - 1)
            open[d->label[i]] = 1;
    }
    bool same = true;
    for (int64_t i = 0; i < d->count; i++)
        same = same && (d->mask[i] != 0) == (d->label[i] == 0 || !open[d->label[i]]);
    free(air);
    free(open);
    return same;
}

static bool agrees_fill(const data *d)
{
    bool same = true;
    for (int64_t i = 0; i < d->scan_count; i++)
        same = same && d->scan_copy[i] ==
                           (d->scan_mask[i] ? (int16_t)(ek_hash64(5, (uint64_t)i) % 64 * 7) : d->scan[i]);
    return same;
}

static bool agrees_changed(const data *d)
{
    d->scan_copy[0] ^= 1;
    d->scan_copy[d->scan_count - 1] ^= 4;
    d->scan_copy[d->scan_count * 11 / 20] ^= 4; /* under the mask */
    return d->label[0] == 0 &&
           ek_count_changed(d->scan, d->scan_copy, EK_INT16, d->scan_mask, false, d->scan_count, 1, 2) == 2;
}

static bool agrees_hash(const data *d)
{
    uint64_t hash;
    memcpy(&hash, d->label, sizeof hash);
    d->scan_copy[d->scan_count * 11 / 20] ^= 4; /* under the mask */
    const bool same = hash == ek_hash_outside(d->scan_copy, EK_INT16, d->scan_mask, d->scan_count, 1, 1);
    d->scan_copy[0] ^= 4;
    return same && hash != ek_hash_outside(d->scan_copy, EK_INT16, d->scan_mask, d->scan_count, 1, 1);
}

static bool agrees_match(const data *d)
{
    float *weight = claim(coarse_n[0] * coarse_n[1] * coarse_n[2], sizeof *weight);
    for (int64_t i = 0; i < coarse_n[0] * coarse_n[1] * coarse_n[2]; i++)
        weight[i] = 1;
    const ref_weighted both = {d->value, weight, coarse_n};
    double overlap;
    const double value = ref_correlation(&overlap, &both, &both, (int64_t[3]){0, 0, 0});
    free(weight);
    return fabs(value - (double)d->out[0]) < 1e-4;
}

static bool agrees_joint(const data *d)
{
    double *joint = claim(N_LABELS * N_BINS, sizeof *joint);
    const ref_points points = {d->xyz, d->point_label, NULL, N_POINTS};
    ref_joint_histogram(joint, N_LABELS, N_BINS, &points, d->value, d->n, pose);
    bool same = true; /* an index is good to 1e-5; values jump by 100 from voxel to voxel */
    for (int e = 0; e < N_LABELS * N_BINS; e++)
        same = same && fabs(joint[e] - d->joint[e]) < 1e-3 * N_POINTS / N_LABELS;
    free(joint);
    return same;
}

/* Every 37th voxel: the reference visits all cells for each of them. */
static bool agrees_carve(const data *d)
{
    ek_field cut, away;
    carve_fields(&cut, &away, d);
    bool same = true;
    for (int64_t i = 0; i < d->scan_count; i += 37) {
        const int64_t x = i % d->scan_n[0], y = i / d->scan_n[0] % d->scan_n[1],
                      z = i / (d->scan_n[0] * d->scan_n[1]);
        const double in = ref_field(&cut, x, y, z), far = ref_field(&away, x, y, z);
        const bool unsure = fabs(in) < 1e-4 || fabs(far - 3) < 1e-4;
        same = same && (unsure || ((const uint8_t *)d->scan_value)[i] == (in < 0 && far > 3));
    }
    return same;
}

/* ---- the clock ---- */

typedef struct bench_case {
    const char *kernel, *volume;
    bool (*run)(data *d, int threads);
    bool (*agrees)(const data *d);
} bench_case;

static const bench_case cases[] = {
    {"block_mean", "scan", run_block_mean, agrees_block_mean},
    {"sample_quantiles", "scan", run_quantiles, agrees_quantiles},
    {"histogram", "work", run_histogram, agrees_histogram},
    {"resample_linear oblique", "work", run_linear, agrees_linear},
    {"resample_linear axis-aligned", "scan", run_linear_to_scan, agrees_linear_to_scan},
    {"resample_nearest_u8", "scan", run_nearest_to_scan, agrees_nearest_to_scan},
    {"gaussian 1 voxel", "work", run_gaussian, agrees_gaussian},
    {"gaussian_masked 1 voxel", "work", run_gaussian_masked, agrees_gaussian_masked},
    {"distance_signed", "work", run_distance, agrees_distance},
    {"open 2.5 mm", "work", run_open, agrees_open},
    {"close 6 mm", "work", run_close, agrees_close},
    {"keep_largest", "work", run_largest, agrees_largest},
    {"fill_holes", "work", run_holes, agrees_holes},
    {"fill_stored", "scan", run_fill, agrees_fill},
    {"count_changed", "scan", run_changed, agrees_changed},
    {"hash_outside", "scan", run_hash, agrees_hash},
    {"correlator_match", "coarse", run_match, agrees_match},
    {"joint_histogram 24000 points", "work", run_joint, agrees_joint},
    {"carve", "scan", run_carve, agrees_carve},
};

static void restore(data *d)
{
    memcpy(d->copy, d->value, sizeof *d->copy * (size_t)d->count);
    memcpy(d->mask, d->head, (size_t)d->count);
    memcpy(d->scan_copy, d->scan, sizeof *d->scan * (size_t)d->scan_count);
}

static int by_value(const void *one, const void *two_)
{
    const double a = *(const double *)one, b = *(const double *)two_;
    return (a > b) - (a < b);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static bool time_case(const bench_case *c, data *d, int repeats, int threads)
{
    double *ms = claim(repeats, sizeof *ms);
    bool done = true;
    for (int r = -1; r < repeats; r++) {
        restore(d);
        const double start = now_ms();
        done = c->run(d, threads) && done;
        if (r >= 0)
            ms[r] = now_ms() - start;
    }
    qsort(ms, (size_t)repeats, sizeof *ms, by_value);
    const int64_t *n = c->volume[0] == 's' ? d->scan_n : c->volume[0] == 'c' ? padded_n : d->n;
    if (done)
        printf("%s,%" PRId64 "x%" PRId64 "x%" PRId64 ",%d,%.3f,%.3f\n", c->kernel, n[0], n[1], n[2],
               threads, ms[repeats / 2], ms[0]);
    free(ms);
    return done;
}

static bool parse_count(int *count, const char *text)
{
    char *end;
    const long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 1 || value > 10000)
        return false;
    *count = (int)value;
    return true;
}

int main(int argc, char **argv)
{
    int repeats = 15, threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (argc > 3 || (argc > 1 && !parse_count(&repeats, argv[1])) ||
        (argc > 2 && !parse_count(&threads, argv[2]))) {
        fprintf(stderr, "usage: efface_bench_kernels [REPEATS [THREADS]]\n");
        return 2;
    }
    data small = {0}, whole = {0};
    make_data(&small, (int64_t[3]){29, 32, 33}, (int64_t[3]){45, 50, 37});
    make_data(&whole, (int64_t[3]){110, 130, 130}, (int64_t[3]){256, 256, 192});
    int status = 0;
    printf("kernel,volume,threads,median_ms,min_ms\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        restore(&small);
        if (!cases[i].run(&small, threads) || !cases[i].agrees(&small)) {
            fprintf(stderr, "%s disagrees with its reference: not timed\n", cases[i].kernel);
            status = 1;
            continue;
        }
        for (int t = 1; t <= threads; t = t == threads ? t + 1 : threads) {
            if (!time_case(&cases[i], &whole, repeats, t))
                status = 1;
        }
    }
    free_data(&small);
    free_data(&whole);
    return status;
}
