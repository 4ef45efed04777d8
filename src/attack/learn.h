/* Learn: knowledge from other people turns features into similarity scores.
 *
 * All of it is linear, and learned on people who are neither in the gallery nor among the probes:
 *   - a subspace of each cue: principal components, in the dual form for few rows of many columns (Turk and
 *     Pentland 1991)
 *   - what the kept anatomy predicts of it, which can be removed: ridge regression, its strength by
 *     generalised cross-validation (Golub, Heath and Wahba 1979)
 *   - a discriminant (Fisher; for faces Belhumeur, Hespanha and Kriegman 1997) of the pairs of original and
 *     probe, with the scatter within a pair shrunk after Chen, Wiesel, Eldar and Hero 2010 (OAS)
 * The similarity is the cosine in the space of the discriminant. */
#ifndef EF_ATTACK_LEARN_H
#define EF_ATTACK_LEARN_H

#include "attack/space.h"

/* One way of attacking: which cues of the probe are compared with which of the originals. */
typedef struct ef_attacker {
    const char *name;    /* snake_case */
    const char *matches; /* a phrase for the table */
    ef_cue original;
    ef_cue probe[2]; /* restores: both are used; else only the first, in the originals' subspace */
    bool restores;   /* a regression predicts the original's features from the probe's */
    bool face;       /* false: it uses what no defacer removes; it is reported and not judged */
} ef_attacker;

enum { EF_N_ATTACKERS = 7 };
extern const ef_attacker ef_attackers[EF_N_ATTACKERS];

/* Similarity of each probe to each original of the gallery. The same bits at any thread count.
 * score      out, [probes][gallery], -1 to 1
 * study      features of all scans
 * attacker   one of ef_attackers
 * less_kept  true: what the kept anatomy predicts is removed first, in probe and original
 * threads    at least 1
 * Errors: EFFACE_INTERNAL. */
efface_status ef_attack_score(double *score, const ef_study *study, const ef_attacker *attacker,
                              bool less_kept, int threads, efface_error *err);

#endif
