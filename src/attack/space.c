/* Subspaces of features: from tables of many columns to a few coefficients a scan. */
#include "attack/space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/dense.h"

/* Components below this fraction of the variance are noise of the renderer. */
static const double least_share = 1e-5;

static void *take(ef_pool *p, int64_t count, size_t size)
{
    void *block = p->n < EF_POOL_MOST ? calloc((size_t)(count > 0 ? count : 1), size) : NULL;
    if (block == NULL)
        p->failed = true;
    else
        p->block[p->n++] = block;
    return block;
}

void ef_pool_drain(ef_pool *p)
{
    while (p->n > 0)
        free(p->block[--p->n]);
}

double *ef_pool_doubles(ef_pool *p, int64_t count)
{
    return take(p, count, sizeof(double));
}

/* Means of the columns, without NaN. */
static float *mean_of(ef_pool *p, const ef_table *t)
{
    float *mean = take(p, t->p, sizeof *mean);
    double *sum = ef_pool_doubles(p, t->p), *seen = ef_pool_doubles(p, t->p);
    if (p->failed)
        return NULL;
    for (int64_t i = 0; i < t->n; i++) {
        for (int64_t j = 0; j < t->p; j++) {
            const float v = t->v[i * t->p + j];
            sum[j] += isnan(v) ? 0 : (double)v;
            seen[j] += !isnan(v);
        }
    }
    for (int64_t j = 0; j < t->p; j++)
        mean[j] = seen[j] > 0 ? (float)(sum[j] / seen[j]) : 0;
    return mean;
}

/* Rows minus the mean; NaN becomes the mean. */
static float *centred(ef_pool *p, const ef_table *t, const ef_table *mean_from)
{
    const float *mean = mean_of(p, mean_from);
    float *rows = take(p, t->n * t->p, sizeof *rows);
    if (p->failed)
        return NULL;
    for (int64_t i = 0; i < t->n * t->p; i++) {
        const float v = t->v[i] - mean[i % t->p];
        rows[i] = isnan(v) ? 0 : v;
    }
    return rows;
}

/* Principal axes of centred rows, [*k][p]; each has unit length. */
static float *axes_of(ef_pool *p, int64_t *k, const float *rows, int64_t n, int64_t width, int64_t most)
{
    double *gram = ef_pool_doubles(p, n * n), *value = ef_pool_doubles(p, n),
           *vector = ef_pool_doubles(p, n * n);
    *k = 0;
    if (p->failed)
        return NULL;
    ek_products_f(gram, rows, n, rows, n, width, p->threads);
    if (!ek_eigen_symmetric(value, vector, gram, n)) {
        p->failed = true;
        return NULL;
    }
    double all = 0;
    for (int64_t i = 0; i < n; i++)
        all += fmax(value[i], 0);
    while (*k < most && *k < n && value[*k] > least_share * all)
        ++*k;
    float *axes = take(p, *k * width, sizeof *axes);
    double *sum = ef_pool_doubles(p, width);
    for (int64_t a = 0; a < *k && !p->failed; a++) {
        memset(sum, 0, (size_t)width * sizeof *sum);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < width; j++)
                sum[j] += vector[a * n + i] * (double)rows[i * width + j];
        for (int64_t j = 0; j < width; j++)
            axes[a * width + j] = (float)(sum[j] / sqrt(value[a]));
    }
    return axes;
}

static ef_group learned_from(ef_group group)
{
    return group == EF_GALLERY ? EF_LEARN_ORIGINAL : group == EF_PROBE ? EF_LEARN_PROBE : group;
}

void ef_space_make(ef_space *out, ef_pool *p, const ef_study *study, ef_cue original, ef_cue probe,
                   ef_group axes_from, int64_t most)
{
    float *rows[EF_N_GROUPS] = {NULL}, *axes;
    int64_t k;
    const ef_table *table[EF_N_GROUPS];
    memset(out, 0, sizeof *out);
    for (int g = 0; g < EF_N_GROUPS; g++)
        table[g] = &study->table[g][g == EF_LEARN_ORIGINAL || g == EF_GALLERY ? original : probe];
    for (int g = 0; g < EF_N_GROUPS && !p->failed; g++)
        rows[g] = centred(p, table[g], table[study->own_means ? (ef_group)g : learned_from((ef_group)g)]);
    if (p->failed)
        return;
    axes = axes_of(p, &k, rows[axes_from], table[axes_from]->n, table[axes_from]->p, most);
    for (int g = 0; g < EF_N_GROUPS && !p->failed; g++) {
        out->group[g] = (ef_coefs){table[g]->n, k, ef_pool_doubles(p, table[g]->n * k)};
        if (!p->failed)
            ek_products_f(out->group[g].v, rows[g], table[g]->n, axes, k, table[g]->p, p->threads);
    }
}

void ef_space_join(ef_space *a, ef_pool *p, const ef_space *b)
{
    for (int g = 0; g < EF_N_GROUPS; g++) {
        const ef_coefs x = a->group[g], y = b->group[g];
        ef_coefs both = {x.n, x.k + y.k, ef_pool_doubles(p, x.n * (x.k + y.k))};
        for (int64_t i = 0; i < x.n && !p->failed; i++) {
            memcpy(both.v + i * both.k, x.v + i * x.k, (size_t)x.k * sizeof *x.v);
            memcpy(both.v + i * both.k + x.k, y.v + i * y.k, (size_t)y.k * sizeof *y.v);
        }
        a->group[g] = both;
    }
}
