// svdBatch: the thin SVD of many small matrices. svdBatchErrors: how good it is.
//
// A vector's worth of matrices is interleaved, one a lane, scaled to a largest entry of 1 to 2, rotated by one-sided Jacobi
// (jacobi.h) and written back in order of the singular values. A matrix with columns too short for the lanes' squares (rank
// deficient to the last bit, or graded beyond them) goes to gesdd, as does each of a batch for LAPACK; where gesdd does not converge,
// gesvd is tried.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

#include "blas.h"
#include "isa.h"
#include "orient.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int GESDD = 0, GESVD = 1, JACOBI = 2;
constexpr int64_t LONGEST = 64, MOST_LANES = 16;

template <typename T>
struct Batch {
  int64_t count, m, n;
  const T *a;
  int64_t row, column, item;
  T *u, *s, *vt;  // contiguous; u = vt = null: values alone
  JacobiLoop<T> loop;
  // Squares below may have lost digits: the shortest column over the longest.
  static constexpr T SHORTEST = sizeof(T) == 8 ? T(1e-140) : T(1e-15);

  int64_t tall() const { return std::max(m, n); }
  int64_t k() const { return std::min(m, n); }
  const T *entry(int64_t i, int64_t tallIndex, int64_t shortIndex) const {
    return a + i * item + (m >= n ? tallIndex * row + shortIndex * column : shortIndex * row + tallIndex * column);
  }

  // The power of two that the largest entry of matrix i is a multiple of, or 0.
  int exponent(int64_t i) const {
    T most = 0;
    for (int64_t q = 0; q < k(); q++)
      for (int64_t p = 0; p < tall(); p++) most = std::max(most, std::abs(*entry(i, p, q)));
    return most > 0 ? std::ilogb(most) : 0;
  }

  // Matrices [first, first + some) of one vector; `failed` is told of each that is left to gesdd.
  template <typename Failed>
  void rotate(int64_t first, int64_t some, T *lanes, const Failed &failed) const {
    const int64_t w = loop.lanes, rows = tall(), columns = k();
    T *v = u == nullptr ? nullptr : lanes + rows * columns * w, *squares = lanes + (rows + columns) * columns * w;
    int exponents[MOST_LANES];
    for (int64_t l = 0; l < w; l++) {
      const int64_t i = first + std::min(l, some - 1);
      const int down = -(exponents[l] = exponent(i));
      const T scale = std::ldexp(T(1), down / 2), rest = std::ldexp(T(1), down - down / 2);
      for (int64_t q = 0; q < columns; q++)
        for (int64_t p = 0; p < rows; p++) lanes[(q * rows + p) * w + l] = *entry(i, p, q) * scale * rest;
    }
    if (v != nullptr) {
      std::fill_n(v, columns * columns * w, T(0));
      for (int64_t j = 0; j < columns; j++) std::fill_n(v + (j * columns + j) * w, w, T(1));
    }
    const bool converged = loop.rotate(rows, columns, lanes, v, squares);
    for (int64_t l = 0; l < some; l++)
      if (!converged || !write(first + l, exponents[l], lanes + l, v == nullptr ? nullptr : v + l, squares + l)) failed(first + l);
  }

  // Matrix i from its lane; false when a column was too short.
  bool write(int64_t i, int scale, const T *lane, const T *v, const T *squares) const {
    const int64_t w = loop.lanes, rows = tall(), columns = k();
    T lengths[LONGEST];
    int64_t order[LONGEST];
    for (int64_t j = 0; j < columns; j++) lengths[j] = std::sqrt(squares[j * w]);
    std::iota(order, order + columns, 0);
    std::stable_sort(order, order + columns, [&](int64_t p, int64_t q) { return lengths[p] > lengths[q]; });
    if (!(lengths[order[columns - 1]] > SHORTEST * lengths[order[0]])) return false;
    for (int64_t j = 0; j < columns; j++) {
      const int64_t from = order[j];
      s[i * columns + j] = std::ldexp(lengths[from], scale);
      if (v == nullptr) continue;
      // A = (U S) V' as it stands, or its transpose
      const T *left = lane + from * rows * w, *right = v + from * columns * w;
      const T ofLeft = 1 / lengths[from];
      T *to = vt + (i * columns + j) * n;
      if (m >= n)
        for (int64_t p = 0; p < n; p++) to[p] = right[p * w];
      else
        for (int64_t p = 0; p < n; p++) to[p] = left[p * w] * ofLeft;
      const T sign = pointsAway(n, to) ? -1 : 1;
      for (int64_t p = 0; p < n; p++) to[p] *= sign;
      const T *other = m >= n ? left : right;
      const T factor = m >= n ? sign * ofLeft : sign;
      for (int64_t p = 0; p < m; p++) u[(i * m + p) * columns + j] = other[p * w] * factor;
    }
    return true;
  }

  int64_t alone(int driver, int64_t i, int threads) const {
    Scratch<T> copy(m * n, "svd");
    for (int64_t p = 0; p < m; p++)
      for (int64_t q = 0; q < n; q++) copy[p * n + q] = a[i * item + p * row + q * column];
    return svd(driver, typeOf<T>, false, m, n, address(copy.data()), n, u == nullptr ? 0 : address(u + i * m * k()), k(),
               address(s + i * k()), u == nullptr ? 0 : address(vt + i * k() * n), n, threads);
  }

  // Of matrices [first, first + some) of one vector; see eckart.h. Relative to the largest value, whose squares need not fit.
  void errors(int64_t first, int64_t some, T *lanes, double *to) const {
    const int64_t w = loop.lanes;
    T *x = lanes + m * n * w, *left = x + m * k() * w, *right = left + m * k() * w, *squares = right + k() * n * w;
    double units[MOST_LANES];
    for (int64_t l = 0; l < w; l++) {
      const int64_t i = first + std::min(l, some - 1);
      const T *ofU = u + i * m * k(), *ofS = s + i * k(), *ofVt = vt + i * k() * n;
      const int up = ofS[0] > 0 && std::isfinite(ofS[0]) ? std::ilogb(ofS[0]) : 0;
      const T scale = std::ldexp(T(1), -up / 2), rest = std::ldexp(T(1), -up - -up / 2);
      units[l] = std::ldexp(1.0, up) / std::max(double(ofS[0]), double(std::numeric_limits<T>::min()));
      for (int64_t p = 0; p < m; p++) {
        for (int64_t q = 0; q < n; q++) lanes[(p * n + q) * w + l] = a[i * item + p * row + q * column] * scale * rest;
        for (int64_t q = 0; q < k(); q++) {
          const int64_t at = p * k() + q;
          left[at * w + l] = ofU[at];
          x[at * w + l] = ofU[at] * (ofS[q] * scale * rest);
        }
      }
      for (int64_t p = 0; p < k() * n; p++) right[p * w + l] = ofVt[p];
    }
    loop.errors(m, n, k(), lanes, x, left, right, squares);
    for (int64_t l = 0; l < some; l++) {
      for (int64_t which = 0; which < 3; which++) {
        to[(first + l) * 3 + which] = std::sqrt(double(squares[which * w + l])) * (which == 0 ? units[l] : 1);
      }
    }
  }

  void errors(double *to, int threads) const {
    const int64_t w = loop.lanes, groups = (count + w - 1) / w;
    parallelRanges(groups, 1, threads, [&](int64_t begin, int64_t end) {
      Scratch<T> lanes((m * n + 2 * m * k() + k() * n + 3) * w, "svd");
      for (int64_t g = begin; g < end; g++) errors(g * w, std::min(w, count - g * w), lanes.data(), to);
    });
  }

  // The number, from 1, of the first matrix for which nothing converged, or 0.
  int64_t run(int driver, int threads) const {
    std::atomic<int64_t> worst{0};
    auto one = [&](int64_t i, int with) {
      if (alone(driver == GESVD ? GESVD : GESDD, i, with) == 0 || (driver != GESVD && alone(GESVD, i, with) == 0)) return;
      int64_t seen = worst;
      while ((seen == 0 || i + 1 < seen) && !worst.compare_exchange_weak(seen, i + 1)) {
      }
    };
    if (driver != JACOBI && count < threads) {
      for (int64_t i = 0; i < count; i++) one(i, threads);
    } else if (driver != JACOBI) {
      parallelRanges(count, 1, threads, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) one(i, 1);
      });
    } else {
      const int64_t w = loop.lanes, groups = (count + w - 1) / w;
      parallelRanges(groups, 1, threads, [&](int64_t begin, int64_t end) {
        Scratch<T> lanes((tall() + k() + 1) * k() * w, "svd");
        for (int64_t g = begin; g < end; g++)
          rotate(g * w, std::min(w, count - g * w), lanes.data(), [&](int64_t i) { one(i, 1); });
      });
    }
    return worst;
  }
};

const JacobiLoop<double> &loopOf(double) { return jacobiLoops().f64; }
const JacobiLoop<float> &loopOf(float) { return jacobiLoops().f32; }

}  // namespace

int64_t svdBatch(int driver, int type, int64_t count, int64_t m, int64_t n, int64_t a, int64_t row, int64_t column, int64_t item, int64_t u, int64_t s,
                 int64_t vt, int threads) {
  return withFloating(type, "svd", [&](auto zero) -> int64_t {
    using T = decltype(zero);
    if (driver < GESDD || driver > JACOBI || (driver == JACOBI && std::min(m, n) > LONGEST)) {
      throw std::invalid_argument("svd: driver " + std::to_string(driver) + " does not do batches of (" + std::to_string(m) + "," + std::to_string(n) + ")");
    }
    if (m == 0 || n == 0) return 0;
    return Batch<T>{count, m, n, at<T>(a), row, column, item, at<T>(u), at<T>(s), at<T>(vt), loopOf(zero)}.run(driver, threads);
  });
}

void svdBatchErrors(int type, int64_t count, int64_t m, int64_t n, int64_t a, int64_t row, int64_t column, int64_t item, int64_t u, int64_t s,
                    int64_t vt, int64_t errors, int threads) {
  withFloating(type, "svd", [&](auto zero) {
    using T = decltype(zero);
    if (m == 0 || n == 0) {
      std::fill_n(at<double>(errors), 3 * count, 0.0);
      return;
    }
    Batch<T>{count, m, n, at<T>(a), row, column, item, at<T>(u), at<T>(s), at<T>(vt), loopOf(zero)}.errors(at<double>(errors), threads);
  });
}

}  // namespace eckart
