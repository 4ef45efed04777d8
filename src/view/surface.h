/* The head's surface for pictures and measurements: an isotropic float volume, a value that separates head
 * from air, and cameras around it. It is found without the atlas and without the run's masks, so that a
 * judgement based on it is independent of them. */
#ifndef EF_SURFACE_H
#define EF_SURFACE_H

#include "base/image.h"
#include "kernels/render.h"

typedef struct ef_surface {
    ef_grid grid;      /* isotropic; one layer of air around the field of view */
    float *value;      /* owned; air outside the largest body and where there was no data */
    uint8_t *occupied; /* owned, of ek_render_bricks */
    float iso;         /* the surface lies at this value */
    float air;         /* mode of the values below it */
    /* World box of the body; its lower end lies at most EF_SURFACE_HEAD_MM below the top. */
    double low_mm[3], high_mm[3];
} ef_surface;

/* Vertex to chin of a large head: 240 to 250 mm (NASA-STD-3000, 95 %: 247 mm). More would take shoulders
 * for head, less would cut the chin off. */
#define EF_SURFACE_HEAD_MM 240.0

/* Samples the mean of an image's volumes and finds the surface of its largest connected body.
 * surface     out; release with ef_surface_release, also after a failure
 * image       the image
 * spacing_mm  of the isotropic volume
 * iso         value of the surface. NAN: half-way from the air's mode to Otsu's threshold (Otsu 1979): in
 *             MR it lies in the partial volume of the skin, in CT near -600 HU
 * name        for messages
 * Errors: EFFACE_INPUT where the image is too small or too large for a head, or constant;
 * EFFACE_INTERNAL. */
efface_status ef_surface_build(ef_surface *surface, const ef_image *image, double spacing_mm, double iso,
                               int threads, const char *name, efface_error *err)
    __attribute__((warn_unused_result));

void ef_surface_release(ef_surface *surface);

/* A camera that looks horizontally at a point, with world S up.
 * at_mm        world point in the middle of the picture
 * azimuth_deg  0 from the front, 90 from the subject's left, -90 from the right
 * The rays begin and end 200 mm before and behind the point. */
ek_view ef_surface_view(const ef_surface *surface, const double at_mm[3], double azimuth_deg, int width,
                        int height, double pixel_mm);

#endif
