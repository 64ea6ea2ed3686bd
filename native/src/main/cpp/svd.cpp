// svd: A = U S V', A m x n, k = min(m, n).
//   gesdd: to bidiagonal form, divide and conquer, back. Eckart's own (bidiagonal.h, divide.h; tall.h where a QR factorization comes
//     first), but for what is too small to gain and for the full vectors of a matrix that is not square: LAPACK's.
//   gesvd: LAPACK's, QR iteration in the memory of A.
//   gejsv: LAPACK's, Jacobi rotations (gejsv.h).
//
// A row-major m x n array is a column-major n x m one, A'. LAPACK is handed that, and A = U S V' <=> A' = V S U': what it calls
// M, N, U, VT are n, m, V, U' here, and its column-major V (n x k) is our row-major vt (k x n), its U' (k x m) our u (m x k).
#include <algorithm>
#include <cmath>
#include <limits>

#include "bidiagonal.h"
#include "blas.h"
#include "divide.h"
#include "gejsv.h"
#include "panels.h"
#include "pool.h"
#include "tall.h"

namespace eckart {
namespace {

constexpr int GESDD = 0, GESVD = 1, GEJSV = 3;
constexpr int MIN = 1, MAX = 2;  // of reduce
constexpr int64_t MOST = std::numeric_limits<int>::max();
constexpr int64_t BLOCK = 64;    // not below any block size of LAPACK's ilaenv
constexpr int64_t SMALL = 24;    // below this LAPACK's drivers are as fast
constexpr int64_t CHUNK = 1024;  // columns at a time where gesvd writes vectors over A

// What LAPACK's jobs are for an operation, in LAPACK's own names.
struct Jobs {
  char u, vt;
};

Jobs jobs(bool full, bool vectors, bool uInA, bool vtInA) {
  if (!vectors) return {'N', 'N'};
  if (full) return {'A', 'A'};
  return {vtInA ? 'O' : 'S', uInA ? 'O' : 'S'};
}

template <typename T>
int64_t gesddWork(char job, int64_t m, int64_t n) {
  const int64_t k = std::min(m, n), longer = std::max(m, n);
  if (job != 'N') {
    // LAPACK computes its count in 32 bits: 3 k^2 for the small problem's vectors, k^2 more when a QR comes first.
    const int64_t squares = longer >= k * 11 / 6 ? 4 : 3;
    if (double(squares) * k * k + 7.0 * k > double(MOST)) {
      throw std::invalid_argument("svd: gesdd's workspace for (" + std::to_string(m) + "," + std::to_string(n) +
                                  ") does not fit LAPACK's 32-bit count: use gesvd");
    }
  }
  T work = 0;
  int iwork = 0;
  checked("svd: gesdd", blas::gesdd(job, n, m, nullptr, std::max<int64_t>(n, 1), nullptr, nullptr, std::max<int64_t>(n, 1), nullptr,
                                    std::max<int64_t>(job == 'A' ? m : k, 1), &work, -1, &iwork));
  // A count of F32 may have been rounded down.
  return std::min(MOST, static_cast<int64_t>(std::ceil(double(work) * (1 + std::numeric_limits<T>::epsilon()))));
}

template <typename T>
int64_t gesvdWork(Jobs jobs, int64_t m, int64_t n) {
  const int64_t k = std::min(m, n), longer = std::max(m, n);
  const int64_t least = std::max(3 * k + longer, 5 * k), blocked = 3 * k + BLOCK * (k + longer);
  if (least > MOST) throw std::invalid_argument("svd: gesvd's workspace for (" + std::to_string(m) + "," + std::to_string(n) +
                                                ") does not fit LAPACK's 32-bit count");
  // With room for the small factor LAPACK does a QR first; when the count overflows it has to do without.
  if (double(k) * (2.0 * k + 4 * BLOCK) + blocked > double(MOST)) return std::min(blocked, MOST);
  T work = 0;
  checked("svd: gesvd", blas::gesvd(jobs.u, jobs.vt, n, m, nullptr, std::max<int64_t>(n, 1), nullptr, nullptr, std::max<int64_t>(n, 1),
                                    nullptr, std::max<int64_t>(jobs.vt == 'A' ? m : k, 1), &work, -1));
  int64_t best = static_cast<int64_t>(std::ceil(double(work) * (1 + std::numeric_limits<T>::epsilon())));
  // The best for vectors that replace A is a copy of A; chunks of it do as well.
  if (jobs.u == 'O' || jobs.vt == 'O') best = std::min(best, k * (2 * k + CHUNK + 4 * BLOCK) + blocked);
  return std::min(MOST, std::max(best, least));
}

template <typename T>
void identity(int64_t n, T *a, int64_t lda) {
  for (int64_t i = 0; i < n; i++) {
    std::fill_n(a + i * lda, n, T(0));
    a[i * lda + i] = 1;
  }
}

template <typename T>
int64_t decompose(int driver, bool full, int64_t m, int64_t n, int64_t a, int64_t lda, int64_t u, int64_t ldu, int64_t s, int64_t vt,
                  int64_t ldvt) {
  const int64_t k = std::min(m, n);
  const bool vectors = u != 0 || vt != 0;
  if (k == 0) {
    if (full && u != 0) identity(m, at<T>(u), ldu);
    if (full && vt != 0) identity(n, at<T>(vt), ldvt);
    return 0;
  }
  const int rows = int32(n, "svd", "column count"), cols = int32(m, "svd", "row count");
  // LAPACK wants leading dimensions of at least the length even where a single column makes them meaningless.
  const int ldA = int32(std::max(lda, n), "svd", "row stride of A"), ldV = int32(vectors ? std::max(ldvt, n) : 1, "svd", "row stride of vt"),
            ldU = int32(vectors ? std::max(ldu, full ? m : k) : 1, "svd", "row stride of u");
  const Jobs job = jobs(full, vectors, driver == GESVD && u == a, driver == GESVD && vt == a);
  const int lwork = static_cast<int>(driver == GESDD ? gesddWork<T>(job.u, m, n) : gesvdWork<T>(job, m, n));
  const char *name = driver == GESDD ? "svd: gesdd" : "svd: gesvd";
  Scratch<T> work(lwork, name);
  if (driver == GESVD) {
    return checked(name, blas::gesvd(job.u, job.vt, rows, cols, at<T>(a), ldA, at<T>(s), at<T>(vt), ldV, at<T>(u), ldU, work.data(), lwork));
  }
  Scratch<int> iwork(8 * k, name);
  return checked(name, blas::gesdd(job.u, rows, cols, at<T>(a), ldA, at<T>(s), at<T>(vt), ldV, at<T>(u), ldU, work.data(), lwork,
                                   iwork.data()));
}

void known(int driver) {
  if (driver != GESDD && driver != GESVD && driver != GEJSV) throw std::invalid_argument("svd: driver " + std::to_string(driver) + " is unknown");
}

// Below this OpenBLAS's own threads do not pay.
int worthThreads(int64_t m, int64_t n, int threads) { return double(m) * n * std::min(m, n) < 1e6 ? 1 : threads; }

// The drivers of our own.
bool own(int driver, bool full, int64_t m, int64_t n) { return driver == GESDD && std::min(m, n) >= SMALL && (m == n || !full); }

// A QR factorization first pays from here on; a row-major matrix with more rows than columns always gets one.
bool lengthy(int64_t m, int64_t n) { return m > n || n >= m * 3 / 2; }

// A as LAPACK sees it: M x N, M >= N, column-major, as is u (M x N) and vt (N x N).
template <typename T>
int64_t bidiagonalSvd(int64_t m, int64_t n, T *a, int64_t lda, T *u, int64_t ldu, T *s, T *vt, int64_t ldvt, int threads) {
  Scratch<T> vectors(3 * n, "svd");
  T *e = vectors.data(), *tauQ = e + n, *tauP = tauQ + n;
  bidiagonalize(m, n, a, lda, s, e, tauQ, tauP, threads);
  if (u == nullptr) return checked("svd: bdsdc", blas::bdsdc(n, s, e));
  const int64_t info = divideAndConquer(n, s, e, u, ldu, vt, ldvt, threads);
  if (info != 0) return info;
  for (int64_t j = 0; j < n; j++) std::fill(u + j * ldu + n, u + j * ldu + m, T(0));
  applyQ(m, n, a, lda, tauQ, n, u, ldu, threads);
  applyP(n, a, lda, tauP, n, vt, ldvt, threads);
  return 0;
}

// Multiplies A by a power of two, so that squares neither overflow nor vanish, and gives the factor that takes that back.
template <typename T>
double intoRange(int64_t m, int64_t n, T *a, int64_t lda, int threads) {
  constexpr int64_t GRAIN = 65536;
  constexpr int FAR = sizeof(T) == 8 ? 300 : 30;  // exponents of two
  T least, most;
  const int64_t lower[] = {2, m, n, address(&least), 0, 0, address(a), lda, 1};
  const int64_t upper[] = {2, m, n, address(&most), 0, 0, address(a), lda, 1};
  reduce(MIN, typeOf<T>, typeOf<T>, lower, threads);
  reduce(MAX, typeOf<T>, typeOf<T>, upper, threads);
  most = std::max(-least, most);
  const int exponent = most > 0 ? std::ilogb(most) : 0;
  if (std::abs(exponent) <= FAR) return 1;
  parallelRanges(m, GRAIN / n + 1, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      for (int64_t j = 0; j < n; j++) a[i * lda + j] = std::ldexp(a[i * lda + j], -exponent);
    }
  });
  return std::ldexp(1.0, exponent);
}

template <typename T>
int64_t ownSvd(int64_t m, int64_t n, T *a, int64_t lda, T *u, int64_t ldu, T *s, T *vt, int64_t ldvt, int threads) {
  const int64_t k = std::min(m, n);
  const double scale = intoRange(m, n, a, lda, threads);
  const int64_t info = lengthy(m, n) ? longSvd(m, n, a, lda, u, ldu, s, vt, ldvt, threads)
                                     : bidiagonalSvd(n, m, a, lda, vt, ldvt, s, u, ldu, threads);
  for (int64_t i = 0; i < k; i++) s[i] = static_cast<T>(s[i] * scale);
  return info;
}

}  // namespace

template <typename T>
int64_t squareSvd(int64_t n, T *a, int64_t lda, T *u, int64_t ldu, T *s, T *vt, int64_t ldvt, int threads) {
  return bidiagonalSvd(n, n, a, lda, vt, ldvt, s, u, ldu, threads);
}

template int64_t squareSvd<double>(int64_t, double *, int64_t, double *, int64_t, double *, double *, int64_t, int);
template int64_t squareSvd<float>(int64_t, float *, int64_t, float *, int64_t, float *, float *, int64_t, int);

int64_t svd(int driver, int type, bool full, int64_t m, int64_t n, int64_t a, int64_t lda, int64_t u, int64_t ldu, int64_t s, int64_t vt,
            int64_t ldvt, int threads) {
  known(driver);
  return withFloating(type, "svd", [&](auto zero) {
    using T = decltype(zero);
    const bool contiguous = lda == n && (u == 0 || ldu == std::min(m, n));
    int64_t info;
    if (own(driver, full, m, n) && (m <= n || contiguous)) {
      int32(std::max(lda, ldvt), "svd", "row stride");
      BlasCall call;
      info = ownSvd(m, n, at<T>(a), lda, at<T>(u), ldu, at<T>(s), at<T>(vt), ldvt, threads);
    } else if (driver == GEJSV && std::min(m, n) > 0) {
      DriverCall call(worthThreads(m, n, threads));
      info = gejsvSvd(full, m, n, at<T>(a), lda, at<T>(u), ldu, at<T>(s), at<T>(vt), ldvt, threads);
    } else {
      DriverCall call(worthThreads(m, n, threads));
      info = decompose<T>(driver, full, m, n, a, lda, u, ldu, s, vt, ldvt);
    }
    const int64_t k = std::min(m, n);
    if (info == 0 && vt != 0) {
      orientVectors(type, k, n, vt, ldvt, m, u, ldu, threads);
      if (full && n > k) orientVectors(type, n - k, n, vt + k * ldvt * sizeof(T), ldvt, 0, 0, 0, threads);
    }
    return info;
  });
}

int64_t svdWorkspace(int driver, int type, bool vectors, int64_t m, int64_t n) {
  known(driver);
  return withFloating(type, "svdWorkspace", [&](auto zero) -> int64_t {
    using T = decltype(zero);
    const int64_t k = std::min(m, n);
    if (k == 0) return 0;
    int32(n, "svd", "column count");
    int32(m, "svd", "row count");
    if (own(driver, false, m, n)) {
      const bool first = lengthy(m, n);
      const int64_t longer = first ? k : n;
      const int64_t panels = (longer + k) * PANEL + 8 * longer;  // gone when the division begins
      return (4 * k + (vectors ? std::max(panels, divideWork(k)) : panels)) * sizeof(T) + (first ? longWork(m, n, vectors, sizeof(T)) : 0);
    }
    if (driver == GEJSV) return gejsvWork(vectors, m, n, sizeof(T));
    const Jobs job = jobs(false, vectors, false, false);
    if (driver == GESDD) return gesddWork<T>(job.u, m, n) * sizeof(T) + 8 * k * sizeof(int);
    return gesvdWork<T>(job, m, n) * sizeof(T);
  });
}

}  // namespace eckart
