// The SVD of a matrix with a long and a short side through its QR factorization: tall.cpp.
#pragma once
#include <cstdint>

namespace eckart {

// A (m x n, row-major, destroyed) = U diag(s) V', k = min(m, n), u (m x k), vt (k x n); both 0: values alone.
// Where m > n, lda = n and ldu = n. LAPACK's info.
template <typename T>
int64_t longSvd(int64_t m, int64_t n, T *a, int64_t lda, T *u, int64_t ldu, T *s, T *vt, int64_t ldvt, int threads);

// Bytes that it takes beside its arguments.
int64_t longWork(int64_t m, int64_t n, bool vectors, int64_t size);

// The same of a square matrix (svd.cpp): what the long one is reduced to.
template <typename T>
int64_t squareSvd(int64_t n, T *a, int64_t lda, T *u, int64_t ldu, T *s, T *vt, int64_t ldvt, int threads);

}  // namespace eckart
