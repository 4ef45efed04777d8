/* What a voxel of the phantom is: its tissue, and the part of the face that it belongs to. */
#ifndef EF_PHANTOM_TISSUE_H
#define EF_PHANTOM_TISSUE_H

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

/* Part n is bit n - 1 of EFFACE_PART_*; EF_PART_NONE where a voxel belongs to no part of the face. */
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

/* Lower-case words as the phantom's JSON has them; NULL past the last. */
const char *ef_tissue_name(ef_tissue tissue);
const char *ef_part_name(ef_part part);

#endif
