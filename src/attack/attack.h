/* Attack: can the person be found again? Originals of many people, defaced scans of the same people made
 * another time, and attackers from weak to strong who match the ones to the others.
 *
 * What they are judged by is the face alone: scalp, skull, brain and head size stay in a defaced scan and
 * identify a person as they are. Phantoms share one head and differ by their faces; where people have heads
 * of their own, what the skin well away from the cut predicts of a feature is taken out of it on both sides
 * (attack_learn.h). The figures without that are reported beside them.
 *
 * What it can't show: there are no photographs here and no commercial recogniser; being at chance for these
 * attackers bounds what they can do, not what anyone could. */
#ifndef EF_ATTACK_H
#define EF_ATTACK_H

#include "attack/figures.h"
#include "attack/people.h"

typedef struct ef_attack_line {
    ef_figures face; /* what the kept anatomy predicts taken out */
    ef_figures all;  /* nothing taken out */
    bool above;      /* face.first (all.first too, where all have one head) beyond what guessing reaches */
} ef_attack_line;

typedef struct ef_attack_report {
    int64_t people, learners; /* that were attacked, and learned from, after the following were left out */
    int64_t refused, unseen;  /* probes the defacer refused; people of whom a scan could not be aligned */
    ef_chance chance;
    ef_attack_line line[EF_N_ATTACKERS];
    bool above;       /* any line */
    char reason[256]; /* of the last person left out; empty where none was */
} ef_attack_report;

/* Called when a person is done, from any thread, perhaps from several at once. */
typedef void ef_attack_progress(void *context, int64_t done, int64_t of);

/* report    out
 * people    whom; n[0] at least EF_LEARN_LEAST
 * progress  NULL for none
 * Memory: features of all scans (about 160 kB each) and one scan's volumes per thread. The same figures at
 * any thread count. Errors: EFFACE_INPUT where fewer than two people or EF_LEARN_LEAST learners were left;
 * EFFACE_INTERNAL. */
efface_status ef_attack(ef_attack_report *report, const ef_people *people, int threads,
                        ef_attack_progress *progress, void *progress_context, efface_error *err);

#endif
