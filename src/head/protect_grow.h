/* Growing the brain on this subject from where the atlas has it. */
#ifndef EF_PROTECT_GROW_H
#define EF_PROTECT_GROW_H

#include "head/subject.h"

/* Probability of brain in the atlas, as a fraction of the heads it was made from. */
#define EF_BRAIN_CERTAIN 0.9F /* cells above it show how this scan's brain looks */
#define EF_BRAIN_POSSIBLE                                                                                  \
    0.02F                     /* where brain may be: by the answer, or by the tissue cue's alone, which
                                 * lies elsewhere where little of a head is in view */
#define EF_BRAIN_LIKELY 0.35F /* protected whatever it looks like, where an adult's skin agrees */
/* The scalp and skull of an adult are no thinner. What looks like brain nearer to the skin is none. */
#define EF_SCALP_MM 7.0F

/* The atlas on the work grid, and what growing needs of the subject. */
typedef struct ef_brain_prior {
    const ef_work *work; /* borrowed */
    const ef_head *head; /* borrowed */
    int threads;
    double mm[3];       /* edges of a cell */
    double size;        /* a child's head relative to an adult's, less than 1; 1 for adults */
    float *prior, *eye; /* owned: probability of brain and of globes, 0 to 1 */
    uint8_t *reach;     /* owned: where brain may be at all */
    uint8_t *likely;    /* owned: protected whatever it looks like */
    float *fluid;       /* owned: 1 in ventricles, -1 in white matter */
    uint8_t *socket;    /* owned: an adult's orbits, or a child's that look like its brain */
    bool alike;         /* orbits look like brain: no sulcus is dark */
    ef_affine atlas_from_work;
    double
        fat; /* fraction of the atlas' base of the brain over the orbits that is far brighter than brain */
} ef_brain_prior;

/* A cell's place in atlas mm. */
void ef_brain_prior_place(double at[3], const ef_brain_prior *c, int64_t i);

/* Marks what looks like brain, may be brain, and is connected with the certain brain.
 * grown  out, on the work grid
 * c      in and out: socket, alike and fat are set, reach is spoiled
 * Returns false where memory was short. */
bool ef_grow_brain(uint8_t *grown, ef_brain_prior *c);

/* Compares the atlas' frontal pole with its base: the fraction of each that was grown.
 * pitched  out: pole minus base; 0 where the base holds no fat
 * grown    in: as from ef_grow_brain
 * Returns false where memory was short. */
bool ef_grown_pitched(double *pitched, const uint8_t *grown, const ef_brain_prior *c);

#endif
