/* Rigid alignment of scalps. One thread: a few milliseconds a head. */
#include "attack/pose.h"

#include <math.h>

#include "kernels/sample.h"

enum { STEPS = 60, LEAST_POINTS = 200 };
/* Larger residuals get no weight, mm: heads differ by about 4 mm, other surfaces are farther away. */
static const double tukey_mm = 15;
static const double settled_mm = 1e-4, settled_rad = 1e-6;

/* Normal equations of one step: the upper triangle of a, and b, for a rotation about the centre and a
 * shift. */
typedef struct normal {
    double a[6][7], weight, squares;
    int64_t points;
} normal;

static void add_point(normal *sum, const double at[3], const double centre[3], const float *skin_mm,
                      const int64_t size[3], double spacing_mm)
{
    const double mm[3] = {spacing_mm, spacing_mm, spacing_mm};
    double index[3], g[3], arm[3];
    for (int d = 0; d < 3; d++) {
        index[d] = at[d] / spacing_mm;
        arm[d] = at[d] - centre[d];
        if (!(index[d] >= 1 && index[d] <= (double)size[d] - 2))
            return;
    }
    const double r = ek_trilinear(skin_mm, size, index), part = r / tukey_mm;
    if (!(fabs(part) < 1))
        return;
    ek_gradient(g, skin_mm, size, index, mm);
    const double w = (1 - part * part) * (1 - part * part);
    const double j[6] = {arm[1] * g[2] - arm[2] * g[1],
                         arm[2] * g[0] - arm[0] * g[2],
                         arm[0] * g[1] - arm[1] * g[0],
                         g[0],
                         g[1],
                         g[2]};
    for (int a = 0; a < 6; a++) {
        for (int b = 0; b < 6; b++)
            sum->a[a][b] += w * j[a] * j[b];
        sum->a[a][6] -= w * j[a] * r;
    }
    sum->weight += w;
    sum->squares += w * r * r;
    sum->points++;
}

/* Solves by elimination; the matrix is positive where the points cover a scalp. */
static bool solve(double x[6], double a[6][7])
{
    for (int k = 0; k < 6; k++) {
        if (!(a[k][k] > 1e-9))
            return false;
        for (int r = 0; r < 6; r++) {
            const double f = r == k ? 0 : a[r][k] / a[k][k];
            for (int c = k; c < 7; c++)
                a[r][c] -= f * a[k][c];
        }
    }
    for (int k = 0; k < 6; k++)
        x[k] = a[k][6] / a[k][k];
    return true;
}

/* Rodrigues' rotation. */
static ef_affine turn(const double w[3])
{
    const double angle = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
    const double s = angle > 1e-12 ? sin(angle) / angle : 1,
                 c = angle > 1e-12 ? (1 - cos(angle)) / (angle * angle) : 0.5;
    const double cross[3][3] = {{0, -w[2], w[1]}, {w[2], 0, -w[0]}, {-w[1], w[0], 0}};
    ef_affine r = ef_affine_identity();
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double squared = 0;
            for (int k = 0; k < 3; k++)
                squared += cross[i][k] * cross[k][j];
            r.m[i][j] += s * cross[i][j] + c * squared;
        }
    }
    return r;
}

double ef_attack_pose(ef_affine *frame_from_atlas, const float *xyz, int64_t n, const float *skin_mm,
                      const int64_t size[3], double spacing_mm)
{
    ef_affine pose = *frame_from_atlas;
    double rms = NAN;
    for (int step = 0; step < STEPS; step++) {
        normal sum = {.points = 0};
        double centre[3], at[3], x[6];
        ef_affine_apply(centre, &pose, ef_pose_centre);
        for (int64_t i = 0; i < n; i++) {
            const double point[3] = {(double)xyz[3 * i], (double)xyz[3 * i + 1], (double)xyz[3 * i + 2]};
            ef_affine_apply(at, &pose, point);
            add_point(&sum, at, centre, skin_mm, size, spacing_mm);
        }
        if (sum.points < LEAST_POINTS)
            return NAN;
        rms = sqrt(sum.squares / sum.weight);
        if (!solve(x, sum.a))
            return NAN;
        /* Rotation about the centre, then shift. */
        ef_affine r = turn(x);
        for (int d = 0; d < 3; d++)
            r.m[d][3] = centre[d] + x[3 + d] -
                        (r.m[d][0] * centre[0] + r.m[d][1] * centre[1] + r.m[d][2] * centre[2]);
        pose = ef_affine_mul(r, pose);
        if (fabs(x[0]) + fabs(x[1]) + fabs(x[2]) < settled_rad &&
            fabs(x[3]) + fabs(x[4]) + fabs(x[5]) < settled_mm)
            break;
    }
    *frame_from_atlas = pose;
    return rms;
}
