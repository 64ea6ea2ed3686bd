// The SVD of a bidiagonal matrix by divide and conquer: divide.cpp. Matrices are column-major.
#pragma once
#include <cstdint>

namespace eckart {

// B (n x n, upper bidiagonal: diagonal d, superdiagonal e; both destroyed) = U diag(d) V', d descending. U, V' (vt) n x n.
// LAPACK's info: 0, or > 0 when it did not converge.
template <typename T>
int64_t divideAndConquer(int64_t n, T *d, T *e, T *u, int64_t ldu, T *vt, int64_t ldvt, int threads);

// Entries of memory that it takes beside its arguments.
int64_t divideWork(int64_t n);

}  // namespace eckart
