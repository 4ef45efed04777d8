/* The field's knots are uniform numbers from a hash, so any part of it can be computed on its own. */
#include "region/random_field.h"

#include <math.h>

#include "base/stream.h"

/* Distance of the knots in atlas mm. A lattice this wide carries no detail of a face: noses are 35 mm
 * broad. A finer one would make a relief that hides no feature. */
static const double lattice_mm = 40;

/* Uniform cubic B-spline weights of the four lattice points around t in [0, 1). */
static void spline_weights(double w[4], double t)
{
    w[0] = (1 - t) * (1 - t) * (1 - t) / 6;
    w[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
    w[2] = (-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6;
    w[3] = t * t * t / 6;
}

/* Numbers of knots. A row has ROW knots, a slice SLICE. The points of a head lie around the first ROW of
 * each axis; other points share knots with them. FIRST_KNOT and LAST_KNOT limit the first of a point's four
 * knots along an axis. KNOTS_BEFORE makes every index 0 or more. */
enum { ROW = 10, SLICE = ROW * ROW, FIRST_KNOT = -8, LAST_KNOT = 32, KNOTS_BEFORE = 1000 };

void ef_random_field_init(ef_random_field *field, uint64_t seed)
{
    for (uint64_t i = 0; i < EF_RANDOM_KNOTS; i++)
        field->knot[i] = ek_uniform(seed, i + EF_STREAM_FIELD - KNOTS_BEFORE);
}

double ef_random_field_at(const ef_random_field *field, const double xyz[3])
{
    double w[3][4], sum = 0;
    int base[3];
    for (int d = 0; d < 3; d++) {
        const double at = fmax(FIRST_KNOT, fmin(LAST_KNOT, xyz[d] / lattice_mm + 5));
        base[d] = (int)floor(at);
        spline_weights(w[d], at - floor(at));
    }
    const double *knot = field->knot + KNOTS_BEFORE + base[0] + ROW * base[1] + SLICE * base[2];
    for (int k = 0; k < 4; k++) {
        for (int j = 0; j < 4; j++) {
            const double *row = knot + ROW * j + SLICE * k;
            sum += w[1][j] * w[2][k] *
                   (w[0][0] * row[0] + w[0][1] * row[1] + w[0][2] * row[2] + w[0][3] * row[3]);
        }
    }
    return sum;
}
