/* Own skin at the end of a field of view: a narrow gap before the head that the segmentation closed is
 * opened again, and what lies beyond the end is not known. And how sharp it is: a new face's edge is as
 * broad. A block of 40^3 cells of 2 mm; the head ends at a plane across y, the upper half in z is kept, the
 * lower under the mask. */
#include <stdlib.h>

#include "apply/new_face.h"
#include "check.h"

enum { N = 40, CELLS = N * N * N, KEPT_FROM = 20 };

static float value[CELLS], skin_mm[CELLS];
static uint8_t mask[CELLS], inside[CELLS], label[CELLS];
static ef_new_face face; /* what was measured last */

static int64_t cell(int64_t x, int64_t y, int64_t z)
{
    return x + N * (y + N * z);
}

/* Tissue before y = end; the segmentation has the skin at y = closed. */
static void measure(int end, int closed)
{
    ef_subject subject = {.work = {.spacing_mm = 2, .value = value, .grid = {.n = {N, N, N}}},
                          .head = {.inside = inside, .skin_mm = skin_mm, .threshold = 10}};
    ef_region region = {.mask = mask};
    const ef_image image = {.grid = {.n = {N, N, N}}};
    const ef_apply_input in = {.region = &region, .subject = &subject};
    ef_own_skin_release(&face.own);
    face.box =
        (ef_face_box){.n = {N, N, N}, .count = CELLS, .mm = 2, .cell_from_voxel = ef_affine_identity()};
    face.label = label;
    for (int64_t i = 0; i < CELLS; i++) {
        const int64_t y = i / N % N, z = i / (N * N);
        value[i] = y < end ? 100 : 0;
        skin_mm[i] = 2 * ((float)(y - closed) + 0.5F);
        inside[i] = y < closed;
        mask[i] = z < KEPT_FROM;
        label[i] = EF_SCALP;
    }
    CHECK(ef_own_skin_measure(&face.own, &face.box, &image, &in, 2));
}

/* The skin's distance at y, in the middle of the plane. */
static double own_at(int64_t y, int64_t z)
{
    return (double)face.own.skin_mm[cell(N / 2, y, z)];
}

static void narrow_gaps_are_opened(void)
{
    for (int gap = 1; gap <= 3; gap++) {
        const int end = N - gap;
        measure(end, N + 20);
        for (int64_t z = KEPT_FROM; z < N; z += 4) {
            /* smoothed by a cell, and at the mask's border by what the gap does not reach */
            const double room = z == KEPT_FROM ? 3 : 1;
            CHECK_NEAR(own_at(end - 1, z), -1, room);
            CHECK_NEAR(own_at(end - 4, z), -7, room);
            CHECK(ef_own_skin_known(&face.box, &face.own, cell(N / 2, end - 1, z)));
        }
        /* nothing is used that lies deeper under the mask than skin is smoothed */
        CHECK(own_at(end - 1, 2) < -30);
        CHECK(!ef_own_skin_known(&face.box, &face.own, cell(N / 2, end - 1, 2)));
    }
}

static void wide_gaps_stay(void)
{
    measure(N - 5, N + 20);
    for (int64_t y = N - 8; y < N; y++) {
        CHECK(own_at(y, 30) < -30);
        CHECK(!ef_own_skin_known(&face.box, &face.own, cell(N / 2, y, 30)));
    }
}

static void beyond_the_end_nothing_is_known(void)
{
    measure(N, N + 1);
    CHECK_NEAR(own_at(N - 2, 30), -5, 0.5);
    CHECK(!ef_own_skin_known(&face.box, &face.own, cell(N / 2, N - 2, 30)));
}

static void skin_in_view_is_as_it_was(void)
{
    measure(30, 30);
    for (int64_t y = 28; y < 33; y++) {
        CHECK_NEAR(own_at(y, 30), 2 * ((double)(y - 30) + 0.5), 1e-4);
        CHECK(ef_own_skin_known(&face.box, &face.own, cell(N / 2, y, 30)));
    }
    CHECK(!ef_own_skin_known(&face.box, &face.own, cell(N / 2, 20, 30)));
    CHECK(!ef_own_skin_known(&face.box, &face.own, cell(N / 2, 30, 10)));
}

/* The kept skin rises over breadth_mm; the new tissue has the brightness that it rises to. */
static double edge_of(double breadth_mm)
{
    static ek_face_cell surface[CELLS];
    const ef_head head = {.air = 5, .threshold = 15, .tissue = 105};
    measure(20, 20);
    face.cell = surface;
    for (int64_t i = 0; i < CELLS; i++) {
        const double depth =
            0.1 * breadth_mm - (double)face.own.skin_mm[i]; /* from the foot: a tenth is the threshold */
        face.own.value[i] = (float)(5 + 100 * fmax(0, fmin(1, depth / breadth_mm)));
        surface[i] = (ek_face_cell){.surface_mm = face.own.skin_mm[i], .tissue = 105};
    }
    CHECK(ef_new_face_meet(&face, &head, 2));
    return face.edge_mm;
}

/* The cells widen a sharp edge to 4 mm, which is subtracted in squares. More than 12 mm is not believed. */
static void edges_are_as_broad_as_the_skins(void)
{
    CHECK_EQ(edge_of(1), 0);
    CHECK_EQ(edge_of(4), 0);
    CHECK_NEAR(edge_of(8), sqrt(8 * 8 - 4 * 4), 0.5);
    CHECK_NEAR(edge_of(11), sqrt(11 * 11 - 4 * 4), 0.5);
    CHECK_NEAR(edge_of(20), sqrt(12 * 12 - 4 * 4), 1e-6);
}

/* The tissue of a new face is a mean of nearby tissue: without air, without the bone of CT, but with the
 * bone of MR if it is not dark. Air, bone and tissue lie side by side in x. */
static void tissue_is_smeared_of_tissue(bool ct)
{
    static float smeared[CELLS];
    const ef_head head = {.air = 0, .threshold = 15, .tissue = 105, .ct = ct};
    measure(30, 30);
    for (int64_t i = 0; i < CELLS; i++) {
        const int64_t x = i % N;
        face.own.value[i] = x < 12 ? 1 : x < 28 ? 100 : 900;
        label[i] = x < 28 ? EF_SCALP : EF_BONE;
    }
    CHECK(ef_new_face_smear(smeared, &face, &head, 12, 2));
    for (int64_t x = 0; x < 20; x++) /* nothing near but tissue, and a trace of the head's median */
        CHECK(!ct || fabs((double)smeared[cell(x, 15, 30)] - 100) < 1);
    CHECK(ct ? smeared[cell(30, 15, 30)] < 106 : smeared[cell(30, 15, 30)] > 300);
    CHECK(smeared[cell(4, 15, 30)] > 99);
}

int main(void)
{
    narrow_gaps_are_opened();
    wide_gaps_stay();
    beyond_the_end_nothing_is_known();
    skin_in_view_is_as_it_was();
    edges_are_as_broad_as_the_skins();
    tissue_is_smeared_of_tissue(false);
    tissue_is_smeared_of_tissue(true);
    ef_own_skin_release(&face.own);
    return test_end();
}
