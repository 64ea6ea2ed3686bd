// eigh: A = V diag(w) V', A n x n symmetric, by LAPACK's syevd.    cholesky: A = L L' by potrf.
//
// A row-major array is the column-major transpose; of a symmetric matrix that changes only which triangle is meant. The
// column-major eigenvectors are the rows of the row-major array.
#include <algorithm>
#include <cmath>
#include <limits>

#include "blas.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t GRAIN = 65536;  // entries a range has at least
constexpr int64_t WORTH_THREADS = 128;

template <typename T>
int64_t decompose(int64_t n, T *a, int lda, T *w, bool vectors, int threads) {
  const int64_t most = std::numeric_limits<int>::max();
  const double least = vectors ? 1 + 6.0 * n + 2.0 * n * n : 2.0 * n + 1;
  if (least + 64.0 * n > double(most)) {
    throw std::invalid_argument("eigh: syevd's workspace for n = " + std::to_string(n) +
                                " does not fit LAPACK's 32-bit count: ask for the leading eigenvectors only");
  }
  const char job = vectors ? 'V' : 'N';
  T size = 0;
  int isize = 0;
  checked("eigh: syevd", blas::syevd(job, 'L', n, nullptr, lda, nullptr, &size, -1, &isize, -1));
  const int64_t lwork = std::min(most, static_cast<int64_t>(std::ceil(double(size) * (1 + std::numeric_limits<T>::epsilon()))));
  Scratch<T> work(lwork, "eigh: syevd");
  Scratch<int> iwork(isize, "eigh: syevd");
  DriverCall call(n < WORTH_THREADS ? 1 : threads);
  return checked("eigh: syevd", blas::syevd(job, 'L', n, a, lda, w, work.data(), lwork, iwork.data(), isize));
}

}  // namespace

int64_t eigh(int type, int64_t n, int64_t a, int64_t lda, int64_t w, int64_t vt, int64_t ldvt, int threads) {
  return withFloating(type, "eigh", [&](auto zero) -> int64_t {
    using T = decltype(zero);
    if (n == 0) return 0;
    int32(n, "eigh", "order");
    const int64_t info = decompose<T>(n, at<T>(a), int32(std::max(lda, n), "eigh", "row stride"), at<T>(w), vt != 0, threads);
    if (info != 0) return info;
    std::reverse(at<T>(w), at<T>(w) + n);  // LAPACK's ascend
    if (vt == 0) return 0;
    parallelRanges(n, GRAIN / n + 1, threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) std::copy_n(at<const T>(a) + (n - 1 - i) * lda, n, at<T>(vt) + i * ldvt);
    });
    orientVectors(type, n, n, vt, ldvt, 0, 0, 0, threads);
    return 0;
  });
}

int64_t cholesky(int type, int64_t n, int64_t a, int64_t lda, int threads) {
  return withFloating(type, "cholesky", [&](auto zero) -> int64_t {
    using T = decltype(zero);
    if (n == 0) return 0;
    int32(n, "cholesky", "order");
    const int ld = int32(std::max(lda, n), "cholesky", "row stride");
    T *l = at<T>(a);
    int64_t info;
    {
      DriverCall call(n < WORTH_THREADS ? 1 : threads);
      info = checked("cholesky: potrf", blas::potrf('U', n, l, ld));  // the column-major upper triangle is the row-major lower one
    }
    if (info != 0) return info;
    parallelRanges(n, GRAIN / n + 1, threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) std::fill(l + i * ld + i + 1, l + i * ld + n, T(0));
    });
    return 0;
  });
}

}  // namespace eckart
