/* The sample of a scan's air: measured values, no constant padding. */
#include "apply/background.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kernels/rng.h"

enum { N = 40, CELLS = N * N * N };

/* What the voxels hold: noise of 20 to 29, one constant, or zeros with one speck in 30. */
typedef enum fill { NOISE, CONSTANT, SPECKS } fill;

static uint8_t value_of(fill what, int voxel, uint8_t constant)
{
    const uint64_t draw = ek_hash64(7, (uint64_t)voxel);
    return what == CONSTANT ? constant : (uint8_t)(what == NOISE ? 20 + draw % 10 : draw % 30 == 0);
}

/* Samples air far from any head, of one kind where x is below N/2 and of another beyond. Returns how many samples
 * there are, and counts those of the constant's value. */
static int measure(int *of_constant, fill low, fill high, uint8_t constant)
{
    static uint8_t voxels[CELLS], mask[CELLS];
    static float skin_mm[CELLS];
    const ef_affine unit = {{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};
    const ef_grid grid = {{N, N, N}, unit};
    ef_background background;
    efface_error err;
    for (int i = 0; i < CELLS; i++) {
        voxels[i] = value_of(i % N < N / 2 ? low : high, i, constant);
        mask[i] = 1;
        skin_mm[i] = 100;
    }
    const ef_image image = {.grid = grid,
                            .n_volumes = 1,
                            .dtype = EK_UINT8,
                            .voxels = voxels,
                            .n_bytes = CELLS,
                            .slope = 1,
                            .has_geometry = true};
    const ef_subject subject = {.work = {.grid = grid, .spacing_mm = 1, .work_from_voxel = unit},
                                .head = {.skin_mm = skin_mm, .threshold = 60}};
    CHECK_EQ(ef_background_measure(&background, &image, &subject, mask, &err), EFFACE_PASS);
    const int count = background.count;
    *of_constant = 0;
    for (int i = 0; i < count; i++)
        *of_constant += background.value[i] == constant;
    ef_background_release(&background);
    return count;
}

int main(void)
{
    int constants;
    /* padding above the air, and below what is left of it */
    CHECK(measure(&constants, NOISE, CONSTANT, 50) > 1000);
    CHECK_EQ(constants, 0);
    CHECK(measure(&constants, NOISE, CONSTANT, 0) > 1000);
    CHECK_EQ(constants, 0);
    /* a constant among the air's values is air, as where a scanner clears some of it */
    CHECK_EQ(measure(&constants, NOISE, CONSTANT, 20), 4096);
    /* noise alone, and air that is a constant with specks, are sampled as they are */
    CHECK_EQ(measure(&constants, NOISE, NOISE, 25), 4096);
    CHECK(constants > 300 && constants < 520);
    CHECK_EQ(measure(&constants, SPECKS, SPECKS, 0), 4096);
    CHECK(constants > 3800 && constants < 4096);
    CHECK_EQ(measure(&constants, CONSTANT, CONSTANT, 0), 4096);
    CHECK_EQ(constants, 4096);
    return test_end();
}
