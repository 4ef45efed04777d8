/* The words for tissues and parts of the face. */
#include "phantom/tissue.h"

#include <stddef.h>

const char *ef_tissue_name(ef_tissue tissue)
{
    static const char *const names[] = {"air",   "skin",      "fat",   "muscle", "bone", "marrow",
                                        "csf",   "grey",      "white", "eye",    "lens", "mucosa",
                                        "tooth", "cartilage", "gland", "vessel"};
    return tissue < EF_TISSUE_COUNT ? names[tissue] : NULL;
}

const char *ef_part_name(ef_part part)
{
    static const char *const names[] = {"none", "forehead", "eyes",     "nose",     "mouth",
                                        "chin", "cheeks",   "ear_left", "ear_right"};
    return part < EF_N_PARTS ? names[part] : NULL;
}
