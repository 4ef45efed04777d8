/* Landmarks: points that heads have, in atlas mm (space 4 of grid.h). */
#ifndef EF_LANDMARKS_H
#define EF_LANDMARKS_H

/* Between the eyes. */
static const double ef_between_eyes_mm[3] = {0, 58, -37};

/* The middle of the right ear's outline; of the left one, with x negative. */
static const double ef_ear_mm[3] = {80, -26, -51};

#endif
