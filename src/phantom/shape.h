/* The phantom's outer and inner boundaries as signed distances, for one person.
 *
 * Coordinate spaces of the phantom:
 *   H head     RAS mm of this person, origin at the anterior commissure, axes as in stereotaxic space
 *   T template RAS mm of the average person; every organ is described here, once
 * ef_shape_warp takes H to T. Along y it scales the length. Along z it follows the landmarks (vertex,
 * sellion, subnasale, stomion, menton) in front, and the head's own scale behind. Along x it uses the
 * head's breadth above and behind, and the face's below and in front. So the face's measures move neither
 * cranium nor nape.
 */
#ifndef EF_PHANTOM_SHAPE_H
#define EF_PHANTOM_SHAPE_H

#include "phantom/identity.h"
#include "phantom/sdf.h"

enum { EF_SHAPE_HEIGHTS = 512 };

typedef struct ef_shape {
    ef_identity id;
    float head_x, face_x, y, head_z, mean; /* scales, H over T */
    float stretch;                         /* largest ratio of a T length to its H length */
    double face_fix;                       /* correction that gives the surface the face height asked for */
    float nose_fix, ala_fix;
    float z_low;                        /* H height of the first entry of the table below */
    float z_template[EF_SHAPE_HEIGHTS]; /* T height per mm of H height */
    egg cranium, cavity, face;
    /* places and sizes in T */
    v3 eye, nose_root, nose_mid, nose_tip, ala, chin, gonion, cheekbone;
    float ala_radius, lid, fissure, tilt;
    float mouth_half, lip_full, lip_out, brow, brow_z, cheek, chin_half;
    float ear_half_length, ear_breadth, ear_sin, ear_cos, ear_tilt_sin, ear_tilt_cos;
    float neck_half, neck_length, fat, skull;
} ef_shape;

/* Anthropometric landmarks of the finished surface, RAS mm in H. */
typedef enum ef_landmark {
    EF_VERTEX,
    EF_GLABELLA,
    EF_OPISTHOCRANION,
    EF_SELLION,
    EF_PRONASALE,
    EF_SUBNASALE,
    EF_STOMION,
    EF_POGONION,
    EF_MENTON,
    EF_ALARE_LEFT,
    EF_ALARE_RIGHT,
    EF_PUPIL_LEFT,
    EF_PUPIL_RIGHT,
    EF_TRAGION_LEFT,
    EF_TRAGION_RIGHT,
    EF_EURYON_LEFT,
    EF_EURYON_RIGHT,
    EF_N_LANDMARKS
} ef_landmark;

/* Name in snake_case; l below EF_N_LANDMARKS. */
const char *ef_landmark_name(ef_landmark l);

/* Prepares the boundaries of a person. Breadth, length, height and the nose are adjusted until the surface
 * itself has the person's measures (to 0.1 mm).
 * shape           out; nothing to release
 * identity        the person
 * neck_length_mm  length of the neck below the chin */
void ef_shape_init(ef_shape *shape, const ef_identity *identity, double neck_length_mm);

/* H to T. */
v3 ef_shape_warp(const ef_shape *shape, v3 head);

/* Signed distances at T points, in T mm. The skin includes nose, lips and ears. Their slopes are at most
 * EF_SHAPE_SLOPE: a larger slope would make the painter skip organs in blocks that hold them. */
#define EF_SHAPE_SLOPE 1.35F
float ef_shape_skin(const ef_shape *shape, v3 p);
float ef_shape_head(const ef_shape *shape, v3 p); /* skin without auricles */
float ef_shape_auricle(const ef_shape *shape, v3 p);
float ef_shape_cavity(const ef_shape *shape, v3 p);
float ef_shape_orbit(const ef_shape *shape, v3 p);

/* Finds the landmarks of the surface along rays; H mm. */
void ef_shape_landmarks(double mm[EF_N_LANDMARKS][3], const ef_shape *shape);

#endif
