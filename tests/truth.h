/* Compares a run's mask and output with the truth of a phantom's voxels. Tests and campaign judge by these
 * numbers. */
#ifndef EF_TRUTH_H
#define EF_TRUTH_H

#include <math.h>
#include <string.h>

#include "phantom/phantom.h"

typedef struct truth_score {
    int64_t part[EF_N_PARTS], covered[EF_N_PARTS]; /* voxels of each part, and those under the mask */
    int64_t brain, brain_changed;                  /* of the true brain; changed in any bit, any volume */
    int64_t outside_changed;                       /* changed voxels that the mask does not have */
} truth_score;

/* before and after: same grid, type and volumes as the phantom's image or volumes of its size. mask: its
 * size. */
static inline truth_score truth_measure(const ef_phantom *truth, const ef_image *before,
                                        const ef_image *after, const uint8_t *mask)
{
    truth_score score;
    memset(&score, 0, sizeof score);
    const int64_t count = ef_grid_count(&before->grid);
    const size_t size = ek_dtype_size(before->dtype);
    const char *a = before->voxels, *b = after->voxels;
    for (int64_t i = 0; i < count; i++) {
        score.part[truth->part[i]]++;
        score.covered[truth->part[i]] += mask[i] != 0;
        bool changed = false;
        for (int64_t v = 0; v < before->n_volumes && !changed; v++) {
            const size_t at = size * (size_t)(v * count + i);
            changed = memcmp(a + at, b + at, size) != 0;
        }
        score.brain += truth->brain[i];
        score.brain_changed += truth->brain[i] && changed;
        score.outside_changed += changed && mask[i] == 0;
    }
    return score;
}

/* Fraction of the parts first to last that is covered; 1 where there is nothing of them. */
static inline double truth_covered(const truth_score *score, int first, int last)
{
    int64_t all = 0, covered = 0;
    for (int p = first; p <= last; p++) {
        all += score->part[p];
        covered += score->covered[p];
    }
    return all > 0 ? (double)covered / (double)all : 1;
}

static inline double truth_face(const truth_score *score)
{
    return truth_covered(score, EF_PART_FOREHEAD, EF_PART_CHEEKS);
}

static inline double truth_ears(const truth_score *score)
{
    return truth_covered(score, EF_PART_EAR_LEFT, EF_PART_EAR_RIGHT);
}

/* Dice of two masks of the same size; 1 where both are empty. */
static inline double truth_dice(const uint8_t *a, const uint8_t *b, int64_t count)
{
    int64_t both = 0, sum = 0;
    for (int64_t i = 0; i < count; i++) {
        both += a[i] && b[i];
        sum += (a[i] != 0) + (b[i] != 0);
    }
    return sum > 0 ? 2.0 * (double)both / (double)sum : 1;
}

#endif
