/* Coil sensitivity and noise of the phantom's scanner, row by row. */
#include "kernels/receive.h"

#include <math.h>
#include <stddef.h>

#include "kernels/grid.h"
#include "kernels/rng.h"

/* Noise of squared radius and cosine of its phase from one hash: 32 bits each (Box and Muller 1958). */
static float noise_square(uint64_t bits)
{
    return -2.0F * logf(((float)(uint32_t)(bits >> 40) + 0.5F) * 0x1p-24F);
}

static float noise_cosine(uint64_t bits)
{
    return cosf((float)(uint32_t)(bits & 0xffffffU) * ((float)(2 * EK_PI) * 0x1p-24F));
}

static void receive_row(float *row, int64_t n, const float *sum, const float *product, float base,
                        float factor, float sigma, bool magnitude, uint64_t seed, uint64_t counter)
{
    for (int64_t i = 0; i < n; i++) {
        float s = row[i];
        if (sum != NULL)
            s *= base + sum[i] + product[i] * factor;
        if (sigma > 0.0F) {
            uint64_t bits = ek_hash64(seed, counter + (uint64_t)i);
            float square = noise_square(bits) * sigma * sigma;
            if (!magnitude)
                s += sqrtf(square) * noise_cosine(bits);
            else if (s > 0.0F)
                s = sqrtf(fmaxf(0.0F, s * (s + 2.0F * sqrtf(square) * noise_cosine(bits)) + square));
            else
                s = sqrtf(square);
        }
        row[i] = s;
    }
}

void ek_receive(float *image, const int64_t n[3], const ek_field *field, float sigma, bool magnitude,
                uint64_t seed, int threads)
{
    bool has_field = field->sum[0] != NULL;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int64_t r = 0; r < n[1] * n[2]; r++) {
        int64_t j = r % n[1], k = r / n[1];
        float base = has_field ? 1.0F + field->sum[1][j] + field->sum[2][k] : 1.0F;
        float factor = has_field ? field->product[1][j] * field->product[2][k] : 0.0F;
        receive_row(image + r * n[0], n[0], field->sum[0], field->product[0], base, factor, sigma,
                    magnitude, seed, (uint64_t)(r * n[0]));
    }
}
