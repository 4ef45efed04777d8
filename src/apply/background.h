/* Background: what the air of this scan looks like, so that what is put in a face's place looks the same.
 */
#ifndef EF_BACKGROUND_H
#define EF_BACKGROUND_H

#include "kernels/noise.h"
#include "region/region.h"

typedef struct ef_background {
    int count;             /* sampled values of air; 0: the field of view holds none */
    double *value;         /* owned, in ascending order: the quantile function of the air */
    uint8_t *stored;       /* owned, the same as stored elements */
    double correlation[3]; /* of neighbours along each voxel axis, of what varies within four voxels */
} ef_background;

/* Samples the air clear of the head: that under the mask (which is what lies around the new surface) where
 * there is enough of it, else all air; where the field of view holds none, its darkest values. background
 * out; release with ef_background_release, also after a failure The correlation is 1 - v(1) / v(4), v(k)
 * half the mean square difference of voxels k apart (the variogram of Matheron 1963): slow changes of the
 * background's level are no correlation of its noise. Errors: EFFACE_INTERNAL. */
efface_status ef_background_measure(ef_background *background, const ef_image *image, const ef_work *work,
                                    const ef_head *head, const uint8_t *mask, efface_error *err);

/* The stored element for each entry of a noise field's table (noise.h): the field gets the air's
 * distribution. table  out, EK_NOISE_TABLE elements; count must be above 0 */
void ef_background_table(uint8_t *table, const ef_background *background, const ek_noise *noise,
                         ek_dtype type);

/* What the tissue's noise is like. */
typedef struct ef_grain {
    double noise;          /* standard deviation at the scan's own resolution */
    double correlation[3]; /* as of the background */
    double *scale;         /* owned, n_volumes: signal above air, each volume's against the mean of all */
} ef_grain;

/* Measures noise and signal in the head's kept tissue. The noise comes from the quietest twentieth of
 * blocks of 3 x 3 x 3 voxels of at least half the median signal: most blocks hold anatomy too. grain  out;
 * release with ef_grain_release, also after a failure Errors: EFFACE_INTERNAL. */
efface_status ef_grain_measure(ef_grain *grain, const ef_image *image, const ef_work *work,
                               const ef_head *head, const uint8_t *mask, efface_error *err);

void ef_grain_release(ef_grain *grain);

void ef_background_release(ef_background *background);

#endif
