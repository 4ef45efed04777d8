/* Likeness: how much of a face's relief is there at all, and how much of it is its own and not the mean
 * face's. What `blur` and `reface` leave is told by these two. */
#ifndef EF_LIKENESS_H
#define EF_LIKENESS_H

#include "judge/face_map.h"

typedef struct ef_likeness {
    double seen;   /* fraction of the parts' area that the field of view shows; 0: the rest is 0 */
    double height; /* rms of this relief over the mean face's: 0 is flat */
    double own; /* rms of what this relief differs from the mean one by, over the mean one's; 0 is the mean
                   face itself */
} ef_likeness;

/* Compares the parts (EFFACE_PART_ bits, no ears) beyond a quadric, in the wavelengths given, with the mean
 * face moved by up to 6 mm to where it fits best: a pose is not better than that.
 * EFFACE_INTERNAL. */
efface_status ef_likeness_measure(ef_likeness *likeness, const ef_face_map *map, unsigned parts,
                                  double short_mm, double long_mm, efface_error *err)
    __attribute__((warn_unused_result));

/* How steeply the face's values rise at the skin, against the scalp's: about 1 where a face was scanned or
 * made, less where a filter was laid over it, which smears the skin together with what it shows. Median of
 * the gradients' magnitudes over the face's parts without brow and cheeks, over the same of what no defacer
 * touches; NaN where either is hardly in view.
 * EFFACE_INTERNAL, EFFACE_LOCATE where the pose is singular. */
efface_status ef_edge_sharpness(double *ratio, const ef_subject *subject, efface_error *err)
    __attribute__((warn_unused_result));

#endif
