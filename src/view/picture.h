/* The QC picture of a run: the result's surface from five sides, and three slices with the outlines of mask
 * and brain. It shows the original only where the original is given for that purpose. */
#ifndef EF_PICTURE_H
#define EF_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/image.h"

typedef struct ef_picture {
    const ef_image *image;    /* the result */
    const ef_image *original; /* drawn in its own row, WITH THE FACE; NULL (the default): none */
    const uint8_t *mask;      /* on the grid of image, outlined in red in the slices; may be NULL */
    const uint8_t *brain;     /* likewise in green */
    const double *eyes_mm;    /* world point between the eyes, where the slices cross; NULL: estimated */
    double threshold;         /* of the surface; NAN: see ef_surface_build */
    const char *title;        /* the file's name without its folders */
    efface_status status;     /* the verdict, for its word and colour */
    const char *const *lines; /* numbers and reasons, one line each (up to EF_PICTURE_LINES are shown) */
    int n_lines;
    int threads;
} ef_picture;

enum { EF_PICTURE_LINES = 15 };

/* Draws the picture as PNG bytes. Directions are those of the header (world R, A, S). The subject's right
 * is on the left of front views and of axial and coronal slices (radiological). Lengths are true to scale,
 * whatever the voxels' size and axes. The surface of a 4-D image is that of its mean volume; slices show
 * the first volume.
 * png      out; the caller frees *png; NULL on failure
 * n_bytes  out
 * picture  what to draw, borrowed
 * Errors: EFFACE_INPUT where the image is too small or too large for a head, or constant;
 * EFFACE_INTERNAL. */
efface_status ef_picture_png(uint8_t **png, size_t *n_bytes, const ef_picture *picture, efface_error *err)
    __attribute__((warn_unused_result));

#endif
