/* Places: nose and ears in height maps of a head's surface, and where that surface is only the edge of the
 * picture. Needs neither atlas nor masks. Coordinates: height_map.h. */
#ifndef EF_PLACES_H
#define EF_PLACES_H

#include "view/height_map.h"

enum { EF_VIEWS = 3 }; /* from the front, from the left, from the right */
extern const double ef_view_azimuth[EF_VIEWS];

typedef struct ef_places {
    double scale;               /* this head's size over an adult's */
    double anchor[EF_VIEWS][2]; /* u and v by view: the nose's tip, the middles of the ears */
    double tip_height;          /* h of the nose's tip in the front view */
    bool nose_found;            /* else its place is one by proportion */
    bool ears_found;            /* else no ear is to be seen, and the places are ones by proportion */
} ef_places;

/* Replaces heights by NaN where they are no skin but the end of the field of view: at most a voxel or
 * 2.5 mm from the image's outer faces, and these are tissue there.
 * height  of one view, in and out; at_mm and azimuth_deg as the map was made with */
void ef_map_clip(float *height, const ef_surface *surface, const ef_image *image, const double at_mm[3],
                 double azimuth_deg);

/* Finds nose and ears.
 * The nose's tip is the highest point of what stands out most in the middle of the front view, 85 to 205 mm
 * below the vertex (adult; smaller for a smaller head), from 0 mm on where the vertex is out of view. Where
 * the field of view ends at the tip, the nose is placed by its root. The ears are what is most folded on
 * both sides at once, near where they are in an adult.
 * height   maps of the three views, clipped
 * scratch  three maps
 * False where memory was short. */
bool ef_places_find(ef_places *places, float *const height[EF_VIEWS], float *scratch, int threads);

#endif
