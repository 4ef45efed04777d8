/* Products and the symmetric eigenproblem, in plain loops: the tables are small, and the bits must not
 * depend on threads or on the BLAS that is installed. */
#include "kernels/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SWEEPS = 40 }; /* quadratic convergence: ten are enough at n = 400 */

void ek_products_f(double *out, const float *a, int64_t na, const float *b, int64_t nb, int64_t p,
                   int threads)
{
#pragma omp parallel for num_threads(threads)
    for (int64_t i = 0; i < na; i++) {
        for (int64_t j = 0; j < nb; j++) {
            const float *x = a + i * p, *y = b + j * p;
            double sum[4] = {0, 0, 0, 0};
            int64_t k = 0;
            for (; k + 4 <= p; k += 4)
                for (int lane = 0; lane < 4; lane++)
                    sum[lane] += (double)x[k + lane] * (double)y[k + lane];
            for (; k < p; k++)
                sum[0] += (double)x[k] * (double)y[k];
            out[i * nb + j] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
        }
    }
}

static void add_scaled(double *out, double factor, const double *row, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        out[j] += factor * row[j];
}

void ek_multiply(double *out, const double *a, const double *b, int64_t n, int64_t m, int64_t p,
                 int threads)
{
#pragma omp parallel for num_threads(threads)
    for (int64_t i = 0; i < n; i++) {
        memset(out + i * p, 0, (size_t)p * sizeof *out);
        for (int64_t k = 0; k < m; k++)
            add_scaled(out + i * p, a[i * m + k], b + k * p, p);
    }
}

void ek_multiply_t(double *out, const double *a, const double *b, int64_t n, int64_t m, int64_t p,
                   int threads)
{
#pragma omp parallel for num_threads(threads)
    for (int64_t i = 0; i < n; i++) {
        memset(out + i * p, 0, (size_t)p * sizeof *out);
        for (int64_t k = 0; k < m; k++)
            add_scaled(out + i * p, a[k * n + i], b + k * p, p);
    }
}

/* Rows p and q become their rotation. */
static void turn_rows(double *a, int64_t n, int64_t p, int64_t q, double c, double s)
{
    double *x = a + p * n, *y = a + q * n;
    for (int64_t k = 0; k < n; k++) {
        const double xk = x[k], yk = y[k];
        x[k] = c * xk - s * yk;
        y[k] = s * xk + c * yk;
    }
}

static void turn_columns(double *a, int64_t n, int64_t p, int64_t q, double c, double s)
{
    for (int64_t k = 0; k < n; k++) {
        const double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
}

/* One pass over all pairs; returns whether any had to be rotated. */
static bool sweep(double *a, double *v, int64_t n, double negligible)
{
    bool turned = false;
    for (int64_t p = 0; p + 1 < n; p++) {
        for (int64_t q = p + 1; q < n; q++) {
            const double off = a[p * n + q];
            if (!(fabs(off) > negligible))
                continue;
            const double theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
            const double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
            const double c = 1 / sqrt(t * t + 1), s = t * c;
            turn_rows(a, n, p, q, c, s);
            turn_columns(a, n, p, q, c, s);
            a[p * n + q] = a[q * n + p] = 0;
            turn_rows(v, n, p, q, c, s);
            turned = true;
        }
    }
    return turned;
}

bool ek_eigen_symmetric(double *value, double *vector, double *a, int64_t n)
{
    double *v = calloc((size_t)(n * n), sizeof *v), most = 0;
    if (v == NULL)
        return false;
    for (int64_t i = 0; i < n; i++)
        v[i * n + i] = 1;
    for (int64_t i = 0; i < n * n; i++)
        most = fmax(most, fabs(a[i]));
    for (int pass = 0; pass < MAX_SWEEPS && sweep(a, v, n, most * 1e-15); pass++)
        continue;
    for (int64_t k = 0; k < n; k++) { /* selection sort: n is small and the order must be stable */
        int64_t best = -1;
        for (int64_t i = 0; i < n; i++)
            best = !isnan(a[i * n + i]) && (best < 0 || a[i * n + i] > a[best * n + best]) ? i : best;
        if (best < 0)
            break;
        const double *from = v + best * n;
        int64_t largest = 0;
        for (int64_t i = 1; i < n; i++)
            largest = fabs(from[i]) > fabs(from[largest]) ? i : largest;
        for (int64_t i = 0; i < n; i++)
            vector[k * n + i] = from[largest] < 0 ? -from[i] : from[i];
        value[k] = a[best * n + best];
        a[best * n + best] = NAN;
    }
    free(v);
    return true;
}
