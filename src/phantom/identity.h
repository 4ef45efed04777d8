/* The person: named measures of head and face in mm, drawn from published adult distributions. */
#ifndef EF_PHANTOM_IDENTITY_H
#define EF_PHANTOM_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

/* The measures in which people differ. Distances are between the usual anthropometric landmarks on the
 * skin. Measures that end in "shape" are offsets in mm from the mean relief. */
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
    EF_CHEEK_FAT, /* thickness under the skin of the cheek */
    EF_SKULL,     /* thickness of the vault */
    EF_N_MEASURES
} ef_measure;

typedef struct ef_identity {
    uint64_t seed, head;
    double mm[EF_N_MEASURES];
} ef_identity;

/* Name in snake_case without unit ("head_breadth"); mean and standard deviation in mm. */
const char *ef_measure_name(ef_measure m);
double ef_measure_mean(ef_measure m);
double ef_measure_sd(ef_measure m);

/* True for measures of the cranium, the upper forehead and the neck, which no defacer removes. */
bool ef_measure_kept(ef_measure m);

/* Draws a person. A measure is mean + sd * (correlated normal deviate, cut at 2.5 sd). The kept measures
 * and the brain are those of the person `head`: people with the same head differ only by their faces.
 * identity  out
 * seed      the same seed is always the same person; 0: the average person, every measure at its mean
 * head      seed of the person whose kept measures are taken; the person's own: as seed */
void ef_identity_draw(ef_identity *identity, uint64_t seed, uint64_t head);

/* Changes an adult's measures to those of the same person at another age. Sources in the body.
 * identity  in and out
 * years     0 is birth; from 18 on nothing changes */
void ef_identity_age(ef_identity *identity, double years);

#endif
