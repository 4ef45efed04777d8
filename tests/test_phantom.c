/* The phantom's truth must hold, since everything else is measured by it: the same bytes at any thread
 * count, the same world for any order of the axes, organs inside one another, measures and noise as
 * requested. */
#include <stdlib.h>

#include "check.h"
#include "kernels/grid.h"
#include "phantom/anatomy.h"
#include "phantom/phantom.h"

enum { THREADS = 2 };

static ef_phantom make(ef_phantom_options o, int threads)
{
    ef_phantom p;
    efface_error err;
    CHECK_EQ(ef_phantom_make(&p, &o, threads, &err), EFFACE_PASS);
    return p;
}

static ef_phantom_options coarse(uint64_t seed, double mm)
{
    ef_phantom_options o;
    ef_phantom_options_init(&o);
    o.seed = seed;
    for (int a = 0; a < 3; a++)
        o.voxel_mm[a] = mm;
    return o;
}

static bool same(const ef_phantom *a, const ef_phantom *b)
{
    size_t n = (size_t)ef_grid_count(&a->image.grid);
    return a->image.n_bytes == b->image.n_bytes &&
           memcmp(a->image.voxels, b->image.voxels, a->image.n_bytes) == 0 &&
           memcmp(a->tissue, b->tissue, n) == 0 && memcmp(a->brain, b->brain, n) == 0 &&
           memcmp(a->part, b->part, n) == 0;
}

static void same_bytes_at_any_thread_count(void)
{
    ef_phantom_options o = coarse(3, 3);
    o.draw_pose = true;
    ef_phantom one = make(o, 1), again = make(o, 1), many = make(o, 5);
    CHECK(same(&one, &again));
    CHECK(same(&one, &many));
    o.scan = 2;
    ef_phantom other = make(o, 2);
    CHECK(!same(&one, &other));
    ef_phantom_release(&one);
    ef_phantom_release(&again);
    ef_phantom_release(&many);
    ef_phantom_release(&other);
    ef_phantom_release(&other);
}

/* Blocks skip organs that are too far away to matter; painting single voxels skips nothing. The last
 * thousandth of a boundary may be lost, but no label may change. */
static void skipping_changes_nothing(void)
{
    enum { NX = 66, NY = 80, NZ = 92 };
    const double mm = 3;
    static float image[2][NX * NY * NZ];
    static uint8_t tissue[2][NX * NY * NZ], brain[2][NX * NY * NZ], part[2][NX * NY * NZ];
    static ef_anatomy anatomy;
    ef_identity id;
    ef_identity_draw(&id, 5, 5);
    ef_anatomy_init(&anatomy, &id, 40);
    for (int way = 0; way < 2; way++) {
        ef_plate plate = {.n = {NX, NY, NZ},
                          .head_from_voxel = {{{mm, 0, 0, -97}, {0, mm, 0, -122}, {0, 0, mm, -172}}},
                          .soft_mm = mm,
                          .image = image[way],
                          .tissue = tissue[way],
                          .brain = brain[way],
                          .part = part[way]};
        for (int t = 0; t < EF_TISSUE_COUNT; t++)
            plate.signal[t] = (float)t;
        int64_t step = way ? 1 : 8;
        for (int64_t k = 0; k < NZ; k += step)
            for (int64_t j = 0; j < NY; j += step)
                for (int64_t i = 0; i < NX; i += step) {
                    int64_t lo[3] = {i, j, k}, hi[3];
                    for (int a = 0; a < 3; a++)
                        hi[a] = lo[a] + step < plate.n[a] ? lo[a] + step : plate.n[a];
                    ef_anatomy_paint(&anatomy, &plate, lo, hi);
                }
    }
    int64_t head = 0, differ = 0;
    for (int64_t v = 0; v < NX * NY * NZ; v++) {
        head += tissue[1][v] != EF_TISSUE_AIR;
        differ += tissue[0][v] != tissue[1][v] || brain[0][v] != brain[1][v] || part[0][v] != part[1][v];
    }
    CHECK(head > 100000);
    CHECK_EQ(differ, 0);
}

/* Exact: each of the 48 orders holds the same value at the same place in the world. */
static void orientations(void)
{
    static const char axes[3][3] = {"RL", "AP", "SI"};
    ef_phantom_options o = coarse(4, 9);
    o.voxel_mm[1] = 8;
    o.oblique_deg[0] = 14;
    o.oblique_deg[2] = -9;
    ef_phantom plain = make(o, THREADS);
    ef_affine voxel_from_world;
    CHECK(ef_affine_invert(&voxel_from_world, plain.image.grid.world_from_voxel));
    int seen = 0;
    for (int code = 0; code < 27 * 8; code++) {
        int axis[3] = {code % 3, code / 3 % 3, code / 9 % 3}, flip = code / 27;
        if (axis[0] == axis[1] || axis[1] == axis[2] || axis[0] == axis[2])
            continue;
        for (int a = 0; a < 3; a++)
            o.orientation[a] = axes[axis[a]][flip >> a & 1];
        ef_phantom p = make(o, THREADS);
        const int64_t *n = p.image.grid.n, *m = plain.image.grid.n;
        char found[4];
        ef_affine_orientation(found, &p.image.grid.world_from_voxel);
        CHECK(strcmp(found, o.orientation) == 0);
        ef_affine plain_from_voxel = ef_affine_mul(voxel_from_world, p.image.grid.world_from_voxel);
        int64_t wrong = 0, at = 0;
        for (int64_t k = 0; k < n[2]; k++)
            for (int64_t j = 0; j < n[1]; j++)
                for (int64_t i = 0; i < n[0]; i++, at++) {
                    double q[3] = {(double)i, (double)j, (double)k};
                    ef_affine_apply(q, &plain_from_voxel, q);
                    int64_t there = (llround(q[2]) * m[1] + llround(q[1])) * m[0] + llround(q[0]);
                    wrong += ((int16_t *)p.image.voxels)[at] != ((int16_t *)plain.image.voxels)[there] ||
                             p.tissue[at] != plain.tissue[there] || p.part[at] != plain.part[there] ||
                             p.brain[at] != plain.brain[there];
                }
        CHECK_EQ(wrong, 0);
        CHECK_EQ(ef_grid_count(&p.image.grid), ef_grid_count(&plain.image.grid));
        seen++;
        ef_phantom_release(&p);
    }
    CHECK_EQ(seen, 48);
    ef_phantom_release(&plain);
}

/* Smallest squared distance between brain and face. Also checks that brain touches only brain and skull. */
static void nesting(uint64_t seed)
{
    ef_phantom p = make(coarse(seed, 2), THREADS);
    const int64_t *n = p.image.grid.n;
    int64_t touching = 0, close = 0, parts[EF_N_PARTS] = {0}, brain = 0, border = 0;
    const int64_t step[3] = {1, n[0], n[0] * n[1]};
    for (int64_t k = 2; k < n[2] - 2; k++)
        for (int64_t j = 2; j < n[1] - 2; j++)
            for (int64_t i = 2; i < n[0] - 2; i++) {
                int64_t v = i + j * step[1] + k * step[2];
                parts[p.part[v]]++;
                brain += p.brain[v];
                if (!p.brain[v])
                    continue;
                for (int a = 0; a < 3; a++)
                    for (int d = -2; d <= 2; d++) {
                        int64_t w = v + d * step[a];
                        close += p.part[w] != EF_PART_NONE;
                        touching += (d == 1 || d == -1) && p.tissue[w] == EF_TISSUE_SKIN;
                    }
            }
    for (int64_t v = 0; v < n[0] * n[1]; v++)
        border += p.brain[v] || p.brain[v + (n[2] - 1) * step[2]];
    CHECK_EQ(touching, 0);
    CHECK_EQ(close, 0); /* more than 4 mm between brain and face */
    CHECK_EQ(border, 0);
    double ml = 0.008;
    /* adults: 1000 to 1650 ml (Ritchie et al., Cereb Cortex 2018;28:2959: women 1115, men 1234 without,
     * 1340 to 1500 with ventricles and sulci; the range of 5000 people is wider still) */
    CHECK((double)brain * ml > 1000 && (double)brain * ml < 1650);
    CHECK((double)parts[EF_PART_NOSE] * ml > 12 && (double)parts[EF_PART_NOSE] * ml < 50);
    CHECK((double)parts[EF_PART_EYES] * ml > 20 && (double)parts[EF_PART_EYES] * ml < 80);
    for (int t = EF_PART_FOREHEAD; t < EF_N_PARTS; t++)
        CHECK((double)parts[t] * ml > 1.5);
    double left = (double)parts[EF_PART_EAR_LEFT], right = (double)parts[EF_PART_EAR_RIGHT];
    CHECK(fabs(left - right) < 0.2 * (left + right));
    ef_phantom_release(&p);
}

static bool solid(const ef_phantom *p, int64_t i, int64_t j, int64_t k)
{
    const int64_t *n = p->image.grid.n;
    return p->tissue[ek_index(n, i, j, k)] != EF_TISSUE_AIR;
}

/* First and last voxel of the head, in mm, along an axis within rows where both others are in [lo, hi)
 * voxels. */
static double extent(const ef_phantom *p, int axis, const int64_t lo[3], const int64_t hi[3])
{
    int64_t least = INT64_MAX, most = -1;
    for (int64_t k = lo[2]; k < hi[2]; k++)
        for (int64_t j = lo[1]; j < hi[1]; j++)
            for (int64_t i = lo[0]; i < hi[0]; i++) {
                int64_t at = axis == 0 ? i : axis == 1 ? j : k;
                if (!solid(p, i, j, k))
                    continue;
                least = at < least ? at : least;
                most = at > most ? at : most;
            }
    double mm[3];
    ef_affine_spacing(mm, &p->image.grid.world_from_voxel);
    return (double)(most - least + 1) * mm[axis];
}

/* Measures on the voxels against the identity's. A distance between two rasterised surfaces is off by at
 * most a voxel. */
static void measures(uint64_t seed)
{
    const double mm = 2;
    ef_phantom_options o = coarse(seed, mm);
    o.noise_percent = 0;
    ef_phantom p = make(o, THREADS);
    const double *want = p.identity.mm;
    double(*l)[3] = p.landmark_mm;
    ef_affine voxel;
    CHECK(ef_affine_invert(&voxel, p.image.grid.world_from_voxel));
    double at[3];
    ef_affine_apply(at, &voxel, l[EF_EURYON_LEFT]);
    const int64_t *n = p.image.grid.n;
    /* breadth in the plane of the landmarks, above the ears */
    int64_t lo[3] = {0, llround(at[1]), llround(at[2])},
            hi[3] = {n[0], llround(at[1]) + 1, llround(at[2]) + 1};
    CHECK_NEAR(extent(&p, 0, lo, hi), want[EF_HEAD_BREADTH], mm);
    CHECK_NEAR(l[EF_EURYON_RIGHT][0] - l[EF_EURYON_LEFT][0], want[EF_HEAD_BREADTH], 0.3);
    /* length from the glabella back, on the midline above the nose */
    ef_affine_apply(at, &voxel, l[EF_GLABELLA]);
    int64_t lo_y[3] = {llround(at[0]), 0, llround(at[2])},
            hi_y[3] = {llround(at[0]) + 1, n[1], llround(at[2] + 20)};
    CHECK_NEAR(extent(&p, 1, lo_y, hi_y), want[EF_HEAD_LENGTH], mm + 0.5);
    CHECK_NEAR(l[EF_GLABELLA][1] - l[EF_OPISTHOCRANION][1], want[EF_HEAD_LENGTH], 0.5);
    CHECK_NEAR(l[EF_PRONASALE][1] - l[EF_SUBNASALE][1], want[EF_NOSE_PROTRUSION], 0.5);
    CHECK_NEAR(hypot(l[EF_SELLION][1] - l[EF_MENTON][1], l[EF_SELLION][2] - l[EF_MENTON][2]),
               want[EF_FACE_HEIGHT], 1.0);
    CHECK_NEAR(l[EF_ALARE_RIGHT][0] - l[EF_ALARE_LEFT][0], want[EF_NOSE_BREADTH], 0.5);
    CHECK_NEAR(l[EF_PUPIL_RIGHT][0] - l[EF_PUPIL_LEFT][0], want[EF_PUPILS], 0.3);
    /* the nose's tip on the voxels */
    ef_affine_apply(at, &voxel, l[EF_PRONASALE]);
    int64_t i = llround(at[0]), k = llround(at[2]), j = n[1] - 1;
    while (j > 0 && !solid(&p, i, j, k))
        j--;
    CHECK_NEAR((double)j + 0.5, at[1], 1.0);
    ef_phantom_release(&p);
}

/* In air a magnitude is Rayleigh distributed: mean sigma sqrt(pi/2), mean square 2 sigma^2; in white matter
 * it is nearly Gaussian (Gudbjartsson and Patz 1995), here measured as the spread of the difference of two
 * scans. */
static void noise(void)
{
    ef_phantom_options o = coarse(2, 2);
    o.bias_percent = 0;
    o.noise_percent = 5;
    o.dtype = EK_FLOAT32;
    ef_phantom a = make(o, THREADS);
    o.scan = 2;
    ef_phantom b = make(o, THREADS);
    const float *va = a.image.voxels, *vb = b.image.voxels;
    double n_air = 0, sum = 0, square = 0, n_white = 0, mean = 0, spread = 0;
    int64_t n = ef_grid_count(&a.image.grid);
    for (int64_t v = 0; v < n; v++) {
        /* pure white only: where the boundary is soft the signal is not white's */
        bool white =
            a.tissue[v] == EF_TISSUE_WHITE && fabs((double)(va[v] + vb[v]) / 2 - a.white) < 4 * a.sigma;
        double d = (double)va[v] - (double)vb[v];
        if (white) {
            n_white++;
            mean += (double)va[v];
            spread += d * d;
        }
        if (v < n / 40 && a.tissue[v] == EF_TISSUE_AIR && a.image.grid.n[2] > 100) {
            n_air++;
            sum += (double)va[n - 1 - v];
            square += (double)va[n - 1 - v] * (double)va[n - 1 - v];
        }
    }
    CHECK(n_air > 10000 && n_white > 10000);
    CHECK_NEAR(a.sigma, 0.05 * a.white, 1e-6);
    /* standard errors are below 1 % / sqrt(1e4) * 100: 1 % is ten of them or more */
    CHECK_NEAR(sum / n_air / a.sigma, sqrt(EK_PI / 2), 0.02);
    CHECK_NEAR(sqrt(square / n_air / 2) / a.sigma, 1, 0.02);
    CHECK_NEAR(sqrt(spread / n_white / 2) / a.sigma, 1, 0.03);
    CHECK_NEAR(mean / n_white / a.white, 1, 0.03);
    ef_phantom_release(&a);
    ef_phantom_release(&b);
}

/* In another pose and contrast the distances between a person's landmarks are the same; another person's
 * differ. */
static void identity(void)
{
    ef_phantom_options o = coarse(8, 6);
    ef_phantom still = make(o, THREADS);
    o.scan = 77;
    o.draw_pose = true;
    o.contrast = EF_CT;
    ef_phantom moved = make(o, THREADS);
    o.seed = 9;
    ef_phantom other = make(o, THREADS);
    double worst = 0, apart = 0;
    for (int a = 0; a < EF_N_LANDMARKS; a++)
        for (int b = 0; b < a; b++) {
            double d[3] = {0, 0, 0};
            const ef_phantom *of[3] = {&still, &moved, &other};
            for (int w = 0; w < 3; w++)
                for (int c = 0; c < 3; c++)
                    d[w] += pow(of[w]->landmark_mm[a][c] - of[w]->landmark_mm[b][c], 2);
            worst = fmax(worst, fabs(sqrt(d[0]) - sqrt(d[1])));
            apart = fmax(apart, fabs(sqrt(d[0]) - sqrt(d[2])));
        }
    CHECK(worst < 1e-9);
    CHECK(apart > 5);
    CHECK(hypot(moved.world_from_head.m[0][3], moved.world_from_head.m[1][3]) > 0.1);
    ef_phantom_release(&still);
    ef_phantom_release(&moved);
    ef_phantom_release(&other);
}

/* Measures of many people have the means and spreads of the surveys: standard error of a mean of 2000 is
 * 0.022 sd, that of an sd 0.016 sd; cutting at 2.5 sd lowers the spread by 2 %. */
static void population(void)
{
    enum { N = 2000 };
    double sum[EF_N_MEASURES] = {0}, square[EF_N_MEASURES] = {0}, cross = 0;
    for (uint64_t seed = 1; seed <= N; seed++) {
        ef_identity id;
        ef_identity_draw(&id, seed, seed);
        double z[EF_N_MEASURES];
        for (int m = 0; m < EF_N_MEASURES; m++) {
            z[m] = (id.mm[m] - ef_measure_mean((ef_measure)m)) / ef_measure_sd((ef_measure)m);
            sum[m] += z[m];
            square[m] += z[m] * z[m];
        }
        cross += z[EF_HEAD_BREADTH] * z[EF_BIZYGOMATIC];
    }
    for (int m = 0; m < EF_N_MEASURES; m++) {
        CHECK_NEAR(sum[m] / N, 0, 0.1);
        CHECK_NEAR(sqrt(square[m] / N), 0.98, 0.08);
    }
    CHECK(cross / N > 0.3 && cross / N < 0.8);
}

/* People of one head: cranium and brain are the same, faces are not. Points every 5 mm. */
static void one_head(void)
{
    ef_identity id[2];
    ef_shape shape[2];
    int64_t brain = 0, brain_differs = 0, cranium = 0, face = 0;
    double most_mm = 0;
    for (int i = 0; i < 2; i++) {
        ef_identity_draw(&id[i], (uint64_t)i + 21, 7);
        ef_shape_init(&shape[i], &id[i], 100);
    }
    for (int m = 0; m < EF_N_MEASURES; m++)
        CHECK_EQ(id[0].mm[m] == id[1].mm[m], ef_measure_kept((ef_measure)m));
    for (int k = 0; k < 48 * 48 * 48; k++) {
        const v3 h = {(float)(k % 48) * 5 - 120, (float)(k / 48 % 48) * 5 - 120,
                      (float)(k / (48 * 48)) * 5 - 140};
        const v3 a = ef_shape_warp(&shape[0], h), b = ef_shape_warp(&shape[1], h);
        const bool in[2] = {ef_shape_cavity(&shape[0], a) < 0, ef_shape_cavity(&shape[1], b) < 0};
        const float skin[2] = {ef_shape_skin(&shape[0], a), ef_shape_skin(&shape[1], b)};
        brain += in[0];
        brain_differs += in[0] != in[1];
        if (h.z > 15 && fabsf(skin[0]) < 10) {
            cranium++;
            most_mm = fmax(most_mm, fabs((double)(skin[0] - skin[1])));
        }
        face += h.z < -30 && h.y > 40 && (skin[0] < 0) != (skin[1] < 0);
    }
    CHECK(brain > 5000 && cranium > 1000);
    CHECK((double)brain_differs < 0.005 * (double)brain);
    CHECK(most_mm < 0.2);
    CHECK(face > 50);
}

static void refused(void)
{
    ef_phantom p;
    efface_error err;
    ef_phantom_options o = coarse(1, 6);
    memcpy(o.orientation, "RAL", 4);
    CHECK_EQ(ef_phantom_make(&p, &o, 1, &err), EFFACE_USAGE);
    CHECK(p.image.voxels == NULL && strstr(err.message, "RAL") != NULL);
    o = coarse(1, 0);
    CHECK_EQ(ef_phantom_make(&p, &o, 1, &err), EFFACE_USAGE);
    o = coarse(1, 6);
    o.noise_percent = (double)NAN;
    CHECK_EQ(ef_phantom_make(&p, &o, 1, &err), EFFACE_USAGE);
    o = coarse(1, 6);
    o.contrast = EF_CT;
    o.dtype = EK_UINT8;
    CHECK_EQ(ef_phantom_make(&p, &o, 1, &err), EFFACE_USAGE);
}

int main(void)
{
    same_bytes_at_any_thread_count();
    skipping_changes_nothing();
    orientations();
    for (uint64_t seed = 0; seed < 6; seed++) {
        nesting(seed);
        measures(seed);
    }
    noise();
    identity();
    population();
    one_head();
    refused();
    return test_end();
}
