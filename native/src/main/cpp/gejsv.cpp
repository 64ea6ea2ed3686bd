// gejsv: QR with pivoting, then one-sided Jacobi rotations on what that leaves (Drmac and Veselic 2008, "New fast and accurate Jacobi SVD
// algorithm"). Small singular values come out to high relative accuracy where the entries of A determine them, as in D1 B D2 with a
// well-conditioned B: bidiagonalization keeps them to eps |A| alone.
//
// LAPACK takes M >= N, column-major. A wide row-major A is that as it stands, A' = V S U'. A tall one is turned first, and its U turned
// back. gejsv gives V, not V': column j of it is row j of vt.
#include "gejsv.h"

#include <algorithm>
#include <limits>

#include "blas.h"

namespace eckart {
namespace {

constexpr int64_t BLOCK = 64;  // not below any block size of LAPACK's ilaenv

int64_t workLength(int64_t longer, int64_t k) { return 2 * k * k + 7 * k + 2 * longer + BLOCK * (longer + k); }

// A as LAPACK sees it: M x N, M >= N, column-major, as are u (M x N, M x M when full) and v (N x N).
template <typename T>
int64_t columnMajor(bool full, int64_t m, int64_t n, T *a, int64_t lda, T *u, int64_t ldu, T *s, T *v, int64_t ldv) {
  const bool vectors = u != nullptr;
  const int lwork = int32(workLength(m, n), "svd: gejsv", "workspace");
  Scratch<T> work(lwork, "svd: gejsv");
  Scratch<int> iwork(m + 3 * n, "svd: gejsv");
  const int64_t info = checked("svd: gejsv", blas::gejsv(vectors ? (full ? 'F' : 'U') : 'N', vectors ? 'V' : 'N', m, n, a,
                                                         int32(lda, "svd", "row stride of A"), s, u, int32(ldu, "svd", "row stride"), v,
                                                         int32(ldv, "svd", "row stride"), work.data(), lwork, iwork.data()));
  // So that none underflows meanwhile.
  if (work[0] != work[1]) {
    for (int64_t i = 0; i < n; i++) s[i] = static_cast<T>(double(s[i]) * (double(work[0]) / double(work[1])));
  }
  return info;
}

}  // namespace

template <typename T>
int64_t gejsvSvd(bool full, int64_t m, int64_t n, T *a, int64_t lda, T *u, int64_t ldu, T *s, T *vt, int64_t ldvt, int threads) {
  const int64_t k = std::min(m, n);
  const bool vectors = u != nullptr;
  int32(std::max(m, n), "svd", "longer side");
  if (m < n) {
    Scratch<T> left(vectors ? k * k : 0, "svd: gejsv");
    const int64_t info = columnMajor(full, n, m, a, std::max(lda, n), vt, vectors ? std::max(ldvt, n) : n, s, vectors ? left.data() : nullptr, k);
    if (vectors) transpose(k, k, left.data(), k, u, ldu, threads);
    return info;
  }
  const int64_t columns = full ? m : k;
  Scratch<T> turned(m * n, "svd: gejsv"), left(vectors ? m * columns : 0, "svd: gejsv");
  transpose(m, n, a, lda, turned.data(), m, threads);
  const int64_t info = columnMajor(full, m, n, turned.data(), m, vectors ? left.data() : nullptr, m, s, vt, vectors ? std::max(ldvt, n) : n);
  if (vectors) transpose(columns, m, left.data(), m, u, ldu, threads);
  return info;
}

int64_t gejsvWork(bool vectors, int64_t m, int64_t n, int64_t size) {
  const int64_t k = std::min(m, n), longer = std::max(m, n);
  const int64_t turned = m < n ? (vectors ? k * k : 0) : (vectors ? 2 : 1) * m * n;
  return (int32(workLength(longer, k), "svd: gejsv", "workspace") + turned) * size + (longer + 3 * k) * int64_t{sizeof(int)};
}

template int64_t gejsvSvd<double>(bool, int64_t, int64_t, double *, int64_t, double *, int64_t, double *, double *, int64_t, int);
template int64_t gejsvSvd<float>(bool, int64_t, int64_t, float *, int64_t, float *, int64_t, float *, float *, int64_t, int);

}  // namespace eckart
