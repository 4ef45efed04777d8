/* The conditions of the campaign: each a way of making heads from a seed. */
#ifndef EF_CASES_H
#define EF_CASES_H

#include "cli/optparse.h"
#include "phantom/phantom.h"

enum { CASES = 32 };

/* Words and bits, for the option table. */
extern const ef_choice case_words[CASES + 2]; /* with "all" before the end */

const char *case_name(int number);

/* Returns the head of a seed under a condition: person, pose, one of eight orders of the axes, and an
 * oblique grid for every third seed. voxel_mm holds where the condition has none of its own. */
ef_phantom_options case_head(int number, uint64_t seed, double voxel_mm);

#endif
