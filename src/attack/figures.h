/* Figures: how often an attack found the right person, and how sure that is. */
#ifndef EF_ATTACK_FIGURES_H
#define EF_ATTACK_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

/* A proportion with its 95 % interval. */
typedef struct ef_share {
    double value, low, high;
} ef_share;

typedef struct ef_figures {
    int64_t n, first, fifth; /* probes; those whose own original was first, and among the first five */
    ef_share rank1, top5;    /* intervals after Wilson 1927 */
    ef_share eer;            /* equal error rate; interval by bootstrap over the probes (Efron 1979) */
} ef_figures;

/* What guessing reaches with n people. */
typedef struct ef_chance {
    ef_share rank1, top5; /* 1 / n and 5 / n; exact binomial intervals */
    int64_t first_most;   /* guessing has more right than this in at most 2.5 % of tries */
} ef_chance;

/* Wilson's interval of k in n. n at least 1. */
ef_share ef_share_of(int64_t k, int64_t n);

/* n at least 1. */
void ef_chance_of(ef_chance *chance, int64_t n);

/* figures  out
 * score    [n][n]: likeness of probe i to original j, -1 to 1; i and i are the same person. Originals as
 * like as the right one count as before it, so that a constant finds nobody. seed     of the bootstrap
 * False where memory was short. */
bool ef_figures_of(ef_figures *figures, const double *score, int64_t n, uint64_t seed);

#endif
