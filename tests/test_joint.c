/* The sums behind the registration: compared with the plain loop, and with the laws of information. */
#include <stdlib.h>

#include "check.h"
#include "kernels/joint.h"
#include "kernels/rng.h"
#include "reference.h"

enum { NX = 23, NY = 19, NZ = 27, COUNT = NX * NY * NZ, POINTS = 6001, LABELS = 7, BINS = 16 };

static const int64_t n[3] = {NX, NY, NZ};
static float volume[COUNT], xyz[3 * POINTS], weight[POINTS];
static uint8_t label[POINTS];

/* A smooth volume over the bins and beyond, with a hole of NaN; points in it and around it. */
static void make_data(void)
{
    for (int64_t i = 0; i < COUNT; i++) {
        const double x = (double)(i % NX), y = (double)(i / NX % NY), z = (double)(i / (NX * NY));
        volume[i] = (float)(8 + 5 * sin(0.3 * x + 0.1 * z) + 5 * cos(0.25 * y) * sin(0.2 * z));
        if (fabs(x - 8) < 2 && fabs(y - 8) < 2 && fabs(z - 8) < 2)
            volume[i] = NAN;
    }
    for (uint64_t p = 0; p < POINTS; p++) {
        for (uint64_t d = 0; d < 3; d++)
            xyz[3 * p + d] = (float)(120 * ek_uniform(d, p) - 60);
        label[p] = (uint8_t)(ek_hash64(4, p) % LABELS);
        weight[p] = (float)ek_uniform(5, p);
    }
}

static void agrees_with_reference(void)
{
    double oblique[3][4] = {{0.21, 0.03, -0.02, 11.1}, {-0.02, 0.17, 0.01, 9.3}, {0.01, -0.03, 0.25, 13.7}};
    ref_points points = {xyz, label, NULL, POINTS};
    double joint[LABELS * BINS], expected[LABELS * BINS], again[LABELS * BINS], seen, seen_expected;
    const int64_t counted =
        ek_joint_histogram(joint, LABELS, BINS, xyz, label, POINTS, volume, n, oblique, 1);
    CHECK_EQ(counted, ref_joint_histogram(expected, LABELS, BINS, &points, volume, n, oblique));
    CHECK(counted > POINTS / 4 && counted < POINTS);
    /* An index below 64 as a float of 24 bits, from four roundings, is good to 64 * 4 * 2^-24 = 1.5e-5; the
     * volume changes by less than 3 a voxel and axis: 1.4e-4 of a bin for each of the counted points. */
    for (int e = 0; e < LABELS * BINS; e++)
        CHECK_NEAR(joint[e], expected[e], 1.4e-4 * (double)counted / LABELS);
    for (int threads = 2; threads <= 9; threads += 7) {
        CHECK_EQ(ek_joint_histogram(again, LABELS, BINS, xyz, label, POINTS, volume, n, oblique, threads),
                 counted);
        CHECK(memcmp(joint, again, sizeof joint) == 0);
    }
    for (int weighted = 0; weighted < 2; weighted++) {
        const float *w = points.weight = weighted ? weight : NULL;
        const double mean = ek_mean_capped_distance(&seen, xyz, w, POINTS, volume, n, oblique, 9, 1);
        CHECK_NEAR(mean, ref_mean_capped_distance(&seen_expected, &points, volume, n, oblique, 9), 1.4e-4);
        CHECK_NEAR(seen, seen_expected, 1e-12);
        CHECK(mean == ek_mean_capped_distance(&seen, xyz, w, POINTS, volume, n, oblique, 9, 5));
    }
}

static void nothing_in_view(void)
{
    double off[3][4] = {{1, 0, 0, 1000}, {0, 1, 0, 0}, {0, 0, 1, 0}}, joint[LABELS * BINS], entropy, seen;
    CHECK_EQ(ek_joint_histogram(joint, LABELS, BINS, xyz, label, POINTS, volume, n, off, 2), 0);
    CHECK_EQ(ek_mutual_information(&entropy, joint, LABELS, BINS), 0);
    CHECK_EQ(entropy, 0);
    CHECK_EQ(ek_mean_capped_distance(&seen, xyz, NULL, POINTS, volume, n, off, 9, 2), 9);
    CHECK_EQ(seen, 0);
    CHECK_EQ(ek_joint_histogram(joint, LABELS, BINS, xyz, label, 0, volume, n, off, 2), 0);
}

/* I(X; Y) is 0 where p(x, y) = p(x) p(y), H(X) where Y tells X, the same for X and Y exchanged, and never
 * more than either entropy. */
static void information_obeys_its_laws(void)
{
    const double rows[4] = {0.1, 0.2, 0.3, 0.4}, columns[6] = {0.05, 0.3, 0.15, 0.2, 0.1, 0.2};
    double independent[24], identical[36] = {0}, turned[24], any[24], entropy, other;
    for (int r = 0; r < 4; r++)
        for (int c = 0; c < 6; c++)
            independent[6 * r + c] = 500 * rows[r] * columns[c];
    CHECK_NEAR(ek_mutual_information(&entropy, independent, 4, 6), 0, 1e-12);
    double expected = 0;
    for (int r = 0; r < 4; r++)
        expected -= rows[r] * log(rows[r]);
    CHECK_NEAR(entropy, expected, 1e-12);
    expected = 0;
    for (int c = 0; c < 6; c++) {
        identical[7 * c] = 20 * columns[c];
        expected -= columns[c] * log(columns[c]);
    }
    CHECK_NEAR(ek_mutual_information(&entropy, identical, 6, 6), expected, 1e-12);
    CHECK_NEAR(entropy, expected, 1e-12);
    for (uint64_t e = 0; e < 24; e++) {
        any[e] = ek_uniform(6, e);
        turned[e % 6 * 4 + e / 6] = any[e];
    }
    const double information = ek_mutual_information(&entropy, any, 4, 6);
    CHECK_NEAR(information, ek_mutual_information(&other, turned, 6, 4), 1e-12);
    CHECK(information > 0 && information <= entropy && information <= other);
    CHECK_NEAR(information, ek_mutual_information(NULL, any, 4, 6), 0);
}

int main(void)
{
    make_data();
    agrees_with_reference();
    nothing_in_view();
    information_obeys_its_laws();
    return test_end();
}
