/* The attackers' learning. Nothing here knows what the numbers were measured on. */
#include "attack_learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dense.h"
#include "error.h"

const ef_attacker ef_attackers[EF_N_ATTACKERS] = {
    {"rendering", "shaded pictures, front and oblique", EF_CUE_SHADE, {EF_CUE_SHADE}, false, true},
    {"relief", "relief of the face's depth map", EF_CUE_RELIEF, {EF_CUE_RELIEF}, false, true},
    {"rim", "skin around the removed region", EF_CUE_RIM, {EF_CUE_RIM}, false, true},
    {"voxels", "voxel values in the face's place", EF_CUE_VOXELS, {EF_CUE_VOXELS}, false, true},
    {"wrap", "ghost half a field of view away", EF_CUE_VOXELS, {EF_CUE_WRAP}, false, true},
    {"restored", "relief predicted from cut and rim", EF_CUE_RELIEF, {EF_CUE_CUT, EF_CUE_RIM}, true, true},
    {"kept", "kept scalp and head size", EF_CUE_KEPT, {EF_CUE_KEPT}, false, false},
};

enum { MOST_AXES = 80, MOST_KEPT = 24, MOST_BLOCKS = 256 };
/* Components below this share of the variance are noise of the renderer. */
static const double least_share = 1e-5;

/* Where all allocations of one score live, so that there is one place that frees. */
typedef struct pool {
    void *block[MOST_BLOCKS];
    int n;
    bool failed;
    int threads;
} pool;

static void *take(pool *p, int64_t count, size_t size)
{
    void *block = p->n < MOST_BLOCKS ? calloc((size_t)(count > 0 ? count : 1), size) : NULL;
    if (block == NULL)
        p->failed = true;
    else
        p->block[p->n++] = block;
    return block;
}

static void drain(pool *p)
{
    while (p->n > 0)
        free(p->block[--p->n]);
}

/* A table of coefficients. */
typedef struct coefs {
    int64_t n, k;
    double *v; /* in a pool */
} coefs;

/* Coefficients of the four groups. */
typedef struct space {
    coefs group[EF_N_GROUPS];
} space;

static double *new_doubles(pool *p, int64_t count)
{
    return take(p, count, sizeof(double));
}

/* Column means over what is there. */
static float *mean_of(pool *p, const ef_table *t)
{
    float *mean = take(p, t->p, sizeof *mean);
    double *sum = new_doubles(p, t->p), *seen = new_doubles(p, t->p);
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

/* Rows less their mean; what is not there lies at the mean. */
static float *centred(pool *p, const ef_table *t, const ef_table *mean_from)
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
static float *axes_of(pool *p, int64_t *k, const float *rows, int64_t n, int64_t width, int64_t most)
{
    double *gram = new_doubles(p, n * n), *value = new_doubles(p, n), *vector = new_doubles(p, n * n);
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
    double *sum = new_doubles(p, width);
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

/* All groups in the principal axes of one: originals by one cue, probes by another of the same width. */
static void make_space(space *out, pool *p, const ef_study *study, ef_cue original, ef_cue probe,
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
        out->group[g] = (coefs){table[g]->n, k, new_doubles(p, table[g]->n * k)};
        if (!p->failed)
            ek_products_f(out->group[g].v, rows[g], table[g]->n, axes, k, table[g]->p, p->threads);
    }
}

/* Columns of two spaces side by side. */
static void join(space *a, pool *p, const space *b)
{
    for (int g = 0; g < EF_N_GROUPS; g++) {
        const coefs x = a->group[g], y = b->group[g];
        coefs both = {x.n, x.k + y.k, new_doubles(p, x.n * (x.k + y.k))};
        for (int64_t i = 0; i < x.n && !p->failed; i++) {
            memcpy(both.v + i * both.k, x.v + i * x.k, (size_t)x.k * sizeof *x.v);
            memcpy(both.v + i * both.k + x.k, y.v + i * y.k, (size_t)y.k * sizeof *y.v);
        }
        a->group[g] = both;
    }
}

/* Divides all groups by the spread of the learners of their kind. */
static void standardise(space *s)
{
    for (int g = EF_N_GROUPS - 1; g >= 0; g--) { /* the learners last: the others are measured by them */
        const coefs *from = &s->group[learned_from((ef_group)g)], *to = &s->group[g];
        for (int64_t j = 0; j < from->k; j++) {
            double sum = 0;
            for (int64_t i = 0; i < from->n; i++)
                sum += pow(from->v[i * from->k + j], 2);
            const double spread = sqrt(sum / (double)from->n);
            for (int64_t i = 0; i < to->n && spread > 0; i++)
                to->v[i * to->k + j] /= spread;
        }
    }
}

/* Generalised cross-validation of one strength: residual sum of squares over (1 - trace / n)^2, up to a
 * factor. In the eigenvectors of X'X, which are rows of `vector`; projected is X'Y there. */
static double validate(double strength, const double *value, const double *projected, int64_t q, int64_t k,
                       double all, int64_t n)
{
    double explained = 0, trace = 0;
    for (int64_t e = 0; e < q; e++) {
        const double d = fmax(value[e], 0), w = 1 / (d + strength);
        trace += d * w;
        for (int64_t j = 0; j < k; j++)
            explained += projected[e * k + j] * projected[e * k + j] * w * (2 - d * w);
    }
    return (all - explained) / pow(1 - fmin(trace / (double)n, 0.99), 2);
}

/* Ridge regression of Y on X without intercept (both are centred): weights [q][k]. */
static double *ridge(pool *p, const coefs *x, const coefs *y)
{
    const int64_t n = x->n, q = x->k, k = y->k;
    double *square = new_doubles(p, q * q), *value = new_doubles(p, q), *vector = new_doubles(p, q * q);
    double *xy = new_doubles(p, q * k), *projected = new_doubles(p, q * k),
           *weights = new_doubles(p, q * k);
    if (p->failed)
        return NULL;
    ek_multiply_t(square, x->v, x->v, q, n, q, p->threads);
    ek_multiply_t(xy, x->v, y->v, q, n, k, p->threads);
    if (!ek_eigen_symmetric(value, vector, square, q)) {
        p->failed = true;
        return NULL;
    }
    ek_multiply(projected, vector, xy, q, q, k, p->threads);
    double all = 0, best = INFINITY, strength = 1;
    for (int64_t i = 0; i < n * k; i++)
        all += y->v[i] * y->v[i];
    for (int step = -12; step <= 12;
         step++) { /* a quarter of a decade each, about the largest eigenvalue */
        const double tried = value[0] * pow(10, step / 4.0 - 2),
                     cost = validate(tried, value, projected, q, k, all, n);
        if (cost < best) {
            best = cost;
            strength = tried;
        }
    }
    for (int64_t e = 0; e < q; e++)
        for (int64_t j = 0; j < k; j++)
            projected[e * k + j] /= fmax(value[e], 0) + strength;
    ek_multiply_t(weights, vector, projected, q, q, k, p->threads);
    return weights;
}

/* Takes out of a space what another predicts, learned for originals and probes apart. */
static void take_out(space *s, pool *p, const space *predictor)
{
    for (int kind = 0; kind < 2 && !p->failed; kind++) {
        const ef_group learn = kind ? EF_LEARN_PROBE : EF_LEARN_ORIGINAL,
                       use = kind ? EF_PROBE : EF_GALLERY;
        const double *weights = ridge(p, &predictor->group[learn], &s->group[learn]);
        const ef_group groups[2] = {learn, use};
        for (int i = 0; i < 2 && !p->failed; i++) {
            const coefs *x = &predictor->group[groups[i]], *y = &s->group[groups[i]];
            double *predicted = new_doubles(p, y->n * y->k);
            if (p->failed)
                return;
            ek_multiply(predicted, x->v, weights, x->n, x->k, y->k, p->threads);
            for (int64_t e = 0; e < y->n * y->k; e++)
                y->v[e] -= predicted[e];
        }
    }
}

/* Replaces the probes' coefficients by the originals' as predicted from them. */
static void restore(space *original, pool *p, const space *probe)
{
    const double *weights = ridge(p, &probe->group[EF_LEARN_PROBE], &original->group[EF_LEARN_ORIGINAL]);
    const ef_group groups[2] = {EF_LEARN_PROBE, EF_PROBE};
    for (int i = 0; i < 2 && !p->failed; i++) {
        const coefs *x = &probe->group[groups[i]];
        const int64_t k = original->group[EF_LEARN_ORIGINAL].k;
        coefs restored = {x->n, k, new_doubles(p, x->n * k)};
        if (!p->failed)
            ek_multiply(restored.v, x->v, weights, x->n, x->k, k, p->threads);
        original->group[groups[i]] = restored;
    }
}

/* Shrinks a covariance of n draws towards a multiple of the identity (OAS). */
static void shrink(double *s, int64_t k, int64_t n)
{
    double trace = 0, squares = 0;
    for (int64_t i = 0; i < k; i++)
        trace += s[i * k + i];
    for (int64_t i = 0; i < k * k; i++)
        squares += s[i] * s[i];
    const double d = (double)k, below = ((double)n + 1 - 2 / d) * (squares - trace * trace / d);
    const double rho = below > 0 ? fmin(1, ((1 - 2 / d) * squares + trace * trace) / below) : 1;
    for (int64_t i = 0; i < k * k; i++)
        s[i] *= 1 - rho;
    for (int64_t i = 0; i < k; i++)
        s[i * k + i] += rho * trace / d + 1e-12 * (trace + 1e-300);
}

/* Fisher's discriminant of the pairs; all groups are carried into it. */
static void discriminate(space *s, pool *p)
{
    const coefs a = s->group[EF_LEARN_ORIGINAL], b = s->group[EF_LEARN_PROBE];
    const int64_t n = a.n, k = a.k;
    double *difference = new_doubles(p, n * k), *sum = new_doubles(p, n * k),
           *within = new_doubles(p, k * k);
    double *between = new_doubles(p, k * k), *value = new_doubles(p, k), *vector = new_doubles(p, k * k);
    double *half = new_doubles(p, k * k), *turned = new_doubles(p, k * k);
    if (p->failed)
        return;
    for (int64_t i = 0; i < n * k; i++) {
        difference[i] = (a.v[i] - b.v[i]) / sqrt(2 * (double)n);
        sum[i] = (a.v[i] + b.v[i]) / sqrt(2 * (double)n);
    }
    ek_multiply_t(within, difference, difference, k, n, k, p->threads);
    ek_multiply_t(between, sum, sum, k, n, k, p->threads);
    shrink(within, k, n);
    bool fine = ek_eigen_symmetric(value, vector, within, k);
    for (int64_t e = 0; e < k && fine; e++) /* rows: the axes in which the scatter within is one */
        for (int64_t j = 0; j < k; j++)
            half[e * k + j] = vector[e * k + j] / sqrt(value[e]);
    double *rotated = new_doubles(p, k * k), *axes = new_doubles(p, k * k),
           *transposed = new_doubles(p, k * k);
    if (!fine || p->failed) {
        p->failed = true;
        return;
    }
    ek_multiply(turned, half, between, k, k, k, p->threads);
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < k; j++)
            transposed[j * k + i] = half[i * k + j];
    ek_multiply(rotated, turned, transposed, k, k, k, p->threads);
    if (!ek_eigen_symmetric(value, vector, rotated, k)) {
        p->failed = true;
        return;
    }
    ek_multiply(axes, vector, half, k, k, k, p->threads);
    int64_t kept = 0;
    while (kept < k && value[kept] > 1) /* axes in which pairs differ less than people do */
        kept++;
    kept = kept > 0 ? kept : k;
    for (int64_t i = 0; i < kept; i++)
        for (int64_t j = 0; j < k; j++)
            transposed[j * kept + i] = axes[i * k + j];
    for (int g = 0; g < EF_N_GROUPS; g++) {
        const coefs from = s->group[g];
        coefs to = {from.n, kept, new_doubles(p, from.n * kept)};
        if (p->failed)
            return;
        ek_multiply(to.v, from.v, transposed, from.n, k, kept, p->threads);
        s->group[g] = to;
    }
}

static double cosine(const double *a, const double *b, int64_t k)
{
    double ab = 0, aa = 0, bb = 0;
    for (int64_t i = 0; i < k; i++) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

efface_status ef_attack_score(double *score, const ef_study *study, const ef_attacker *attacker,
                              bool less_kept, int threads, efface_error *err)
{
    pool p = {.threads = threads};
    space originals, seen, more, kept;
    const ef_cue probe = attacker->restores ? attacker->original : attacker->probe[0];
    make_space(&originals, &p, study, attacker->original, probe, EF_LEARN_ORIGINAL, MOST_AXES);
    make_space(&kept, &p, study, EF_CUE_KEPT, EF_CUE_KEPT, EF_LEARN_ORIGINAL, MOST_KEPT);
    if (!p.failed)
        standardise(&kept);
    if (!p.failed && less_kept)
        take_out(&originals, &p, &kept);
    if (attacker->restores && !p.failed) {
        make_space(&seen, &p, study, attacker->probe[0], attacker->probe[0], EF_LEARN_PROBE, MOST_AXES / 2);
        make_space(&more, &p, study, attacker->probe[1], attacker->probe[1], EF_LEARN_PROBE, MOST_AXES / 2);
        if (!p.failed)
            join(&seen, &p, &more);
        if (!p.failed && less_kept)
            take_out(&seen, &p, &kept);
        if (!p.failed)
            restore(&originals, &p, &seen);
    }
    if (!p.failed)
        discriminate(&originals, &p);
    if (!p.failed) {
        const coefs g = originals.group[EF_GALLERY], q = originals.group[EF_PROBE];
        for (int64_t i = 0; i < q.n; i++)
            for (int64_t j = 0; j < g.n; j++)
                score[i * g.n + j] = cosine(q.v + i * q.k, g.v + j * g.k, g.k);
    }
    drain(&p);
    return p.failed
               ? ef_fail_memory(err, (unsigned long long)(study->table[EF_PROBE][attacker->original].p * 4))
               : EFFACE_PASS;
}
