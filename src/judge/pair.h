/* Two images of one head: the original and what a tool made of it. */
#ifndef EF_PAIR_H
#define EF_PAIR_H

#include "base/image.h"
#include "judge/evaluate_scan.h"

typedef struct ef_pair {
    const ef_image *original, *defaced;
    const char *original_name, *defaced_name; /* for messages */
    const ef_original *subject;               /* what is known of the original */
    int threads;                              /* at least 1 */
} ef_pair;

#endif
