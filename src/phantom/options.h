/* What a phantom is made of: the person, the pose, the grid and the scanner. */
#ifndef EF_PHANTOM_OPTIONS_H
#define EF_PHANTOM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/dtype.h"

typedef enum ef_contrast { EF_T1, EF_T2, EF_PD, EF_FLAIR, EF_CT, EF_N_CONTRASTS } ef_contrast;

typedef enum ef_fov { EF_FOV_FULL, EF_FOV_NOCHIN, EF_FOV_NOVERTEX, EF_FOV_TIGHT, EF_N_FOVS } ef_fov;

/* The number at the end of a comment is the default. */
typedef struct ef_phantom_options {
    uint64_t seed;         /* the person, see ef_identity_draw; 1 */
    uint64_t head;         /* the person whose cranium, neck and brain are used, 0: the same as seed; 0 */
    uint64_t scan;         /* seed of noise, receive field and, where drawn, pose; 1 */
    ef_contrast contrast;  /* EF_T1 */
    double voxel_mm[3];    /* along right, anterior, superior, 0.3 to 10; 1 1 1 */
    char orientation[4];   /* where the stored axes point, any of the 48; "RAS" */
    double oblique_deg[3]; /* rotation of the grid around its centre, about x, y, z; 0 */
    bool draw_pose;        /* adds a drawn pose (sd 5 degrees of pitch, 3 of roll and yaw, 4 mm); false */
    double rotate_deg[3];  /* the head's pitch (about x, nose up +), roll (about y), yaw (about z); 0 */
    double shift_mm[3];    /* position of the head's anterior commissure in the world; 0 */
    double noise_percent;  /* sigma of each channel in % of white matter's signal (CT: in HU); 2 */
    double bias_percent;   /* greatest departure of the receive field from 1, not used for CT; 20 */
    ef_fov fov;            /* EF_FOV_FULL */
    double neck_mm;        /* length of the neck below the chin, 0 to 150; 40 */
    double size;           /* uniform scale of the whole head, 0.5 to 1.5; 1 */
    double age_years;      /* 0 to 120, 0 is birth, growth ends at 18; 25 */
    unsigned conditions;   /* EFFACE_CONDITION_ bits joined by |, see condition.h; 0 */
    ek_dtype dtype;        /* EK_INT16, EK_FLOAT32 or, for MR only, EK_UINT8; EK_INT16 */
} ef_phantom_options;

/* Sets the defaults listed above. */
void ef_phantom_options_init(ef_phantom_options *options);

/* Words as the command line has them; NULL past the last. */
const char *ef_contrast_name(ef_contrast contrast);
const char *ef_fov_name(ef_fov fov);

#endif
