// LAPACK's preconditioned Jacobi SVD of a row-major matrix: gejsv.cpp.
#pragma once
#include <cstdint>

namespace eckart {

// A (m x n, destroyed) = U diag(s) V', k = min(m, n) >= 1; u (m x k, m x m when full), vt (k x n, n x n when full); both null: values alone.
// LAPACK's info.
template <typename T>
int64_t gejsvSvd(bool full, int64_t m, int64_t n, T *a, int64_t lda, T *u, int64_t ldu, T *s, T *vt, int64_t ldvt, int threads);

// Bytes that it takes beside its arguments, thin.
int64_t gejsvWork(bool vectors, int64_t m, int64_t n, int64_t size);

}  // namespace eckart
