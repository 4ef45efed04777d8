/* Locate: where the atlas lies in this scan, and how far that can be trusted. */
#ifndef EF_LOCATE_H
#define EF_LOCATE_H

#include "head/fit.h"

typedef struct ef_location {
    ef_pose pose;
    ef_affine work_from_atlas;        /* space 3 from 4: the answer */
    ef_affine work_from_atlas_tissue; /* what the tissue cue alone makes of it */
    ef_affine work_from_atlas_skin;   /* what the skin cue alone makes of it */
    /* What the head makes of it without face and ears: brain and scalp, which stay. What is put in a face's
     * place is carried by it; with the answer above a long face would leave a long cut. */
    ef_affine work_from_atlas_kept;
    ef_fit_score score;
    double cue_distance_mm; /* rms distance of the two cues' answers over brain and face */
    double confidence;      /* 0 to 1 */
    const char *doubt;      /* static string: why it is not 1; NULL where it is */
    double convincing;      /* as confidence, but what lies out of view counts against it: by this answers
                             * to one scan are compared, and it is asked whether to look again */
    bool axes_differ;       /* the head lies along other axes than the header claims */
} ef_location;

/* Where a search begins. */
typedef enum ef_start {
    EF_START_HEADER,  /* the header's axes, at several pitches and heights */
    EF_START_ANYWHERE /* every rotation by right angles, placed by FFT correlation */
} ef_start;

/* Below it a pose is no basis for taking anything out; from the second on it is believed without a person.
 */
#define EF_CONFIDENCE_LEAST  0.3
#define EF_CONFIDENCE_ENOUGH 0.5

/* Where a cue's part of the confidence is 0 (it is 1 at EF_CUES_SURE_MM, 3.2 mm, -0.18, 0.2 and 0.3). On 30
 * real heads of all contrasts the cues are 1 to 6 mm apart, the residual is 1.3 to 3.1 mm and the cost of
 * what is in view -0.15 to -0.45, on slabs of 70 mm -0.14 and less; on brains without heads, chests,
 * spheres and noise they are above 15 mm, 3.3 mm and -0.13. The scales' logarithms differ by 0.16 and less
 * in these heads and in newborns; by 0.35 in a round head that was taken sideways. */
#define EF_CUES_SURE_MM 7.0
#define EF_CUES_LOST_MM 16.0
#define EF_SKIN_LOST_MM 5.5
#define EF_COST_LOST    (-0.08)
#define EF_UNEVEN_LOST  0.32
#define EF_SEEN_LOST    0.15 /* of the atlas in view; slabs of 70 mm have 0.4 */

/* Finds the atlas' pose on the head: coarse to fine, 6, 9 and 12 parameters, then each cue once more on its
 * own. The confidence is the least of five: how much the pose explains, how near the skins lie, how well
 * the two cues agree, whether the proportions are a head's, and whether enough of one is in view to tell.
 * Errors: EFFACE_LOCATE where the head is too flat to begin; EFFACE_INTERNAL. A poor pose is no error: look
 * at the confidence. */
efface_status ef_locate(ef_location *location, const ef_atlas *atlas, const ef_work *work,
                        const ef_head *head, ef_start start, int threads, const char *name,
                        efface_error *err);

/* The same from a pose that is known to within a few centimetres and degrees: 9 and 12 parameters, then
 * each cue. For another view of a head that was found: with an atlas from which something was left out.
 * EFFACE_INTERNAL. */
efface_status ef_locate_from(ef_location *location, const ef_pose *pose, const ef_atlas *atlas,
                             const ef_work *work, const ef_head *head, int threads, efface_error *err);

/* rms distance in mm between two answers (work_from_atlas) over ten points of brain and face. */
double ef_answer_distance(const ef_affine *a, const ef_affine *b, double spacing_mm);

#endif
