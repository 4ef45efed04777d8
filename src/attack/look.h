/* Look: the features that an attacker takes from one scan. Each scan is aligned with the atlas by the
 * scalp, which no defacer removes, so that original and defaced scans of one head have one frame.
 *
 * Features are in atlas space (space 4 of base/grid.h) after a rigid pose. So millimetres stay millimetres,
 * and head size is part of what is kept. NaN where nothing is visible. */
#ifndef EF_ATTACK_LOOK_H
#define EF_ATTACK_LOOK_H

#include "base/image.h"
#include "head/atlas.h"

/* The kinds of features. */
typedef enum ef_cue {
    EF_CUE_KEPT,  /* scalp heights from four sides, away from the face */
    EF_CUE_SHADE, /* local binary patterns of shaded pictures from the front and 40 degrees to both sides */
    EF_CUE_RELIEF, /* heights of the foremost surface where the face was, minus the mean around them */
    EF_CUE_CUT,    /* the same heights without that subtraction */
    EF_CUE_RIM,    /* heights of the skin within 12 mm of the cut */
    EF_CUE_VOXELS, /* the values of the voxels where the face was */
    EF_CUE_WRAP,   /* the same half a field of view away, in air: where a ghost of the face would lie */
    EF_N_CUES
} ef_cue;

enum { EF_LOOK_VIEWS = 4 };

/* Where to look; made once from the atlas, then only read. */
typedef struct ef_look_plan {
    const ef_atlas *atlas; /* borrowed */
    float *scalp;          /* owned [n_scalp][3], atlas mm: what the pose is found from */
    int64_t n_scalp;
    int *face, *rim, *kept; /* owned: pixels of the height maps, as view * pixels + pixel */
    int64_t n_face, n_rim, n_kept;
    uint8_t *window; /* owned: of each picture, nonzero where the face was */
    float *cell;     /* owned [n_cell][3], atlas mm: where the face's voxels lie */
    int64_t n_cell;
    int64_t length[EF_N_CUES]; /* floats per scan */
} ef_look_plan;

/* Makes the plan.
 * plan   out; release with ef_look_plan_release, also after a failure
 * atlas  borrowed while the plan is used
 * Errors: EFFACE_INTERNAL. */
efface_status ef_look_plan_init(ef_look_plan *plan, const ef_atlas *atlas, int threads, efface_error *err);
void ef_look_plan_release(ef_look_plan *plan);

/* Takes the features of one scan. The same bits at any thread count.
 * feature  out: plan->length[c] floats each
 * pose     out, may be NULL: world_from_atlas as found
 * plan     where to look
 * image    the scan
 * threads  at least 1
 * name     for messages
 * Errors: as ef_work_build, ef_segment, ef_find; EFFACE_INTERNAL. */
efface_status ef_look(float *const feature[EF_N_CUES], ef_affine *pose, const ef_look_plan *plan,
                      const ef_image *image, int threads, const char *name, efface_error *err);

#endif
