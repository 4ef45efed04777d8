/* The head's surface as a picture or a measurement needs it: an isotropic float volume, a value that parts
 * head from air, and cameras around it. Found without the atlas and without the masks of the run, so that
 * what is judged with it is judged independently of them. */
#ifndef EF_SURFACE_H
#define EF_SURFACE_H

#include "base/image.h"
#include "kernels/render.h"

typedef struct ef_surface {
    ef_grid grid;      /* isotropic; one layer of air around the field of view */
    float *value;      /* owned; air outside of the largest body and where there was no data */
    uint8_t *occupied; /* owned, of ek_render_bricks */
    float iso;         /* the surface lies at this value */
    float air;         /* mode of the values below it */
    double low_mm[3],
        high_mm[3]; /* world box of the body, its lower end at most EF_SURFACE_HEAD_MM below the top */
} ef_surface;

#define EF_SURFACE_HEAD_MM                                                                                 \
    240.0 /* vertex to chin of a large head: 240 to 250 mm (NASA-STD-3000, 95 %: 247 mm) */

/* Samples an image (all its volumes averaged) and finds the surface of its largest connected body.
 * surface     out; release with ef_surface_release, also after a failure
 * spacing_mm  of the isotropic volume
 * iso         NAN: half-way from the air's mode to Otsu's threshold (Otsu 1979), which on MR lies in the
 * partial volume of the skin; on CT near -600 HU Errors: EFFACE_INPUT where the image is no head's size or
 * constant; EFFACE_INTERNAL. */
efface_status ef_surface_build(ef_surface *surface, const ef_image *image, double spacing_mm, double iso,
                               int threads, const char *name, efface_error *err)
    __attribute__((warn_unused_result));

void ef_surface_release(ef_surface *surface);

/* A camera that looks horizontally at a point, world S up.
 * at_mm        world point in the middle of the picture
 * azimuth_deg  0 from the front, 90 from the subject's left, -90 from the right
 * The rays begin and end 200 mm before and behind the point. */
ek_view ef_surface_view(const ef_surface *surface, const double at_mm[3], double azimuth_deg, int width,
                        int height, double pixel_mm);

#endif
