/* Defaults and words of a phantom's options. */
#include "phantom/options.h"

#include <stddef.h>

const char *ef_contrast_name(ef_contrast contrast)
{
    static const char *const names[] = {"T1", "T2", "PD", "FLAIR", "CT"};
    return contrast < EF_N_CONTRASTS ? names[contrast] : NULL;
}

const char *ef_fov_name(ef_fov fov)
{
    static const char *const names[] = {"full", "nochin", "novertex", "tight"};
    return fov < EF_N_FOVS ? names[fov] : NULL;
}

void ef_phantom_options_init(ef_phantom_options *o)
{
    *o = (ef_phantom_options){.seed = 1,
                              .scan = 1,
                              .contrast = EF_T1,
                              .voxel_mm = {1, 1, 1},
                              .orientation = "RAS",
                              .noise_percent = 2,
                              .bias_percent = 20,
                              .fov = EF_FOV_FULL,
                              .neck_mm = 40,
                              .size = 1,
                              .age_years = 25,
                              .dtype = EK_INT16};
}
