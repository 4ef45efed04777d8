/* Learn: what is known from other people turns features into scores of likeness.
 *
 * All of it is linear and learned on people who are neither in the gallery nor among the probes:
 *   a subspace of each cue (principal components, in the dual form for few rows of many columns: Turk and
 *   Pentland 1991); what the kept anatomy predicts of it (ridge regression, its strength by generalised
 *   cross-validation: Golub, Heath and Wahba 1979), which can be taken out; and a discriminant (Fisher; for
 *   faces Belhumeur, Hespanha and Kriegman 1997) of the pairs of original and probe, the scatter within a
 * pair shrunk after Chen, Wiesel, Eldar and Hero 2010 (OAS). Likeness is the cosine in the space of the
 * discriminant. */
#ifndef EF_ATTACK_LEARN_H
#define EF_ATTACK_LEARN_H

#include "attack/space.h"

/* One way of attacking: what of the probe is held against what of the originals. */
typedef struct ef_attacker {
    const char *name;    /* snake_case */
    const char *matches; /* a phrase for the table */
    ef_cue original;
    ef_cue probe[2]; /* restores: from both; else the first, in the originals' subspace */
    bool restores;   /* a regression predicts the original's features from the probe's */
    bool face;       /* false: what no defacer takes away; reported and not judged */
} ef_attacker;

enum { EF_N_ATTACKERS = 7 };
extern const ef_attacker ef_attackers[EF_N_ATTACKERS];

/* Likeness of each probe to each original of the gallery.
 * score     out, [probes][gallery], -1 to 1
 * attacker  one of ef_attackers
 * less_kept whether what the kept anatomy predicts, in probe and original, is taken out first
 * Errors: EFFACE_INTERNAL. The same bits at any thread count. */
efface_status ef_attack_score(double *score, const ef_study *study, const ef_attacker *attacker,
                              bool less_kept, int threads, efface_error *err);

#endif
