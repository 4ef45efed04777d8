/* Pose for the attack: where a head lies, by the scalp that every defacer leaves, so exactly that two scans
 * of one head, with and without a face, meet in one frame. */
#ifndef EF_ATTACK_POSE_H
#define EF_ATTACK_POSE_H

#include "head/fit.h"

/* Moves a rigid pose to where the mean scalp lies nearest to this head's: least squares of the distances at
 * the given points, by Gauss and Newton's method with Tukey's weights (Holland and Welsch 1977). Rigid,
 * because scales and shears trade places with shifts on a scalp without a lower end, and with them the pose
 * would hang on the noise. frame_from_atlas  in and out; its 3 x 3 part a rotation. "frame" as in fit.h:
 * work index times spacing xyz               [n][3] points of the mean scalp, atlas mm skin_mm signed
 * distance to this head's skin, of extent size Returns the weighted rms distance at the end in mm; NAN
 * where too few points were in the field of view, and the pose is as it was. */
double ef_attack_pose(ef_affine *frame_from_atlas, const float *xyz, int64_t n, const float *skin_mm,
                      const int64_t size[3], double spacing_mm);

#endif
