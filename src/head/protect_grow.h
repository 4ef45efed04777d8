/* Growing the brain on this subject from where the atlas has it. */
#ifndef EF_PROTECT_GROW_H
#define EF_PROTECT_GROW_H

#include "head/protect.h"

/* Cells that were brain in nine of ten heads show how this scan's brain looks. */
#define EF_BRAIN_CERTAIN 0.9F
/* Where the brain may be: one head in fifty, by the answer or by what the tissue alone makes of it, which
 * lies elsewhere where little of a head is in view. */
#define EF_BRAIN_POSSIBLE 0.02F
/* Protected whatever it looks like, where a grown head's skin agrees. */
#define EF_BRAIN_LIKELY 0.35F
/* Scalp and skull of a grown head are no thinner; what looks like brain nearer to the skin is not. */
#define EF_SCALP_MM 7.0F

/* The atlas on the work grid; all owned. */
typedef struct ef_brain_prior {
    float *prior, *eye; /* brain and globes, 0 to 1 */
    uint8_t *reach;     /* where brain may be at all */
    uint8_t *likely;    /* protected whatever it looks like */
    float *fluid;       /* 1 in ventricles, -1 in white matter */
    uint8_t *socket;    /* a grown head's orbits, or a child's that look like its brain */
    bool alike;         /* they do: no sulcus is dark */
    ef_affine atlas_from_work;
    double fat; /* of the atlas' base of the brain over the orbits, what is far brighter than brain */
} ef_brain_prior;

/* A cell's place in atlas mm. */
void ef_brain_prior_place(double at[3], const ef_brain_prior *c, const int64_t n[3], int64_t i);

/* Marks what looks like brain, may be brain, and hangs together with the certain brain. Spoils reach.
 * size  of a child's head against a grown one's, 1 for those
 * Returns false where memory was short. */
bool ef_grow_brain(uint8_t *grown, ef_brain_prior *c, const ef_work *work, const ef_head *head,
                   const double mm[3], double size, int threads);

/* Of the atlas' frontal pole what was grown, less the same of its base; 0 where that holds no fat.
 * Returns false where memory was short. */
bool ef_grown_pitched(double *pitched, const uint8_t *grown, const ef_brain_prior *c, const ef_work *work,
                      const double mm[3], int threads);

#endif
