/* Region: which voxels of the scan's own grid are face, ears and the air around them. */
#ifndef EF_REGION_H
#define EF_REGION_H

#include "head/protect.h"

typedef struct ef_region {
    uint8_t *mask;              /* owned, on the image's grid: 1 where the face is taken out */
    uint8_t *brain;             /* owned, on the image's grid: 1 in the brain as estimated (no margin) */
    uint8_t *emptied, *changed; /* owned: what gets the scan's air and nothing else, the face's ghosts
                                 * (ghost.h) and the scalp (scalp.h), and that and the mask together; NULL
                                 * where there is none */
    int64_t n_mask, n_brain;    /* what is emptied is counted with the mask */
    float *cut_mm;              /* owned: the cut as the mask was made from it, on the atlas' grid */
} ef_region;

/* The atlas' cut with the wanted parts only.
 * cut_mm   out, owned by the caller, on the atlas' grid; negative in what is to be taken out
 * parts    EFFACE_PART_* joined by | */
efface_status ef_region_cut(float **cut_mm, const ef_atlas *atlas, unsigned parts, efface_error *err);

/* Pushes the cut's surface deeper by a smooth random offset of 1.5 to 6.5 mm (standard deviation 1.5), so
 * that it can be predicted neither from the subject's skin nor from another run; under the chin by 10 mm
 * more, for longer faces; and everywhere by as much as the two cues' answers lie farther apart than the
 * confidence takes for sure, at most 4 mm. */
void ef_region_deepen(float *cut_mm, const ef_atlas *atlas, double cue_distance_mm, uint64_t seed);

/* Moves the pose that carries the cut by up to 3 mm, 1.5 degrees and 2 %, at random: what a face does to
 * a pose, even to one found without it, is less. */
void ef_region_jitter(ef_affine *work_from_atlas, uint64_t seed);

/* A smooth random field in atlas mm, 0 to 1: a cubic B-spline of uniform values on a lattice of 40 mm. Its
 * mean is 0.5, its standard deviation 0.096. */
enum { EF_RANDOM_KNOTS = 5000 };
typedef struct ef_random_field {
    double knot[EF_RANDOM_KNOTS];
} ef_random_field;

void ef_random_field_init(ef_random_field *field, uint64_t seed);
/* Its value at a point; more than 520 mm before or 1 080 mm behind the atlas' origin along an axis, that of
 * the last point within. */
double ef_random_field_at(const ef_random_field *field, const double xyz[3]);

/* Carries the cut and the protected brain to the image's own grid.
 * region     out; release with ef_region_release, also after a failure
 * cut_mm     as from ef_region_cut
 * margin_mm  around a grown head's brain, not in the mask, deep under its skin more (ef_brain.away_mm);
 * around a child's less, in proportion */
efface_status ef_region_build(ef_region *region, const ef_image *image, const float *cut_mm,
                              const ef_atlas *atlas, const ef_work *work, const ef_location *location,
                              const ef_brain *brain, double margin_mm, int threads, efface_error *err);

/* index in the atlas' arrays from a voxel of the image: space 5 from 1. */
efface_status ef_cell_from_voxel(ef_affine *cell_from_voxel, const ef_atlas *atlas, const ef_work *work,
                                 const ef_affine *work_from_atlas, efface_error *err);

/* Adds voxels to what is emptied, but for those of mask and brain.
 * voxel   [count], on the image's grid
 * Errors: EFFACE_INTERNAL. */
efface_status ef_region_empty(ef_region *region, const uint8_t *voxel, int64_t count, efface_error *err);

/* Where voxels may change: the mask and what is emptied. */
static inline const uint8_t *ef_region_changed(const ef_region *region)
{
    return region->changed != NULL ? region->changed : region->mask;
}

void ef_region_release(ef_region *region);

#endif
