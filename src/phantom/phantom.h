/* A head with known truth, made from a few parameters and a seed: the image as a scanner would see it, and
 * on the same grid what every voxel is. The truth of the tests and of the benchmark. */
#ifndef EF_PHANTOM_H
#define EF_PHANTOM_H

#include <stdint.h>

#include "base/grid.h"
#include "base/image.h"
#include "efface.h"
#include "phantom/shape.h"

/* What a voxel is. */
typedef enum ef_tissue {
    EF_TISSUE_AIR,
    EF_TISSUE_SKIN,
    EF_TISSUE_FAT,
    EF_TISSUE_MUSCLE,
    EF_TISSUE_BONE, /* cortical */
    EF_TISSUE_MARROW,
    EF_TISSUE_CSF,
    EF_TISSUE_GREY,
    EF_TISSUE_WHITE,
    EF_TISSUE_EYE, /* vitreous and aqueous */
    EF_TISSUE_LENS,
    EF_TISSUE_MUCOSA,
    EF_TISSUE_TOOTH,
    EF_TISSUE_CARTILAGE, /* and other dense connective tissue: sclera, falx */
    EF_TISSUE_GLAND,
    EF_TISSUE_VESSEL, /* flowing blood and dural sinuses */
    EF_TISSUE_COUNT
} ef_tissue;

/* Face truth: which part of the face a voxel belongs to, 0 elsewhere. Part n is bit n - 1 of EFFACE_PART_*.
 */
typedef enum ef_part {
    EF_PART_NONE,
    EF_PART_FOREHEAD,
    EF_PART_EYES,
    EF_PART_NOSE,
    EF_PART_MOUTH,
    EF_PART_CHIN,
    EF_PART_CHEEKS,
    EF_PART_EAR_LEFT,
    EF_PART_EAR_RIGHT,
    EF_N_PARTS
} ef_part;

typedef enum ef_contrast { EF_T1, EF_T2, EF_PD, EF_FLAIR, EF_CT, EF_N_CONTRASTS } ef_contrast;

typedef enum ef_fov { EF_FOV_FULL, EF_FOV_NOCHIN, EF_FOV_NOVERTEX, EF_FOV_TIGHT, EF_N_FOVS } ef_fov;

typedef struct ef_phantom_options {
    uint64_t seed;         /* who: see ef_identity_draw; 1 */
    uint64_t head;         /* whose cranium, neck and brain, 0: the seed's own; 0 */
    uint64_t scan;         /* noise, bias field and, where drawn, pose; 1 */
    ef_contrast contrast;  /* EF_T1 */
    double voxel_mm[3];    /* along right, anterior, superior, 0.3 to 10; 1 1 1 */
    char orientation[4];   /* where the stored axes point, any of the 48: "RAS" */
    double oblique_deg[3]; /* turn of the whole grid about its centre, about x, y, z; 0 */
    bool draw_pose;       /* add a drawn pose (sd 5 degrees pitch, 3 roll and yaw, 4 mm) to the given one */
    double rotate_deg[3]; /* the head's pitch (about x, nose up +), roll (about y), yaw (about z); 0 */
    double shift_mm[3];   /* the head's anterior commissure in the world; 0 */
    double noise_percent; /* sigma of each channel in % of white matter's signal (CT: in HU); 2 */
    double bias_percent;  /* greatest departure of the receive field from 1; 20; none on CT */
    ef_fov fov;           /* EF_FOV_FULL */
    double neck_mm;       /* neck below the chin, 0 to 150; 40 */
    double size;          /* uniform scale of the whole head, 0.5 to 1.5; 1 */
    double age_years;     /* 0 at birth; 25: grown up from 18 on */
    unsigned conditions;  /* EF_CONDITION_* joined by |, see phantom_condition.h; 0 */
    ek_dtype dtype;       /* EK_INT16, EK_UINT8 or EK_FLOAT32; EK_INT16; CT never uint8 */
} ef_phantom_options;

typedef struct ef_phantom {
    ef_image image;
    uint8_t *tissue, *brain, *part; /* owned; on the image's grid; brain is 0 or 1 */
    ef_identity identity;
    double landmark_mm[EF_N_LANDMARKS][3]; /* world */
    ef_affine world_from_head;
    double white; /* noise-free signal of white matter, as stored */
    double sigma; /* of each noise channel, as stored */
} ef_phantom;

/* Defaults as listed above. */
void ef_phantom_options_init(ef_phantom_options *options);

/* Makes the phantom. out is overwritten; on failure it holds nothing to release. The same options give the
 * same bytes at any thread count; orientations of one seed are exact permutations of the same voxels.
 * EFFACE_USAGE for options out of range or a grid above 2^31 voxels, EFFACE_INTERNAL where memory fails. */
efface_status ef_phantom_make(ef_phantom *out, const ef_phantom_options *options, int threads,
                              efface_error *err) __attribute__((warn_unused_result));

/* Frees what it owns and zeroes it; a zeroed phantom may be released again. */
void ef_phantom_release(ef_phantom *phantom);

/* What was made, as JSON with a newline at its end: measures, pose, landmarks in world mm, names of the
 * labels. *text is to be freed. */
efface_status ef_phantom_describe(char **text, const ef_phantom *phantom, const ef_phantom_options *options,
                                  efface_error *err) __attribute__((warn_unused_result));

/* Lower-case words as the command line has them, NULL past the last. */
const char *ef_contrast_name(ef_contrast contrast);
const char *ef_fov_name(ef_fov fov);
const char *ef_tissue_name(ef_tissue tissue);
const char *ef_part_name(ef_part part);

#endif
