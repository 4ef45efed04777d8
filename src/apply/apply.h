/* Apply: takes the face out of the image, in its own datatype. Only voxels under the mask change, in every
 * volume; everything else keeps its bits. */
#ifndef EF_APPLY_H
#define EF_APPLY_H

#include "apply/background.h"
#include "base/options.h"

/* What a mode works from; all borrowed. */
typedef struct ef_apply_input {
    const ef_region *region;
    const ef_atlas *atlas;
    const ef_work *work;
    const ef_head *head;
    const ef_location *location;
    const ef_brain *brain;
    const float *cut_mm;           /* of the wanted parts, before the random offset; on the atlas' grid */
    double margin_mm, strength_mm; /* strength: of the mode `blur` */
    efface_mode mode;
    efface_fill fill;
    uint64_t seed; /* the same seed gives the same bytes at any thread count */
} ef_apply_input;

/* Changes the image in the way of in->mode.
 * Errors: EFFACE_INTERNAL. */
efface_status ef_apply(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

/* The slabs in which the mask's bounding box is worked through, so that noise for all of it is never held
 * at once. */
typedef struct ef_slab {
    int64_t begin[3], size[3];
} ef_slab;

enum { EF_SLAB = 32 };

/* Smallest box around the mask; size 0 where that is empty. */
ef_slab ef_apply_box(const uint8_t *mask, const int64_t n[3]);

/* Calls fn for each slab of each volume, with the scan's noise field in it.
 * Returns what fn returns, at once where that is not EFFACE_PASS; EFFACE_INTERNAL where memory is short. */
typedef efface_status ef_slab_fn(void *context, const ef_slab *slab, int64_t volume, const float *field,
                                 int threads, efface_error *err);
efface_status ef_apply_slabs(const ef_image *image, const uint8_t *mask, const ek_noise *noise,
                             ef_slab_fn *fn, void *context, int threads, efface_error *err);

/* Mode `remove`: fills the mask with the scan's own background.
 * EFFACE_FILL_NOISE: noise with the distribution and correlation of the scan's air, or its constant where
 * it has none; EFFACE_FILL_ZERO the stored value nearest to 0; EFFACE_FILL_MIN the lowest finite value. */
efface_status ef_apply_remove(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

/* Fills what of the region is emptied with the scan's background, as ef_apply_remove the mask but for the
 * wall; in all modes. */
efface_status ef_apply_emptied(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

/* The stored element nearest to a value, at most 8 bytes. */
void ef_stored_value(uint8_t *bytes, const ef_image *image, double value);

/* Fills the mask with the scan's background and closes the cut from within by a layer of plain tissue, so
 * that neither orbits nor bones show in it: as thick as ef_wall_mm says, ending under the mean skin, in
 * values of the kept tissue around it. */
efface_status ef_apply_wall(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

/* Thickness of that layer: EF_WALL_MM, or the largest voxel edge where that is more. */
#define EF_WALL_MM 8.0
double ef_wall_mm(const ef_image *image);

/* Mode `reface`: the atlas' mean face in the scan's own values, with a secret variation. */
efface_status ef_apply_reface(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

/* Mode `blur`: a smooth head without features, of the head's own tissue smeared. */
efface_status ef_apply_blur(ef_image *image, const ef_apply_input *in, int threads, efface_error *err);

#endif
