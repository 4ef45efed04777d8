/* The kernels of the modes: noise with a given correlation and distribution, the wide Gaussian, the drawn
 * face. */
#include <stdlib.h>

#include "check.h"
#include "kernels/blend.h"
#include "kernels/noise.h"
#include "kernels/rng.h"
#include "kernels/smooth.h"
#include "kernels/spread.h"

enum { NX = 60, NY = 50, NZ = 40, COUNT = NX * NY * NZ };
static const int64_t n[3] = {NX, NY, NZ}, origin[3] = {0, 0, 0};

static void test_noise(void)
{
    const double wanted[3] = {0.6, -0.3, 0};
    ek_noise noise;
    ek_noise_init(&noise, wanted, 9);
    float *field = malloc(COUNT * sizeof *field), *again = malloc(COUNT * sizeof *again);
    CHECK(ek_noise_box(field, &noise, origin, n, 0, 1));
    CHECK(ek_noise_box(again, &noise, origin, n, 0, 3));
    CHECK(memcmp(field, again, COUNT * sizeof *field) == 0);
    /* A part of the box has the same bits. */
    const int64_t begin[3] = {7, 5, 11}, size[3] = {20, 9, 6};
    CHECK(ek_noise_box(again, &noise, begin, size, 0, 2));
    int64_t wrong = 0;
    for (int64_t i = 0; i < 20 * 9 * 6; i++) {
        const int64_t x = begin[0] + i % 20, y = begin[1] + i / 20 % 9, z = begin[2] + i / 180;
        wrong += memcmp(&again[i], &field[x + NX * (y + NY * z)], sizeof *field) != 0;
    }
    CHECK_EQ(wrong, 0);
    CHECK(ek_noise_box(again, &noise, origin, n, 1, 2));
    CHECK(memcmp(field, again, COUNT * sizeof *field) != 0);
    double mean = 0, square = 0, below = 0, product[3] = {0};
    const int64_t stride[3] = {1, NX, NX * NY};
    for (int64_t i = 0; i < COUNT - NX * NY; i++) {
        mean += (double)field[i];
        square += (double)(field[i] * field[i]);
        below += ek_noise_rank(&noise, (double)field[i]) < 0.1;
        for (int a = 0; a < 3; a++)
            product[a] += (double)(field[i] * field[i + stride[a]]);
    }
    /* 117 000 voxels, about a fifth of them independent: five standard errors of 1 / sqrt(23 000). */
    const double count = COUNT - NX * NY, error = 5 / sqrt(23000);
    CHECK_NEAR(mean / count, 0, error);
    CHECK_NEAR(square / count, 1, 1.5 * error);
    CHECK_NEAR(below / count, 0.1, 0.3 * error);
    for (int a = 0; a < 3; a++)
        CHECK_NEAR(product[a] / count, wanted[a], 1.5 * error);
    free(field);
    free(again);
}

static void test_spread(void)
{
    float *v = malloc(COUNT * sizeof *v), *plain = malloc(COUNT * sizeof *plain),
          *out = malloc(COUNT * sizeof *out);
    uint8_t *weight = malloc(COUNT);
    for (int64_t i = 0; i < COUNT; i++) {
        v[i] = (float)(sin((double)(i % NX) / 9) + ek_uniform(3, (uint64_t)i));
        weight[i] = i / (NX * NY) % NZ > 10 && ek_uniform(4, (uint64_t)i) < 0.8;
    }
    const double sigma[3] = {7, 7, 7};
    /* The separable filter, which test_kernels_smooth holds to the whole sum. */
    memcpy(plain, v, COUNT * sizeof *v);
    CHECK(ek_gaussian_masked(plain, weight, n, sigma, 1));
    memcpy(out, v, COUNT * sizeof *v);
    CHECK(ek_spread(out, weight, n, 7, 1e-9, 0, 2));
    double worst = 0;
    for (int64_t i = 0; i < COUNT; i += 7)
        worst = fmax(worst, isnan(plain[i]) ? 0 : fabs((double)(out[i] - plain[i])));
    CHECK_NEAR(worst, 0, 0.03); /* 1 % of the range, -1 to 2 */
    memcpy(plain, v, COUNT * sizeof *v);
    CHECK(ek_spread(plain, weight, n, 7, 1e-9, 0, 1));
    CHECK(memcmp(plain, out, COUNT * sizeof *out) == 0);
    /* Where nothing counts, the base. */
    memset(weight, 0, COUNT);
    CHECK(ek_spread(v, weight, n, 13, 0.01, 4, 2));
    CHECK_NEAR(v[COUNT / 2], 4, 1e-6);
    free(v);
    free(plain);
    free(out);
    free(weight);
}

/* A plane at x = 30: tissue 100 before it, air 5 behind; kept as it was for y < 10. */
static void test_blend(void)
{
    ek_face_cell *cell = malloc(COUNT * sizeof *cell);
    float table[EK_NOISE_TABLE], *field = calloc(COUNT, sizeof *field);
    int16_t *stored = malloc(COUNT * sizeof *stored);
    uint8_t *mask = malloc(COUNT);
    for (int64_t i = 0; i < COUNT; i++) {
        cell[i] = (ek_face_cell){(float)(i % NX) - 30, 100};
        stored[i] = 50;
        mask[i] = i / (NX * NY) > 3;
    }
    for (int i = 0; i < EK_NOISE_TABLE; i++)
        table[i] = 5;
    const ek_face face = {.cell = cell,
                          .n = {NX, NY, NZ},
                          .cell_from_voxel = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}},
                          .edge_mm = 2,
                          .scale = 1,
                          .least = 0,
                          .table = table,
                          .slope = 1};
    ek_blend_face(stored, EK_INT16, mask, n, field, origin, n, &face, 2);
    int64_t wrong = 0;
    for (int64_t i = 0; i < COUNT; i++) {
        const int64_t x = i % NX;
        const int made = x < 30 ? 100 : x > 30 ? 5 : 53; /* (100 + 5) / 2 = 52.5, to even: 52 */
        wrong += mask[i] ? abs(stored[i] - made) > (x == 30) : stored[i] != 50;
    }
    CHECK_EQ(wrong, 0);
    free(cell);
    free(field);
    free(stored);
    free(mask);
}

int main(void)
{
    test_noise();
    test_spread();
    test_blend();
    return test_end();
}
