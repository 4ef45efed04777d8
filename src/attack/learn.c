/* The attackers' learning. Nothing here knows what the features mean. */
#include "attack/learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/dense.h"

const ef_attacker ef_attackers[EF_N_ATTACKERS] = {
    {"rendering", "shaded pictures, front and oblique", EF_CUE_SHADE, {EF_CUE_SHADE}, false, true},
    {"relief", "relief of the face's depth map", EF_CUE_RELIEF, {EF_CUE_RELIEF}, false, true},
    {"rim", "skin around the removed region", EF_CUE_RIM, {EF_CUE_RIM}, false, true},
    {"voxels", "voxel values in the face's place", EF_CUE_VOXELS, {EF_CUE_VOXELS}, false, true},
    {"wrap", "ghost half a field of view away", EF_CUE_VOXELS, {EF_CUE_WRAP}, false, true},
    {"restored", "relief predicted from cut and rim", EF_CUE_RELIEF, {EF_CUE_CUT, EF_CUE_RIM}, true, true},
    {"kept", "kept scalp and head size", EF_CUE_KEPT, {EF_CUE_KEPT}, false, false},
};

enum { MOST_AXES = 80, MOST_KEPT = 60 };

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

/* Ridge regression of Y on X without intercept (both are centred). */
typedef struct regression {
    double *weights;  /* [q][k] */
    double *leverage; /* [n]: weight of each learner's own row in its prediction */
} regression;

/* Picks the strength: quarters of a decade about the largest eigenvalue. */
static double choose(const double *value, const double *projected, int64_t q, int64_t k, double all,
                     int64_t n)
{
    double best = INFINITY, strength = 1;
    for (int step = -20; step <= 8; step++) {
        const double tried = value[0] * pow(10, step / 4.0) + 1e-300;
        const double cost = validate(tried, value, projected, q, k, all, n);
        if (cost < best) {
            best = cost;
            strength = tried;
        }
    }
    return strength;
}

static void ridge(regression *r, ef_pool *p, const ef_coefs *x, const ef_coefs *y)
{
    const int64_t n = x->n, q = x->k, k = y->k;
    double *square = ef_pool_doubles(p, q * q), *value = ef_pool_doubles(p, q),
           *vector = ef_pool_doubles(p, q * q);
    double *xy = ef_pool_doubles(p, q * k), *projected = ef_pool_doubles(p, q * k),
           *all_in = ef_pool_doubles(p, n * q);
    double *turned = ef_pool_doubles(p, q * q), all = 0;
    *r = (regression){ef_pool_doubles(p, q * k), ef_pool_doubles(p, n)};
    if (p->failed)
        return;
    ek_multiply_t(square, x->v, x->v, q, n, q, p->threads);
    ek_multiply_t(xy, x->v, y->v, q, n, k, p->threads);
    if (!ek_eigen_symmetric(value, vector, square, q)) {
        p->failed = true;
        return;
    }
    ek_multiply(projected, vector, xy, q, q, k, p->threads);
    for (int64_t i = 0; i < n * k; i++)
        all += y->v[i] * y->v[i];
    const double strength = choose(value, projected, q, k, all, n);
    for (int64_t e = 0; e < q; e++) {
        const double w = 1 / (fmax(value[e], 0) + strength);
        for (int64_t j = 0; j < k; j++)
            projected[e * k + j] *= w;
        for (int64_t j = 0; j < q; j++)
            turned[j * q + e] = vector[e * q + j] * sqrt(w);
    }
    ek_multiply_t(r->weights, vector, projected, q, q, k, p->threads);
    ek_multiply(all_in, x->v, turned, n, q, q, p->threads);
    for (int64_t i = 0; i < n; i++)
        for (int64_t e = 0; e < q; e++)
            r->leverage[i] += all_in[i * q + e] * all_in[i * q + e];
}

/* What x predicts. Where y is given, x and y are the rows that were learned from. Each of them is predicted
 * without itself (closed form: Cook and Weisberg 1982), as every other row is. */
static double *predict(ef_pool *p, const regression *r, const ef_coefs *x, const ef_coefs *y, int64_t k)
{
    double *predicted = ef_pool_doubles(p, x->n * k);
    if (p->failed)
        return NULL;
    ek_multiply(predicted, x->v, r->weights, x->n, x->k, k, p->threads);
    for (int64_t e = 0; y != NULL && e < x->n * k; e++)
        predicted[e] = y->v[e] - (y->v[e] - predicted[e]) / (1 - fmin(r->leverage[e / k], 0.99));
    return predicted;
}

/* Removes from a space what another one predicts, learned separately for originals and probes. */
static void take_out(ef_space *s, ef_pool *p, const ef_space *predictor)
{
    for (int kind = 0; kind < 2 && !p->failed; kind++) {
        const ef_group learn = kind ? EF_LEARN_PROBE : EF_LEARN_ORIGINAL,
                       use = kind ? EF_PROBE : EF_GALLERY;
        const ef_group groups[2] = {use,
                                    learn}; /* the learners last: until then they are needed unchanged */
        regression r;
        ridge(&r, p, &predictor->group[learn], &s->group[learn]);
        for (int i = 0; i < 2 && !p->failed; i++) {
            const ef_coefs *y = &s->group[groups[i]];
            const double *predicted = predict(p, &r, &predictor->group[groups[i]], i ? y : NULL, y->k);
            for (int64_t e = 0; predicted != NULL && e < y->n * y->k; e++)
                y->v[e] -= predicted[e];
        }
    }
}

/* Replaces the probes' coefficients by the originals' coefficients that they predict. */
static void restore(ef_space *original, ef_pool *p, const ef_space *probe)
{
    const ef_coefs *target = &original->group[EF_LEARN_ORIGINAL];
    regression r;
    ridge(&r, p, &probe->group[EF_LEARN_PROBE], target);
    for (int i = 0; i < 2 && !p->failed; i++) {
        const ef_group group = i ? EF_LEARN_PROBE : EF_PROBE;
        const ef_coefs *x = &probe->group[group];
        original->group[group] =
            (ef_coefs){x->n, target->k, predict(p, &r, x, i ? target : NULL, target->k)};
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

/* Fisher's discriminant of the pairs; all groups are projected on it. */
static void discriminate(ef_space *s, ef_pool *p)
{
    const ef_coefs a = s->group[EF_LEARN_ORIGINAL], b = s->group[EF_LEARN_PROBE];
    const int64_t n = a.n, k = a.k;
    double *difference = ef_pool_doubles(p, n * k), *sum = ef_pool_doubles(p, n * k),
           *within = ef_pool_doubles(p, k * k);
    double *between = ef_pool_doubles(p, k * k), *value = ef_pool_doubles(p, k),
           *vector = ef_pool_doubles(p, k * k);
    double *half = ef_pool_doubles(p, k * k), *turned = ef_pool_doubles(p, k * k);
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
    double *rotated = ef_pool_doubles(p, k * k), *axes = ef_pool_doubles(p, k * k),
           *transposed = ef_pool_doubles(p, k * k);
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
        const ef_coefs from = s->group[g];
        ef_coefs to = {from.n, kept, ef_pool_doubles(p, from.n * kept)};
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
    ef_pool p = {.threads = threads};
    ef_space originals, seen, more, kept;
    const ef_cue probe = attacker->restores ? attacker->original : attacker->probe[0];
    ef_space_make(&originals, &p, study, attacker->original, probe, EF_LEARN_ORIGINAL, MOST_AXES);
    ef_space_make(&kept, &p, study, EF_CUE_KEPT, EF_CUE_KEPT, EF_LEARN_ORIGINAL, MOST_KEPT);
    if (!p.failed && less_kept)
        take_out(&originals, &p, &kept);
    if (attacker->restores && !p.failed) {
        ef_space_make(&seen, &p, study, attacker->probe[0], attacker->probe[0], EF_LEARN_PROBE,
                      MOST_AXES / 2);
        ef_space_make(&more, &p, study, attacker->probe[1], attacker->probe[1], EF_LEARN_PROBE,
                      MOST_AXES / 2);
        if (!p.failed)
            ef_space_join(&seen, &p, &more);
        if (!p.failed && less_kept)
            take_out(&seen, &p, &kept);
        if (!p.failed)
            restore(&originals, &p, &seen);
    }
    if (!p.failed)
        discriminate(&originals, &p);
    if (!p.failed) {
        const ef_coefs g = originals.group[EF_GALLERY], q = originals.group[EF_PROBE];
        for (int64_t i = 0; i < q.n; i++)
            for (int64_t j = 0; j < g.n; j++)
                score[i * g.n + j] = cosine(q.v + i * q.k, g.v + j * g.k, g.k);
    }
    ef_pool_drain(&p);
    return p.failed
               ? ef_fail_memory(err, (unsigned long long)(study->table[EF_PROBE][attacker->original].p * 4))
               : EFFACE_PASS;
}
