/* Who the phantom is: named measures of head and face in mm, drawn from published adult distributions. */
#ifndef EF_PHANTOM_IDENTITY_H
#define EF_PHANTOM_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

/* Every measure that tells one phantom from another. Distances are between the usual anthropometric
 * landmarks on the skin; those ending in "shape" are offsets in mm from the mean relief. */
typedef enum ef_measure {
    EF_HEAD_BREADTH,
    EF_HEAD_LENGTH,
    EF_HEAD_HEIGHT, /* tragion to vertex */
    EF_BIZYGOMATIC,
    EF_BIGONIAL,
    EF_FACE_HEIGHT, /* sellion to menton */
    EF_NOSE_LENGTH, /* sellion to subnasale */
    EF_NOSE_BREADTH,
    EF_NOSE_PROTRUSION,
    EF_NOSE_HUMP_SHAPE,
    EF_NOSE_ROOT_SHAPE,
    EF_NOSE_TIP_SHAPE,  /* tip up (+) or down */
    EF_NOSE_SIDE_SHAPE, /* deviation to the right */
    EF_PUPILS,
    EF_EYE_FISSURE,
    EF_EYE_DEPTH_SHAPE,
    EF_EYE_TILT_SHAPE, /* outer corner above the inner */
    EF_BROW_SHAPE,
    EF_BROW_HEIGHT_SHAPE,
    EF_FOREHEAD_SHAPE, /* sloping (+) or upright */
    EF_CHEEKBONE_SHAPE,
    EF_CHEEK_SHAPE, /* full (+) or hollow */
    EF_UPPER_LIP,   /* subnasale to stomion */
    EF_MOUTH_WIDTH,
    EF_LIP_FULL_SHAPE,
    EF_LIP_OUT_SHAPE,
    EF_CHIN_SHAPE, /* forward (+) or receding */
    EF_CHIN_WIDTH,
    EF_EAR_LENGTH,
    EF_EAR_BREADTH,
    EF_EAR_PROTRUSION,
    EF_EAR_TILT_SHAPE,
    EF_OCCIPUT_SHAPE,
    EF_NECK_BREADTH,
    EF_CHEEK_FAT, /* of the cheek under the skin */
    EF_SKULL,
    EF_N_MEASURES
} ef_measure;

typedef struct ef_identity {
    uint64_t seed, head;
    double mm[EF_N_MEASURES];
} ef_identity;

/* Name in snake_case without unit ("head_breadth"), mean and standard deviation in mm. */
const char *ef_measure_name(ef_measure m);
double ef_measure_mean(ef_measure m);
double ef_measure_sd(ef_measure m);

/* Whether a measure is of the cranium, the upper forehead or the neck: what no defacer takes away. */
bool ef_measure_kept(ef_measure m);

/* The person of a seed. A measure is mean + sd * (correlated normal deviate, cut at 2.5 sd); the same
 * seed is always the same person. Seed 0 is the average person: every measure at its mean. The kept
 * measures, and the brain, are those of the person `head`: people of one head differ by their faces only.
 */
void ef_identity_draw(ef_identity *identity, uint64_t seed, uint64_t head);

/* The same person at an age: from birth (0) to 18, from when on nothing changes. Sources in the body. */
void ef_identity_age(ef_identity *identity, double years);

#endif
