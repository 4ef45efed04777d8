/* The evaluation of a head that is made of formulas and changed in known ways. */
#include "check.h"
#include "judge/evaluate.h"
#include "phantom/phantom.h"

#include <stdlib.h>

enum { NX = 90, NY = 124, NZ = 130 };
static const double voxel_mm = 2;
static const int64_t count = (int64_t)NX * NY * NZ;

typedef struct shape {
    double face_mm; /* how far the surface in front of the ears is moved along its normal */
    double relief;  /* factor of all features */
} shape;

static double bump(double x, double z, double height, double at_x, double at_z, double sx, double sz)
{
    double u = (x - at_x) / sx, v = (z - at_z) / sz;
    return height * exp(-0.5 * (u * u + v * v));
}

/* Distance below the surface of an ellipsoid, to first order. */
static double below(double x, double y, double z, double a, double b, double c)
{
    double s = sqrt(x * x / (a * a) + y * y / (b * b) + z * z / (c * c));
    double gx = x / (a * a), gy = y / (b * b), gz = z / (c * c);
    return s < 1e-6 ? a : (1 - s) * s / sqrt(gx * gx + gy * gy + gz * gz);
}

static double head(double x, double y, double z, shape form)
{
    double d = below(x, y, z, 72, 92, 115);
    if (y > 30) {
        d += form.relief * (bump(x, z, 22, 0, -30, 9, 14) + bump(x, z, -7, 32, 5, 10, 7) +
                            bump(x, z, -7, -32, 5, 10, 7) + bump(x, z, 4, 0, -58, 18, 5) +
                            bump(x, z, 8, 0, -82, 14, 10)) +
             form.face_mm;
    }
    double ear = fmax(below(x - 74, y + 15, z + 18, 9, 15, 28), below(x + 74, y + 15, z + 18, 9, 15, 28));
    return fmax(d, ear - fmax(bump(y, z, 5, -12, -14, 6, 10), 0));
}

static ef_image blank(int64_t n_volumes)
{
    ef_image image = {.grid = {.n = {NX, NY, NZ}},
                      .n_volumes = n_volumes,
                      .dtype = EK_INT16,
                      .slope = 1,
                      .n_bytes = (size_t)(count * n_volumes) * sizeof(int16_t),
                      .has_geometry = true};
    const double origin[3] = {-(NX - 1) * voxel_mm / 2, -118, -128};
    for (int r = 0; r < 3; r++) {
        image.grid.world_from_voxel.m[r][r] = voxel_mm;
        image.grid.world_from_voxel.m[r][3] = origin[r];
    }
    image.voxels = calloc(1, image.n_bytes);
    return image;
}

static void world_of(double world[3], const ef_image *image, int64_t i)
{
    double at[3] = {(double)(i % NX), (double)(i / NX % NY), (double)(i / (NX * NY))};
    ef_affine_apply(world, &image->grid.world_from_voxel, at);
}

/* 1000 in the head, 0 in the air, a voxel of partial volume between. */
static ef_image make_head(shape form)
{
    ef_image image = blank(1);
    int16_t *voxel = image.voxels;
    for (int64_t i = 0; i < count; i++) {
        double w[3];
        world_of(w, &image, i);
        voxel[i] =
            (int16_t)(2 * (int)(500 * fmin(fmax(0.5 + head(w[0], w[1], w[2], form) / voxel_mm, 0), 1)));
    }
    return image;
}

/* An ellipsoid whose foremost point lies at y = 52. */
static ef_image make_brain(void)
{
    ef_image image = blank(1);
    int16_t *voxel = image.voxels;
    for (int64_t i = 0; i < count; i++) {
        double w[3];
        world_of(w, &image, i);
        voxel[i] = below(w[0], w[1] + 10, w[2] - 35, 56, 62, 58) > 0;
    }
    return image;
}

/* The head that most tests compare with is found once, with two threads. */
static struct {
    const ef_image *image;
    ef_original subject;
} found;

static efface_status evaluate_with(efface_evaluation *e, const ef_image *a, const ef_image *b,
                                   const ef_image *brain, bool estimated, int threads)
{
    efface_error err = {0};
    ef_original own = {.has_head = false};
    const bool is_found = a == found.image && threads == 2;
    efface_status status = is_found ? EFFACE_PASS : ef_original_find(&own, a, threads, "a", &err);
    const ef_pair pair = {.original = a,
                          .defaced = b,
                          .original_name = "a",
                          .defaced_name = "b",
                          .subject = is_found ? &found.subject : &own,
                          .threads = threads};
    if (status == EFFACE_PASS)
        status = ef_evaluate(e, &pair, brain, estimated, EFFACE_PARTS_ALL, &err);
    if (!is_found)
        ef_original_release(&own);
    if (status != EFFACE_PASS)
        CHECK(err.message[0] != '\0' && err.status == status);
    return status;
}

static efface_status evaluate(efface_evaluation *e, const ef_image *a, const ef_image *b,
                              const ef_image *brain)
{
    return evaluate_with(e, a, b, brain, false, 2);
}

static void same_image(const ef_image *original, const ef_image *brain)
{
    efface_evaluation e;
    CHECK_EQ(evaluate(&e, original, original, brain), EFFACE_PASS);
    CHECK_EQ(e.status, EFFACE_AUDIT);
    CHECK(strncmp(e.reason, "face present", 12) == 0);
    CHECK_EQ(e.voxels, count);
    CHECK_EQ(e.voxels_changed, 0);
    CHECK_EQ(e.n_fields, 0);
    CHECK(e.brain_whole && !e.features_gone && e.nose_found);
    CHECK(e.same_dtype && e.same_scale && e.same_orientation);
    /* The nose tip of the formula: x = 0, z = -30, 22 mm (along the normal) in front of the ellipsoid. */
    CHECK_NEAR(e.nose_tip_mm[0], 0, 2);
    CHECK_NEAR(e.nose_tip_mm[1], 92 * sqrt(1 - 30 * 30 / (115.0 * 115)) + 22, 2);
    CHECK_NEAR(e.nose_tip_mm[2], -30, 4);
    for (int k = 0; k < EFFACE_REGIONS; k++) {
        CHECK(e.region[k].visible && !e.region[k].gone);
        CHECK_EQ(e.region[k].survived, 1);
        CHECK_EQ(e.region[k].distance_p95_mm, 0);
        CHECK_NEAR(e.region[k].relief_r2, 1, 1e-12);
        CHECK_NEAR(e.region[k].relief_kept, 1, 1e-12);
        CHECK_NEAR(e.region[k].relief_after_mm, e.region[k].relief_before_mm, 1e-12);
    }
}

/* Exactly n voxels around the brain's middle change. */
static void brain_cut(const ef_image *original, const ef_image *brain, int64_t n)
{
    efface_evaluation e;
    efface_error err;
    ef_image cut;
    CHECK_EQ(ef_image_copy(&cut, original, &err), EFFACE_PASS);
    int16_t *voxel = cut.voxels;
    int64_t middle = ((int64_t)(35 + 128) / 2 * NY + (-10 + 118) / 2) * NX + NX / 2, done = 0;
    for (int dz = 0; dz < 10 && done < n; dz++) {
        for (int dy = 0; dy < 10 && done < n; dy++) {
            for (int dx = 0; dx < 10 && done < n; dx++, done++)
                voxel[middle + ((int64_t)dz * NY + dy) * NX + dx] += 1;
        }
    }
    CHECK_EQ(evaluate(&e, original, &cut, brain), EFFACE_PASS);
    CHECK_EQ(e.status, EFFACE_AUDIT);
    CHECK(!e.brain_whole);
    CHECK_EQ(e.brain_changed, n);
    CHECK_EQ(e.voxels_changed, n);
    CHECK_EQ(e.pieces, 1);
    CHECK_NEAR(e.brain_changed_mm3, (double)n * voxel_mm * voxel_mm * voxel_mm, 1e-9);
    CHECK_NEAR(e.brain_depth_mm, 56,
               3); /* the least half-axis; start and surface are each off by up to a voxel */
    ef_image_release(&cut);
}

/* Everything in front of a plane is removed: no feature is left, the brain is whole. */
static void plane_cut(const ef_image *original, const ef_image *brain)
{
    efface_evaluation e;
    efface_error err;
    ef_image cut;
    CHECK_EQ(ef_image_copy(&cut, original, &err), EFFACE_PASS);
    int16_t *voxel = cut.voxels;
    for (int64_t i = 0; i < count; i++) {
        double w[3];
        world_of(w, original, i);
        if ((w[1] > 54 && w[2] < 60) || fabs(w[0]) > 60)
            voxel[i] = 0;
    }
    CHECK_EQ(evaluate(&e, original, &cut, brain), EFFACE_PASS);
    CHECK_EQ(e.status, EFFACE_PASS);
    CHECK_STR(e.reason, "");
    CHECK(e.features_gone && e.brain_whole && e.features_judged);
    for (int k = 0; k < EFFACE_REGIONS; k++)
        CHECK(e.region[k].gone);
    /* The nose tip's window lies about 54 mm in front of the plane, its sides less. */
    CHECK(e.region[2].distance_p95_mm > 45 && e.region[2].distance_p95_mm < 60);
    CHECK(e.region[0].relief_kept < 0.1);

    CHECK_EQ(evaluate(&e, original, &cut, NULL), EFFACE_PASS);
    CHECK_EQ(e.status, EFFACE_REVIEW);
    CHECK(!e.has_brain);

    voxel[0] = 7; /* a speckle in the corner, away from the cut */
    CHECK_EQ(evaluate(&e, original, &cut, brain), EFFACE_PASS);
    CHECK_EQ(e.pieces, 4); /* face, two ears, speckle */
    CHECK(e.changed_apart > 1);
    ef_image_release(&cut);
}

/* The fill is compared with the scan's own air, which is exactly 0 here; the cut's area is known. */
static void fills(const ef_image *original, const ef_image *brain)
{
    efface_evaluation e;
    efface_error err;
    ef_image cut;
    CHECK_EQ(evaluate(&e, original, original, brain), EFFACE_PASS);
    CHECK(!e.fill_judged && e.edge_cm2 == 0);
    CHECK_EQ(ef_image_copy(&cut, original, &err), EFFACE_PASS);
    int16_t *voxel = cut.voxels;
    int64_t faces = 0;
    for (int64_t i = 0; i < count; i++) {
        double w[3], behind[3];
        world_of(w, original, i);
        world_of(behind, original, i - NX >= 0 ? i - NX : i);
        if (w[1] > 60 && voxel[i] != 0)
            voxel[i] = 0;
        /* The plane's faces: changed in front, head behind. */
        faces += w[1] > 60 && behind[1] <= 60 && i >= NX && ((int16_t *)original->voxels)[i] != 0 &&
                 ((int16_t *)original->voxels)[i - NX] > 400;
    }
    CHECK_EQ(evaluate(&e, original, &cut, brain), EFFACE_PASS);
    CHECK(e.fill_judged && e.fill_plausible);
    CHECK(e.fill_share == 1 && e.fill_constant == 1 && e.air_constant == 1 && e.fill_mean == 0);
    CHECK_NEAR(e.edge_cm2, (double)faces * voxel_mm * voxel_mm / 100, 0.03 * e.edge_cm2);
    CHECK_NEAR(e.edge_step, 1, 0.02); /* 1000 in the head, 0 beyond */
    for (int64_t i = 0; i < count; i++)
        voxel[i] = voxel[i] != ((int16_t *)original->voxels)[i]
                       ? 80
                       : voxel[i]; /* dark, and not the air's value */
    CHECK_EQ(evaluate(&e, original, &cut, brain), EFFACE_PASS);
    CHECK(e.fill_judged && !e.fill_plausible);
    CHECK_NEAR(e.fill_mean, 80, 1e-9);

    /* Changes of an estimated brain are counted and decide nothing. */
    CHECK_EQ(evaluate_with(&e, original, &cut, brain, true, 2), EFFACE_PASS);
    CHECK(e.brain_estimated && e.has_brain && e.brain_changed == 0);
    CHECK(e.status != EFFACE_PASS);
    ef_image_release(&cut);
}

/* The face copied 5 mm deeper: far from where it was, and still this face. */
static void deeper_copy(const ef_image *original, const ef_image *brain)
{
    efface_evaluation e;
    ef_image copy = make_head((shape){.face_mm = -5, .relief = 1});
    CHECK_EQ(evaluate(&e, original, &copy, brain), EFFACE_PASS);
    CHECK_EQ(e.status, EFFACE_AUDIT);
    CHECK(!e.region[0].gone);
    CHECK_NEAR(e.region[0].distance_median_mm, 5, 0.5); /* the distance formula is of first order */
    CHECK_EQ(e.region[2].survived, 0);
    CHECK(e.region[0].relief_r2 > 0.9);
    CHECK_NEAR(e.region[0].relief_kept, 1, 0.1);
    ef_image_release(&copy);
}

/* Only the smooth head is left: the nose's 22 mm are the distance. Half the features: half is kept. */
static void flattened(const ef_image *original, const ef_image *brain)
{
    efface_evaluation e;
    ef_image flat = make_head((shape){.relief = 0}), half = make_head((shape){.relief = 0.5});
    CHECK_EQ(evaluate(&e, original, &flat, brain), EFFACE_PASS);
    CHECK(e.region[0].relief_kept < 0.1);
    /* 95 % of the nose's window lies below 20 mm of the 22; its highest 1 % reaches it. */
    CHECK(e.region[2].distance_p95_mm > 15 && e.region[2].distance_p95_mm < 22);
    CHECK_EQ(evaluate(&e, original, &half, brain), EFFACE_PASS);
    CHECK_NEAR(e.region[2].relief_kept, 0.5, 0.1);
    CHECK(!e.region[2].gone && !e.features_gone);
    ef_image_release(&flat);
    ef_image_release(&half);
}

/* Same values in another scale: no voxel has changed, the header has. A second volume counts too. */
static void scale_and_volumes(const ef_image *original)
{
    efface_evaluation e;
    efface_error err;
    ef_image scaled, two = blank(2), other = blank(2);
    CHECK_EQ(ef_image_copy(&scaled, original, &err), EFFACE_PASS);
    for (int64_t i = 0; i < count; i++)
        ((int16_t *)scaled.voxels)[i] /= 2; /* make_head's values are even */
    scaled.slope = 2;
    CHECK_EQ(evaluate(&e, original, &scaled, NULL), EFFACE_PASS);
    CHECK_EQ(e.voxels_changed, 0);
    CHECK(e.same_dtype && !e.same_scale);
    CHECK(e.n_fields >= 1);
    CHECK_STR(e.fields[0], "scl_slope");

    for (int volume = 0; volume < 2; volume++) {
        memcpy((int16_t *)two.voxels + volume * count, original->voxels, original->n_bytes);
        memcpy((int16_t *)other.voxels + volume * count, original->voxels, original->n_bytes);
    }
    ((int16_t *)other.voxels)[count + 12345]++;
    ((int16_t *)other.voxels)[12345]++;
    ((int16_t *)other.voxels)[count + 54321]++;
    CHECK_EQ(evaluate(&e, &two, &other, NULL), EFFACE_PASS);
    CHECK_EQ(e.voxels_changed, 2);
    CHECK_EQ(evaluate(&e, original, &two, NULL), EFFACE_INPUT);
    ef_image_release(&scaled);
    ef_image_release(&two);
    ef_image_release(&other);
}

/* The part of an image from `low` to before `high`, as a smaller field of view would show it. */
static ef_image part_of(const ef_image *image, const int64_t low[3], const int64_t high[3])
{
    ef_image part = *image;
    for (int d = 0; d < 3; d++) {
        part.grid.n[d] = high[d] - low[d];
        part.grid.world_from_voxel.m[d][3] += voxel_mm * (double)low[d];
    }
    const int64_t *n = part.grid.n;
    part.n_bytes = (size_t)ef_grid_count(&part.grid) * sizeof(int16_t);
    part.voxels = malloc(part.n_bytes);
    for (int64_t i = 0; i < ef_grid_count(&part.grid); i++) {
        const int64_t x = i % n[0] + low[0], y = i / n[0] % n[1] + low[1], z = i / (n[0] * n[1]) + low[2];
        ((int16_t *)part.voxels)[i] = ((const int16_t *)image->voxels)[(z * NY + y) * NX + x];
    }
    return part;
}

/* Without everything beyond 66 mm to the sides, which is part of both ears. */
static ef_image without_ears(const ef_image *image)
{
    ef_image cut;
    efface_error err;
    CHECK_EQ(ef_image_copy(&cut, image, &err), EFFACE_PASS);
    for (int64_t i = 0; i < count; i++) {
        double w[3];
        world_of(w, image, i);
        ((int16_t *)cut.voxels)[i] = fabs(w[0]) > 66 ? 0 : ((int16_t *)cut.voxels)[i];
    }
    return cut;
}

/* A field of view that ends within the head: at the ears' lower ends, at their middles, between them. What
 * lies in it is judged, what lies outside is not. */
static void ends_in_view(const ef_image *original)
{
    ef_image cut = without_ears(original);
    /* The ears reach from z = -46 to 10 and begin at x = +-65. */
    static const int64_t low[4][3] = {{0, 0, 41}, {0, 0, 50}, {15, 0, 0}, {0, 0, 80}};
    for (int k = 0; k < 4; k++) {
        if (!test_does(k == 1 || k == 2))
            continue;
        const int64_t high[3] = {k == 2 ? NX - 15 : NX, NY, NZ};
        efface_evaluation e;
        ef_image a = part_of(original, low[k], high), b = part_of(&cut, low[k], high);
        for (int gone = 0; gone < 2; gone++) {
            CHECK_EQ(evaluate(&e, &a, gone ? &b : &a, NULL), EFFACE_PASS);
            for (int ear = 5; ear < 7; ear++) {
                if (k < 2)
                    CHECK(e.region[ear].visible);
                else
                    CHECK(!e.region[ear].visible);
                CHECK_EQ(e.region[ear].gone, gone && e.region[ear].visible);
            }
            if (k == 2)
                CHECK(!e.features_gone && e.region[0].visible);
        }
        ef_image_release(&a);
        ef_image_release(&b);
    }
    ef_image_release(&cut);
}

/* The nearest voxels of another scan on an image's grid. */
static ef_image on_grid_of(const ef_image *image, const ef_image *other)
{
    ef_image out;
    efface_error err;
    ef_affine at_other;
    CHECK_EQ(ef_image_copy(&out, image, &err), EFFACE_PASS);
    CHECK(ef_affine_invert(&at_other, other->grid.world_from_voxel));
    at_other = ef_affine_mul(at_other, image->grid.world_from_voxel);
    const int64_t *n = image->grid.n, *m = other->grid.n;
    for (int64_t i = 0; i < ef_grid_count(&image->grid); i++) {
        double at[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / (n[0] * n[1]))};
        ef_affine_apply(at, &at_other, at);
        const int64_t x = llround(at[0]), y = llround(at[1]), z = llround(at[2]);
        const bool in = x >= 0 && y >= 0 && z >= 0 && x < m[0] && y < m[1] && z < m[2];
        ((int16_t *)out.voxels)[i] =
            in ? ((const int16_t *)other->voxels)[(z * m[1] + y) * m[0] + x] : (int16_t)0;
    }
    return out;
}

/* Another person's face on the same head has what all faces have, and nothing of this face's own. The same
 * person's face in another scan has both. */
static void own_relief(void)
{
    efface_evaluation e;
    efface_error err;
    ef_phantom_options o;
    ef_phantom person[2], again;
    ef_phantom_options_init(&o);
    o.head = 7;
    o.voxel_mm[0] = o.voxel_mm[1] = o.voxel_mm[2] = 2;
    for (int k = 0; k < 2; k++) {
        o.seed = 1 + (uint64_t)k;
        CHECK_EQ(ef_phantom_make(&person[k], &o, 2, &err), EFFACE_PASS);
    }
    o.seed = 1, o.scan = 2;
    CHECK_EQ(ef_phantom_make(&again, &o, 2, &err), EFFACE_PASS);
    const ef_image *original = &person[0].image;
    ef_image other = on_grid_of(original, &person[1].image);
    CHECK_EQ(evaluate(&e, original, &other, NULL), EFFACE_PASS);
    CHECK(e.region[0].own_judged && e.region[0].relief_kept > 0.4);
    CHECK(e.region[0].own_r2 < 0.1);
    CHECK(!e.region[5].own_judged); /* there is no mean of ears */
    CHECK_EQ(evaluate(&e, original, &again.image, NULL), EFFACE_PASS);
    CHECK(e.region[0].own_judged && e.region[0].own_r2 > 0.9);
    CHECK(e.region[1].own_r2 > 0.8 && e.region[2].own_r2 > 0.8);
    CHECK(!e.features_gone);
    ef_image_release(&other);
    ef_phantom_release(&person[0]);
    ef_phantom_release(&person[1]);
    ef_phantom_release(&again);
}

static void refused(const ef_image *original)
{
    efface_evaluation e;
    ef_image moved = *original; /* borrows the voxels; not released */
    moved.grid.world_from_voxel.m[1][3] += 0.1;
    CHECK_EQ(evaluate(&e, original, &moved, NULL), EFFACE_PASS); /* headers rounded by other tools */
    moved.grid.world_from_voxel.m[1][3] += 0.2;
    CHECK_EQ(evaluate(&e, original, &moved, NULL), EFFACE_INPUT);
    CHECK_EQ(evaluate(&e, original, original, &moved), EFFACE_INPUT);
    moved = *original;
    moved.grid.n[2]--;
    CHECK_EQ(evaluate(&e, original, &moved, NULL), EFFACE_INPUT);
}

static void same_at_any_thread_count(const ef_image *original, const ef_image *brain)
{
    ef_image copy = make_head((shape){.face_mm = -3, .relief = 0.7});
    efface_evaluation e[3];
    const int threads[3] = {1, 2, 8};
    for (int k = 0; k < 3; k++) {
        CHECK_EQ(evaluate_with(&e[k], original, &copy, brain, false, threads[k]), EFFACE_PASS);
        CHECK_EQ(e[k].brain_changed, e[0].brain_changed);
        CHECK(e[k].brain_depth_mm == e[0].brain_depth_mm);
        for (int r = 0; r < EFFACE_REGIONS; r++) {
            const efface_region_change *a = &e[k].region[r], *b = &e[0].region[r];
            CHECK(a->distance_median_mm == b->distance_median_mm &&
                  a->distance_p95_mm == b->distance_p95_mm && a->survived == b->survived &&
                  a->relief_before_mm == b->relief_before_mm && a->relief_after_mm == b->relief_after_mm &&
                  a->relief_r2 == b->relief_r2 && a->relief_kept == b->relief_kept);
        }
    }
    ef_image_release(&copy);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    ef_image original = make_head((shape){.relief = 1}), brain = make_brain();
    efface_error err = {0};
    if (!CHECK_EQ(ef_original_find(&found.subject, &original, 2, "original", &err), EFFACE_PASS))
        return test_end();
    found.image = &original;
    ends_in_view(&original);
    if (test_does(true)) {
        same_image(&original, &brain);
        brain_cut(&original, &brain, 1);
        plane_cut(&original, &brain);
        fills(&original, &brain);
        deeper_copy(&original, &brain);
        flattened(&original, &brain);
        scale_and_volumes(&original);
        own_relief();
        refused(&original);
    } else {
        brain_cut(&original, &brain, 10);
        brain_cut(&original, &brain, 1000);
        same_at_any_thread_count(&original, &brain);
    }
    ef_original_release(&found.subject);
    ef_image_release(&original);
    ef_image_release(&brain);
    return test_end();
}
