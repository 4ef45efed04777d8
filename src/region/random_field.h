/* A smooth random field: a cubic B-spline of uniform values on a lattice of 40 mm, in atlas space. Its
 * values lie between 0 and 1. Their mean is 0.5, their standard deviation 0.096. */
#ifndef EF_RANDOM_FIELD_H
#define EF_RANDOM_FIELD_H

#include <stdint.h>

/* Number of the lattice's points that the field keeps. */
enum { EF_RANDOM_KNOTS = 5000 };

typedef struct ef_random_field {
    double knot[EF_RANDOM_KNOTS];
} ef_random_field;

/* Draws the field.
 * field  out
 * seed   the same seed gives the same field */
void ef_random_field_init(ef_random_field *field, uint64_t seed);

/* Returns the field's value at a point, 0 to 1. Along an axis it is constant beyond 520 mm before or 1 080
 * mm behind the atlas' origin.
 * field  in
 * xyz    atlas mm */
double ef_random_field_at(const ef_random_field *field, const double xyz[3]);

#endif
