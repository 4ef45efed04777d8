/* Ranks, error rates and their intervals from a table of scores. */
#include "attack/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/rng.h"

enum { BINS = 512, DRAWS = 1000, TOP = 5 };
static const double z95 = 1.959963984540054;

ef_share ef_share_of(int64_t k, int64_t n)
{
    const double p = (double)k / (double)n, zz = z95 * z95 / (double)n;
    const double middle = (p + zz / 2) / (1 + zz),
                 half = z95 * sqrt(p * (1 - p) / (double)n + zz / 4 / (double)n) / (1 + zz);
    return (ef_share){p, k == 0 ? 0 : middle - half, k == n ? 1 : middle + half};
}

/* Least k with P(hits <= k) >= q for n tries of probability p. */
static int64_t binomial_quantile(int64_t n, double p, double q)
{
    double below = 0;
    int64_t k = 0;
    if (p >= 1)
        return n;
    for (; k <= n; k++) {
        const double d = (double)n, x = (double)k;
        below += exp(lgamma(d + 1) - lgamma(x + 1) - lgamma(d - x + 1) + x * log(p) + (d - x) * log1p(-p));
        if (below >= q)
            break;
    }
    return k < n ? k : n;
}

static ef_share guessed(int64_t n, int64_t of)
{
    const double p = fmin(1, (double)of / (double)n);
    return (ef_share){p, (double)binomial_quantile(n, p, 0.025) / (double)n,
                      (double)binomial_quantile(n, p, 0.975) / (double)n};
}

void ef_chance_of(ef_chance *chance, int64_t n)
{
    *chance = (ef_chance){guessed(n, 1), guessed(n, TOP), binomial_quantile(n, 1.0 / (double)n, 0.975)};
}

/* Bin 0 holds the highest scores. */
static int bin_of(double score)
{
    const int b = (int)floor((1 - score) / 2 * BINS);
    return b < 0 ? 0 : b >= BINS ? BINS - 1 : b;
}

/* Where false acceptance and false rejection meet, linear between two thresholds. */
static double meeting(const int64_t *genuine, const int64_t *impostor)
{
    int64_t all_genuine = 0, all_impostor = 0, accepted = 0, wrong = 0;
    double last_reject = 1, last_accept = 0;
    for (int b = 0; b < BINS; b++) {
        all_genuine += genuine[b];
        all_impostor += impostor[b];
    }
    for (int b = 0; b < BINS && all_genuine > 0 && all_impostor > 0; b++) {
        accepted += genuine[b];
        wrong += impostor[b];
        const double reject = 1 - (double)accepted / (double)all_genuine,
                     accept = (double)wrong / (double)all_impostor;
        if (accept >= reject) {
            const double before = last_reject - last_accept, after = accept - reject;
            const double part = before + after > 0 ? before / (before + after) : 0;
            return last_reject + part * (reject - last_reject);
        }
        last_reject = reject;
        last_accept = accept;
    }
    return 0.5;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Adds probe i's scores to the counts. */
static void count(int64_t *genuine, int64_t *impostor, const double *row, int64_t i, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        (j == i ? genuine : impostor)[bin_of(row[j])]++;
}

static bool error_rate(ef_share *eer, const double *score, int64_t n, uint64_t seed)
{
    int64_t genuine[BINS] = {0}, impostor[BINS] = {0};
    double drawn[DRAWS];
    int64_t *own = calloc((size_t)n * BINS, sizeof *own);
    int *bin = calloc((size_t)n, sizeof *bin);
    if (own == NULL || bin == NULL) {
        free(own);
        free(bin);
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t unused[BINS] = {0};
        count(genuine, impostor, score + i * n, i, n);
        count(unused, own + i * BINS, score + i * n, i, n);
        bin[i] = bin_of(score[i * n + i]);
    }
    eer->value = meeting(genuine, impostor);
    for (uint64_t draw = 0; draw < DRAWS; draw++) {
        memset(genuine, 0, sizeof genuine);
        memset(impostor, 0, sizeof impostor);
        for (int64_t i = 0; i < n; i++) {
            const int64_t probe =
                (int64_t)(ek_hash64(seed, draw * (uint64_t)n + (uint64_t)i) % (uint64_t)n);
            genuine[bin[probe]]++;
            for (int b = 0; b < BINS; b++)
                impostor[b] += own[probe * BINS + b];
        }
        drawn[draw] = meeting(genuine, impostor);
    }
    qsort(drawn, DRAWS, sizeof *drawn, by_value);
    eer->low = drawn[DRAWS / 40];
    eer->high = drawn[DRAWS - 1 - DRAWS / 40];
    free(own);
    free(bin);
    return true;
}

bool ef_figures_of(ef_figures *figures, const double *score, int64_t n, uint64_t seed)
{
    *figures = (ef_figures){.n = n};
    for (int64_t i = 0; i < n; i++) {
        int64_t before = 0;
        for (int64_t j = 0; j < n; j++)
            before += j != i && score[i * n + j] >= score[i * n + i];
        figures->first += before == 0;
        figures->fifth += before < TOP;
    }
    figures->rank1 = ef_share_of(figures->first, n);
    figures->top5 = ef_share_of(figures->fifth, n);
    return error_rate(&figures->eer, score, n, seed);
}
