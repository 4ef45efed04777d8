/* Region: which voxels of the scan's own grid are face, ears and the air around them. */
#ifndef EF_REGION_H
#define EF_REGION_H

#include "head/subject.h"

/* Zero is valid and may be released. */
typedef struct ef_region {
    uint8_t *mask;    /* owned, on the image's grid: 1 where the face is removed */
    uint8_t *brain;   /* owned, on the image's grid: 1 in the brain as estimated, without a margin */
    uint8_t *emptied; /* owned, on the image's grid: 1 where only the scan's air is put: ghosts of the face
                       * (ghost.h) and the scalp (scalp.h); NULL where there are none */
    uint8_t *changed; /* owned, on the image's grid: mask and emptied together; NULL where emptied is */
    int64_t n_mask;   /* voxels of mask and emptied */
    int64_t n_brain;  /* voxels of brain */
    float *cut_mm;    /* owned, on the atlas' grid: the cut that the mask was made from */
} ef_region;

/* Makes the atlas' cut for the wanted parts alone.
 * cut_mm  out, owned by the caller, on the atlas' grid: negative in what is to be removed
 * atlas   in
 * parts   EFFACE_PART_ bits joined by |
 * Errors: EFFACE_INTERNAL. */
efface_status ef_region_cut(float **cut_mm, const ef_atlas *atlas, unsigned parts, efface_error *err);

/* Pushes the cut's surface deeper by a smooth random offset of 1.5 to 6.5 mm (standard deviation 1.5). So
 * it can be predicted neither from the subject's skin nor from another run. Under the chin it goes 10 mm
 * deeper, for longer faces. Where the two cues' answers are farther apart than EF_CUES_SURE_MM, it goes
 * deeper everywhere by the difference, at most 4 mm.
 * cut_mm           in and out, on the atlas' grid
 * atlas            in
 * cue_distance_mm  ef_location.cue_distance_mm
 * seed             of the run */
void ef_region_deepen(float *cut_mm, const ef_atlas *atlas, double cue_distance_mm, uint64_t seed);

/* Moves the pose that carries the cut by up to 3 mm, 1.5 degrees and 2 %, at random. A face influences a
 * pose by less, even one that is found without it.
 * work_from_atlas  in and out
 * seed             of the run */
void ef_region_jitter(ef_affine *work_from_atlas, uint64_t seed);

/* Carries the cut and the protected brain to the image's own grid.
 * region     out, to be released also after a failure
 * image      in: its grid
 * subject    in: atlas, work, location and brain
 * cut_mm     in: as from ef_region_cut, on the atlas' grid
 * margin_mm  kept around an adult's brain, and more where it lies deep under the skin (ef_brain.away_mm);
 *            less around a child's, in proportion
 * threads    number of threads; the result does not depend on it
 * Errors: EFFACE_LOCATE for a singular pose; EFFACE_INTERNAL. */
efface_status ef_region_build(ef_region *region, const ef_image *image, const ef_subject *subject,
                              const float *cut_mm, double margin_mm, int threads, efface_error *err);

/* Composes the transform to indices of the atlas' arrays from voxels of the image: space 5 from 1.
 * cell_from_voxel  out
 * subject          in: atlas and work
 * work_from_atlas  in: one of the subject's poses
 * Errors: EFFACE_LOCATE for a singular pose. */
efface_status ef_cell_from_voxel(ef_affine *cell_from_voxel, const ef_subject *subject,
                                 const ef_affine *work_from_atlas, efface_error *err);

/* Adds voxels to those that are emptied, except voxels of mask and brain.
 * region  in and out
 * voxel   in: [count], on the image's grid: not 0 where a voxel is to be emptied
 * count   voxels of the image's grid
 * Errors: EFFACE_INTERNAL. */
efface_status ef_region_empty(ef_region *region, const uint8_t *voxel, int64_t count, efface_error *err);

/* Returns where voxels may change: the mask and what is emptied. */
static inline const uint8_t *ef_region_changed(const ef_region *region)
{
    return region->changed != NULL ? region->changed : region->mask;
}

/* Frees what it owns and zeroes it. */
void ef_region_release(ef_region *region);

#endif
