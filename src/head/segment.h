/* Segment: the head against air, and the skin's distance field. */
#ifndef EF_SEGMENT_H
#define EF_SEGMENT_H

#include "head/work.h"

typedef struct ef_head {
    uint8_t *inside;       /* owned, on the work grid: 1 in the head, whose cavities are filled */
    float *skin_mm;        /* owned, signed distance to the skin: negative inside */
    double threshold;      /* value between air and tissue */
    double air, air_sigma; /* mode of the air's values and its spread, after averaging to 2 mm */
    double tissue;         /* median value above the threshold */
    double smooth_cells;   /* sigma of the Gaussian that smoothed the values before the threshold */
    bool ct;               /* the darkest value is air in HU, or padding below it */
    double volume_ml;
    bool cut[6]; /* the head reaches this side of the field of view: L, R, P, A, I, S */
} ef_head;

/* How the air is estimated. */
typedef enum ef_air {
    EF_AIR_MODE, /* the commonest dark value: right for nearly all scans */
    EF_AIR_FAR   /* values far from anything bright that are no constant padding: for fields of view that
                  * were rotated or padded, and for noise that is not the commonest value */
} ef_air;

/* Separates the head from air on a work volume. The threshold is a little above the air's own distribution,
 * and not above Otsu's (Otsu 1979). The head is the largest connected body above it, closed and filled.
 * Where noise would push the threshold far into tissue, values are smoothed more.
 * head     out; release with ef_head_release, also after a failure
 * work     in
 * air      how the air is estimated
 * threads  number of threads; the result does not depend on it
 * name     for messages
 * Errors: EFFACE_INPUT where there is no body against air (noise, no contrast, far too small or large);
 * EFFACE_INTERNAL. */
efface_status ef_segment(ef_head *head, const ef_work *work, ef_air air, int threads, const char *name,
                         efface_error *err);

/* Copies a work volume's values, prepared as for the separation from air: unknown cells become dark, then
 * the values are smoothed.
 * value    out, [cells of work]; may be work->value
 * work     in
 * low      of the work volume that the head was found in
 * cells    sigma: ef_head.smooth_cells
 * threads  number of threads; the result does not depend on it
 * Returns false where memory was short. */
bool ef_segment_smooth(float *value, const ef_work *work, double low, double cells, int threads);

/* Frees what it owns and zeroes it. */
void ef_head_release(ef_head *head);

#endif
