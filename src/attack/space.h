/* Space: tables of features, and their coefficients in a subspace that was learned from some of them
 * (principal components, in the dual form for few rows of many columns: Turk and Pentland 1991). */
#ifndef EF_ATTACK_SPACE_H
#define EF_ATTACK_SPACE_H

#include "attack/look.h"

/* Rows of features, one scan each: n rows of p. */
typedef struct ef_table {
    int64_t n, p;
    float *v; /* owned by its creator */
} ef_table;

/* The four groups of scans. Row i of learn_original and learn_probe is the same person, and so is row i of
 * gallery and probe. */
typedef enum ef_group { EF_LEARN_ORIGINAL, EF_LEARN_PROBE, EF_GALLERY, EF_PROBE, EF_N_GROUPS } ef_group;

typedef struct ef_study {
    ef_table table[EF_N_GROUPS][EF_N_CUES];
    bool own_means; /* gallery and probes are centred on their own means, because those learned from were
                     * scanned or defaced in another way */
} ef_study;

enum { EF_POOL_MOST = 256 };

/* All memory of one computation, so that one place frees it. A zeroed pool (but for threads) is empty. */
typedef struct ef_pool {
    void *block[EF_POOL_MOST];
    int n;
    bool failed; /* an allocation or a decomposition failed: later results must not be used */
    int threads; /* for the computations with it */
} ef_pool;

/* Zeroed memory that lives until ef_pool_drain; NULL, and pool->failed, where memory was short. */
double *ef_pool_doubles(ef_pool *p, int64_t count);

/* Frees everything. */
void ef_pool_drain(ef_pool *p);

/* n rows of k coefficients, in a pool. */
typedef struct ef_coefs {
    int64_t n, k;
    double *v;
} ef_coefs;

/* Coefficients of the four groups. */
typedef struct ef_space {
    ef_coefs group[EF_N_GROUPS];
} ef_space;

/* Coefficients of all groups in the principal axes of one of them. Originals and probes are each centred on
 * the mean of their kind. On failure p->failed is set.
 * out        out
 * p          owns the coefficients
 * study      the features
 * original   cue of the originals
 * probe      cue of the probes, of the same width
 * axes_from  the group whose axes are used
 * most       largest number of axes */
void ef_space_make(ef_space *out, ef_pool *p, const ef_study *study, ef_cue original, ef_cue probe,
                   ef_group axes_from, int64_t most);

/* Puts the columns of b beside those of a. */
void ef_space_join(ef_space *a, ef_pool *p, const ef_space *b);

#endif
