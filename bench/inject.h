/* Known failures put into a run on purpose: does the verdict report them? */
#ifndef EF_INJECT_H
#define EF_INJECT_H

#include "phantom/phantom.h"

typedef enum injection {
    INJECT_POSE,   /* the answer of the search is turned or shifted; the cues' own answers are not */
    INJECT_LOST,   /* the search begins far off and ends anywhere */
    INJECT_AGREED, /* every answer of the search is turned, shifted, scaled or pitched alike, and stays as
                    * sure as it was: what no comparison of answers can detect */
    INJECT_BRAIN,  /* a ball of brain is in the mask */
    INJECT_FACE,   /* a ball of face is not in it */
    INJECTIONS
} injection;

const char *injection_name(injection kind);

typedef struct injected {
    bool ran;
    bool harmful; /* by the phantom's truth: brain changed, or less than 98 % of the face covered */
    efface_status verdict;
    char reason[256];
} injected;

/* Returns a wrong motion in atlas space, drawn by the seed: a shift of 5 to 40 mm, a turn of 5 to 45 degrees, a
 * scale of up to 25 %, or the pitch of a head whose brain is placed over nose and orbits. */
ef_affine inject_wrong_motion(uint64_t seed);

/* Runs all stages on a phantom with one failure in them. The seed decides what fails and where.
 * out      out
 * head     in
 * kind     of the failure
 * seed     of the place and size of the failure
 * threads  number of threads
 * Errors: EFFACE_INTERNAL where memory is short. A refusal is a result, not an error. */
efface_status inject(injected *out, const ef_phantom *head, injection kind, uint64_t seed, int threads,
                     efface_error *err);

#endif
