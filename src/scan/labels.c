/* Tells label images by the header, or by patches of equal whole numbers. */
#include "scan/labels.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/stream.h"

/* Pairs of neighbours that are looked at, and the least number that shows anything. */
enum { PAIRS = 1 << 14, ENOUGH = 256 };
/* Most different values among them: parcellations have up to 200. */
enum { LABELS_MOST = 1024 };
/* Least fraction of pairs of one value, without the commonest value, which is the background: half the
 * voxels inside a structure of a few voxels have an equal neighbour along every axis. It is 0.2 and less in
 * scans, whose noise is a few steps of their values. */
static const double patches = 0.6;

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The commonest of n ascending values. different: how many different ones there are. */
static double commonest(const double *value, int n, int *different)
{
    int most = 0, run = 0;
    double found = NAN;
    *different = 0;
    for (int i = 0; i < n; i++) {
        const bool again = i > 0 && value[i] == value[i - 1];
        run = again ? run + 1 : 1;
        *different += !again;
        if (run > most) {
            most = run;
            found = value[i];
        }
    }
    return found;
}

bool ef_labels_are(const ef_image *image)
{
    const int64_t count = ef_grid_count(&image->grid), *n = image->grid.n;
    if (image->labels)
        return true;
    double *value = image->voxels != NULL ? malloc(3 * PAIRS * sizeof *value) : NULL;
    if (value == NULL)
        return false;
    double *first = value, *second = value + PAIRS, *sorted = value + 2 * (size_t)PAIRS;
    int pairs = 0, equal = 0, judged = 0, different;
    bool whole = true;
    for (uint64_t draw = 0; draw < PAIRS && whole; draw++) {
        const int64_t i = (int64_t)(ek_hash64(EF_SEED_LABEL_SAMPLE, draw) % (uint64_t)count);
        if (i % n[0] + 1 == n[0])
            continue;
        first[pairs] = sorted[pairs] = ef_image_value(image, i);
        second[pairs] = ef_image_value(image, i + 1);
        whole = first[pairs] == floor(first[pairs]) && isfinite(first[pairs]);
        pairs++;
    }
    qsort(sorted, (size_t)pairs, sizeof *sorted, by_value);
    const double background = commonest(sorted, pairs, &different);
    for (int p = 0; p < pairs; p++) {
        judged += first[p] != background;
        equal += first[p] != background && first[p] == second[p];
    }
    free(value);
    return whole && different <= LABELS_MOST && judged >= ENOUGH && equal >= patches * judged;
}
