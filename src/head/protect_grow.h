/* Grows the brain on this subject from where the atlas has it. */
#ifndef EF_PROTECT_GROW_H
#define EF_PROTECT_GROW_H

#include "head/subject.h"

/* Limits of the atlas' probability of brain, a fraction of the heads that it was made from. Cells above
 * EF_BRAIN_CERTAIN show how this scan's brain looks. EF_BRAIN_POSSIBLE: brain may be here, by the joint
 * pose or by the tissue cue's, which differs where little of a head is in view. EF_BRAIN_LIKELY: protected
 * whatever it looks like, in adults where the skin's pose agrees. */
#define EF_BRAIN_CERTAIN  0.9F
#define EF_BRAIN_POSSIBLE 0.02F
#define EF_BRAIN_LIKELY   0.35F
/* Least thickness of an adult's scalp and skull, mm. What looks like brain nearer to the skin is none. A
 * larger value would lose cortex under a thin skull. */
#define EF_SCALP_MM 7.0F

/* The atlas on the work grid, and what growing needs of the subject. */
typedef struct ef_brain_prior {
    const ef_work *work; /* borrowed */
    const ef_head *head; /* borrowed */
    int threads;
    double mm[3];       /* edges of a cell */
    double size;        /* a child's head relative to an adult's, less than 1; 1 for adults */
    float *prior, *eye; /* owned: probability of brain and of globes, 0 to 1 */
    uint8_t *reach;     /* owned: where brain may be */
    uint8_t *likely;    /* owned: protected whatever it looks like */
    float *fluid;       /* owned: 1 in ventricles, -1 in white matter */
    uint8_t *socket;    /* owned: an adult's orbits, or a child's that look like its brain */
    bool alike;         /* orbits look like brain: no sulcus is dark */
    ef_affine atlas_from_work;
    double fat; /* fraction of the base of the brain by the atlas that is far brighter than brain */
} ef_brain_prior;

/* Computes a cell's place in atlas mm.
 * at  out
 * c   in: work and atlas_from_work
 * i   index of the cell */
void ef_brain_prior_place(double at[3], const ef_brain_prior *c, int64_t i);

/* Marks what looks like brain, can be brain, and is connected with the certain brain.
 * grown  out, on the work grid
 * c      in and out: socket, alike and fat are set; reach is overwritten
 * Returns false where memory was short. */
bool ef_grow_brain(uint8_t *grown, ef_brain_prior *c);

/* Compares the frontal pole of the atlas' brain with its base: the fraction of each that was grown.
 * pitched  out: pole minus base; 0 where the base holds no fat
 * grown    in: as from ef_grow_brain
 * c        in: as ef_grow_brain left it
 * Returns false where memory was short. */
bool ef_grown_pitched(double *pitched, const uint8_t *grown, const ef_brain_prior *c);

#endif
