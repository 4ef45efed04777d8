/* Places: finds nose and ears in height maps of a head's surface, and where that surface is only the edge
 * of the picture. It needs neither atlas nor masks. Coordinates: view/height_map.h. */
#ifndef EF_PLACES_H
#define EF_PLACES_H

#include "view/height_map.h"

enum { EF_VIEWS = 3 }; /* from the front, from the left, from the right */
extern const double ef_view_azimuth[EF_VIEWS];

typedef struct ef_places {
    double scale;               /* this head's size over an adult's */
    double anchor[EF_VIEWS][2]; /* u and v by view: the nose's tip, the middles of the ears */
    double tip_height;          /* h of the nose's tip in the front view */
    bool nose_found;            /* else its place is set by proportion */
    bool ears_found;            /* else no ear is visible, and their places are set by proportion */
} ef_places;

/* Replaces heights by NaN where they are not skin but the end of the field of view: within a voxel or 2.5
 * mm of the image's outer faces, where the outer face is tissue.
 * height       in and out: map of one view
 * surface      the surface of the map
 * image        the image of the surface
 * at_mm        as the map was made with
 * azimuth_deg  as the map was made with */
void ef_map_clip(float *height, const ef_surface *surface, const ef_image *image, const double at_mm[3],
                 double azimuth_deg);

/* Finds nose and ears.
 * The nose's tip is the highest point of what stands out most in the middle of the front view, 85 to 205 mm
 * below the vertex in an adult, less in a smaller head; from 0 mm on where the vertex is out of view. Where
 * the field of view ends at the tip, the nose is placed by its root. The ears are where the surface is most
 * folded on both sides at once, near where they are in an adult.
 * places   out
 * height   maps of the three views, clipped
 * scratch  three maps
 * Returns false where memory was short. */
bool ef_places_find(ef_places *places, float *const height[EF_VIEWS], float *scratch, int threads);

#endif
