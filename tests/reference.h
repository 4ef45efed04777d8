/* The kernels once more, each as the shortest loop that is obviously right: serial, in double, by brute
 * force. Tests and the benchmark compare the kernels with them. Arguments as in the kernels' own
 * headers. */
#ifndef EF_REFERENCE_H
#define EF_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/blockmean.h"
#include "kernels/carve.h"
#include "kernels/dtype.h"

/* A stored element as double. */
double ref_value(const void *stored, ek_dtype type, int64_t at);

void ref_block_mean(float *mean, const int64_t out_n[3], ek_block_source source, const int factor[3]);

/* Quantile of all finite values, by qsort; NaN where there is none. */
double ref_quantile(double q, const void *stored, ek_dtype type, int64_t count, double slope, double inter);

void ref_resample_linear(float *out, const int64_t out_n[3], const float *in, const int64_t in_n[3],
                         const double in_from_out[3][4], float outside);

void ref_resample_nearest_u8(uint8_t *out, const int64_t out_n[3], const uint8_t *in, const int64_t in_n[3],
                             const double in_from_out[3][4], uint8_t outside);

/* The whole three-dimensional sum with a cut-off of 4 sigma on each axis, over valid finite voxels, divided
 * by the weight of what is taken (NaN where that is below 1e-4 of the kernel). out is not v. */
void ref_gaussian(float *out, const float *v, const uint8_t *valid, const int64_t n[3],
                  const double sigma_vox[3]);

/* Distance from every voxel to the nearest one whose (set != 0) is `kind`; INFINITY where there is none. */
void ref_distance(double *mm, const uint8_t *set, bool kind, const int64_t n[3],
                  const double spacing_mm[3]);

/* Components by flood fill, numbered in order of memory from 1; returns how many. */
int64_t ref_components(int32_t *label, const uint8_t *mask, const int64_t n[3], int connectivity);

/* A volume whose voxels have weights; all borrowed. */
typedef struct ref_weighted {
    const float *v, *weight;
    const int64_t *n; /* three counts */
} ref_weighted;

/* Normalised correlation of a at x + shift with b at x, weighted; 0 overlap gives 0. */
double ref_correlation(double *overlap, const ref_weighted *a, const ref_weighted *b,
                       const int64_t shift[3]);

/* Points of the atlas; all borrowed. */
typedef struct ref_points {
    const float *xyz;     /* [n][3] */
    const uint8_t *label; /* [n]; NULL where it is not needed */
    const float *weight;  /* [n]; NULL for 1 */
    int64_t n;
} ref_points;

/* Joint histogram of labels and trilinear samples, each sample shared between its two nearest bins. Samples
 * whose eight neighbours are not all in the volume, or that meet NaN, don't count. Returns how many
 * counted. */
int64_t ref_joint_histogram(double *joint, int n_labels, int n_bins, const ref_points *points,
                            const float *volume, const int64_t n[3], double index_from_point[3][4]);

/* Weighted mean of min(|sample|, cap); *seen is the fraction of the weight whose sample counted. */
double ref_mean_capped_distance(double *seen, const ref_points *points, const float *distance_mm,
                                const int64_t n[3], double index_from_point[3][4], double cap_mm);

/* The value of a field at a voxel of another grid, its border value outside. */
double ref_field(const ek_field *field, int64_t x, int64_t y, int64_t z);

#endif
