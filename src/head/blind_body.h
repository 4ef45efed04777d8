/* One box of a coarse head, and the roundest body of like values in it. Only blind.c uses it. */
#ifndef EF_BLIND_BODY_H
#define EF_BLIND_BODY_H

#include "head/segment.h"
#include "kernels/grid.h"

/* Values as they are, and divided by their local mean. */
typedef enum ef_blind_kind { EF_BLIND_PLAIN, EF_BLIND_EVEN, EF_BLIND_KINDS } ef_blind_kind;

typedef struct ef_blind_body {
    double score; /* roundness, less for what is shallow; 0 for none */
    double roundness, shallow, volume_ml;
} ef_blind_body;

/* Zero is valid and may be released. */
typedef struct ef_blind_box {
    int64_t n[3], origin[3]; /* of the box, in cells; origin: of its first cell in the head */
    double mm;               /* edge of a cell */
    int64_t at[3];           /* the deep place, in cells of the box */
    double depth_mm;         /* its depth under the skin */
    float *value[EF_BLIND_KINDS], *skin_mm; /* owned */
    uint8_t *inside, *seen;                 /* owned: in the head; in the field of view */
    uint8_t *body;                          /* owned: the best body so far */
    ef_blind_body best;                     /* of it */
} ef_blind_box;

/* Allocates the fields of a box of n cells. Returns false where memory was short. */
bool ef_blind_box_allocate(ef_blind_box *box);

/* Searches the box through all ranges of values, and replaces the best body where another has a higher score.
 * box      in and out
 * kind     of the values
 * head     in: threshold, ct
 * threads  number of threads; the result does not depend on it
 * Returns false where memory was short. */
bool ef_blind_box_search(ef_blind_box *box, ef_blind_kind kind, const ef_head *head, int threads);

/* Frees what it owns and zeroes it. */
void ef_blind_box_release(ef_blind_box *box);

#endif
