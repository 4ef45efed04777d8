/* Landmarks: points that heads have, in atlas mm (space 4 of grid.h). */
#ifndef EF_LANDMARKS_H
#define EF_LANDMARKS_H

/* Between the eyes. */
static const double ef_between_eyes_mm[3] = {0, 58, -37};

#endif
