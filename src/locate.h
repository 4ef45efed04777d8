/* Locate: where the atlas lies in this scan, and how far that can be trusted. */
#ifndef EF_LOCATE_H
#define EF_LOCATE_H

#include "fit.h"

typedef struct ef_location {
    ef_pose pose;
    ef_affine work_from_atlas;        /* space 3 from 4: the answer */
    ef_affine work_from_atlas_tissue; /* what the tissue cue alone makes of it */
    ef_affine work_from_atlas_skin;   /* what the skin cue alone makes of it */
    ef_fit_score score;
    double cue_distance_mm; /* rms distance of the two cues' answers over brain and face */
    double confidence;      /* 0 to 1 */
    bool searched;          /* the header's axes did not convince and all others were tried */
    bool axes_differ;       /* the head lies along other axes than the header claims */
} ef_location;

/* Finds subject_from_atlas: starts from the header's axes at several pitches, coarse to fine, 6, 9 and 12
 * parameters; where that does not convince, from every rotation of the axes by 90 degrees, placed by FFT
 * correlation. No start is believed for being the header's.
 * Errors: EFFACE_LOCATE where nothing convinces, *location then holds the best that was found. */
efface_status ef_locate(ef_location *location, const ef_atlas *atlas, const ef_work *work, const ef_head *head,
                        int threads, const char *name, efface_error *err);

#endif
