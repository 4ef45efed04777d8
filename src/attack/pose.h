/* The head's pose for the attack, found from the scalp, which every defacer leaves. It is so exact that two
 * scans of one head, with and without its face, are aligned. */
#ifndef EF_ATTACK_POSE_H
#define EF_ATTACK_POSE_H

#include "head/fit.h"

/* Moves a rigid pose to where the mean scalp lies nearest to this head's skin: least squares of the
 * distances at the given points, by Gauss-Newton steps with Tukey's weights (Holland and Welsch 1977). The
 * pose is rigid because a scalp without a lower end can't tell scales and shears from shifts: with them the
 * pose would depend on the noise.
 * frame_from_atlas  in and out; its 3 x 3 part is a rotation. "frame" as in fit.h: work index times spacing
 * xyz               [n][3] points of the mean scalp, atlas mm
 * skin_mm           signed distance to this head's skin, of extent size
 * spacing_mm        of skin_mm
 * Returns the weighted rms distance at the end in mm. Returns NAN, and the pose is unchanged, where too few
 * points were in the field of view. */
double ef_attack_pose(ef_affine *frame_from_atlas, const float *xyz, int64_t n, const float *skin_mm,
                      const int64_t size[3], double spacing_mm);

#endif
