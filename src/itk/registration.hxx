/* Where a head lies, by ITK; the function of io/plugin.h's table. */
#ifndef EF_ITK_REGISTRATION_HXX
#define EF_ITK_REGISTRATION_HXX

#include "io/plugin.h"

efface_status register_head(ef_affine *world_from_atlas, const ef_grid *atlas_grid, const float *atlas,
                            const ef_grid *head_grid, const float *head, efface_error *err) noexcept;

#endif
