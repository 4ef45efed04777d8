/* See morphology.h. Small balls work on bits, 64 voxels a word: a ball is a bundle of rows along x, and each row of the
 * result joins the rows around it, each widened as far as the ball reaches there. Large balls work by the distance
 * transform, whose cost hardly grows with the radius. Both decide the same: a voxel is reached where the rounded square
 * of the distance is at most that of the radius (distance.h).
 * Only the box around the foreground is processed, widened by the ball and one voxel. Beyond it everything is background
 * before and after, and no voxel in it has its nearest background beyond it. */
#include "kernels/morphology.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/box.h"
#include "kernels/distance.h"
#include "kernels/grid.h"
#include "kernels/simd.h"

enum {
    WORD = 64,
    REACH_MOST = 24, /* cells that a ball on bits reaches */
    /* rows of a ball for each voxel of a row, above which the distance transform is faster: it takes about as long as
     * eight words a voxel */
    WORDS_A_VOXEL = 8
};

/* The part of a mask that is worked on. */
typedef struct box {
    int64_t from[3], n[3];
    uint8_t *mask; /* owned */
    void *scratch; /* owned */
} box;

/* How far a ball reaches along x beside its centre, by the steps along y and z; -1: not there. */
typedef struct ball {
    int reach[2 * REACH_MOST + 1][2 * REACH_MOST + 1]; /* [z][y], its centre at radius[2], radius[1] */
    int radius[3];
    int rows; /* that it has */
} ball;

/* False where the ball is large. */
static bool make_ball(ball *made, const double spacing_mm[3], double radius_mm)
{
    const float limit = (float)(radius_mm * radius_mm * (1 + 1e-6));
    const float mm[3] = {(float)spacing_mm[0], (float)spacing_mm[1], (float)spacing_mm[2]};
    made->rows = 0;
    for (int d = 0; d < 3; d++) {
        const double cells = radius_mm * (1 + 1e-6) / spacing_mm[d];
        if (!(cells < REACH_MOST))
            return false;
        made->radius[d] = (int)cells;
    }
    for (int z = -made->radius[2]; z <= made->radius[2]; z++) {
        for (int y = -made->radius[1]; y <= made->radius[1]; y++) {
            const float along_y = (float)abs(y) * mm[1], along_z = (float)abs(z) * mm[2];
            int reach = -1;
            for (int x = 0; x <= made->radius[0]; x++) {
                const float along_x = (float)x * mm[0], square = along_x * along_x + along_y * along_y;
                reach = square + along_z * along_z <= limit ? x : reach;
            }
            made->reach[z + made->radius[2]][y + made->radius[1]] = reach;
            made->rows += reach >= 0;
        }
    }
    return true;
}

static int64_t words_of(const int64_t n[3])
{
    return (n[0] + WORD - 1) / WORD;
}

/* Whether bits are the faster way. */
static bool on_bits(const ball *made, const int64_t n[3])
{
    return made->rows * words_of(n) <= WORDS_A_VOXEL * n[0];
}

/* False where memory was short. box->n is 0 where nothing is set. */
static bool take_box(box *b, const ball *small, const uint8_t *mask, const int64_t n[3],
                     const double spacing_mm[3], double radius_mm)
{
    int64_t first[3], last[3];
    *b = (box){0};
    if (!ek_box(first, last, mask, n))
        return true;
    for (int d = 0; d < 3; d++) {
        const double cells = radius_mm * (1 + 1e-6) / spacing_mm[d];
        const int64_t pad = 1 + (cells < (double)n[d] ? (int64_t)cells : n[d]);
        b->from[d] = first[d] > pad ? first[d] - pad : 0;
        b->n[d] = (last[d] + pad < n[d] ? last[d] + pad + 1 : n[d]) - b->from[d];
    }
    const size_t rows = (size_t)(b->n[1] * b->n[2]), row = (size_t)b->n[0];
    const size_t levels = small != NULL ? (size_t)small->radius[0] + 2 : 0;
    b->mask = malloc(rows * row);
    b->scratch = malloc(small != NULL ? levels * rows * (size_t)words_of(b->n) * sizeof(uint64_t)
                                      : rows * row * sizeof(float));
    return b->mask != NULL && b->scratch != NULL;
}

/* Rows of a box from the mask, or back to it. */
static void copy_box(const box *b, uint8_t *mask, const int64_t n[3], bool back)
{
    for (int64_t row = 0; row < b->n[1] * b->n[2]; row++) {
        const int64_t y = b->from[1] + row % b->n[1], z = b->from[2] + row / b->n[1];
        uint8_t *outer = mask + ek_index(n, b->from[0], y, z), *inner = b->mask + row * b->n[0];
        memcpy(back ? outer : inner, back ? inner : outer, (size_t)b->n[0]);
    }
}

/* --- by distance --- */

/* One dilation of the foreground (of the background where `of_background`, which erodes the foreground). */
static bool grow_by_distance(const box *b, const double spacing_mm[3], double radius_mm, bool of_background,
                             int threads)
{
    const int64_t count = b->n[0] * b->n[1] * b->n[2];
    float *mm = b->scratch;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < count; i++)
        b->mask[i] = (b->mask[i] != 0) != of_background;
    if (!ek_distance_to_within(mm, b->mask, b->n, spacing_mm, radius_mm, threads))
        return false;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < count; i++)
        b->mask[i] = (mm[i] < EK_DISTANCE_FAR_MM) != of_background;
    return true;
}

/* --- on bits --- */

static const uint64_t low_bits = UINT64_C(0x0101010101010101), high_bits = UINT64_C(0x8080808080808080);

/* 1 in each byte that is not 0. */
static EK_INLINE uint64_t nonzero(uint64_t eight)
{
    return (((eight & ~high_bits) + ~high_bits) | eight) >> 7 & low_bits;
}

/* Packs a row: bit x of the words is set where the voxel's being set is not `background`. */
static void pack_row(uint64_t *word, const uint8_t *voxel, int64_t n, bool background)
{
    for (int64_t x = 0; x < n; x += WORD) {
        uint64_t bits = 0;
        const int64_t end = n - x < WORD ? n - x : WORD;
        int64_t i = 0;
        for (; i + 8 <= end; i += 8) {
            uint64_t eight = 0;
            for (int k = 0; k < 8; k++)
                eight |= (uint64_t)voxel[x + i + k] << 8 * k;
            /* the bytes' lowest bits, gathered in the highest byte of the product */
            bits |= (nonzero(eight) * UINT64_C(0x0102040810204080) >> 56) << i;
        }
        for (; i < end; i++)
            bits |= (uint64_t)(voxel[x + i] != 0) << i;
        const uint64_t valid = end == WORD ? ~UINT64_C(0) : (UINT64_C(1) << end) - 1;
        *word++ = (background ? ~bits : bits) & valid;
    }
}

static void unpack_row(uint8_t *voxel, const uint64_t *word, int64_t n, bool background)
{
    for (int64_t x = 0; x < n; x += WORD) {
        const uint64_t bits = background ? ~*word : *word;
        const int64_t end = n - x < WORD ? n - x : WORD;
        int64_t i = 0;
        word++;
        for (; i + 8 <= end; i += 8) {
            /* eight bits into the eight bytes, then each byte's own bit */
            const uint64_t eight = nonzero((bits >> i & 0xff) * low_bits & UINT64_C(0x8040201008040201));
            for (int k = 0; k < 8; k++)
                voxel[x + i + k] = (uint8_t)(eight >> 8 * k);
        }
        for (; i < end; i++)
            voxel[x + i] = bits >> i & 1;
    }
}

/* Widens a row's bits by one to both sides. */
static void widen_row(uint64_t *wide, const uint64_t *row, int64_t words)
{
    for (int64_t w = 0; w < words; w++) {
        const uint64_t before = w > 0 ? row[w - 1] >> (WORD - 1) : 0;
        const uint64_t after = w + 1 < words ? row[w + 1] << (WORD - 1) : 0;
        wide[w] = row[w] | row[w] << 1 | row[w] >> 1 | before | after;
    }
}

/* Joins, into row (y, z) of the result, the rows around it, each from the level of its reach. */
static void join_rows(uint64_t *to, const box *b, const ball *with, const uint64_t *levels, int64_t y,
                      int64_t z)
{
    const int64_t words = words_of(b->n), level = b->n[1] * b->n[2] * words;
    memset(to, 0, (size_t)words * sizeof *to);
    for (int dz = -with->radius[2]; dz <= with->radius[2]; dz++) {
        if (z + dz < 0 || z + dz >= b->n[2])
            continue;
        for (int dy = -with->radius[1]; dy <= with->radius[1]; dy++) {
            const int reach = with->reach[dz + with->radius[2]][dy + with->radius[1]];
            if (reach < 0 || y + dy < 0 || y + dy >= b->n[1])
                continue;
            const uint64_t *from = levels + reach * level + ((z + dz) * b->n[1] + y + dy) * words;
            for (int64_t w = 0; w < words; w++)
                to[w] |= from[w];
        }
    }
}

/* As grow_by_distance. */
static void grow_on_bits(const box *b, const ball *with, bool of_background, int threads)
{
    const int64_t words = words_of(b->n), rows = b->n[1] * b->n[2], level = rows * words;
    uint64_t *levels = b->scratch, *joined = levels + (with->radius[0] + 1) * level;
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
        for (int64_t row = 0; row < rows; row++) {
            uint64_t *word = levels + row * words;
            pack_row(word, b->mask + row * b->n[0], b->n[0], of_background);
            for (int wide = 0; wide < with->radius[0]; wide++)
                widen_row(word + (wide + 1) * level, word + wide * level, words);
        }
#pragma omp for schedule(static)
        for (int64_t row = 0; row < rows; row++) {
            join_rows(joined + row * words, b, with, levels, row % b->n[1], row / b->n[1]);
            unpack_row(b->mask + row * b->n[0], joined + row * words, b->n[0], of_background);
        }
    }
}

/* --- all four --- */

/* `steps` dilations and erosions in turn, an erosion first where `erode`. */
static bool run(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, bool erode,
                int steps, int threads)
{
    box b;
    ball with;
    const ball *small = make_ball(&with, spacing_mm, radius_mm) && on_bits(&with, n) ? &with : NULL;
    bool done = take_box(&b, small, mask, n, spacing_mm, radius_mm);
    if (done && b.mask != NULL) {
        copy_box(&b, mask, n, false);
        for (int s = 0; done && s < steps; s++) {
            if (small != NULL)
                grow_on_bits(&b, small, erode == (s == 0), threads);
            else
                done = grow_by_distance(&b, spacing_mm, radius_mm, erode == (s == 0), threads);
        }
        if (done)
            copy_box(&b, mask, n, true);
    }
    free(b.mask);
    free(b.scratch);
    return done;
}

bool ek_dilate(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    return run(mask, n, spacing_mm, radius_mm, false, 1, threads);
}

bool ek_erode(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    return run(mask, n, spacing_mm, radius_mm, true, 1, threads);
}

bool ek_open(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    return run(mask, n, spacing_mm, radius_mm, true, 2, threads);
}

bool ek_close(uint8_t *mask, const int64_t n[3], const double spacing_mm[3], double radius_mm, int threads)
{
    return run(mask, n, spacing_mm, radius_mm, false, 2, threads);
}
