/* Subject: everything that is known about one head. The stages fill it in, one after the other; whoever
 * comes later reads it. */
#ifndef EF_SUBJECT_H
#define EF_SUBJECT_H

#include "head/fit.h"

/* Where the atlas lies in the scan, and how far that can be trusted. */
typedef struct ef_location {
    ef_pose pose;
    ef_affine work_from_atlas;        /* space 3 from 4: the answer of both cues together */
    ef_affine work_from_atlas_tissue; /* the answer of the tissue cue alone */
    ef_affine work_from_atlas_skin;   /* the answer of the skin cue alone */
    ef_affine work_from_atlas_kept;   /* the answer of the head without face and ears: of brain and scalp,
                                       * which stay. The cut is carried by it: with the answer of the whole
                                       * head, a long face would leave a long cut */
    ef_fit_score score;
    double cue_distance_mm; /* rms distance of the two cues' answers over brain and face */
    double confidence;      /* 0 to 1 */
    const char *doubt;      /* static string: why the confidence is not 1; NULL where it is */
    double convincing;      /* as confidence, but parts of the atlas out of view count against it. Answers
                             * to one scan are compared by it, and it decides whether to search again */
    bool axes_differ;       /* the head lies along other axes than the header claims */
} ef_location;

/* The brain as estimated on this subject. */
typedef struct ef_brain {
    uint8_t *inside;        /* owned, on the work grid: 1 in the brain, without a margin */
    float *distance_mm;     /* owned, on the work grid: signed distance to it, negative inside */
    float *away_mm;         /* owned, on the work grid: the distance that a margin is compared with. Deep in
                             * an adult's head it is 3 mm less than distance_mm, at the skin the same; in a
                             * noisy scan 1 mm less over the ears as well, in speckled air 3 mm */
    double volume_ml;       /* of inside */
    double size;            /* a child's head relative to an adult's, less than 1; 1 for adults */
    double prior_agreement; /* Dice of the estimate with the atlas' brain at a probability of one half */
    double pitched; /* fraction of the atlas' frontal pole that looks like brain here, minus the same
                             * of its base over the orbits; 0 where that holds no fat, or where less than
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
} ef_subject;

/* Frees what the brain owns and zeroes it. */
void ef_brain_release(ef_brain *brain);

/* Frees what the subject owns and zeroes it, name and location included. */
void ef_subject_release(ef_subject *subject);

#endif
