/* Fit: how well an affine pose of the atlas explains a head, and the search for the best pose. It uses two
 * cues that do not depend on contrast. One is the mutual information of the atlas' tissue labels with the
 * scan's values (Viola & Wells 1997; Maes 1997). The other is the distance of the atlas' mean skin from the
 * scan's skin. */
#ifndef EF_FIT_H
#define EF_FIT_H

#include "head/atlas.h"
#include "head/segment.h"

/* The atlas as points: tissue samples and skin samples, in atlas mm. */
typedef struct ef_fit_model {
    int64_t n_tissue, n_skin;
    float *tissue_xyz;  /* owned [n_tissue][3] */
    uint8_t *label;     /* owned [n_tissue] */
    float *skin_xyz;    /* owned [n_skin][3] */
    float *skin_weight; /* owned [n_skin] */
} ef_fit_model;

enum { EF_FIT_BINS = 32 };

/* The scan at one resolution: values as ranks (0 .. EF_FIT_BINS-1; 0 is air), and the skin distance. */
typedef struct ef_fit_target {
    int64_t n[3];
    double spacing_mm;
    float *rank;    /* owned */
    float *skin_mm; /* owned */
} ef_fit_target;

/* An affine as parameters. "frame" is the work index times its spacing: mm along the work axes. */
typedef struct ef_pose {
    double base[3][3]; /* rotation that the angles are added to: identity, or another order of the axes */
    double p[12];      /* where atlas point ef_pose_centre lies in frame, mm; angles about x, y, z, rad;
                        * log scales along the atlas' x, y, z; shears yx, zx, zy */
} ef_pose;

/* The centre of rotations and scales, atlas mm. */
extern const double ef_pose_centre[3];

/* How well a pose fits, by each cue. */
typedef struct ef_fit_score {
    double tissue;      /* I(label; value) / H(label), 0 to 1; less where little is in view */
    double tissue_seen; /* fraction of tissue points within the field of view */
    double skin_mm;     /* mean capped distance of the atlas' skin from the scan's */
    double skin_seen;   /* weight fraction of skin points within the field of view */
    double cost;        /* what the search minimises */
    double seen_cost;   /* the cost of what is in view alone: nothing is added for what is not */
} ef_fit_score;

/* How the search weighs the cues; 0 switches one off. */
typedef struct ef_fit_weights {
    double tissue, skin;
} ef_fit_weights;

/* Draws the atlas' points.
 * model     out; release with ef_fit_model_release, also after a failure
 * atlas     in
 * n_tissue  number of tissue points
 * n_skin    number of skin points
 * Errors: EFFACE_INTERNAL. */
efface_status ef_fit_model_init(ef_fit_model *model, const ef_atlas *atlas, int64_t n_tissue,
                                int64_t n_skin, efface_error *err);
/* Frees what it owns and zeroes it. */
void ef_fit_model_release(ef_fit_model *model);

/* Makes two resolutions of a head.
 * fine     out: at the work volume's; release with ef_fit_target_release, also after a failure
 * coarse   out: at twice that; likewise
 * work     in
 * head     in
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_fit_targets_init(ef_fit_target *fine, ef_fit_target *coarse, const ef_work *work,
                                  const ef_head *head, int threads, efface_error *err);
/* Frees what it owns and zeroes it. */
void ef_fit_target_release(ef_fit_target *target);

/* Returns frame_from_atlas of a pose. */
ef_affine ef_pose_affine(const ef_pose *pose);

/* What is fitted to what; all borrowed. */
typedef struct ef_fit_job {
    const ef_fit_model *model;
    int64_t n_tissue; /* the first n_tissue points of the model are used; 0: all */
    const ef_fit_target *target;
    ef_fit_weights weights;
    int threads; /* the result does not depend on it */
} ef_fit_job;

/* How a pose is moved. */
typedef struct ef_fit_steps {
    int dof;       /* 6 rigid, 7 with one scale, 9 with three, 12 with shear */
    double step;   /* initial trust region as a fraction of 10 mm, 10 degrees, 10 %: 1 is wide, 0.2 is a
                    * refinement */
    int max_evals; /* greatest number of evaluations of the cost */
} ef_fit_steps;

/* Scores a pose.
 * score  out
 * pose   in
 * job    in */
void ef_fit_score_pose(ef_fit_score *score, const ef_pose *pose, const ef_fit_job *job);

/* Moves a pose to a minimum of the cost: BOBYQA (Powell 2009) in NLopt, deterministic.
 * pose   in and out
 * score  out: of the pose that is found
 * job    in
 * steps  in
 * Errors: EFFACE_INTERNAL. */
efface_status ef_fit_search(ef_pose *pose, ef_fit_score *score, const ef_fit_job *job, ef_fit_steps steps,
                            efface_error *err);

#endif
