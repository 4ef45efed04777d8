/* Subject: everything that is known about one head. The stages fill it in, one after the other; later
 * stages read it. */
#ifndef EF_SUBJECT_H
#define EF_SUBJECT_H

#include "head/ear_map.h"
#include "head/fit.h"

/* Where the atlas lies in the scan, and how far that can be trusted. */
typedef struct ef_location {
    ef_pose pose;
    ef_affine work_from_atlas;        /* space 3 from 4: the answer of both cues together */
    ef_affine work_from_atlas_tissue; /* the answer of the tissue cue alone */
    ef_affine work_from_atlas_skin;   /* the answer of the skin cue alone */
    ef_affine work_from_atlas_kept;   /* the answer of brain and scalp, which stay, without face and ears.
                                       * It carries the cut: with the answer of the whole head, a long face
                                       * would leave a long cut */
    ef_fit_score score;
    double cue_distance_mm; /* rms distance of the two cues' answers over brain and face */
    double confidence;      /* 0 to 1 */
    const char *doubt;      /* static string: why the confidence is not 1; NULL where it is */
    double convincing;      /* as confidence, but parts of the atlas out of view lower it. Answers to one
                             * scan are compared by it, and it decides whether to search again */
    bool axes_differ;       /* the head lies along other axes than the header states */
} ef_location;

/* The brain as estimated on this subject. */
typedef struct ef_brain {
    uint8_t *inside;        /* owned, on the work grid: 1 in the brain, without a margin */
    float *distance_mm;     /* owned, on the work grid: signed distance to it, negative inside */
    float *away_mm;         /* owned, on the work grid: the distance that a margin is compared with. Deep in
                             * an adult's head it is 3 mm less than distance_mm; at the skin it is
                             * equal. Over the ears it is less by another 1 mm in a noisy scan, by another
                             * 3 mm in speckled air */
    double volume_ml;       /* of inside */
    double size;            /* a child's head relative to an adult's, less than 1; 1 for adults */
    double prior_agreement; /* Dice of the estimate with the atlas' brain at a probability of one half */
    double pitched;         /* fraction of the atlas' frontal pole that looks like brain here, minus that of
                             * its base over the orbits; 0 where the base holds no fat, or where less than
                             * 10 ml of either are in view */
} ef_brain;

/* Zero is valid and may be released. */
typedef struct ef_subject {
    const char *name; /* borrowed: what messages call the scan */
    ef_atlas atlas;
    ef_work work;
    ef_head head;
    ef_location location;
    ef_brain brain;
    ef_ears *ears; /* owned; NULL where the brain was not estimated */
} ef_subject;

/* Frees what the brain owns and zeroes it. */
void ef_brain_release(ef_brain *brain);

/* Frees what the subject owns and zeroes it, name and location included. */
void ef_subject_release(ef_subject *subject);

#endif
