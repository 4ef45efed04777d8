/* Ears: the rolling ball against what it must leave alone, and phantoms' ears in map, mask, audit and judges. */
#include <stdlib.h>

#include "audit/ears.h"
#include "check.h"
#include "judge/evaluate.h"
#include "judge/verify.h"
#include "kernels/rng.h"
#include "kernels/roll.h"
#include "stages.h"

enum { W = 61, H = 53, PIXELS = W * H };
static const int64_t size[2] = {W, H};
static const double pixel_mm = 2, ball_mm = 20;

static double u_mm(int i)
{
    return (i % W - W / 2) * pixel_mm;
}

static double v_mm(int i)
{
    return (double)(i / W - H / 2) * pixel_mm;
}

/* A bumpy map with unknown pixels. */
static void make_bumps(float *map)
{
    for (uint64_t i = 0; i < PIXELS; i++)
        map[i] = ek_uniform(7, i) < 0.02 ? NAN : (float)(6 * ek_uniform(8, i) + 5 * sin(u_mm((int)i) / 9));
}

static void test_opening(void)
{
    static float map[PIXELS], once[PIXELS], twice[PIXELS], threads[PIXELS];
    make_bumps(map);
    CHECK(ek_roll(once, map, size, pixel_mm, ball_mm, 1));
    CHECK(ek_roll(threads, map, size, pixel_mm, ball_mm, 3));
    CHECK(ek_roll(twice, once, size, pixel_mm, ball_mm, 1));
    CHECK(memcmp(once, threads, sizeof once) == 0);
    bool below = true, same = true, known = true;
    for (int i = 0; i < PIXELS; i++) {
        known = known && isnan(map[i]) == isnan(once[i]);
        /* Sums of two floats below 64, twice: each is good to 64 * 2^-24. */
        below = below && !(once[i] > map[i] + 0x1p-16F);
        same = same && !(fabsf(twice[i] - once[i]) > 0x1p-16F);
    }
    CHECK(known);
    CHECK(below);
    CHECK(same); /* an opening is idempotent */
}

static void test_shapes(void)
{
    static float map[PIXELS], smooth[PIXELS];
    double most = 0, least = 99;
    /* A sphere of twice the radius stays. A ball in the middle of a pixel touches it up to 2 pixels / sqrt(2) from
     * where another pixel needs it; a tenth more for the slope. */
    for (int i = 0; i < PIXELS; i++)
        map[i] = (float)sqrt(1600 - fmin(900, u_mm(i) * u_mm(i) + v_mm(i) * v_mm(i)));
    CHECK(ek_roll(smooth, map, size, pixel_mm, ball_mm, 1));
    for (int i = 0; i < PIXELS; i++)
        if (hypot(u_mm(i), v_mm(i)) < 10)
            most = fmax(most, (double)(map[i] - smooth[i]));
    CHECK(most <= 1.1 * pixel_mm * pixel_mm * (1.0 / 20 - 1.0 / 40));
    /* On a plane a rod of 6 mm stands out by all of its height but the ball's cap of 3 mm: 20 - sqrt(400 - 16). */
    for (int i = 0; i < PIXELS; i++)
        map[i] = fabs(u_mm(i)) < 3 ? 10 : 0;
    CHECK(ek_roll(smooth, map, size, pixel_mm, ball_mm, 1));
    for (int i = 0; i < PIXELS; i++)
        least = fmin(least, fabs(u_mm(i)) < 3 ? (double)(map[i] - smooth[i]) : 99);
    CHECK(least >= 10 - (20 - sqrt(400 - 16)) - 1e-4);
}

/* In a phantom both ears are found in their place, the mask takes them, and the audit sees what a mask leaves. */
static void test_phantom(uint64_t seed)
{
    stages s = {.head = stages_head(seed, 2)};
    stages_region(&s, EFFACE_PARTS_ALL, seed, 4);
    const ef_ears *ears = s.scan.subject.ears;
    ef_image nothing = {.voxels = NULL};
    const ef_audit_input in = stages_audit_input(&s, &nothing, EFFACE_REMOVE);
    for (int side = 0; side < EF_SIDES; side++) {
        CHECK(ears->side[side].area_cm2 > 4 && ears->side[side].area_cm2 < 40);
        CHECK(ears->side[side].out_mm > 5 && ears->side[side].out_mm < 40);
    }
    CHECK(ef_audit_ears_left(&in) < 0.2 * EF_EAR_LEFT_MOST_CM2);
    efface_error err = {0};
    memset(s.scan.region.mask, 0, (size_t)ef_grid_count(&s.head.image.grid));
    const ef_audit_input bare = stages_audit_input(&s, &s.head.image, EFFACE_REMOVE);
    const double left_cm2 = ef_audit_ears_left(&bare);
    CHECK_NEAR(left_cm2, fmax(ears->side[0].area_cm2, ears->side[1].area_cm2), 0.35 * left_cm2);
    CHECK_EQ(ef_audit_ears_review(left_cm2, "x", "", &err), EFFACE_REVIEW);
    stages_release(&s);
}

/* What the run passes, no judge calls present, each by its own evidence; the untouched head has both ears. */
static void test_judges(uint64_t seed)
{
    stages s = {.head = stages_head(seed, 2)};
    stages_locate(&s);
    s.scan.seed = seed;
    stages_advance(&s, EF_STAGE_AUDIT);
    const ef_image *images[] = {&s.head.image, &s.scan.defaced};
    ef_original original = {.has_head = false};
    efface_error err = {0};
    CHECK_EQ(ef_original_find(&original, images[0], STAGE_THREADS, "head", &err), EFFACE_PASS);
    for (int after = 0; after < 2; after++) {
        efface_verification v;
        efface_evaluation e;
        const ef_pair pair = {.original = images[0],
                              .defaced = images[after],
                              .original_name = "head",
                              .defaced_name = "head",
                              .subject = &original,
                              .threads = STAGE_THREADS};
        CHECK_EQ(ef_verify(&v, images[after], &s.scan.subject.atlas, EFFACE_PARTS_ALL, STAGE_THREADS,
                           "head", &err),
                 EFFACE_PASS);
        CHECK_EQ(ef_evaluate(&e, &pair, NULL, false, EFFACE_PARTS_ALL, &err), EFFACE_PASS);
        for (int ear = 0; ear < EF_SIDES; ear++) {
            const efface_face face = v.part[EFFACE_PARTS_FOUND - EF_SIDES + ear].face;
            CHECK_EQ(face == EFFACE_FACE_PRESENT, !after);
            CHECK(e.region[EFFACE_REGIONS - EF_SIDES + ear].visible);
            CHECK_EQ(e.region[EFFACE_REGIONS - EF_SIDES + ear].gone, after);
        }
    }
    ef_original_release(&original);
    stages_release(&s);
}

int main(void)
{
    test_opening();
    test_shapes();
    test_phantom(3);
    test_phantom(11);
    test_judges(3);
}
