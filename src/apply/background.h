/* Background: what the air of this scan looks like, so that the air that replaces a face looks the same. */
#ifndef EF_BACKGROUND_H
#define EF_BACKGROUND_H

#include "head/subject.h"
#include "kernels/noise.h"

typedef struct ef_background {
    int count;             /* number of sampled values of air; 0: the field of view holds none */
    double *value;         /* owned, ascending: the quantile function of the air */
    uint8_t *stored;       /* owned: the same values as stored elements */
    double correlation[3]; /* of neighbours along each voxel axis, of the changes within four voxels */
} ef_background;

/* Samples air clear of the head: under the mask (around the new surface) where there is enough of it, else
 * anywhere. Where the field of view holds none, its darkest values are sampled. A constant that pads the field of
 * view is not sampled where there is other air. The correlation is 1 - v(1)
 * / v(4), where v(k) is half the mean square difference of voxels k apart (the variogram of Matheron 1963).
 * So slow changes of the background's level do not count as correlation of its noise.
 * background  out; to be released also after a failure
 * image       in: the original's voxels
 * subject     in: work and head
 * mask        in: on the image's grid
 * Errors: EFFACE_INTERNAL. */
efface_status ef_background_measure(ef_background *background, const ef_image *image,
                                    const ef_subject *subject, const uint8_t *mask, efface_error *err);

/* Sets the stored element for each entry of a noise field's table (noise.h), so that the field has the
 * air's distribution.
 * table       out, EK_NOISE_TABLE elements of the type
 * background  in: count above 0
 * noise       in
 * type        of the image */
void ef_background_table(uint8_t *table, const ef_background *background, const ek_noise *noise,
                         ek_dtype type);

/* The noise of tissue. */
typedef struct ef_grain {
    double noise;          /* standard deviation at the scan's own resolution */
    double correlation[3]; /* as for the background */
    double *scale; /* owned, [n_volumes]: each volume's signal above air relative to the mean of all */
} ef_grain;

/* Measures noise and signal in the head's kept tissue. The noise comes from the quietest twentieth of
 * blocks of 3 x 3 x 3 voxels with at least half the median signal: most blocks also hold anatomy.
 * grain    out; to be released also after a failure
 * image    in: the original's voxels
 * subject  in: work and head
 * mask     in: on the image's grid
 * Errors: EFFACE_INTERNAL. */
efface_status ef_grain_measure(ef_grain *grain, const ef_image *image, const ef_subject *subject,
                               const uint8_t *mask, efface_error *err);

/* Frees what it owns and zeroes it. */
void ef_grain_release(ef_grain *grain);

/* Frees what it owns and zeroes it. */
void ef_background_release(ef_background *background);

#endif
