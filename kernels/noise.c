/* See noise.h. Slices are filtered along x and y as they are made, then all of them along z. Each voxel
 * sums over the taps in a fixed order, so the result depends neither on threads nor on the borders of the
 * box. */
#include "kernels/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/grid.h"
#include "kernels/rng.h"
#include "kernels/simd.h"

/* Table entries reach this far: 1e-6 of a normal field lies beyond. */
static const double reach = 4.75;
/* Bounds of the correlation that the taps can make: a Gaussian of 1.54 voxels, and three taps. */
static const double most_correlation = 0.9, least_correlation = -0.6, no_correlation = 0.06;

/* Sum of taps[|i|] * taps[|i + lag|] over all i. */
static double product(const double *tap, int radius, int lag)
{
    double sum = 0;
    for (int i = -radius; i + lag <= radius; i++)
        sum += tap[abs(i)] * tap[abs(i + lag)];
    return sum;
}

static int gaussian_taps(double *tap, double sigma)
{
    const int radius = (int)fmin(EK_NOISE_RADIUS, ceil(3 * sigma));
    for (int i = 0; i <= radius; i++)
        tap[i] = exp(-0.5 * i * i / (sigma * sigma));
    return radius;
}

static int choose_taps(double *tap, double correlation)
{
    tap[0] = 1;
    if (fabs(correlation) < no_correlation)
        return 0;
    if (correlation < 0) {
        /* 2 a / (1 + 2 a^2) = correlation, the smaller root. */
        const double r = fmax(correlation, least_correlation);
        tap[1] = (1 - sqrt(1 - 2 * r * r)) / (2 * r);
        return 1;
    }
    const double r = fmin(correlation, most_correlation);
    double low = 0.2, high = 2;
    for (int step = 0; step < 40; step++) {
        const double sigma = 0.5 * (low + high);
        const int radius = gaussian_taps(tap, sigma);
        if (product(tap, radius, 1) < r * product(tap, radius, 0))
            low = sigma;
        else
            high = sigma;
    }
    return gaussian_taps(tap, high);
}

void ek_noise_init(ek_noise *noise, const double correlation[3], uint64_t seed)
{
    memset(noise, 0, sizeof *noise);
    noise->seed = seed;
    /* Of a byte: -1.2 (1 + 2 / 65535); of the sum of eight: an eighth; of a filtered field: times the sum
     * of the fourth powers of taps whose squares sum to one. */
    noise->kurtosis = -1.2 / 8;
    for (int a = 0; a < 3; a++) {
        double tap[EK_NOISE_RADIUS + 1], fourth = 0;
        const int radius = choose_taps(tap, correlation[a]);
        const double scale = 1 / sqrt(product(tap, radius, 0));
        noise->radius[a] = radius;
        for (int i = 0; i <= radius; i++) {
            noise->tap[a][i] = (float)(tap[i] * scale);
            fourth += (i == 0 ? 1 : 2) * pow(tap[i] * scale, 4);
        }
        noise->kurtosis *= fourth;
    }
}

/* Sum of the eight bytes of a word. */
static EK_INLINE int32_t byte_sum(uint64_t word)
{
    const uint64_t even = UINT64_C(0x00ff00ff00ff00ff);
    return (int32_t)((((word & even) + ((word >> 8) & even)) * UINT64_C(0x0001000100010001)) >> 48);
}

/* A row of white noise: mean 8 * 127.5, variance 8 * (256^2 - 1) / 12. */
static void white_row(float *row, uint64_t seed, int64_t x, int64_t y, int64_t z, int64_t volume, int64_t n)
{
    const float mean = 1020, scale = 0.0047841995F; /* 1 / sqrt(43690) */
    const uint64_t counter = ((uint64_t)volume << 48) + ((uint64_t)(z + 32768) << 32) +
                             ((uint64_t)(y + 32768) << 16) + (uint64_t)(x + 32768);
    for (int64_t i = 0; i < n; i++)
        row[i] = ((float)byte_sum(ek_hash64(seed, counter + (uint64_t)i)) - mean) * scale;
}

/* out = sum over taps of the rows `step` floats before and after centre. */
EK_WIDE
static void filter(float *restrict out, const float *restrict centre, int64_t step, const float *tap,
                   int radius, int64_t n)
{
    for (int64_t x = 0; x < n; x++)
        out[x] = tap[0] * centre[x];
    for (int r = 1; r <= radius; r++) {
        const float *before = centre - r * step, *after = centre + r * step;
        for (int64_t x = 0; x < n; x++)
            out[x] += tap[r] * (before[x] + after[x]);
    }
}

/* One slice, filtered along x and y. rows: room for size[1] + 2 * radius[1] of them, and one longer. */
static void make_slice(float *slice, float *rows, const ek_noise *noise, const int64_t begin[3], int64_t z,
                       const int64_t size[3], int64_t volume)
{
    const int64_t rx = noise->radius[0], ry = noise->radius[1], n_rows = size[1] + 2 * ry;
    float *longer = rows + n_rows * size[0];
    for (int64_t j = 0; j < n_rows; j++) {
        white_row(longer, noise->seed, begin[0] - rx, begin[1] - ry + j, z, volume, size[0] + 2 * rx);
        filter(rows + j * size[0], longer + rx, 1, noise->tap[0], noise->radius[0], size[0]);
    }
    for (int64_t j = 0; j < size[1]; j++)
        filter(slice + j * size[0], rows + (j + ry) * size[0], size[0], noise->tap[1], noise->radius[1],
               size[0]);
}

bool ek_noise_box(float *field, const ek_noise *noise, const int64_t begin[3], const int64_t size[3],
                  int64_t volume, int threads)
{
    const int64_t area = size[0] * size[1], rz = noise->radius[2], n_slices = size[2] + 2 * rz;
    const size_t room =
        (size_t)((size[1] + 2 * noise->radius[1]) * size[0] + size[0] + 2 * noise->radius[0]);
    float *slices = rz > 0 ? malloc(sizeof(float) * (size_t)(area * n_slices)) : field;
    bool short_of_memory = slices == NULL;
    if (short_of_memory)
        return false;
#pragma omp parallel num_threads(threads) reduction(|| : short_of_memory)
    {
        float *rows = malloc(sizeof(float) * room);
        short_of_memory = rows == NULL;
#pragma omp for schedule(static)
        for (int64_t k = 0; k < n_slices; k++) {
            if (rows != NULL)
                make_slice(slices + k * area, rows, noise, begin, begin[2] - rz + k, size, volume);
        }
        free(rows);
    }
    if (rz == 0)
        return !short_of_memory;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t row = 0; row < size[1] * size[2]; row++) {
        const float *centre = slices + row * size[0] + rz * area;
        filter(field + row * size[0], centre, area, noise->tap[2], noise->radius[2], size[0]);
    }
    free(slices);
    return !short_of_memory;
}

double ek_noise_rank(const ek_noise *noise, double g)
{
    const double density = exp(-0.5 * g * g) * 0.3989422804014327;
    const double rank =
        0.5 * erfc(-g * 0.7071067811865476) - density * noise->kurtosis / 24 * (g * g * g - 3 * g);
    return fmax(0, fmin(1, rank));
}

double ek_noise_entry(int i)
{
    return (i + 0.5) * 2 * reach / EK_NOISE_TABLE - reach;
}

#define DEFINE_WRITE(name, bits_type)                                                                      \
    static void name(bits_type *stored, const uint8_t *mask, const float *field, int64_t n,                \
                     const bits_type *table)                                                               \
    {                                                                                                      \
        const float low = (float)-reach, scale = (float)(EK_NOISE_TABLE / (2 * reach));                    \
        for (int64_t x = 0; x < n; x++) {                                                                  \
            if (!mask[x])                                                                                  \
                continue;                                                                                  \
            const int entry = (int)((field[x] - low) * scale);                                             \
            stored[x] = table[entry < 0 ? 0 : entry < EK_NOISE_TABLE ? entry : EK_NOISE_TABLE - 1];        \
        }                                                                                                  \
    }

DEFINE_WRITE(write_8, uint8_t)
DEFINE_WRITE(write_16, uint16_t)
DEFINE_WRITE(write_32, uint32_t)
DEFINE_WRITE(write_64, uint64_t)

void ek_noise_write(void *stored, ek_dtype type, const uint8_t *mask, const int64_t n[3],
                    const float *field, const int64_t begin[3], const int64_t size[3], const void *table,
                    int threads)
{
    const size_t bytes = ek_dtype_size(type);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t row = 0; row < size[1] * size[2]; row++) {
        const int64_t y = begin[1] + row % size[1], z = begin[2] + row / size[1];
        const int64_t first = ek_index(n, begin[0], y, z);
        void *to = (uint8_t *)stored + bytes * (size_t)first;
        const float *from = field + row * size[0];
        if (bytes == 1)
            write_8(to, mask + first, from, size[0], table);
        else if (bytes == 2)
            write_16(to, mask + first, from, size[0], table);
        else if (bytes == 4)
            write_32(to, mask + first, from, size[0], table);
        else
            write_64(to, mask + first, from, size[0], table);
    }
}
