/* Mean of located heads and of their mirror images, and the labels made from it. */
#ifndef EF_AVERAGE_H
#define EF_AVERAGE_H

#include "head/atlas.h"
#include "regions.h"

typedef struct atlas_sums {
    int64_t n[3];
    double *value, *brain, *skin;      /* sums by cell */
    float *n_value, *n_brain, *n_skin; /* contributions by cell */
} atlas_sums;

efface_status average_init(atlas_sums *sums, const ef_grid *grid, efface_error *err);
void average_release(atlas_sums *sums);

/* Adds fields on the atlas grid and their mirror images in x; NaN adds nothing.
 * value  T1 signal: 0 is air, 1 is white matter
 * brain  0 or 1
 * skin   signed mm */
void average_add(atlas_sums *sums, const float *value, const float *brain, const float *skin);

/* Makes labels from the means. Air and head come from the mean skin, brain from its probability. Tissues
 * come from the mean T1 signal (k-means, three classes in the brain, three outside), eyes from
 * landmarks. */
efface_status average_finish(ef_atlas *atlas, const atlas_sums *sums, const landmarks *marks,
                             efface_error *err);

#endif
