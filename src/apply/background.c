/* The noise model of the scan's air: a sample of its values, and the correlation of neighbours. It says
 * nothing about tissue, except for its grain. */
#include "apply/background.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/stream.h"
#include "kernels/grid.h"

/* SAMPLES: 4096 values give quantiles good to 1 % of the distribution. ENOUGH: fewer than 64 values are no
 * distribution. PART: a tenth of the samples is more than chance leaves.
 * FEW: a fiftieth of them is what tissue leaves beside any value. */
enum { SAMPLES = 4096, ENOUGH = 64, DRAWS = 1 << 20, LAGS = 2, PART = 10, FEW = 50 };
static const int lags[LAGS] = {1, 4};

/* Distance from the head, mm. Air beyond it is free of partial volume and of the head's ringing. */
static const double clear_of_head_mm = 12;

/* Least value of air in CT, HU. Air is -1000, and its noise is cut off at -1024 or a little below. Darker
 * values are padding. */
static const double least_hu = -1100;

/* Depth under the skin, mm. Tissue below it is clear of the skin's partial volume. */
static const double in_the_head_mm = 5;
/* Deviation of a block in units of the noise, below which 5 % of blocks lie: 27 independent voxels (chi
 * with 26 degrees of freedom). The quietest blocks are divided by it. */
static const double quietest = 0.77;

typedef struct sample {
    double value;
    int64_t voxel;
} sample;

/* Where air is searched: under the mask, anywhere, or, where the field of view holds none, in what is
 * dark. */
typedef enum place { UNDER_MASK, ANYWHERE, DARK } place;

typedef struct search {
    const ef_image *image;
    const ef_work *work;
    const ef_head *head;
    const uint8_t *mask;
    place where;
} search;

/* Returns the signed distance of a voxel to the skin; NaN outside the work grid. */
static double skin_mm(const search *s, int64_t voxel)
{
    const int64_t *n = s->image->grid.n, *w = s->work->grid.n;
    double at[3];
    ef_grid_point(at, n, voxel);
    ef_affine_apply(at, &s->work->work_from_voxel, at);
    int64_t cell[3];
    for (int d = 0; d < 3; d++) {
        cell[d] = (int64_t)floor(at[d] + 0.5);
        if (cell[d] < 0 || cell[d] >= w[d])
            return NAN;
    }
    return (double)s->head->skin_mm[ek_index(w, cell[0], cell[1], cell[2])];
}

/* Returns the brightest value that air can have. Rough air can have any value. */
static double brightest_air(const search *s)
{
    return s->work->roughness > 0 ? INFINITY : s->head->threshold;
}

/* Returns whether an element is air; its voxel counts within a volume. */
static bool is_air(const search *s, int64_t element)
{
    const int64_t *n = s->image->grid.n;
    const int64_t voxel = element % (n[0] * n[1] * n[2]);
    if (s->where == UNDER_MASK && !s->mask[voxel])
        return false;
    const double value = ef_image_value(s->image, element);
    if (!isfinite(value) || value > brightest_air(s) || (s->head->ct && value < least_hu))
        return false;
    if (s->where == DARK)
        return true;
    return skin_mm(s, voxel) > clear_of_head_mm; /* false for NaN */
}

/* Draws the sample. Its places do not depend on the run's seed; what is drawn from it later does. */
static int draw(sample *found, const search *s)
{
    const int64_t count = ef_grid_count(&s->image->grid) * s->image->n_volumes;
    int n = 0;
    for (uint64_t i = 0; i < DRAWS && n < SAMPLES; i++) {
        const int64_t element = (int64_t)(ek_hash64(EF_SEED_AIR_SAMPLE, i) % (uint64_t)count);
        if (is_air(s, element))
            found[n++] = (sample){.value = ef_image_value(s->image, element), .voxel = element};
    }
    return n;
}

/* Whether a sample's neighbours have exactly its value. Noise hardly ever does that six times; a constant that fills
 * what lies outside of a turned or warped field of view always does. */
static bool is_constant(const search *s, const sample *one)
{
    const int64_t *n = s->image->grid.n, stride[3] = {1, n[0], n[0] * n[1]};
    bool same = true;
    for (int d = 0; same && d < 3; d++) {
        const int64_t at = one->voxel / stride[d] % n[d];
        same = (at == 0 || ef_image_value(s->image, one->voxel - stride[d]) == one->value) &&
               (at == n[d] - 1 || ef_image_value(s->image, one->voxel + stride[d]) == one->value);
    }
    return same;
}

static int by_double(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

/* Whether a value stands apart from the others: farther from nearly all of them than the middle half of them is wide.
 * scratch: room for n values. */
static bool stands_apart(double value, const sample *found, int n, double *scratch)
{
    int others = 0, near = 0;
    for (int i = 0; i < n; i++)
        if (found[i].value != value)
            scratch[others++] = found[i].value;
    qsort(scratch, (size_t)others, sizeof *scratch, by_double);
    const double width = others > 0 ? scratch[3 * others / 4] - scratch[others / 4] : 0;
    for (int i = 0; i < others; i++)
        near += fabs(scratch[i] - value) <= width;
    return width > 0 && near < others / FEW;
}

/* Drops the samples with the value of constant padding, so that air is drawn from measured air alone. It is padding
 * where at least a tenth of the samples stand in a constant surrounding, and no air is like it: air that was cut off
 * at 0, or cleared by the scanner, is air. Returns how many samples are left. */
static int drop_padding(sample *found, int n, const search *s, double *scratch)
{
    int constant = 0, likewise = 0, kept = 0;
    double value = NAN;
    for (int i = 0; i < n; i++) {
        if (!is_constant(s, &found[i]))
            continue;
        value = isnan(value) ? found[i].value : value;
        constant += found[i].value == value;
    }
    for (int i = 0; i < n; i++)
        likewise += found[i].value == value;
    const int others = n - likewise;
    if (constant < n / PART || others < n / PART || others < ENOUGH ||
        !stands_apart(value, found, n, scratch))
        return n;
    for (int i = 0; i < n; i++)
        if (found[i].value != value)
            found[kept++] = found[i];
    return kept;
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
            whole = there <= brightest_air(s); /* false for NaN */
            square[l] = (there - found[i].value) * (there - found[i].value);
        }
        for (int l = 0; l < LAGS && whole; l++)
            sum[l] += square[l];
    }
    return sum[1] > 0 ? 1 - sum[0] / sum[1] : 0;
}

efface_status ef_background_measure(ef_background *background, const ef_image *image,
                                    const ef_subject *subject, const uint8_t *mask, efface_error *err)
{
    memset(background, 0, sizeof *background);
    const size_t size = ek_dtype_size(image->dtype),
                 bytes = SAMPLES * (sizeof(sample) + sizeof(double) + size);
    search s = {
        .image = image, .work = &subject->work, .head = &subject->head, .mask = mask, .where = UNDER_MASK};
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
    n = drop_padding(found, n, &s, background->value);
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

/* Measures the standard deviation of the block of 3 x 3 x 3 voxels around one. near and far become half the
 * mean square difference of its neighbours along each axis, 1 and 2 apart. Returns false at the volume's
 * sides. */
static bool block_noise(double *deviation, double near[3], double far[3], const ef_image *image,
                        int64_t voxel)
{
    const int64_t *n = image->grid.n;
    const int64_t at[3] = {voxel % n[0], voxel / n[0] % n[1], voxel / (n[0] * n[1])};
    const int64_t stride[3] = {1, n[0], n[0] * n[1]};
    double value[27], sum = 0, squares = 0;
    for (int d = 0; d < 3; d++)
        if (at[d] < 1 || at[d] > n[d] - 2)
            return false;
    for (int c = 0; c < 27; c++) {
        value[c] = ef_image_value(image, voxel + (c % 3 - 1) * stride[0] + (c / 3 % 3 - 1) * stride[1] +
                                             (c / 9 - 1) * stride[2]);
        sum += value[c];
    }
    for (int c = 0; c < 27; c++)
        squares += (value[c] - sum / 27) * (value[c] - sum / 27);
    *deviation = sqrt(squares / 26);
    static const int step[3] = {1, 3, 9};
    for (int d = 0; d < 3; d++) {
        near[d] = far[d] = 0;
        for (int c = 0; c < 27; c++) {
            const int along = c / step[d] % 3;
            near[d] += along < 2 ? pow(value[c + step[d]] - value[c], 2) / 18 : 0;
            far[d] += along == 0 ? pow(value[c + 2 * step[d]] - value[c], 2) / 9 : 0;
        }
    }
    return isfinite(*deviation);
}

typedef struct block {
    double deviation, near[3], far[3];
} block;

static int by_deviation(const void *a, const void *b)
{
    const double p = ((const block *)a)->deviation, q = ((const block *)b)->deviation;
    return p < q ? -1 : p > q;
}

efface_status ef_grain_measure(ef_grain *grain, const ef_image *image, const ef_subject *subject,
                               const uint8_t *mask, efface_error *err)
{
    const ef_head *head = &subject->head;
    memset(grain, 0, sizeof *grain);
    const search s = {.image = image, .work = &subject->work, .head = head, .mask = mask};
    const int64_t count = ef_grid_count(&image->grid);
    block *blocks = malloc(SAMPLES * sizeof *blocks);
    grain->scale = calloc((size_t)image->n_volumes, sizeof *grain->scale);
    if (blocks == NULL || grain->scale == NULL) {
        free(blocks);
        return ef_fail_memory(err, SAMPLES * sizeof *blocks);
    }
    int n = 0;
    double total = 0;
    for (uint64_t i = 0; i < DRAWS / 8 && n < SAMPLES; i++) {
        const int64_t voxel = (int64_t)(ek_hash64(EF_SEED_GRAIN_SAMPLE, i) % (uint64_t)count);
        if (mask[voxel] || !(skin_mm(&s, voxel) < -in_the_head_mm))
            continue;
        block *b = &blocks[n];
        /* In the dark, a magnitude image's noise has another distribution. */
        const bool bright = ef_image_value(image, voxel) - head->air > 0.5 * (head->tissue - head->air);
        n += bright && block_noise(&b->deviation, b->near, b->far, image, voxel);
        for (int64_t v = 0; v < image->n_volumes; v++) {
            const double signal = ef_image_value(image, voxel + v * count) - head->air;
            grain->scale[v] += isfinite(signal) ? signal : 0;
            total += isfinite(signal) ? signal / (double)image->n_volumes : 0;
        }
    }
    for (int64_t v = 0; v < image->n_volumes; v++)
        grain->scale[v] = total > 0 ? grain->scale[v] / total : 1;
    qsort(blocks, (size_t)n, sizeof *blocks, by_deviation);
    grain->noise = n > 0 ? blocks[n / 20].deviation / quietest : 0;
    for (int d = 0; d < 3; d++) {
        double near = 0, far = 0;
        for (int i = 0; i < n / 20 + 1 && i < n; i++) {
            near += blocks[i].near[d];
            far += blocks[i].far[d];
        }
        grain->correlation[d] = far > 0 ? fmax(0, 1 - near / far) : 0;
    }
    free(blocks);
    return EFFACE_PASS;
}

void ef_grain_release(ef_grain *grain)
{
    free(grain->scale);
    memset(grain, 0, sizeof *grain);
}

void ef_background_release(ef_background *background)
{
    free(background->value);
    free(background->stored);
    memset(background, 0, sizeof *background);
}
