/* See blockmean.h. Rows of a block are added element by element into one row (that loop vectorises), then
 * the row is folded along x. Clamping happens on the stored scale, slope and intercept are applied to the
 * finished mean: the mean of a linear map is the linear map of the mean. */
#include "kernels/blockmean.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/grid.h"

typedef struct block_job {
    ek_block_source from;
    int64_t n[3], out_n[3];
    int factor[3];
    double low, high; /* on the stored scale */
} block_job;

/* sum[x] += clamp(row[x]) for types without NaN. */
#define DEFINE_ADD_ROW(name, stored_type, sum_type)                                                        \
    static void name(sum_type *restrict sum, const stored_type *restrict row, int64_t n, sum_type low,     \
                     sum_type high)                                                                        \
    {                                                                                                      \
        for (int64_t x = 0; x < n; x++) {                                                                  \
            sum_type value = (sum_type)row[x];                                                             \
            value = value > low ? value : low;                                                             \
            value = value < high ? value : high;                                                           \
            sum[x] += value;                                                                               \
        }                                                                                                  \
    }

/* The same for floating point; what is not finite is left out of sum and count. */
#define DEFINE_ADD_FINITE_ROW(name, stored_type, largest)                                                  \
    static void name(double *restrict sum, double *restrict count, const stored_type *restrict row,        \
                     int64_t n, double low, double high)                                                   \
    {                                                                                                      \
        for (int64_t x = 0; x < n; x++) {                                                                  \
            double value = (double)row[x];                                                                 \
            const double finite = fabs(value) <= (largest) ? 1.0 : 0.0;                                    \
            value = value > low ? value : low;                                                             \
            value = value < high ? value : high;                                                           \
            sum[x] += finite > 0 ? value : 0.0;                                                            \
            count[x] += finite;                                                                            \
        }                                                                                                  \
    }

DEFINE_ADD_ROW(add_u8, uint8_t, float)
DEFINE_ADD_ROW(add_i8, int8_t, float)
DEFINE_ADD_ROW(add_u16, uint16_t, float)
DEFINE_ADD_ROW(add_i16, int16_t, float)
DEFINE_ADD_ROW(add_u32, uint32_t, double)
DEFINE_ADD_ROW(add_i32, int32_t, double)
DEFINE_ADD_ROW(add_u64, uint64_t, double)
DEFINE_ADD_ROW(add_i64, int64_t, double)
DEFINE_ADD_FINITE_ROW(add_f32, float, (double)FLT_MAX)
DEFINE_ADD_FINITE_ROW(add_f64, double, DBL_MAX)

static bool sums_in_float(ek_dtype type)
{
    return ek_dtype_size(type) <= 2;
}

/* sum holds n floats or n doubles (and n counts after them), as the type asks. */
static void add_row(void *sum, const void *row, ek_dtype type, int64_t n, double low, double high)
{
    const float low_f = (float)low, high_f = (float)high;
    switch (type) {
    case EK_UINT8:
        add_u8(sum, row, n, low_f, high_f);
        break;
    case EK_INT8:
        add_i8(sum, row, n, low_f, high_f);
        break;
    case EK_UINT16:
        add_u16(sum, row, n, low_f, high_f);
        break;
    case EK_INT16:
        add_i16(sum, row, n, low_f, high_f);
        break;
    case EK_UINT32:
        add_u32(sum, row, n, low, high);
        break;
    case EK_INT32:
        add_i32(sum, row, n, low, high);
        break;
    case EK_UINT64:
        add_u64(sum, row, n, low, high);
        break;
    case EK_INT64:
        add_i64(sum, row, n, low, high);
        break;
    case EK_FLOAT32:
        add_f32(sum, (double *)sum + n, row, n, low, high);
        break;
    case EK_FLOAT64:
        add_f64(sum, (double *)sum + n, row, n, low, high);
        break;
    }
}

/* Adds a summed row of n voxels, folded along x by factor, to out_n totals. A factor of 1 has a loop that
 * vectorises. */
#define DEFINE_FOLD(name, sum_type)                                                                        \
    static void name(double *restrict total, int64_t out_n, const sum_type *restrict sum, int64_t n,       \
                     int factor)                                                                           \
    {                                                                                                      \
        for (int64_t x = 0; factor == 1 && x < n; x++)                                                     \
            total[x] += (double)sum[x];                                                                    \
        for (int64_t ox = 0; factor > 1 && ox < out_n; ox++) {                                             \
            const int64_t begin = ox * factor, end = begin + factor < n ? begin + factor : n;              \
            for (int64_t x = begin; x < end; x++)                                                          \
                total[ox] += (double)sum[x];                                                               \
        }                                                                                                  \
    }

DEFINE_FOLD(fold_float, float)
DEFINE_FOLD(fold_double, double)

/* Adds a summed row to totals and counts of blocks. n_rows: how many rows were added. */
static void fold_row(double *total, double *counted, const void *sum, const block_job *job, int64_t n_rows)
{
    const ek_dtype type = job->from.type;
    const int64_t n = job->n[0], out_n = job->out_n[0];
    const int factor = job->factor[0];
    if (sums_in_float(type))
        fold_float(total, out_n, sum, n, factor);
    else
        fold_double(total, out_n, sum, n, factor);
    if (ek_dtype_is_float(type)) {
        fold_double(counted, out_n, (const double *)sum + n, n, factor);
    } else {
        for (int64_t ox = 0; ox < out_n; ox++)
            counted[ox] += (double)(n_rows * factor);
        counted[out_n - 1] -= (double)(n_rows * (out_n * factor - n)); /* the last block may be smaller */
    }
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* One row of blocks; scratch holds 2 * n[0] + 2 * out_n[0] doubles. */
static void block_row(float *mean, int64_t oy, int64_t oz, const block_job *job, double *scratch)
{
    const ek_dtype type = job->from.type;
    const char *stored = job->from.stored;
    const int64_t *n = job->n;
    const size_t size = ek_dtype_size(type);
    double *total = scratch + 2 * n[0], *counted = total + job->out_n[0];
    memset(total, 0, sizeof(double) * 2 * (size_t)job->out_n[0]);
    const int64_t y0 = oy * job->factor[1], y1 = smaller(y0 + job->factor[1], n[1]);
    const int64_t z0 = oz * job->factor[2], z1 = smaller(z0 + job->factor[2], n[2]);
    for (int64_t volume = 0; volume < job->from.n_volumes; volume++) {
        memset(scratch, 0, sizeof(double) * 2 * (size_t)n[0]);
        for (int64_t z = z0; z < z1; z++) {
            for (int64_t y = y0; y < y1; y++) {
                const int64_t at = ek_index(n, 0, y, volume * n[2] + z);
                add_row(scratch, stored + (size_t)at * size, type, n[0], job->low, job->high);
            }
        }
        fold_row(total, counted, scratch, job, (z1 - z0) * (y1 - y0));
    }
    /* 0 / 0 is the NaN of an empty block. */
    for (int64_t ox = 0; ox < job->out_n[0]; ox++)
        mean[ox] = (float)(total[ox] / counted[ox] * job->from.slope + job->from.inter);
}

bool ek_block_mean(float *mean, const int64_t out_n[3], ek_block_source source, const int factor[3],
                   int threads)
{
    const int64_t *n = source.n, rows = out_n[1] * out_n[2];
    const double low = source.slope > 0 ? source.low : source.high,
                 high = source.slope > 0 ? source.high : source.low;
    block_job job = {.from = source,
                     .low = (low - source.inter) / source.slope,
                     .high = (high - source.inter) / source.slope};
    memcpy(job.n, n, sizeof job.n);
    memcpy(job.out_n, out_n, sizeof job.out_n);
    memcpy(job.factor, factor, sizeof job.factor);
    bool short_of_memory = false;
#pragma omp parallel num_threads(threads) reduction(|| : short_of_memory)
    {
        double *scratch = malloc(sizeof(double) * (size_t)(2 * n[0] + 2 * out_n[0]));
        short_of_memory = scratch == NULL;
#pragma omp for schedule(static)
        for (int64_t row = 0; row < rows; row++) {
            if (scratch != NULL)
                block_row(mean + row * out_n[0], row % out_n[1], row / out_n[1], &job, scratch);
        }
        free(scratch);
    }
    return !short_of_memory;
}
