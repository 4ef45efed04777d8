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
    int64_t n, first, fifth; /* probes; those whose own original comes first, and among the first five */
    ef_share rank1, top5;    /* intervals after Wilson 1927 */
    ef_share eer;            /* equal error rate; interval by bootstrap over the probes (Efron 1979) */
} ef_figures;

/* What guessing reaches among n people. */
typedef struct ef_chance {
    ef_share rank1, top5; /* 1 / n and 5 / n; exact binomial intervals */
    int64_t first_most;   /* guessing exceeds this number of right answers in at most 2.5 % of tries */
} ef_chance;

/* The proportion k of n with Wilson's interval; n at least 1. */
ef_share ef_share_of(int64_t k, int64_t n);

/* Chance among n people; n at least 1. */
void ef_chance_of(ef_chance *chance, int64_t n);

/* Ranks and error rates of one attacker. Originals that are as similar as the right one count as before it,
 * so that a constant score recognises nobody.
 * figures  out
 * score    [n][n]: similarity of probe i to original j, -1 to 1; i and i are the same person
 * n        at least 2
 * seed     of the bootstrap
 * Returns false where memory was short. */
bool ef_figures_of(ef_figures *figures, const double *score, int64_t n, uint64_t seed);

#endif
