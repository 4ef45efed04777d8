/* Small dense linear algebra: tables of a few hundred rows. Every element of a result is summed by one
 * thread in one order, so that the bits don't depend on the thread count. All arrays row by row. */
#ifndef EK_DENSE_H
#define EK_DENSE_H

#include <stdbool.h>
#include <stdint.h>

/* out[i][j] = sum over k of a[i][k] * b[j][k].
 * out   na*nb, overwritten
 * a, b  na*p and nb*p; may be the same array */
void ek_products_f(double *out, const float *a, int64_t na, const float *b, int64_t nb, int64_t p,
                   int threads);

/* out[i][j] = sum over k of a[i][k] * b[k][j].
 * out   n*p, overwritten, not a or b
 * a, b  n*m and m*p */
void ek_multiply(double *out, const double *a, const double *b, int64_t n, int64_t m, int64_t p,
                 int threads);

/* out[i][j] = sum over k of a[k][i] * b[k][j]: the first factor transposed.
 * out   n*p, overwritten, not a or b
 * a, b  m*n and m*p */
void ek_multiply_t(double *out, const double *a, const double *b, int64_t n, int64_t m, int64_t p,
                   int threads);

/* Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix
 * Computations, 8.5), to machine precision. For n up to some hundreds: time grows with n^3.
 * value   out, n, falling; equal ones in the order in which the rotations left them
 * vector  out, n*n: row k is the unit vector of value[k], its largest element (the first of equals)
 *         positive
 * a       n*n, symmetric, finite; destroyed
 * Returns false, with undefined outputs, where memory for n*n doubles was short. */
bool ek_eigen_symmetric(double *value, double *vector, double *a, int64_t n);

#endif
