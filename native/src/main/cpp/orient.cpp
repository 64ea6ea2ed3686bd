// orientVectors: the sign convention of singular and eigenvectors.
//   vt (k x n): row i turns so that its first entry of nearly the largest magnitude is positive; column i of u (m x k) follows.
#include <atomic>
#include <vector>

#include "blas.h"
#include "orient.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t GRAIN = 65536;  // entries a range has at least

}  // namespace

void orientVectors(int type, int64_t k, int64_t n, int64_t vt, int64_t ldvt, int64_t m, int64_t u, int64_t ldu, int threads) {
  withFloating(type, "orientVectors", [&](auto zero) {
    using T = decltype(zero);
    if (k == 0 || n == 0) return;
    std::vector<T> signs(k, T(1));
    std::atomic<bool> any{false};
    parallelRanges(k, GRAIN / n + 1, threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        T *row = at<T>(vt) + i * ldvt;
        if (!pointsAway(n, row)) continue;
        for (int64_t j = 0; j < n; j++) row[j] = -row[j];
        signs[i] = -1;
        any = true;
      }
    });
    if (u == 0 || !any) return;
    parallelRanges(m, GRAIN / k + 1, threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        T *row = at<T>(u) + i * ldu;
        for (int64_t j = 0; j < k; j++) row[j] *= signs[j];
      }
    });
  });
}

}  // namespace eckart
