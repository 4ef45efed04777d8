/* See deviation.h. Each window is summed once; then each voxel takes the least of its windows. */
#include "kernels/deviation.h"

#include <math.h>
#include <stdlib.h>

/* Along one axis: windows there are, voxels of each, and what lies between two voxels. */
typedef struct axis {
    int64_t windows, thick, stride;
} axis;

static void make_axes(axis a[3], const int64_t n[3])
{
    int64_t stride = 1;
    for (int d = 0; d < 3; stride *= n[d++])
        a[d] = (axis){.windows = n[d] > 1 ? n[d] - 1 : 1, .thick = n[d] > 1 ? 2 : 1, .stride = stride};
}

/* Of the window whose first voxel is *v. Differences from that voxel are summed, not values: this loses
 * fewer digits. */
static float window_deviation(const float *v, const axis a[3])
{
    float sum = 0, squares = 0;
    for (int64_t z = 0; z < a[2].thick; z++) {
        for (int64_t y = 0; y < a[1].thick; y++) {
            for (int64_t x = 0; x < a[0].thick; x++) {
                const float difference = v[x * a[0].stride + y * a[1].stride + z * a[2].stride] - *v;
                sum += difference;
                squares += difference * difference;
            }
        }
    }
    const float count = (float)(a[0].thick * a[1].thick * a[2].thick), mean = sum / count;
    const float variance = squares / count - mean * mean;
    return isnan(variance) ? INFINITY : sqrtf(variance > 0 ? variance : 0);
}

/* First and last window that voxel i of an axis is in. */
static int64_t first_window(int64_t i)
{
    return i > 0 ? i - 1 : 0;
}

static int64_t last_window(const axis *a, int64_t i)
{
    return i < a->windows ? i : a->windows - 1;
}

static float least_of(const float *deviation, const axis a[3], int64_t i, int64_t j, int64_t k)
{
    float least = INFINITY;
    for (int64_t z = first_window(k); z <= last_window(&a[2], k); z++)
        for (int64_t y = first_window(j); y <= last_window(&a[1], j); y++)
            for (int64_t x = first_window(i); x <= last_window(&a[0], i); x++)
                least = fminf(least, deviation[x + a[1].stride * y + a[2].stride * z]);
    return least;
}

bool ek_least_deviation(float *least, const float *v, const int64_t n[3], int threads)
{
    axis a[3];
    make_axes(a, n);
    float *deviation = malloc(sizeof(float) * (size_t)(n[0] * n[1] * n[2]));
    if (deviation == NULL)
        return false;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t z = 0; z < a[2].windows; z++)
        for (int64_t y = 0; y < a[1].windows; y++)
            for (int64_t x = 0; x < a[0].windows; x++) {
                const int64_t at = x + a[1].stride * y + a[2].stride * z;
                deviation[at] = window_deviation(v + at, a);
            }
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t k = 0; k < n[2]; k++)
        for (int64_t j = 0; j < n[1]; j++)
            for (int64_t i = 0; i < n[0]; i++)
                least[i + a[1].stride * j + a[2].stride * k] = least_of(deviation, a, i, j, k);
    free(deviation);
    return true;
}
