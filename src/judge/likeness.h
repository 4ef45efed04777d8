/* Likeness: how much of a face's relief is there, and how much of it is its own and not the mean face's.
 * These two numbers show what `blur` and `reface` leave. */
#ifndef EF_LIKENESS_H
#define EF_LIKENESS_H

#include "view/face_map.h"

typedef struct ef_likeness {
    double seen;   /* fraction of the parts' area that the field of view shows; 0: the rest is 0 */
    double height; /* rms of this relief over the mean face's: 0 is flat */
    double own;    /* rms of this relief's difference from the mean face's, over the rms of the mean face's
                    * relief; 0 is the mean face itself */
} ef_likeness;

/* Compares reliefs, without the quadric that fits best, in a band of wavelengths. The mean face is moved by
 * up to 6 mm to where it fits best, since a pose is not more exact than that.
 * likeness  out
 * map       both faces
 * parts     EFFACE_PART_ bits, no ears
 * short_mm  shortest wavelength
 * long_mm   longest wavelength
 * Errors: EFFACE_INTERNAL. */
efface_status ef_likeness_measure(ef_likeness *likeness, const ef_face_map *map, unsigned parts,
                                  double short_mm, double long_mm, efface_error *err)
    __attribute__((warn_unused_result));

#endif
