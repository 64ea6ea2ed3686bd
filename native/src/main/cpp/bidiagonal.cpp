// Bidiagonalization by Householder reflections in panels (Dongarra, Sorensen and Hammarling 1989), with the two products of a step,
// A'u and A v, taken in one pass over A (Howell et al. 2008, "Cache efficient bidiagonalization using BLAS 2.5 operators"): the
// time goes into reading A, and this halves it. That works as v is, but for its first entry and its length, known for a column as
// soon as A'u is: A v is summed for that, and corrected when v is complete.
//
// Within a panel A stays as it was; what the steps so far do to it is A - P R', whose columns 2 i and 2 i + 1 belong to step i:
//   P: u, x      R: y, v      each scaled as is convenient, the pair's product counts
#include "bidiagonal.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "blas.h"
#include "isa.h"
#include "panels.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t STEPS = PANEL / 2;
constexpr int64_t COLUMNS_GRAIN = 32768;  // entries that a part of a pass has at least: some microseconds
constexpr int64_t ROWS_GRAIN = 65536;
constexpr int64_t BLOCK = 64;             // reflections applied at once

template <typename T>
const PanelLoops<T> &loops() {
  if constexpr (sizeof(T) == 8) {
    return panels().f64;
  } else {
    return panels().f32;
  }
}

// I - tau v v' with v = (x - beta e1) scale takes x to beta e1, v's first entry is 1.
template <typename T>
struct Reflection {
  T beta, tau = 0, scale = 0;

  Reflection(T first, double squaresOfRest) : beta(first) {
    // Below this the rest is nothing beside a matrix whose largest entry is near 1, and 1 / x overflows.
    constexpr double NOTHING = sizeof(T) == 8 ? 1e-290 : 1e-60;
    if (!(squaresOfRest > NOTHING)) return;
    const double norm = std::sqrt(squaresOfRest + double(first) * first);
    beta = static_cast<T>(first >= 0 ? -norm : norm);
    tau = (beta - first) / beta;
    scale = 1 / (first - beta);
  }
};

// What the parts of a pass give, a row each.
template <typename T>
struct Sums {
  int64_t apart;
  std::vector<T> w, small;
  std::vector<double> squares;

  Sums(int64_t parts, int64_t length)
      : apart((length + 15) / 16 * 16), w(parts * apart), small(parts * PANEL), squares(parts) {}

  T *cleared(int64_t part) {
    std::fill_n(small.data() + part * PANEL, PANEL, T(0));
    return small.data() + part * PANEL;
  }

  double total(int64_t parts, T *to) const {
    std::copy_n(small.data(), PANEL, to);
    double sum = squares[0];
    for (int64_t part = 1; part < parts; part++) {
      for (int64_t i = 0; i < PANEL; i++) to[i] += small[part * PANEL + i];
      sum += squares[part];
    }
    return sum;
  }
};

// Parts of a pass over `size` entries in `count` pieces: by shape and threads alone, so that sums are the same at each call.
int64_t partsOf(int64_t count, int64_t size, int64_t grain, int threads) {
  return threads <= 1 ? 1 : std::clamp<int64_t>(size / grain, 1, std::min<int64_t>(2 * threads, count));
}

// C (m x n) -= P R'.
template <typename T>
void update(int64_t m, int64_t n, const T *p, const T *r, T *c, int64_t ldc, int threads) {
  parallelRanges(n, std::max<int64_t>(32, 500000 / (m * PANEL)), threads, [&](int64_t from, int64_t to) {
    blas::gemm(CblasNoTrans, CblasTrans, to - from, m, PANEL, T(-1), r + from * PANEL, PANEL, p, PANEL, T(1), c + from * ldc, ldc);
  });
}

}  // namespace

template <typename T>
void bidiagonalize(int64_t m, int64_t n, T *a, int64_t lda, T *d, T *e, T *tauQ, T *tauP, int threads) {
  const PanelLoops<T> &loop = loops<T>();
  Scratch<T> left(m * PANEL, "svd"), right(n * PANEL, "svd"), vector(m, "svd");
  T *p = left.data(), *r = right.data(), *u = vector.data();
  Sums<T> sums(threads <= 1 ? 1 : 2 * threads, m);
  T toY[PANEL], toV[PANEL], b[PANEL], scales[STEPS];
  for (int64_t start = 0; start < n; start += STEPS) {
    const int64_t end = std::min(n, start + STEPS);
    std::fill(p + start * PANEL, p + m * PANEL, T(0));
    std::fill(r + start * PANEL, r + n * PANEL, T(0));
    T factor = 0, shift = 0, scale = 0;
    int64_t passed = 0;  // parts of the last pass over columns
    for (int64_t j = start; j < n; j++) {
      const int64_t active = 2 * (j - start), height = m - j, width = n - j - 1;
      // Step j - 1 ends with x; column j.
      const int64_t stretches = partsOf(height, height * active, ROWS_GRAIN, threads);
      parallelFor(stretches, threads, [&](int64_t part) {
        const int64_t from = j + height * part / stretches, to = j + height * (part + 1) / stretches;
        sums.squares[part] = loop.rows(to - from, a + j * lda + from, p + from * PANEL, active, passed, sums.w.data() + from, sums.apart, factor,
                                       shift, scale, b, r + j * PANEL, u + from, sums.cleared(part), part == 0);
      });
      if (j == end) break;
      const double below = sums.total(stretches, toY);
      const Reflection<T> q(u[j], below);
      T *row = p + j * PANEL;
      for (int64_t i = 0; i < active; i++) toY[i] = q.scale * (toY[i] - q.beta * row[i]);
      for (int64_t i = j + 1; i < m; i++) a[j * lda + i] = u[i] *= q.scale;
      a[j * lda + j] = u[j] = 1;
      std::copy_n(row, PANEL, toV);
      toV[active] = 0;
      row[active] -= q.beta;
      d[j] = q.beta;
      tauQ[j] = q.tau;
      if (width == 0) break;
      // Row j, and both products with A.
      passed = partsOf(width, width * height, COLUMNS_GRAIN, threads);
      parallelFor(passed, threads, [&](int64_t part) {
        const int64_t from = j + 1 + width * part / passed, to = j + 1 + width * (part + 1) / passed;
        T *w = sums.w.data() + part * sums.apart + j;
        std::fill_n(w, height, T(0));
        sums.squares[part] = loop.columns(height, to - from, a + from * lda + j, lda, u + j, q.tau, q.scale, active, r + from * PANEL, toY, toV,
                                          w, sums.cleared(part), part == 0);
      });
      const double beyond = sums.total(passed, b);
      row = r + (j + 1) * PANEL;
      const Reflection<T> v(row[active + 1], beyond);
      for (int64_t i = 0; i <= active; i++) b[i] -= v.beta * row[i];
      row[active + 1] -= v.beta;
      e[j] = shift = v.beta;
      tauP[j] = v.tau;
      scale = scales[j - start] = v.scale;
      factor = v.tau * v.scale;
    }
    // The right reflections go where their rows of A stood.
    for (int64_t c = start + 1; c < n; c++) {
      for (int64_t j = start; j < std::min(end, c); j++) {
        a[c * lda + j] = j + 1 == c ? T(1) : scales[j - start] * r[c * PANEL + 2 * (j - start) + 1];
      }
    }
    if (end < n) update(m - end, n - end, p + end * PANEL, r + end * PANEL, a + end * lda + end, lda, threads);
  }
}

namespace {

// T of I - V T V' from S = V'V, whose place it takes: upper triangular, zeros below.
template <typename T>
void triangle(int64_t count, const T *tau, T *s) {
  T column[BLOCK];
  for (int64_t j = 0; j < count; j++) {
    for (int64_t i = 0; i < j; i++) {
      T sum = 0;
      for (int64_t l = i; l < j; l++) sum += s[i * BLOCK + l] * s[l * BLOCK + j];
      column[i] = -tau[j] * sum;
    }
    for (int64_t i = 0; i < j; i++) s[i * BLOCK + j] = column[i];
    s[j * BLOCK + j] = tau[j];
    for (int64_t i = j + 1; i < count; i++) s[i * BLOCK + j] = 0;
  }
}

// Reflections begin and following of one side as I - V T V' (Schreiber and Van Loan 1989). Their vectors are the rows of V', which
// stand in A as rows (ROWS; A seen row-major, as every matrix from here on) or as columns, from entry `first` on. The corner, count x
// count, is a copy: around it A holds the other side's vectors.
template <typename T>
struct Block {
  int64_t count, first, rest;  // rest: entries behind the corner
  const T *behind;
  T corner[BLOCK * BLOCK], t[BLOCK * BLOCK];
};

template <typename T, bool ROWS>
Block<T> blockOf(int64_t begin, int64_t reflections, int64_t length, const T *a, int64_t lda, const T *tau) {
  Block<T> block;
  block.count = std::min(BLOCK, reflections - begin);
  block.first = ROWS ? begin : begin + 1;
  block.rest = length - block.first - block.count;
  const int64_t reflection = ROWS ? lda : 1, entry = ROWS ? 1 : lda;
  const T *vectors = a + begin * reflection + block.first * entry;
  for (int64_t i = 0; i < block.count; i++) {
    for (int64_t c = 0; c < block.count; c++) block.corner[i * BLOCK + c] = c < i ? T(0) : vectors[i * reflection + c * entry];
  }
  block.behind = vectors + block.count * entry;
  const int count = block.count;
  blas::gemm(CblasNoTrans, CblasTrans, count, count, count, T(1), block.corner, BLOCK, block.corner, BLOCK, T(0), block.t, BLOCK);
  if (block.rest > 0) {
    blas::gemm(ROWS ? CblasNoTrans : CblasTrans, ROWS ? CblasTrans : CblasNoTrans, count, count, block.rest, T(1), block.behind, lda,
               block.behind, lda, T(1), block.t, BLOCK);
  }
  triangle(block.count, tau + begin, block.t);
  return block;
}

template <typename T, bool ROWS>
std::vector<Block<T>> blocksOf(int64_t reflections, int64_t length, const T *a, int64_t lda, const T *tau, int threads) {
  std::vector<Block<T>> blocks((reflections + BLOCK - 1) / BLOCK);
  parallelFor(blocks.size(), threads, [&](int64_t i) { blocks[i] = blockOf<T, ROWS>(i * BLOCK, reflections, length, a, lda, tau); });
  return blocks;
}

constexpr int64_t STRETCH = 128;  // rows or columns of C that a part has at least

}  // namespace

template <typename T>
void applyQ(int64_t m, int64_t n, const T *a, int64_t lda, const T *tauQ, int64_t k, T *c, int64_t ldc, int threads) {
  const auto blocks = blocksOf<T, true>(n, m, a, lda, tauQ, threads);
  parallelRanges(k, STRETCH, threads, [&](int64_t from, int64_t to) {
    const int64_t rows = to - from;
    Scratch<T> work(2 * rows * BLOCK, "svd");
    T *w = work.data(), *wt = w + rows * BLOCK;
    for (auto b = blocks.rbegin(); b != blocks.rend(); ++b) {
      T *corner = c + from * ldc + b->first, *behind = corner + b->count;
      blas::gemm(CblasNoTrans, CblasTrans, rows, b->count, b->count, T(1), corner, ldc, b->corner, BLOCK, T(0), w, BLOCK);
      if (b->rest > 0) blas::gemm(CblasNoTrans, CblasTrans, rows, b->count, b->rest, T(1), behind, ldc, b->behind, lda, T(1), w, BLOCK);
      blas::gemm(CblasNoTrans, CblasTrans, rows, b->count, b->count, T(1), w, BLOCK, b->t, BLOCK, T(0), wt, BLOCK);
      blas::gemm(CblasNoTrans, CblasNoTrans, rows, b->count, b->count, T(-1), wt, BLOCK, b->corner, BLOCK, T(1), corner, ldc);
      if (b->rest > 0) blas::gemm(CblasNoTrans, CblasNoTrans, rows, b->rest, b->count, T(-1), wt, BLOCK, b->behind, lda, T(1), behind, ldc);
    }
  });
}

template <typename T>
void applyP(int64_t n, const T *a, int64_t lda, const T *tauP, int64_t k, T *c, int64_t ldc, int threads) {
  if (n < 2) return;
  const auto blocks = blocksOf<T, false>(n - 1, n, a, lda, tauP, threads);
  parallelRanges(k, STRETCH, threads, [&](int64_t from, int64_t to) {
    const int64_t columns = to - from;
    Scratch<T> work(2 * columns * BLOCK, "svd");
    T *w = work.data(), *tw = w + columns * BLOCK;
    for (auto b = blocks.rbegin(); b != blocks.rend(); ++b) {
      T *corner = c + b->first * ldc + from, *behind = corner + b->count * ldc;
      blas::gemm(CblasNoTrans, CblasNoTrans, b->count, columns, b->count, T(1), b->corner, BLOCK, corner, ldc, T(0), w, columns);
      if (b->rest > 0) blas::gemm(CblasTrans, CblasNoTrans, b->count, columns, b->rest, T(1), b->behind, lda, behind, ldc, T(1), w, columns);
      blas::gemm(CblasNoTrans, CblasNoTrans, b->count, columns, b->count, T(1), b->t, BLOCK, w, columns, T(0), tw, columns);
      blas::gemm(CblasTrans, CblasNoTrans, b->count, columns, b->count, T(-1), b->corner, BLOCK, tw, columns, T(1), corner, ldc);
      if (b->rest > 0) blas::gemm(CblasNoTrans, CblasNoTrans, b->rest, columns, b->count, T(-1), b->behind, lda, tw, columns, T(1), behind, ldc);
    }
  });
}

#define ECKART_BIDIAGONAL(T)                                                                                      \
  template void bidiagonalize<T>(int64_t, int64_t, T *, int64_t, T *, T *, T *, T *, int);                        \
  template void applyQ<T>(int64_t, int64_t, const T *, int64_t, const T *, int64_t, T *, int64_t, int);           \
  template void applyP<T>(int64_t, const T *, int64_t, const T *, int64_t, T *, int64_t, int);

ECKART_BIDIAGONAL(double)
ECKART_BIDIAGONAL(float)
#undef ECKART_BIDIAGONAL

}  // namespace eckart
