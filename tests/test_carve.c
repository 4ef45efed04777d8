/* Carving by blocks must mark the same voxels as carving voxel by voxel. */
#include <stdlib.h>

#include "check.h"
#include "kernels/rng.h"
#include "reference.h"

enum { F = 15, NX = 33, NY = 27, NZ = 25, COUNT = NX * NY * NZ };

static const int64_t n[3] = {NX, NY, NZ};
static uint8_t mask[COUNT], again[COUNT];

/* A distance to a wavy surface: three waves on a plane, slope at most `slope` per cell. */
static void make_field(float *value, uint64_t seed, double slope)
{
    double direction[3], length = 0;
    for (uint64_t d = 0; d < 3; d++) {
        direction[d] = ek_normal(seed, d);
        length += direction[d] * direction[d];
    }
    for (int64_t i = 0; i < (int64_t)F * F * F; i++) {
        const double at[3] = {(double)(i % F) - F / 2, (double)(i / F % F) - F / 2,
                              (double)(i / F / F) - F / 2};
        double sum = 0;
        for (uint64_t d = 0; d < 3; d++) {
            /* plane: 0.4 of the slope; waves: each 0.6 / sqrt(3) of it at their steepest */
            sum += 0.4 * direction[d] / sqrt(length) * at[d];
            sum += 0.6 / sqrt(3) * sin(0.5 * at[(d + 1) % 3] + 6 * ek_uniform(seed, 10 + d)) / 0.5;
        }
        value[i] = (float)(slope * sum);
    }
}

/* One case: fields of cell_mm on a grid of voxels of 1 mm, turned. Values that are within rounding of their
 * limits may fall to either side: there must be hardly any. */
static void compare(uint64_t seed, const double map[2][3][4], double cell_mm, double margin)
{
    static float values[2][F * F * F];
    ek_field cut = {.value = values[0], .n = {F, F, F}}, away = {.value = values[1], .n = {F, F, F}};
    make_field(values[0], seed, cell_mm);
    make_field(values[1], seed + 1, cell_mm);
    memcpy(cut.index_from_voxel, map[0], sizeof cut.index_from_voxel);
    memcpy(away.index_from_voxel, map[1], sizeof away.index_from_voxel);
    /* 1.5: a trilinear field of slope 1 at its samples is steeper between them. */
    const int64_t marked = ek_carve(mask, n, &cut, &away, margin, 1, 1.5, 1);
    int64_t sum = 0, differ = 0, unsure = 0;
    for (int64_t i = 0; i < COUNT; i++) {
        const int64_t x = i % NX, y = i / NX % NY, z = i / (NX * NY);
        const double in = ref_field(&cut, x, y, z), far = ref_field(&away, x, y, z);
        /* Trilinear weights in float: seven lerps of values below 64, each good to 64 * 2^-23. */
        if (fabs(in) < 64 * 7 * 0x1p-23 || fabs(far - margin) < 64 * 7 * 0x1p-23)
            unsure++;
        else
            differ += mask[i] != (in < 0 && far > margin);
        sum += mask[i];
    }
    CHECK_EQ(differ, 0);
    CHECK(unsure < COUNT / 1000);
    CHECK_EQ(sum, marked);
    CHECK(marked > COUNT / 100 && marked < COUNT);
    for (int threads = 2; threads <= 5; threads += 3) {
        memset(again, 7, sizeof again);
        CHECK_EQ(ek_carve(again, n, &cut, &away, margin, 1, 1.5, threads), marked);
        CHECK(memcmp(mask, again, sizeof mask) == 0);
    }
}

/* A field that is steeper than was claimed of it loses voxels; one that was measured does not. */
static void steepness_is_measured(void)
{
    static float value[F * F * F];
    static const float nothing = 1e6F;
    const ek_field everywhere = {.value = &nothing, .n = {1, 1, 1}};
    ek_field cut = {.value = value,
                    .n = {F, F, F},
                    .index_from_voxel = {{0.36, 0, 0, 0}, {0, 0.36, 0, 0.3}, {0, 0, 0.36, 0.7}}};
    int64_t lost = 0, wrong = 0;
    for (uint64_t seed = 1; seed < 6; seed++) {
        make_field(value, seed, 5 / 0.36);
        const double slope = ek_field_slope(&cut);
        CHECK(slope > 5 * 0.4 && slope < 5 * sqrt(3)); /* the plane alone; the edges of a cell together */
        ek_carve(again, n, &cut, &everywhere, 0, 1, 1.5, 1);
        ek_carve(mask, n, &cut, &everywhere, 0, 1, slope, 2);
        for (int64_t i = 0; i < COUNT; i++) {
            const double in = ref_field(&cut, i % NX, i / NX % NY, i / (NX * NY));
            wrong += fabs(in) >= 1e-3 && mask[i] != (in < 0);
            lost += mask[i] != again[i];
        }
    }
    CHECK_EQ(wrong, 0);
    CHECK(lost > 0);
}

int main(void)
{
    steepness_is_measured();
    static const double straight[2][3][4] = {{{0.36, 0, 0, 0}, {0, 0.36, 0, 0.3}, {0, 0, 0.36, 0.7}},
                                             {{0.36, 0, 0, 0.1}, {0, 0.36, 0, 0}, {0, 0, 0.36, 1.1}}};
    /* Rotations about x and z times 1/2.5; and one that leaves the field on two sides. */
    static const double oblique[2][3][4] = {
        {{0.376, -0.137, 0, 3.1}, {0.129, 0.353, -0.137, 1.9}, {0.047, 0.129, 0.376, -1.7}},
        {{0, 0.4, 0, 0.2}, {0, 0, -0.4, 13.9}, {0.4, 0, 0, -2.3}}};
    for (uint64_t seed = 1; seed < 4; seed += 2) {
        compare(seed, straight, 1 / 0.36, 2);
        compare(seed, oblique, 2.5, 0);
    }
    return test_end();
}
