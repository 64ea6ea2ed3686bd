// A tall A = Q R, R = U' S V', U = Q U'. A wide one is the tall A' seen the other way round: A = L Q, L = U S V'', V' = V'' Q.
//
// Q and R by Cholesky factors, all of it products: Q = A R^-1 with R'R = A'A, and again, since Q is orthogonal only up to the square of
// the condition (CholeskyQR2, Yamamoto et al. 2015), unless that is estimated to be next to 1, when once will do and A stays as it is:
// U = A (R^-1 U'). Where the condition is estimated to be too large for two, R'R = A'A + s I, which
// divides it by about |A| / sqrt(s), comes first (shifted CholeskyQR3, Fukaya et al. 2020). What is too short for that to pay, or not
// helped by it, is done by Householder reflections in blocks of rows, and once more for the blocks' R below each other (TSQR, Demmel
// et al. 2012).
//
// C, k x k lower triangular, is L, or R' of the tall one.
#include "tall.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "blas.h"
#include "gram.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t UPDATE = 64;  // columns that a part of a product with Q has at least

enum Outcome { DONE, REFUSED };

template <typename T>
struct Long {
  bool wide;
  int64_t length, k;  // the sides
  T *a;
  int64_t lda;
  int threads;

  // g = A'A, or A A' of a wide one.
  void gramOf(T *g) const {
    if (wide) return gramOfRows(k, length, a, lda, g, threads);
    gram(typeOf<T>, length, k, 1, address(a), lda, 0, address(g), k, threads);
  }

  // A = A T'^-1, or T^-1 A of a wide one.
  void solve(const T *t) const {
    triangularSolve(typeOf<T>, !wide, false, !wide, wide ? k : length, wide ? length : k, address(t), k, address(a), lda, threads);
  }

  // A becomes Q but for a last factor: to be multiplied by l'^-1 from the right, a wide one by l^-1 from the left. c = R'. REFUSED: A is what
  // is left when c, if `begun`, was divided out of it.
  Outcome choleskyQr(T *c, T *l, bool &begun) const {
    constexpr T EPSILON = std::numeric_limits<T>::epsilon();
    // Q's loss of orthogonality is eps times the condition squared, and some: small enough here for one more pass.
    const double MOST = 0.1 / std::sqrt(EPSILON);
    Scratch<T> matrix(k * k, "svd"), product(k * k, "svd");
    begun = false;
    for (int pass = 0, shifted = 0; pass < MOST_PASSES; pass++) {
      gramOf(l);
      const bool near = begun && fromIdentity(l) < NEAR;
      std::copy_n(l, k * k, matrix.data());
      const bool factored = cholesky(typeOf<T>, k, address(l), k, threads) == 0;
      const double kappa = factored && !near ? condition(l) : 1;
      const bool last = near || (factored && !begun && kappa <= LOW);
      if (!factored || !(last || kappa < MOST)) {
        if (length < WORTH_SHIFTING * k || shifted++ == MOST_SHIFTED || !shiftedFactor(matrix.data(), l)) return REFUSED;
      }
      if (begun) {
        gemm(typeOf<T>, 1, k, k, k, 1, address(c), k, 1, 0, address(l), k, 1, 0, 0, address(product.data()), k, 0, threads);
      }
      std::copy_n(begun ? product.data() : l, k * k, c);
      if (last) return DONE;
      solve(l);
      begun = true;
    }
    return REFUSED;
  }

 private:
  static constexpr int MOST_SHIFTED = 3, MOST_PASSES = 6;
  // Times as long as wide: 7 length k^2 operations beside 6 length k^2 - 8/3 k^3 at half the rate for reflections.
  static constexpr int64_t WORTH_SHIFTING = 2;
  static constexpr double NEAR = 0.5;
  static constexpr double LOW = 4;    // condition, as estimated: Q loses some eps times its square
  static constexpr int POWERS = 5;
  static constexpr double SHIFT = 4;  // times eps, the root of the length and the norm: what the sums of a Gram matrix lose

  double fromIdentity(const T *g) const {
    double squares = 0;
    for (int64_t i = 0; i < k; i++) {
      for (int64_t j = 0; j < k; j++) squares += std::pow(double(g[i * k + j]) - (i == j), 2);
    }
    return std::sqrt(squares);
  }

  // Of l, from below, though by no more than half: powers of l l' and of its inverse on a random vector.
  double condition(const T *l) const {
    Scratch<T> vectors(3 * k, "svd");
    T *x = vectors.data(), *y = x + k, *product = y + k;
    std::minstd_rand random;
    for (int64_t i = 0; i < k; i++) x[i] = y[i] = static_cast<T>(random()) / random.max() - T(0.5);
    double largest = 1, smallest = 1;
    for (int i = 0; i <= POWERS; i++) {
      largest = normalize(x);
      smallest = normalize(y);
      gemm(typeOf<T>, 1, k, 1, k, 1, address(l), 1, k, 0, address(x), 1, 1, 0, 0, address(product), 1, 0, threads);
      gemm(typeOf<T>, 1, k, 1, k, 1, address(l), k, 1, 0, address(product), 1, 1, 0, 0, address(x), 1, 0, threads);
      triangularSolve(typeOf<T>, false, false, false, k, 1, address(l), k, address(y), 1, threads);
      triangularSolve(typeOf<T>, false, false, true, k, 1, address(l), k, address(y), 1, threads);
    }
    return std::sqrt(largest * smallest);
  }

  double normalize(T *x) const {
    double squares = 0;
    for (int64_t i = 0; i < k; i++) squares += double(x[i]) * x[i];
    const double norm = std::sqrt(squares);
    for (int64_t i = 0; i < k; i++) x[i] = static_cast<T>(x[i] / norm);
    return norm;
  }

  // l l' = g + s I with the smallest s that will do.
  bool shiftedFactor(const T *g, T *l) const {
    double squares = 0;
    for (int64_t i = 0; i < k * k; i++) squares += double(g[i]) * g[i];
    const double norm = std::sqrt(squares);
    for (double shift = SHIFT * std::numeric_limits<T>::epsilon() * std::sqrt(double(length)) * norm; shift < norm; shift *= 10) {
      std::copy_n(g, k * k, l);
      for (int64_t i = 0; i < k; i++) l[i * k + i] += static_cast<T>(shift);
      if (cholesky(typeOf<T>, k, address(l), k, threads) == 0) return true;
    }
    return false;
  }
};

// Householder QR of a column-major x (length x k) in blocks of rows.
template <typename T>
class BlockedQr {
 public:
  BlockedQr(int64_t length, int64_t k, T *x, int64_t ldx, int threads)
      : length_(length), k_(k), x_(x), ldx_(ldx), threads_(threads), blocks_(count(length, k, threads)), tau_((blocks_ + 1) * k, "svd"),
        stack_(blocks_ == 1 ? 0 : blocks_ * k * k, "svd") {
    parallelFor(blocks_, threads, [&](int64_t i) {
      factor(rows(i), x_ + begin(i), ldx_, tau_.data() + i * k_);
      if (blocks_ == 1) return;
      for (int64_t c = 0; c < k_; c++) {
        T *column = stack_.data() + c * blocks_ * k_ + i * k_;
        std::copy_n(x_ + begin(i) + c * ldx_, c + 1, column);
        std::fill(column + c + 1, column + k_, T(0));
      }
    });
    if (blocks_ > 1) factor(blocks_ * k_, stack_.data(), blocks_ * k_, tau_.data() + blocks_ * k_);
  }

  // Row i of c is column i of R.
  void factorTo(T *c) const {
    const T *r = blocks_ == 1 ? x_ : stack_.data();
    const int64_t ld = blocks_ == 1 ? ldx_ : blocks_ * k_;
    for (int64_t i = 0; i < k_; i++) {
      std::copy_n(r + i * ld, i + 1, c + i * k_);
      std::fill(c + i * k_ + i + 1, c + (i + 1) * k_, T(0));
    }
  }

  // y (length x k, column-major) = Q z, z k x k, column j from z[j * columns + i * rows].
  void apply(const T *z, int64_t columns, int64_t rowStride, T *y, int64_t ldy) const {
    const int64_t tops = blocks_ * k_;
    Scratch<T> top(blocks_ == 1 ? 0 : tops * k_, "svd");
    T *first = blocks_ == 1 ? y : top.data();
    const int64_t ldFirst = blocks_ == 1 ? ldy : tops, height = blocks_ == 1 ? length_ : tops;
    const T *q = blocks_ == 1 ? x_ : stack_.data(), *tau = tau_.data() + (blocks_ == 1 ? 0 : blocks_ * k_);
    const int64_t ldq = blocks_ == 1 ? ldx_ : tops;
    parallelRanges(k_, UPDATE, threads_, [&](int64_t from, int64_t to) {
      for (int64_t j = from; j < to; j++) {
        for (int64_t i = 0; i < k_; i++) first[j * ldFirst + i] = z[j * columns + i * rowStride];
        std::fill(first + j * ldFirst + k_, first + j * ldFirst + height, T(0));
      }
      multiply(height, to - from, q, ldq, tau, first + from * ldFirst, ldFirst);
    });
    if (blocks_ == 1) return;
    parallelFor(blocks_, threads_, [&](int64_t i) {
      T *part = y + begin(i);
      for (int64_t j = 0; j < k_; j++) {
        std::copy_n(first + j * tops + i * k_, k_, part + j * ldy);
        std::fill(part + j * ldy + k_, part + j * ldy + rows(i), T(0));
      }
      multiply(rows(i), k_, x_ + begin(i), ldx_, tau_.data() + i * k_, part, ldy);
    });
  }

  static int64_t count(int64_t length, int64_t k, int threads) {
    return std::clamp<int64_t>(length / (2 * k), 1, threads <= 1 ? 1 : 2 * threads);
  }

 private:
  static constexpr int64_t PANEL = 64;  // not below any block size of LAPACK's ilaenv

  int64_t length_, k_;
  T *x_;
  int64_t ldx_;
  int threads_;
  int64_t blocks_;
  Scratch<T> tau_, stack_;

  int64_t begin(int64_t block) const { return length_ * block / blocks_; }
  int64_t rows(int64_t block) const { return begin(block + 1) - begin(block); }

  void factor(int64_t rows, T *x, int64_t ldx, T *tau) const {
    Scratch<T> work(PANEL * k_, "svd");
    checked("svd: geqrf", blas::geqrf(int32(rows, "svd", "length"), k_, x, int32(ldx, "svd", "stride"), tau, work.data(), PANEL * k_));
  }

  void multiply(int64_t rows, int64_t columns, const T *q, int64_t ldq, const T *tau, T *c, int64_t ldc) const {
    const int lwork = PANEL * columns + 65 * 64;  // and the triangle that ormqr keeps there
    Scratch<T> work(lwork, "svd");
    checked("svd: ormqr", blas::ormqr('L', 'N', int32(rows, "svd", "length"), columns, k_, q, int32(ldq, "svd", "stride"), tau, c,
                                      int32(ldc, "svd", "stride"), work.data(), lwork));
  }
};

}  // namespace

template <typename T>
int64_t longSvd(int64_t m, int64_t n, T *a, int64_t lda, T *u, int64_t ldu, T *s, T *vt, int64_t ldvt, int threads) {
  const Long<T> matrix{m < n, std::max(m, n), std::min(m, n), a, lda, threads};
  const bool wide = matrix.wide, vectors = u != nullptr;
  const int64_t k = matrix.k, length = matrix.length;
  Scratch<T> factor(k * k, "svd"), correction(k * k, "svd"), small(vectors ? k * k : 0, "svd");
  T *c = factor.data(), *l = correction.data(), *w = vectors ? small.data() : nullptr;

  // The small SVD's long side's vectors go to w (k x k), the others are A's own. A tall one's R is C'.
  const auto smallSvd = [&] {
    if (wide) return squareSvd(k, c, k, u, ldu, s, w, k, threads);
    Scratch<T> r(k * k, "svd");
    transpose(k, k, c, k, r.data(), k, threads);
    return squareSvd(k, r.data(), k, w, k, s, vt, ldvt, threads);
  };

  bool begun;
  if (matrix.choleskyQr(c, l, begun) == DONE) {
    const int64_t info = smallSvd();
    if (info != 0 || !vectors) return info;
    const int type = typeOf<T>;
    if (wide) {
      triangularSolve(type, true, false, false, k, k, address(l), k, address(w), k, threads);
      gemm(type, 1, k, length, k, 1, address(w), k, 1, 0, address(a), lda, 1, 0, 0, address(vt), ldvt, 0, threads);
    } else {
      triangularSolve(type, false, false, true, k, k, address(l), k, address(w), k, threads);
      gemm(type, 1, length, k, k, 1, address(a), lda, 1, 0, address(w), k, 1, 0, 0, address(u), ldu, 0, threads);
    }
    return 0;
  }

  // Reflections go along columns: a wide row-major A is column-major and tall as it stands, a tall one is turned into u's memory.
  Scratch<T> turned(wide || vectors ? 0 : m * n, "svd");
  T *x = wide ? a : vectors ? u : turned.data();
  const int64_t ldx = wide ? lda : length;
  if (!wide) transpose(m, n, a, lda, x, length, threads);
  const BlockedQr<T> qr(length, k, x, ldx, threads);
  if (begun) {
    Scratch<T> before(k * k, "svd");
    std::copy_n(c, k * k, before.data());
    qr.factorTo(l);
    gemm(typeOf<T>, 1, k, k, k, 1, address(before.data()), k, 1, 0, address(l), k, 1, 0, 0, address(c), k, 0, threads);
  } else {
    qr.factorTo(c);
  }
  const int64_t info = smallSvd();
  if (info != 0 || !vectors) return info;
  if (wide) {
    qr.apply(w, k, 1, vt, ldvt);
  } else {
    qr.apply(w, 1, k, a, length);
    transpose(n, m, a, length, u, ldu, threads);
  }
  return 0;
}

int64_t longWork(int64_t m, int64_t n, bool vectors, int64_t size) {
  const int64_t k = std::min(m, n), stack = std::max(m, n) * k / 2;
  return size * (4 * k * k + (vectors ? 2 * stack : stack + (m > n ? m * n : 0)));
}

template int64_t longSvd<double>(int64_t, int64_t, double *, int64_t, double *, int64_t, double *, double *, int64_t, int);
template int64_t longSvd<float>(int64_t, int64_t, float *, int64_t, float *, int64_t, float *, float *, int64_t, int);

}  // namespace eckart
