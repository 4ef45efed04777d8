/* Audit: is the face gone, is everything else untouched? Looks at the defaced voxels themselves, and where
 * it must believe a pose it believes the two that the mask was not made from. */
#ifndef EF_AUDIT_H
#define EF_AUDIT_H

#include "region/region.h"

/* What there is of a face before anything is done. Looked for in a shell under the skin within the cut. */
typedef struct ef_face {
    double expected_ml[8]; /* by part: what the atlas expects within the field of view */
    double present_ml[8];  /* by part: what of it is tissue of this head */
    double present; /* fraction of nose, mouth and chin; of all of the face where those are not in view */
    double seen_ml; /* what the fraction is of; 0: no face in the field of view */
    double scalp;   /* fraction of the atlas' scalp, within the field of view, that is head here */
} ef_face;

/* Below these the face was taken out before, and the head is a brain without its scalp (see audit.c). */
#define EF_FACE_LEAST  0.40
#define EF_SCALP_LEAST 0.54

efface_status ef_face_measure(ef_face *face, const ef_atlas *atlas, const ef_work *work,
                              const ef_head *head, const ef_location *location, efface_error *err);

/* Refuses what can't be defaced: what has no head where the best pose is (EFFACE_LOCATE), brain-extracted
 * scans, heads without a face in the field of view, and heads whose face was removed before (EFFACE_INPUT),
 * each with the reason; else EFFACE_PASS. */
efface_status ef_face_judge(const ef_face *face, const ef_location *location, unsigned parts,
                            const char *name, efface_error *err);

/* Everything the audit looks at; all borrowed. */
typedef struct ef_audit_input {
    const ef_image *original; /* its voxels are looked at only where `counted` is false */
    const ef_image *defaced;  /* of a series, the mean of its volumes */
    bool counted;             /* changed voxels were counted as the volumes went by: */
    int64_t brain_changed, outside_changed;
    const ef_atlas *atlas;
    const ef_work *work;
    const ef_head *head;
    const ef_location *location;
    const ef_brain *brain;
    const ef_region *region;
    const float *cut_mm; /* of the wanted parts, before the random offset */
    unsigned parts;
    efface_mode mode;
    efface_fill fill; /* of mode `remove`: noise comes with a wall (ef_apply_wall) */
    bool redrawn;     /* the new face is not the first that was drawn: more is asked of it */
    const char *name;
} ef_audit_input;

/* Adds the checks to result->checks. EFFACE_PASS where all hold; EFFACE_AUDIT with the first that doesn't.
 */
efface_status ef_audit(efface_result *result, const ef_audit_input *in, int threads, efface_error *err);

/* Whether, of the checks from `first` on, face_relief_kept alone does not hold: what a new face may do by
 * chance, and another one not. */
bool ef_audit_chance_alone(const efface_result *result, int first);

/* New faces that are drawn at the most until one has nothing of the old one. In `remove` there is none. */
enum { EF_FACES_DRAWN = 4 };

/* What of the wanted parts' relief the brain's margin keeps in the scan, as a fraction: in a newborn the
 * brow lies as near to the brain as the margin is wide. Where it is far more by a cue's own pose, that: the
 * brain was looked for where the face is. Needs no defaced voxels. */
double ef_audit_kept_for_brain(const ef_audit_input *in);

/* More than this has to be looked at. In 151 phantoms of all kinds and ages, newborns and infants most, 1.1
 * % and less where 98 % of the face was gone and more, 2.1 % and more where less was: all of them children.
 * In 25 real heads, all grown, where it is the forehead under the hair: 2.5 % and less. */
double ef_audit_most_kept_for_brain(const ef_brain *brain);

/* Whether all audits could hold and a person must look all the same: a pose that is not sure, much of the
 * face kept for the brain, a pose that leans into the orbits.
 * hint  ends the message: what to do
 * Errors: EFFACE_REVIEW. */
efface_status ef_audit_review(const ef_location *location, const ef_brain *brain, double kept_for_brain,
                              const char *name, const char *hint, efface_error *err);

/* Appends one check; used by the pipeline for the confidence too. Returns whether it holds. */
bool ef_check_add(efface_result *result, const char *name, double value, double limit, bool upper);

#endif
