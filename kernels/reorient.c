/* A gather, row of output by row of output. Arithmetic resampling is elsewhere: here no value changes. */
#include "kernels/reorient.h"

#include <string.h>

typedef uint16_t __attribute__((may_alias)) any_2;
typedef uint32_t __attribute__((may_alias)) any_4;

static void gather(unsigned char *out, const unsigned char *in, size_t size, int64_t n, int64_t step)
{
    if (step == 1) {
        memcpy(out, in, (size_t)n * size);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        if (size == 1)
            out[i] = in[i * step];
        else if (size == 2)
            ((any_2 *)(void *)out)[i] = ((const any_2 *)(const void *)in)[i * step];
        else
            ((any_4 *)(void *)out)[i] = ((const any_4 *)(const void *)in)[i * step];
    }
}

void ek_reorient(void *out, const void *in, size_t size, const int64_t n[3], const int axis[3],
                 const bool reverse[3], int threads)
{
    int64_t stride[3] = {1, n[0], n[0] * n[1]}, m[3], step[3], first = 0;
    for (int a = 0; a < 3; a++) {
        m[a] = n[axis[a]];
        step[a] = reverse[a] ? -stride[axis[a]] : stride[axis[a]];
        first += reverse[a] ? (m[a] - 1) * stride[axis[a]] : 0;
    }
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int64_t r = 0; r < m[1] * m[2]; r++) {
        int64_t from = first + r % m[1] * step[1] + r / m[1] * step[2];
        gather((unsigned char *)out + (size_t)(r * m[0]) * size,
               (const unsigned char *)in + (size_t)from * size, size, m[0], step[0]);
    }
}
