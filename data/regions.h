/* Face and ears in the atlas, drawn from landmarks that were measured on the mean head. */
#ifndef EF_REGIONS_H
#define EF_REGIONS_H

#include "head/atlas.h"

/* Landmarks in atlas mm. Paired ones lie on the right side (x > 0), since the atlas is symmetric. */
typedef struct landmarks {
    double glabella[3], nasion[3], nose_tip[3], subnasale[3], stomion[3], pogonion[3], menton[3];
    double eye[3], ear_top[3], ear_lobe[3], tragus[3], mouth_corner[3], zygion[3], gonion[3];
} landmarks;

/* Reads lines of "name x y z"; every landmark is required. */
efface_status landmarks_read(landmarks *marks, const char *path, efface_error *err);

/* Gives the globes their label: 12 mm spheres (an adult's globe has 24 mm) about the eye landmarks. */
void regions_eyes(ef_atlas *atlas, const landmarks *marks);

/* Fills cut_mm and part from landmarks, mean skin and brain probability. */
efface_status regions_draw(ef_atlas *atlas, const landmarks *marks, efface_error *err);

#endif
