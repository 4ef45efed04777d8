/* Ear map: a side of a located head as heights, and what stands out there from the smooth head.
 *
 * Coordinates of a map, beside the spaces of grid.h: u runs to the front, v up, h outward: mm of the atlas along
 * its y, z and x, for both sides alike. u = v = 0 lies in the middle of the atlas' ear. Rows run from the top. So
 * all lengths grow with the head. */
#ifndef EF_EAR_MAP_H
#define EF_EAR_MAP_H

#include "head/work.h"

/* 172 x 192 mm: an ear wherever it can be, and the ball's radius around. */
enum { EF_EAR_U = 86, EF_EAR_V = 96, EF_EAR_PIXELS = EF_EAR_U * EF_EAR_V };
#define EF_EAR_PIXEL_MM 2.0

typedef enum ef_side { EF_LEFT, EF_RIGHT, EF_SIDES } ef_side;

typedef struct ef_ear_map {
    float height[EF_EAR_PIXELS];     /* NaN where no ray meets the head, or where the field of view ends */
    float smooth[EF_EAR_PIXELS];     /* the smooth head's; NaN far from all heights */
    float outside_mm[EF_EAR_PIXELS]; /* distance from the ear's outline, smoothed; negative within it */
    uint8_t ear[EF_EAR_PIXELS];      /* 1 in what stands out where an ear can be */
    uint8_t cut[EF_EAR_PIXELS];      /* 1 where the field of view ends in what the ray meets */
    double pixel_cm2;                /* area of a pixel, by this head's size */
    double area_cm2;                 /* of the ear, as seen from the side, by this head's size */
    double out_mm;                   /* by how much it stands out at most, by this head's size */
} ef_ear_map;

/* Both sides of a head. */
typedef struct ef_ears {
    ef_affine work_from_atlas; /* the pose that the maps belong to */
    ef_ear_map side[EF_SIDES];
} ef_ears;

/* What heights are measured from. All borrowed. */
typedef struct ef_ear_source {
    const float *value;               /* [cells of work], as from ef_segment_smooth */
    const ef_work *work;              /* its values say where the field of view ends */
    const float *skin_mm;             /* [cells of work]: rays skip what is far before the skin */
    double threshold;                 /* value between air and tissue */
    const ef_affine *work_from_atlas; /* a pose */
} ef_ear_source;

/* Measures both sides, and finds the ears: what stands 3 mm and more above where a ball of 30 mm reaches that rolls
 * along the head from within, and the hollows in it, 3 mm and more under where a ball of 12 mm reaches from without.
 * Where the field of view ends in the side of a head, the smooth head is the other side's. Both outlines are those of
 * both ears: a pad that presses on an ear leaves it flush with the head.
 * ears     out
 * source   in
 * threads  number of threads; the result does not depend on it
 * Returns false where memory was short. */
bool ef_ears_make(ef_ears *ears, const ef_ear_source *source, int threads);

/* Locates a point by the ear beside it.
 * depth_mm    out: depth under the smooth head, mm of the atlas; negative before it
 * outside_mm  out: distance from the ear's outline as seen from the side, mm of the atlas; negative within
 * ears        in
 * xyz         in: atlas mm
 * Returns false where nothing is known of the smooth head, and farther than 40 mm from the ear. */
bool ef_ears_place(double *depth_mm, double *outside_mm, const ef_ears *ears, const double xyz[3]);

/* Returns the point of the atlas under a pixel.
 * xyz     out: atlas mm
 * pixel   number of the pixel
 * side    of the map
 * height  of the point */
void ef_ear_point(double xyz[3], int64_t pixel, ef_side side, double height);

#endif
