/* Edges: how steeply the values rise where tissue begins. A cut and a scanned skin are as sharp as the voxels;
 * what a filter smeared, and signal that fades, are not. */
#ifndef EF_EDGES_H
#define EF_EDGES_H

#include "view/face_map.h"

enum { EF_EDGE_FACE, EF_EDGE_SCALP, EF_EDGES };

/* Measures how steeply the values rise at the skin.
 * edge     out: [EF_EDGES], median magnitude of the gradient, value per mm: over the face's parts without brow and
 *          cheeks, and over what no defacer touches; NaN where it is hardly in view
 * subject  in: atlas, work, head and location
 * Errors: EFFACE_INTERNAL; EFFACE_LOCATE where the pose is singular. */
efface_status ef_edge_of_skin(double edge[EF_EDGES], const ef_subject *subject, efface_error *err)
    __attribute__((warn_unused_result));

/* Measures how steeply the values rise at the surface that is seen where the parts of a face are, or were.
 * map      in
 * subject  in: work and location
 * parts    EFFACE_PART_ bits, no ears
 * Returns the median magnitude of the gradient, value per mm; where no surface is met down to
 * EF_FACE_MAP_DEEPEST_MM, the gradient at that depth counts. NaN where the parts are hardly in view. */
double ef_edge_of_cut(const ef_face_map *map, const ef_subject *subject, unsigned parts);

#endif
