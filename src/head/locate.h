/* Locate: where the atlas lies in this scan, and how far that can be trusted. */
#ifndef EF_LOCATE_H
#define EF_LOCATE_H

#include "head/subject.h"

/* Where a search begins. */
typedef enum ef_start {
    EF_START_HEADER, /* the header's axes, at three pitches and heights; the three best are refined */
    EF_START_PITCHED, /* the header's axes, chins up and down to 40 degrees; the best of each basin is refined */
    EF_START_ANYWHERE /* every rotation by right angles, placed by FFT correlation */
} ef_start;

/* Limits of the confidence, 0 to 1. Below EF_CONFIDENCE_LEAST a pose is too uncertain to remove anything
 * by. From EF_CONFIDENCE_ENOUGH on, it is accepted without a person's look. */
#define EF_CONFIDENCE_LEAST  0.3
#define EF_CONFIDENCE_ENOUGH 0.5
/* Below this value of ef_location.convincing a search with chins up and down is worth its time. A chin-up head
 * whose brain had been put over nose and orbits had 0.54. Fraction, 0 to 1. */
#define EF_CONVINCING_SURE 0.9

/* Where each belief that makes up the confidence reaches 0. A belief is 1 at EF_CUES_SURE_MM for the cues;
 * for skin, cost, proportions and view at 3.2 mm, -0.18, 0.2 and 0.3 (locate.c). Measured on 30 real heads
 * of all contrasts: the cues' answers are 1 to 6 mm apart. The skin's residual is 1.3 to 3.1 mm. The cost
 * of what is in view is -0.15 to -0.45, and -0.14 and less on slabs of 70 mm. On brains without heads,
 * chests, spheres and noise the values are above 15 mm, 3.3 mm and -0.13. The logarithms of the scales
 * differ by 0.16 and less in these heads and in newborns. They differ by 0.35 in a round head that was
 * found lying on its side. Wider limits let wrong poses pass; narrower ones refuse good scans. */
#define EF_CUES_SURE_MM 7.0
#define EF_CUES_LOST_MM 16.0
#define EF_SKIN_LOST_MM 5.5
#define EF_COST_LOST    (-0.08)
#define EF_UNEVEN_LOST  0.32
#define EF_SEEN_LOST    0.15 /* fraction of the atlas in view; slabs of 70 mm have 0.4 */

/* Finds the pose of the atlas on the head: coarse to fine, with 6, 9 and 12 parameters, then with each cue
 * alone. The confidence is the least of five beliefs: how much the pose explains, how near the skins lie,
 * how well the two cues agree, whether the proportions are a head's, and whether enough of a head is in
 * view. A poor pose is no error: look at the confidence.
 * location  out
 * subject   in: atlas, work and head; name for messages
 * start     where the search begins
 * threads   number of threads; the result does not depend on it
 * Errors: EFFACE_LOCATE where the head is too flat to begin; EFFACE_INTERNAL. */
efface_status ef_locate(ef_location *location, const ef_subject *subject, ef_start start, int threads,
                        efface_error *err);

/* Finds the pose from one that is known to within a few centimetres and degrees: 9 and 12 parameters, then
 * each cue. It serves another view of a head that was found, with an atlas that lacks a part.
 * location  out
 * pose      in: where the search begins
 * subject   in: atlas, work and head
 * threads   number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_locate_from(ef_location *location, const ef_pose *pose, const ef_subject *subject,
                             int threads, efface_error *err);

/* Returns the root mean square distance in mm of two answers (work_from_atlas) at ten points of brain and
 * face. */
double ef_answer_distance(const ef_affine *a, const ef_affine *b, double spacing_mm);

#endif
