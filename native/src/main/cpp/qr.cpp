// qr: A = Q R, A m x n, k = min(m, n); Q m x k replaces A's first k columns, R k x n upper triangular with diagonal >= 0.
//
// A row-major array is the column-major A', and A = Q R <=> A' = R' Q': LAPACK's LQ of the array as it stands.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "blas.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t GRAIN = 65536;

template <typename T>
void factor(int64_t m, int64_t n, T *a, int lda, T *r, int64_t ldr, int threads) {
  const int rows = int32(n, "qr", "column count"), cols = int32(m, "qr", "row count"), k = std::min(rows, cols);
  const int64_t lwork = 64 * std::max<int64_t>(n, k) + k;
  Scratch<T> tau(k, "qr"), work(int32(lwork, "qr", "workspace"), "qr");
  DriverCall call(double(m) * n * k < 1e6 ? 1 : threads);
  checked("qr: gelqf", blas::gelqf(rows, cols, a, lda, tau.data(), work.data(), lwork));
  for (int64_t i = 0; i < k; i++) {
    std::fill_n(r + i * ldr, i, T(0));
    std::copy(a + i * lda + i, a + i * lda + n, r + i * ldr + i);
  }
  checked("qr: orglq", blas::orglq(k, cols, k, a, lda, tau.data(), work.data(), lwork));
}

// Row i of R and column i of Q turn where R's diagonal is negative.
template <typename T>
void turn(int64_t m, int64_t n, T *q, int64_t ldq, T *r, int64_t ldr, int threads) {
  const int64_t k = std::min(m, n);
  std::vector<T> signs(k, T(1));
  bool any = false;
  for (int64_t i = 0; i < k; i++) {
    if (!(r[i * ldr + i] < 0)) continue;
    for (int64_t j = i; j < n; j++) r[i * ldr + j] = -r[i * ldr + j];
    signs[i] = -1;
    any = true;
  }
  if (!any) return;
  parallelRanges(m, GRAIN / k + 1, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      for (int64_t j = 0; j < k; j++) q[i * ldq + j] *= signs[j];
    }
  });
}

}  // namespace

void qr(int type, int64_t m, int64_t n, int64_t a, int64_t lda, int64_t r, int64_t ldr, int threads) {
  withFloating(type, "qr", [&](auto zero) {
    using T = decltype(zero);
    if (m == 0 || n == 0) return;
    const int ld = int32(std::max(lda, n), "qr", "row stride");
    factor<T>(m, n, at<T>(a), ld, at<T>(r), ldr, threads);
    turn<T>(m, n, at<T>(a), lda, at<T>(r), ldr, threads);
  });
}

}  // namespace eckart
