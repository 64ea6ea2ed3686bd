// Reduction to bidiagonal form and the way back: bidiagonal.cpp. All matrices here are column-major.
#pragma once
#include <cstdint>

namespace eckart {

// A (m x n, m >= n) = Q B P', B upper bidiagonal with diagonal d (n) and superdiagonal e (n - 1). Q and P are products of
// Householder reflections I - tau v v': A's column j holds that of Q from row j on, row j that of P from column j + 1 on, ones included.
template <typename T>
void bidiagonalize(int64_t m, int64_t n, T *a, int64_t lda, T *d, T *e, T *tauQ, T *tauP, int threads);

// C (m x k) = Q C.
template <typename T>
void applyQ(int64_t m, int64_t n, const T *a, int64_t lda, const T *tauQ, int64_t k, T *c, int64_t ldc, int threads);

// C (k x n) = C P'.
template <typename T>
void applyP(int64_t n, const T *a, int64_t lda, const T *tauP, int64_t k, T *c, int64_t ldc, int threads);

}  // namespace eckart
