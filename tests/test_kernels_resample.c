/* Resampling and single samples. The plan follows NiftyReg's tests of its resampler: identity, integer
 * shift, constant, out of view, every border, NaN, non-cubic oblique grids; and a linear volume, on which
 * trilinear interpolation is exact. */
#include "kernels/resample.h"

#include <stdlib.h>

#include "check.h"
#include "kernels/grid.h"
#include "kernels/rng.h"
#include "kernels/sample.h"
#include "reference.h"

static const int64_t n[3] = {11, 8, 9};
enum { COUNT = 11 * 8 * 9 };

static void make_volume(float *v)
{
    for (int64_t i = 0; i < COUNT; i++)
        v[i] = (float)(1000 * ek_uniform(5, (uint64_t)i) - 500);
}

static bool same_bits(const void *a, const void *b, size_t n_bytes)
{
    return memcmp(a, b, n_bytes) == 0;
}

static void test_identity_and_shifts(void)
{
    const double identity[3][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
    float v[COUNT], out[COUNT];
    make_volume(v);
    v[100] = NAN;
    ek_resample_linear(out, n, v, n, identity, -1, 2);
    for (int i = 0; i < COUNT; i++)
        CHECK(i == 100 ? out[i] == -1 : same_bits(&out[i], &v[i], sizeof(float)));
    for (int axis = 0; axis < 3; axis++) {
        for (int64_t by = -3; by <= 3; by++) {
            double shift[3][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
            shift[axis][3] = (double)by;
            ek_resample_linear(out, n, v, n, (const double(*)[4])shift, 7, 2);
            for (int64_t i = 0; i < COUNT; i++) {
                int64_t at[3] = {i % n[0], i / n[0] % n[1], i / (n[0] * n[1])};
                at[axis] += by;
                const bool in = at[axis] >= 0 && at[axis] < n[axis];
                const int64_t from = in ? ek_index(n, at[0], at[1], at[2]) : 0;
                CHECK_NEAR(out[i], !in ? 7 : from == 100 ? 7 : v[from], 0);
            }
        }
    }
}

static void test_mirrored_axes(void)
{
    /* (x, y, z) of out reads (z, x, -y) of in: an exchange of axes must not change a bit. */
    const double turn[3][4] = {{0, 0, 1, 0}, {1, 0, 0, 0}, {0, -1, 0, 8}};
    const int64_t out_n[3] = {8, 9, 11};
    float v[COUNT], out[COUNT];
    make_volume(v);
    ek_resample_linear(out, out_n, v, n, turn, NAN, 3);
    for (int64_t i = 0; i < COUNT; i++) {
        const int64_t x = i % 8, y = i / 8 % 9, z = i / 72;
        CHECK(same_bits(&out[i], &v[ek_index(n, z, x, 8 - y)], sizeof(float)));
    }
}

/* A linear volume and an oblique map: exact up to float, clamped within half a voxel, `outside` beyond. */
static void test_linear_volume(void)
{
    const double map[3][4] = {
        {0.7, 0.3, -0.1, -1.513}, {-0.2, 0.6, 0.25, -0.717}, {0.1, -0.15, 0.9, -0.819}};
    const int64_t out_n[3] = {17, 13, 12};
    float v[COUNT], out[17 * 13 * 12];
    for (int64_t i = 0; i < COUNT; i++)
        v[i] = (float)(3 * (i % n[0]) - 2 * (i / n[0] % n[1]) + 5 * (i / (n[0] * n[1])));
    ek_resample_linear(out, out_n, v, n, map, -1000, 2);
    int64_t seen = 0, clamped = 0;
    for (int64_t i = 0; i < 17 * 13 * 12; i++) {
        double p[3], inner[3];
        bool in = true;
        for (int a = 0; a < 3; a++) {
            p[a] = map[a][0] * (double)(i % 17) + map[a][1] * (double)(i / 17 % 13) +
                   map[a][2] * (double)(i / (17 * 13)) + map[a][3];
            in = in && p[a] >= -0.5 && p[a] <= (double)n[a] - 0.5;
            inner[a] = fmin(fmax(p[a], 0), (double)(n[a] - 1));
            clamped += in && inner[a] != p[a];
        }
        seen += in;
        /* Values up to 90, three blends in float: 90 * 2^-24 * 6 */
        CHECK_NEAR(out[i], in ? 3 * inner[0] - 2 * inner[1] + 5 * inner[2] : -1000, 90 * 0x1p-24 * 6);
        if (in) {
            CHECK_NEAR(ek_trilinear(v, n, p), 3 * inner[0] - 2 * inner[1] + 5 * inner[2], 1e-12);
            double gradient[3];
            ek_gradient(gradient, v, n, p, (double[3]){1, 2, 0.5});
            CHECK_NEAR(gradient[0], 3, 1e-12);
            CHECK_NEAR(gradient[1], -1, 1e-12);
            CHECK_NEAR(gradient[2], 10, 1e-12);
        }
    }
    CHECK(seen > 300 && clamped > 50);
}

static void test_borders(void)
{
    /* Along each axis, from well outside to well outside in steps of an eighth, exact in binary. */
    float v[COUNT], out[400];
    make_volume(v);
    for (int axis = 0; axis < 3; axis++) {
        double map[3][4] = {{0, 0, 0, 4}, {0, 0, 0, 3}, {0, 0, 0, 5}};
        map[axis][0] = 0.125;
        map[axis][3] = -2;
        const int64_t line_n[3] = {(n[axis] + 3) * 8, 1, 1};
        ek_resample_linear(out, line_n, v, n, (const double(*)[4])map, -1000, 1);
        for (int64_t i = 0; i < line_n[0]; i++) {
            const double p = -2 + 0.125 * (double)i;
            double at[3] = {4, 3, 5};
            at[axis] = p;
            const double expected = p < -0.5 || p > (double)n[axis] - 0.5 ? -1000 : ek_trilinear(v, n, at);
            CHECK_NEAR(out[i], expected, 1000 * 0x1p-24 * 3);
        }
    }
}

static void test_nan_and_constant(void)
{
    const double map[3][4] = {
        {0.371, 0.0513, 0, -0.4}, {0.0217, 0.51, 0.1, -0.453}, {-0.0311, 0, 0.4417, 0.9}};
    const int64_t out_n[3] = {27, 13, 14};
    enum { OUT = 27 * 13 * 14 };
    static float v[COUNT], out[OUT], reference[OUT];
    int64_t missing = 0;
    for (int i = 0; i < COUNT; i++)
        v[i] = ek_uniform(8, (uint64_t)i) < 0.3 ? NAN : 42.125F;
    ek_resample_linear(out, out_n, v, n, map, NAN, 2);
    ref_resample_linear(reference, out_n, v, n, map, NAN);
    for (int i = 0; i < OUT; i++) {
        CHECK_EQ(isnan(out[i]), isnan(reference[i]));
        CHECK(isnan(out[i]) || fabs((double)out[i] - 42.125) <= 42.125 * 0x1p-24 * 2);
        missing += isnan(out[i]);
    }
    CHECK(missing > OUT / 20 && missing < OUT / 2);
}

static void check_against_reference(const double map[3][4], const int64_t in_n[3], const int64_t out_n[3])
{
    const int64_t in_count = in_n[0] * in_n[1] * in_n[2], out_count = out_n[0] * out_n[1] * out_n[2];
    float *in = malloc(sizeof *in * (size_t)in_count), *out = malloc(sizeof *in * (size_t)out_count);
    float *reference = malloc(sizeof *in * (size_t)out_count),
          *again = malloc(sizeof *in * (size_t)out_count);
    uint8_t *in_u8 = malloc((size_t)in_count), *out_u8 = malloc((size_t)out_count);
    uint8_t *reference_u8 = malloc((size_t)out_count);
    for (int64_t i = 0; i < in_count; i++) {
        const double u = ek_uniform(21, (uint64_t)i);
        in[i] = u < 0.05 ? NAN : (float)(100 * u);
        in_u8[i] = (uint8_t)(255 * u);
    }
    ek_resample_linear(out, out_n, in, in_n, map, -3, 1);
    ref_resample_linear(reference, out_n, in, in_n, map, -3);
    for (int64_t i = 0; i < out_count; i++)
        CHECK_NEAR(out[i], reference[i],
                   100 * 0x1p-24 * 8); /* three blends in float, and the weights' rounding */
    ek_resample_nearest_u8(out_u8, out_n, in_u8, in_n, map, 77, 1);
    ref_resample_nearest_u8(reference_u8, out_n, in_u8, in_n, map, 77);
    CHECK(same_bits(out_u8, reference_u8, (size_t)out_count));
    for (int threads = 2; threads <= 8; threads *= 2) {
        ek_resample_linear(again, out_n, in, in_n, map, -3, threads);
        CHECK(same_bits(again, out, sizeof *out * (size_t)out_count));
        ek_resample_nearest_u8(reference_u8, out_n, in_u8, in_n, map, 77, threads);
        CHECK(same_bits(reference_u8, out_u8, (size_t)out_count));
    }
    free(in);
    free(out);
    free(reference);
    free(again);
    free(in_u8);
    free(out_u8);
    free(reference_u8);
}

static void test_samplers(void)
{
    const int64_t cube[3] = {2, 2, 2};
    const float v[8] = {0, 255, 0, 255, 0, 255, 0, 255};
    CHECK_NEAR(ek_trilinear(v, cube, (double[3]){0.25, 0.5, 0.5}), 63.75, 0);
    CHECK_NEAR(ek_trilinear(v, cube, (double[3]){7, -3, 0.1}), 255, 0);
    const int64_t one[3] = {1, 1, 1};
    const float single = 3.5F;
    double gradient[3];
    CHECK_NEAR(ek_trilinear(&single, one, (double[3]){0.2, -9, 4}), 3.5, 0);
    ek_gradient(gradient, &single, one, (double[3]){0, 0, 0}, (double[3]){1, 1, 1});
    CHECK_NEAR(fabs(gradient[0]) + fabs(gradient[1]) + fabs(gradient[2]), 0, 0);
}

int main(void)
{
    /* No point lies midway between two voxels, where rounding decides. */
    const double oblique[3][4] = {
        {0.81, 0.33, -0.11, -3.2017}, {-0.29, 0.95, 0.24, 2.1071}, {0.17, -0.22, 1.05, 1.3013}};
    const double finer[3][4] = {{0.41, 0, 0, -0.303}, {0, 0.53, 0, -0.251}, {0, 0, 0.37, -0.207}};
    const double permuted[3][4] = {{0, 0, -0.9, 14.13}, {0.61, 0, 0, 0.207}, {0, 1.3, 0, -0.419}};
    const double away[3][4] = {{1, 0, 0, 1e9}, {0, 1, 0, 0}, {0, 0, 1, 0}};
    test_identity_and_shifts();
    test_mirrored_axes();
    test_linear_volume();
    test_borders();
    test_nan_and_constant();
    check_against_reference(oblique, (int64_t[3]){23, 17, 19}, (int64_t[3]){29, 14, 16});
    check_against_reference(finer, (int64_t[3]){9, 13, 11}, (int64_t[3]){22, 25, 31});
    check_against_reference(permuted, (int64_t[3]){16, 9, 12}, (int64_t[3]){17, 10, 18});
    check_against_reference(away, (int64_t[3]){9, 7, 5}, (int64_t[3]){9, 7, 5});
    /* A single slice, a single row: no cell has all its corners. */
    check_against_reference(oblique, (int64_t[3]){23, 17, 1}, (int64_t[3]){29, 14, 16});
    check_against_reference(finer, (int64_t[3]){1, 13, 1}, (int64_t[3]){3, 30, 3});
    test_samplers();
    return test_end();
}
