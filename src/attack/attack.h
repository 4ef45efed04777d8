/* Attack: can a defaced person be recognised? There are originals of many people, and defaced scans of the
 * same people made another time. Attackers from weak to strong match the ones to the others.
 *
 * Only the face is judged: scalp, skull, brain and head size stay in a defaced scan and identify a person
 * by themselves. Phantoms share one head and differ by their faces. Where people have heads of their own,
 * what the skin well away from the cut predicts of a feature is removed from both scans (learn.h). The
 * figures without that removal are reported beside the others.
 *
 * Its limits: there are no photographs here and no commercial recogniser. That these attackers are at
 * chance bounds what they can do, not what anyone could. */
#ifndef EF_ATTACK_H
#define EF_ATTACK_H

#include "attack/figures.h"
#include "attack/people.h"

typedef struct ef_attack_line {
    ef_figures face; /* what the kept anatomy predicts is removed */
    ef_figures all;  /* nothing is removed */
    bool above; /* face.first (and all.first, where all have one head) is above what guessing reaches */
} ef_attack_line;

typedef struct ef_attack_report {
    int64_t people, learners; /* people to recognise and people to learn from, without the excluded ones */
    int64_t refused, unseen;  /* probes refused by the defacer; people with a scan that was not aligned */
    ef_chance chance;
    ef_attack_line line[EF_N_ATTACKERS];
    bool above;       /* any line */
    char reason[256]; /* for the last person who was excluded; empty where none was */
} ef_attack_report;

/* Called when a person is done, from any thread, perhaps from several at once. */
typedef void ef_attack_progress(void *context, int64_t done, int64_t of);

/* Runs the whole attack. The figures are the same at any thread count. Memory: the features of all scans
 * (about 160 kB each), and the volumes of one scan per thread.
 * report            out
 * people            the people; n[0] at least EF_LEARN_LEAST
 * threads           at least 1
 * progress          may be NULL
 * progress_context  given to progress
 * Errors: EFFACE_INPUT where fewer than two people or fewer than EF_LEARN_LEAST learners are left;
 * EFFACE_INTERNAL. */
efface_status ef_attack(ef_attack_report *report, const ef_people *people, int threads,
                        ef_attack_progress *progress, void *progress_context, efface_error *err);

#endif
