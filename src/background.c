/* The noise model of the scan's air: a sample of its values and how neighbours go together. It says nothing
 * of tissue. */
#include "background.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "rng.h"

/* 4096 values give quantiles good to 1 % of the distribution; with fewer than 64 there is no distribution.
 */
enum { SAMPLES = 4096, ENOUGH = 64, DRAWS = 1 << 20, LAGS = 2 };
static const int lags[LAGS] = {1, 4};

/* Air this far from the head is free of partial volume and of its ringing. */
static const double clear_of_head_mm = 12;

typedef struct sample {
    double value;
    int64_t voxel;
} sample;

/* Where air is looked for: under the mask, anywhere, or, where the field of view holds none, in what is
 * dark. */
typedef enum place { UNDER_MASK, ANYWHERE, DARK } place;

typedef struct search {
    const ef_image *image;
    const ef_work *work;
    const ef_head *head;
    const uint8_t *mask;
    place where;
} search;

/* Whether an element is air; voxel counts within a volume. */
static bool is_air(const search *s, int64_t element)
{
    const int64_t *n = s->image->grid.n, *w = s->work->grid.n;
    const int64_t voxel = element % (n[0] * n[1] * n[2]);
    if (s->where == UNDER_MASK && !s->mask[voxel])
        return false;
    const double value = ef_image_value(s->image, element);
    if (!isfinite(value) || value > s->head->threshold)
        return false;
    if (s->where == DARK)
        return true;
    double at[3] = {(double)(voxel % n[0]), (double)(voxel / n[0] % n[1]), (double)(voxel / (n[0] * n[1]))};
    ef_affine_apply(at, &s->work->work_from_voxel, at);
    int64_t cell[3];
    for (int d = 0; d < 3; d++) {
        cell[d] = (int64_t)floor(at[d] + 0.5);
        if (cell[d] < 0 || cell[d] >= w[d])
            return false;
    }
    return (double)s->head->skin_mm[cell[0] + w[0] * (cell[1] + w[1] * cell[2])] > clear_of_head_mm;
}

/* The sample's places don't depend on the run's seed: what is drawn from it later does. */
static int draw(sample *found, const search *s)
{
    const int64_t count = ef_grid_count(&s->image->grid) * s->image->n_volumes;
    int n = 0;
    for (uint64_t i = 0; i < DRAWS && n < SAMPLES; i++) {
        const int64_t element = (int64_t)(ek_hash64(77, i) % (uint64_t)count);
        if (is_air(s, element))
            found[n++] = (sample){.value = ef_image_value(s->image, element), .voxel = element};
    }
    return n;
}

static int by_value(const void *a, const void *b)
{
    const sample *p = a, *q = b;
    if (p->value != q->value)
        return p->value < q->value ? -1 : 1;
    return p->voxel < q->voxel ? -1 : p->voxel > q->voxel;
}

static double correlation_along(const search *s, const sample *found, int n_found, int axis)
{
    const int64_t *n = s->image->grid.n;
    const int64_t stride = axis == 0 ? 1 : axis == 1 ? n[0] : n[0] * n[1];
    double sum[LAGS] = {0};
    for (int i = 0; i < n_found; i++) {
        double square[LAGS];
        bool whole = found[i].voxel / stride % n[axis] + lags[LAGS - 1] < n[axis];
        for (int l = 0; l < LAGS && whole; l++) {
            const double there = ef_image_value(s->image, found[i].voxel + lags[l] * stride);
            whole = there <= s->head->threshold; /* which NaN is not */
            square[l] = (there - found[i].value) * (there - found[i].value);
        }
        for (int l = 0; l < LAGS && whole; l++)
            sum[l] += square[l];
    }
    return sum[1] > 0 ? 1 - sum[0] / sum[1] : 0;
}

efface_status ef_background_measure(ef_background *background, const ef_image *image, const ef_work *work,
                                    const ef_head *head, const uint8_t *mask, efface_error *err)
{
    memset(background, 0, sizeof *background);
    const size_t size = ek_dtype_size(image->dtype),
                 bytes = SAMPLES * (sizeof(sample) + sizeof(double) + size);
    search s = {.image = image, .work = work, .head = head, .mask = mask, .where = UNDER_MASK};
    sample *found = malloc(SAMPLES * sizeof *found);
    background->value = malloc(SAMPLES * sizeof(double));
    background->stored = malloc(SAMPLES * size);
    if (found == NULL || background->value == NULL || background->stored == NULL) {
        free(found);
        return ef_fail_memory(err, bytes);
    }
    int n = 0;
    for (int where = UNDER_MASK; where <= DARK && n < ENOUGH; where++) {
        s.where = (place)where;
        n = draw(found, &s);
    }
    for (int a = 0; a < 3; a++)
        background->correlation[a] = correlation_along(&s, found, n, a);
    qsort(found, (size_t)n, sizeof *found, by_value);
    for (int i = 0; i < n; i++) {
        background->value[i] = found[i].value;
        memcpy(background->stored + size * (size_t)i,
               (uint8_t *)image->voxels + size * (size_t)found[i].voxel, size);
    }
    background->count = n;
    free(found);
    return EFFACE_PASS;
}

void ef_background_table(uint8_t *table, const ef_background *background, const ek_noise *noise,
                         ek_dtype type)
{
    const size_t size = ek_dtype_size(type);
    for (int i = 0; i < EK_NOISE_TABLE; i++) {
        const int at = (int)(ek_noise_rank(noise, ek_noise_entry(i)) * background->count);
        memcpy(table + size * (size_t)i,
               background->stored + size * (size_t)(at < background->count ? at : background->count - 1),
               size);
    }
}

void ef_background_release(ef_background *background)
{
    free(background->value);
    free(background->stored);
    memset(background, 0, sizeof *background);
}
