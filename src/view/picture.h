/* The QC picture of a run: the result's surface from five sides and three slices through it with the
 * outlines of mask and brain. It shows the original only where the original is given for that purpose. */
#ifndef EF_PICTURE_H
#define EF_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/image.h"

typedef struct ef_picture {
    const ef_image *image;    /* the result */
    const ef_image *original; /* drawn in a row of its own, WITH THE FACE; NULL (the default) for none */
    const uint8_t *mask;      /* on the grid of image, outlined in red in the slices; may be NULL */
    const uint8_t *brain;     /* likewise, in green */
    const double
        *eyes_mm; /* world point between the eyes, where the slices cross; NULL: guessed from the head */
    double threshold;         /* of the surface; NAN: see ef_surface_build */
    const char *title;        /* the file's name without its folders */
    efface_status status;     /* the verdict, for its word and colour */
    const char *const *lines; /* numbers and reasons, one line each (up to EF_PICTURE_LINES are shown) */
    int n_lines;
    int threads;
} ef_picture;

enum { EF_PICTURE_LINES = 15 };

/* Draws the picture as PNG bytes. Anatomy as the header says (world R, A, S), radiological: the subject's
 * right is on the left of front views, axial and coronal slices; true to scale in mm whatever the voxels'
 * size and axes. Volumes of a 4-D image are averaged for the surface; slices show the first. png, n_bytes
 * out; the caller frees *png, NULL after a failure Errors: EFFACE_INPUT where the image is no head's size
 * or constant; EFFACE_INTERNAL. */
efface_status ef_picture_png(uint8_t **png, size_t *n_bytes, const ef_picture *picture, efface_error *err)
    __attribute__((warn_unused_result));

#endif
