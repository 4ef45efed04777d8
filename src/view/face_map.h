/* Face map: the front of a located head as heights in atlas coordinates, beside the heights of the atlas'
 * mean head, and their similarity. Coordinates as in view/height_map.h: u runs to L, v to S, h to A. Here
 * they are mm of the atlas' space; v is counted from EF_FACE_MAP_V0, h from 0. */
#ifndef EF_FACE_MAP_H
#define EF_FACE_MAP_H

#include "head/locate.h"
#include "view/height_map.h"

#define EF_FACE_MAP_V0 (-50.0) /* S of v = 0 in the atlas, mm: near the bridge of the nose */

/* Larger depths behind the mean surface count as this. */
#define EF_FACE_MAP_DEEPEST_MM 60.0

typedef struct ef_face_map {
    float *mean;    /* height of the atlas' skin; NaN where the atlas shows no face */
    float *subject; /* height of this head's skin; NaN where the field of view does not show it */
    float *scratch; /* four maps */
    uint8_t *part;  /* 1 + bit number of the EFFACE_PART, 0 where there is no face */
    float *memory;  /* owned, all of the maps */
} ef_face_map;

/* Comparison of the two reliefs over some parts. */
typedef struct ef_face_relief {
    double seen; /* fraction of the parts' area in the atlas that is in view; 0: nothing to judge */
    double r;    /* correlation of the two reliefs, -1 to 1; 0 where either is flat */
    double kept; /* slope of the regression of this relief on the mean one */
} ef_face_relief;

/* Makes the maps.
 * map      out; release with ef_face_map_release, also after a failure
 * subject  in: atlas, work, head and location
 * Errors: EFFACE_INTERNAL. */
efface_status ef_face_map_make(ef_face_map *map, const ef_subject *subject, efface_error *err)
    __attribute__((warn_unused_result));

/* Compares the reliefs over some parts: without the quadric that fits best, in wavelengths of 8 to 60 mm.
 * It uses the map's scratch: call it for one map from one thread at a time.
 * relief   out; all 0 where less than 1 cm2 of the parts is in view
 * map      the maps
 * parts    EFFACE_PART_ bits; ears are not on the map
 * threads  at least 1
 * Errors: EFFACE_INTERNAL. */
efface_status ef_face_map_relief(ef_face_relief *relief, const ef_face_map *map, unsigned parts,
                                 int threads, efface_error *err) __attribute__((warn_unused_result));

/* Median depth of the surface behind the mean one over the parts, mm; 0 where none of them is in view. */
double ef_face_map_gap(const ef_face_map *map, unsigned parts);

void ef_face_map_release(ef_face_map *map);

#endif
