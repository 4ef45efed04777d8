/* The two sums that registration evaluates over and over: the joint histogram of atlas labels with subject
 * values, and the mean robust distance of atlas skin points from the subject's skin. */
#ifndef EK_JOINT_H
#define EK_JOINT_H

#include <stdint.h>

enum { EK_JOINT_CHUNKS = 8 }; /* fixed, so that sums don't depend on the thread count */

/* Joint histogram of labels and sampled values (Parzen window: linear B-spline over values).
 * joint             out: [n_labels][n_bins], sums of weights; overwritten
 * xyz               [n_points][3] points in the label's space
 * label             [n_points], each below n_labels
 * n_points          any number
 * volume            [n[2]][n[1]][n[0]] values already scaled to bins, 0 .. n_bins-1; NaN: no data
 * index_from_point  maps xyz to voxel index of volume
 * threads           number of OpenMP threads
 * Points whose eight neighbours are not all inside the volume, or that meet NaN, are left out.
 * Returns the number of points that were counted. */
int64_t ek_joint_histogram(double *joint, int n_labels, int n_bins, const float *xyz, const uint8_t *label,
                           int64_t n_points, const float *volume, const int64_t n[3],
                           double index_from_point[3][4], int threads);

/* Mutual information of a joint histogram, in nats; an empty histogram gives 0.
 * label_entropy  out: H(label); may be NULL
 * joint          [n_labels][n_bins] */
double ek_mutual_information(double *label_entropy, const double *joint, int n_labels, int n_bins);

/* Weighted mean of min(|distance|, cap_mm) over the points whose eight neighbours lie inside the volume.
 * seen              out: the sum of those points' weights over the sum of all
 * xyz               [n_points][3] points
 * weight            [n_points]; NULL: 1
 * distance_mm       [n[2]][n[1]][n[0]]; NaN: no data
 * index_from_point  maps xyz to voxel index of distance_mm
 * cap_mm            limits what one point can add
 * threads           number of OpenMP threads
 * Returns cap_mm where no point was inside. */
double ek_mean_capped_distance(double *seen, const float *xyz, const float *weight, int64_t n_points,
                               const float *distance_mm, const int64_t n[3], double index_from_point[3][4],
                               double cap_mm, int threads);

#endif
