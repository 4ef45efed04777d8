/* Connected components, compared with a flood fill and with small volumes drawn by hand. */
#include "kernels/label.h"

#include <stdlib.h>

#include "check.h"
#include "kernels/rng.h"
#include "reference.h"

enum { MAX_COUNT = 23 * 14 * 9 };

/* Whether two labellings name the same sets: each name of one corresponds to one name of the other, 0 to 0.
 * name_in_b: out, for each name in a, the one in b. */
static bool same_sets(int32_t *name_in_b, const int32_t *a, const int32_t *b, int64_t count)
{
    static int32_t name_in_a[MAX_COUNT + 1];
    memset(name_in_a, 0, sizeof name_in_a);
    memset(name_in_b, 0, sizeof name_in_a);
    for (int64_t i = 0; i < count; i++) {
        if (a[i] < 0 || a[i] > MAX_COUNT || (a[i] == 0) != (b[i] == 0))
            return false;
        if (name_in_b[a[i]] == 0 && name_in_a[b[i]] == 0) {
            name_in_b[a[i]] = b[i];
            name_in_a[b[i]] = a[i];
        }
        if (name_in_b[a[i]] != b[i] || name_in_a[b[i]] != a[i])
            return false;
    }
    return true;
}

/* Seeds in the second component and one in the background keep the second component. */
static void check_kept(const uint8_t *mask, const int32_t *label, const int64_t n[3], int connectivity,
                       const int64_t size[2])
{
    const int64_t count = n[0] * n[1] * n[2];
    uint8_t kept[MAX_COUNT], seeds[MAX_COUNT] = {0};
    memcpy(kept, mask, (size_t)count);
    CHECK_EQ(ek_keep_largest(kept, n, connectivity), size[0]);
    for (int64_t i = 0; i < count; i++)
        CHECK_EQ(kept[i], label[i] == 1 ? mask[i] : 0);
    bool wanted[3] = {true, false, true};
    for (int64_t i = count - 1; i >= 0; i--) {
        if (label[i] <= 2 && wanted[label[i]]) {
            seeds[i] = 9;
            wanted[label[i]] = false;
        }
    }
    memcpy(kept, mask, (size_t)count);
    CHECK_EQ(ek_keep_connected(kept, seeds, n, connectivity), size[1]);
    for (int64_t i = 0; i < count; i++)
        CHECK_EQ(kept[i], label[i] == 2 ? mask[i] : 0);
}

/* The partition must be the reference's, the order by size and then by memory. */
static void check_components(const int64_t n[3], double density, int connectivity, uint64_t seed)
{
    const int64_t count = n[0] * n[1] * n[2];
    uint8_t mask[MAX_COUNT] = {0};
    static int32_t label[MAX_COUNT], reference[MAX_COUNT], name_in_reference[MAX_COUNT + 1];
    static int64_t size[MAX_COUNT], own[MAX_COUNT + 1];
    for (int64_t i = 0; i < count; i++)
        mask[i] = (uint8_t)(ek_uniform(seed, (uint64_t)i) < density ? 1 + i % 255 : 0);
    const int64_t expected = ref_components(reference, mask, n, connectivity);
    CHECK_EQ(ek_components(label, size, MAX_COUNT, mask, n, connectivity), expected);
    if (!CHECK(same_sets(name_in_reference, label, reference, count)))
        return;
    memset(own, 0, sizeof own);
    for (int64_t i = 0; i < count; i++)
        own[label[i]]++;
    for (int64_t c = 0; c < MAX_COUNT; c++)
        CHECK_EQ(size[c], own[c + 1]);
    for (int64_t c = 1; c < expected; c++) /* the reference numbers by first voxel */
        CHECK(size[c - 1] > size[c] ||
              (size[c - 1] == size[c] && name_in_reference[c] < name_in_reference[c + 1]));
    check_kept(mask, label, n, connectivity, size);
}

/* Two slices of 5 x 3, # for foreground. */
static void draw(uint8_t mask[30], const char *picture)
{
    for (int i = 0; i < 30; i++)
        mask[i] = picture[i] == '#';
}

static bool looks_like(const uint8_t mask[30], const char *picture)
{
    for (int i = 0; i < 30; i++) {
        if (mask[i] != (picture[i] == '#'))
            return false;
    }
    return true;
}

static void test_small_cases(void)
{
    const int64_t n[3] = {5, 3, 2};
    uint8_t mask[30];
    draw(mask, "##..."
               "..#.."
               "...#."
               "....."
               "....."
               "....#");
    CHECK_EQ(ek_keep_largest(mask, n, 6), 2);
    CHECK(looks_like(mask, "##..."
                           "....."
                           "....."
                           "....."
                           "....."
                           "....."));
    draw(mask, "##..."
               "..#.."
               "...#."
               "....."
               "....."
               "....#");
    CHECK_EQ(ek_keep_largest(mask, n, 26), 5); /* edges, and the corner to the other slice */
    draw(mask, "#...#"
               "....."
               "....."
               "....."
               "....."
               ".....");
    CHECK_EQ(ek_keep_largest(mask, n, 26), 1); /* as large: the first one; rows do not wrap around */
    CHECK(looks_like(mask, "#...."
                           "....."
                           "....."
                           "....."
                           "....."
                           "....."));
    draw(mask, "....#"
               "#...."
               "....."
               "....."
               "....."
               ".....");
    CHECK_EQ(ek_keep_largest(mask, n, 26), 1);
    memset(mask, 0, sizeof mask);
    CHECK_EQ(ek_keep_largest(mask, n, 6), 0);
    memset(mask, 3, sizeof mask);
    CHECK_EQ(ek_keep_largest(mask, n, 6), 30);
}

/* A cup, open to low x only, in a 7^3 volume; its inside is a hole if and only if that side is closed. */
static void test_holes(void)
{
    const int64_t n[3] = {7, 7, 7};
    for (int side = 0; side < 6; side++) {
        uint8_t cup[343] = {0}, mask[343];
        bool open[6] = {true, true, true, true, true, true};
        int64_t hollow = 0;
        for (int64_t i = 0; i < 343; i++) {
            const int64_t at[3] = {i % 7, i / 7 % 7, i / 49};
            int64_t tube = 0, along = at[side / 2];
            for (int a = 0; a < 3; a++) {
                if (a != side / 2)
                    tube = llabs(at[a] - 3) > tube ? llabs(at[a] - 3) : tube;
            }
            along = side % 2 ? 6 - along : along; /* 0 at the open end */
            cup[i] = (tube == 1 && along <= 4) || (tube == 0 && along == 4);
            hollow += tube == 0 && along < 4;
        }
        memcpy(mask, cup, sizeof cup);
        CHECK(ek_fill_holes(mask, n, NULL));
        CHECK(memcmp(mask, cup, sizeof cup) == 0);
        open[side] = false;
        CHECK(ek_fill_holes(mask, n, open));
        int64_t filled = 0;
        for (int i = 0; i < 343; i++)
            filled += mask[i] && !cup[i];
        CHECK_EQ(filled, hollow);
    }
    const bool closed[6] = {false};
    uint8_t none[343] = {0};
    CHECK(ek_fill_holes(none, n, closed)); /* nowhere to come from: all is a hole */
    for (int i = 0; i < 343; i++)
        CHECK_EQ(none[i], 1);
}

/* A hole is background in a component, 6-connected, that touches no side. */
static void check_holes_against_flood(uint64_t seed, double density)
{
    const int64_t n[3] = {19, 12, 10}, count = 19 * 12 * 10;
    uint8_t mask[19 * 12 * 10], inverse[19 * 12 * 10], open[2000] = {0};
    int32_t label[19 * 12 * 10];
    for (int64_t i = 0; i < count; i++) {
        mask[i] = ek_uniform(seed, (uint64_t)i) < density;
        inverse[i] = !mask[i];
    }
    CHECK(ref_components(label, inverse, n, 6) < 2000);
    for (int64_t i = 0; i < count; i++) {
        const int64_t x = i % 19, y = i / 19 % 12, z = i / (19 * 12);
        if (x == 0 || x == 18 || y == 0 || y == 11 || z == 0 || z == 9)
            open[label[i]] = 1;
    }
    CHECK(ek_fill_holes(mask, n, NULL));
    for (int64_t i = 0; i < count; i++)
        CHECK_EQ(mask[i], label[i] == 0 || !open[label[i]]);
}

int main(void)
{
    static const double densities[5] = {0.02, 0.12, 0.3, 0.5, 0.9};
    for (int d = 0; d < 5; d++) {
        check_components((int64_t[3]){23, 14, 9}, densities[d], 6, (uint64_t)d);
        check_components((int64_t[3]){23, 14, 9}, densities[d], 26, (uint64_t)d);
        check_components((int64_t[3]){64, 1, 5}, densities[d], 26, (uint64_t)d);
        check_components((int64_t[3]){1, 40, 3}, densities[d], 6, (uint64_t)d);
        check_holes_against_flood((uint64_t)d, 0.45 + 0.1 * d);
    }
    check_components((int64_t[3]){8, 8, 8}, 0, 6, 1);
    test_small_cases();
    test_holes();
    return test_end();
}
