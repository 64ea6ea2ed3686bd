// gemm: C[i] = alpha A[i] B[i] + beta C[i],  A m x k and B k x n with any one unit stride, C m x n row-major.
//
// The work is cut into parts that no other part waits for, each some calls of one-threaded OpenBLAS, or of the own kernels (small.h):
//   short k, small B       rows of C, or stretches of the batch: the own kernels
//   one A, narrow B        blocks of A's rows: the own kernels. So are weights multiplied that lie in stripes of columns, packed once
//   large, few columns     the own kernels, see narrow.cpp; so are few rows
//   one large product      tiles of C
//   small C, long k        stretches of k, each into a C of its own, then summed in order
//   m = 1 or n = 1         gemv over stretches of the result
//   many small products    stretches of the batch
// Which one, and where it is cut, depends on the shape and on `threads` alone: the result is the same at each call.
#include <algorithm>
#include <cmath>

#include "blas.h"
#include "isa.h"
#include "narrow.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t LARGEST = int64_t{1} << 30;  // of a dimension in one call
constexpr int64_t PARTS_PER_THREAD = 4;
constexpr double ROUND = 1500;               // edge of C for which each thread gets one tile more
constexpr double WORTH_A_PART = 1e6;           // multiplications: some tens of microseconds, a few times what waking a thread takes
constexpr int64_t EDGE = 32;                   // tiles start at multiples of OpenBLAS's register blocks

int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// One factor, seen as BLAS sees it: row-major with its leading dimension, or the transpose of that.
template <typename T>
struct Factor {
  const T *base;
  int64_t row, col, batch;
  CBLAS_TRANSPOSE trans;
  int ld;

  Factor(const char *name, int64_t address, int64_t rows, int64_t cols, int64_t row, int64_t col, int64_t batch)
      : base(at<const T>(address)), row(row), col(col), batch(batch) {
    // The stride along a dimension of 1 says nothing. ld: at least the length of a stored row.
    const int64_t plain = rows == 1 ? std::max<int64_t>(cols, 1) : row, turned = cols == 1 ? std::max<int64_t>(rows, 1) : col;
    if ((col == 1 || cols == 1) && plain >= cols) {
      trans = CblasNoTrans;
      ld = int32(plain, "gemm", "row stride");
    } else if ((row == 1 || rows == 1) && turned >= rows) {
      trans = CblasTrans;
      ld = int32(turned, "gemm", "column stride");
    } else {
      throw std::invalid_argument(std::string("gemm: ") + name + " (" + std::to_string(rows) + "," + std::to_string(cols) +
                                  ") has strides (" + std::to_string(row) + "," + std::to_string(col) +
                                  "): one must be 1 and rows must not overlap, copy it first");
    }
  }

  const T *element(int64_t item, int64_t i, int64_t j) const { return base + item * batch + i * row + j * col; }
};

template <typename T>
struct Product {
  int64_t m, n, k;
  T alpha;
  Factor<T> a, b;
  T beta;
  T *c;
  int64_t cRow, cBatch;
  int ldc;

  // Rows [i, i + rows) by columns [j, j + cols) of item's C, over [p, p + depth) of k.
  void tile(int64_t item, int64_t i, int64_t rows, int64_t j, int64_t cols, int64_t p, int64_t depth, T *to, int ldTo, T scale) const {
    do {
      const int64_t now = std::min(depth, LARGEST);
      blas::gemm(a.trans, b.trans, rows, cols, now, alpha, a.element(item, i, p), a.ld, b.element(item, p, j), b.ld, scale, to, ldTo);
      p += now;
      depth -= now;
      scale = 1;
    } while (depth > 0);
  }

  // Item's product, for the own kernels.
  SmallProduct<T> small(int64_t item) const {
    return {m, n, k, alpha, beta, a.element(item, 0, 0), a.row, a.col, b.element(item, 0, 0), b.row, b.col, c + item * cBatch, cRow};
  }

  void tile(int64_t item, int64_t i, int64_t rows, int64_t j, int64_t cols) const {
    tile(item, i, rows, j, cols, 0, k, c + item * cBatch + i * cRow + j, ldc, beta);
  }
};

// C = beta C, where nothing is added.
template <typename T>
void scale(int64_t batch, int64_t m, int64_t n, T beta, T *c, int64_t cRow, int64_t cBatch, int threads) {
  if (beta == T(1)) return;
  parallelRanges(batch * m, std::max<int64_t>(1, 32768 / n), threads, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      T *row = c + r / m * cBatch + r % m * cRow;
      for (int64_t j = 0; j < n; j++) row[j] = beta == T(0) ? T(0) : beta * row[j];
    }
  });
}

// y = alpha M x + beta y over stretches of y; M = A for a column of C, B' for a row.
template <typename T>
void vectorProduct(const Product<T> &p, int64_t item, int threads) {
  const bool column = p.n == 1;
  const Factor<T> &matrix = column ? p.a : p.b, &vector = column ? p.b : p.a;
  const int64_t length = column ? p.m : p.n;
  const int64_t stride = column ? vector.row : vector.col;
  // A vector may be a column of a wide matrix.
  const int incx = int32(p.k == 1 ? 1 : stride, "gemm", "vector stride");
  const int incy = int32(column && p.m > 1 ? p.cRow : 1, "gemm", "vector stride");
  T *y = p.c + item * p.cBatch;
  const int64_t grain = std::max<int64_t>(EDGE, static_cast<int64_t>(WORTH_A_PART / 8 / p.k));
  auto stretch = [&](int64_t begin, int64_t end) {
    for (; begin < end; begin += LARGEST) {
      const int64_t count = std::min(end - begin, LARGEST);
      T beta = p.beta;
      for (int64_t at = 0; at < p.k; at += LARGEST, beta = 1) {
        const int64_t depth = std::min(p.k - at, LARGEST);
        const T *block = column ? matrix.element(item, begin, at) : matrix.element(item, at, begin);
        // The stored, row-major block is (count x depth) or its transpose.
        const bool asStored = (matrix.trans == CblasNoTrans) == column;
        blas::gemv(asStored ? CblasNoTrans : CblasTrans, asStored ? count : depth, asStored ? depth : count, p.alpha, block, matrix.ld,
                   vector.element(item, 0, 0) + at * stride, incx, beta, y + begin * incy, incy);
      }
    }
  };
  parallelRanges(length, grain, threads, stretch);
}

template <typename T>
void longProduct(const Product<T> &p, int64_t item, int threads) {
  const int64_t parts = threads, size = p.m * p.n;
  Scratch<T> sums(parts * size, "gemm");
  parallelFor(parts, threads, [&](int64_t part) {
    const int64_t begin = p.k * part / parts, end = p.k * (part + 1) / parts;
    p.tile(item, 0, p.m, 0, p.n, begin, end - begin, sums.data() + part * size, p.n, T(0));
  });
  for (int64_t i = 0; i < p.m; i++) {
    T *row = p.c + item * p.cBatch + i * p.cRow;
    for (int64_t j = 0; j < p.n; j++) {
      T sum = 0;
      for (int64_t part = 0; part < parts; part++) sum += sums[part * size + i * p.n + j];
      row[j] = p.beta == T(0) ? sum : p.beta * row[j] + sum;
    }
  }
}

// How C is cut into equal tiles.
struct Grid {
  int64_t height, width, down, across;

  Grid(int64_t m, int64_t n, int64_t down, int64_t across)
      : height(ceilDiv(ceilDiv(m, down), EDGE) * EDGE), width(ceilDiv(ceilDiv(n, across), EDGE) * EDGE), down(ceilDiv(m, height)),
        across(ceilDiv(n, width)) {}

  // Time of `batch` such products, in multiplications for each step of k: tiles are done in rounds, and each packs both its panels.
  double cost(int64_t batch, int threads) const {
    constexpr double PACKED = 20;  // one entry's packing, in multiplications
    return double(ceilDiv(batch * down * across, threads)) * (double(height) * width + PACKED * (height + width));
  }
};

// The cheapest grid. Large products get several tiles a thread, so that one that loses its core is made up for by the others.
template <typename T>
Grid gridOf(const Product<T> &p, int64_t batch, int threads) {
  const double size = std::sqrt(double(p.m) * p.n);
  const int64_t rounds = std::clamp<int64_t>(static_cast<int64_t>(size / ROUND), 1, PARTS_PER_THREAD);
  const int64_t most = std::clamp<int64_t>(static_cast<int64_t>(double(p.m) * p.n * p.k / WORTH_A_PART), 1, ceilDiv(rounds * threads, batch));
  const int64_t down = ceilDiv(p.m, LARGEST), across = ceilDiv(p.n, LARGEST);
  Grid best(p.m, p.n, down, std::max(across, most / down));
  for (int64_t i = down + 1; i <= most; i++) {
    const Grid grid(p.m, p.n, i, std::max(across, most / i));
    if (grid.cost(batch, threads) <= best.cost(batch, threads)) best = grid;  // of equals the one with more rows of tiles is faster
  }
  return best;
}

// The own kernels take what they were measured to be faster at: with fewer rows, columns or steps most of their registers would idle, with
// more packing both factors, as OpenBLAS does, pays.
template <typename T>
bool isSmall(const Product<T> &p) {
  return std::min(p.m, p.k) >= 8 && p.n * int64_t(sizeof(T)) >= SMALL_LEAST_ROW && p.k <= SMALL_DEPTH && p.n <= SMALL_WIDTH;
}

// Cut into rows of C, items one after the other. The result does not depend on the cuts.
template <typename T>
void smallProduct(const Product<T> &p, int64_t batch, int threads) {
  const SmallLoop<T> &loop = smallLoop<T>();
  const double worth = double(p.m) * p.n * p.k * batch / WORTH_A_PART;
  const int64_t parts = threads <= 1 ? 1 : std::clamp<int64_t>(static_cast<int64_t>(worth), 1, threads * FINE_RANGES_PER_THREAD);
  const int64_t height = ceilDiv(p.m, std::clamp<int64_t>(parts / batch, 1, ceilDiv(p.m, EDGE))), down = ceilDiv(p.m, height);
  const auto pieces = [&](int64_t begin, int64_t end) {
    SmallProduct<T> now = p.small(0);
    int64_t item = begin / down, i = begin % down * height;
    for (int64_t piece = begin; piece < end; piece++) {
      now.m = std::min(height, p.m - i);
      now.a = p.a.element(item, i, 0);
      now.b = p.b.element(item, 0, 0);
      now.c = p.c + item * p.cBatch + i * p.cRow;
      i += height;
      if (i >= p.m) {
        item++;
        i = 0;
      }
      SmallNext<T> next{};
      if (piece + 1 < end) next = {p.a.element(item, i, 0), p.b.element(item, 0, 0), p.c + item * p.cBatch + i * p.cRow};
      loop.product(now, next);
    }
  };
  if (parts == 1) return pieces(0, batch * down);
  parallelRanges(batch * down, ceilDiv(batch * down, parts), threads, pieces, FINE_RANGES_PER_THREAD);
}

// One A times stripes of columns: a block of A's rows, a stretch of k, stays in the second-level cache while they go by.
template <typename T>
bool isShared(const Product<T> &p, int64_t batch) {
  constexpr int64_t WIDEST = 16;
  return batch > 1 && p.a.batch == 0 && p.a.col == 1 && p.b.col == 1 && std::min(p.m, p.k) >= 8 && p.n * int64_t(sizeof(T)) >= SMALL_LEAST_ROW &&
         p.n <= WIDEST;
}

// Cut into rows of C and items. The result does not depend on the cuts: k's stretches depend on k alone.
template <typename T>
void sharedProduct(const Product<T> &p, int64_t batch, int threads) {
  constexpr int64_t HEIGHT = 144;
  const SmallLoop<T> &loop = smallLoop<T>();
  const int64_t down = ceilDiv(p.m, HEIGHT), depths = ceilDiv(p.k, SMALL_DEPTH);
  // Block `i` of rows, a stretch of k.
  const auto at = [&](int64_t i, int64_t item, int64_t depth) {
    const int64_t row = p.m * i / down, from = p.k * depth / depths;
    SmallProduct<T> now = p.small(item);
    now.m = p.m * (i + 1) / down - row;
    now.k = p.k * (depth + 1) / depths - from;
    now.a = p.a.element(item, row, from);
    now.b = p.b.element(item, from, 0);
    now.c += row * p.cRow;
    if (depth > 0) now.beta = 1;
    return now;
  };
  const double each = double(p.m) / double(down) * double(p.n) * double(p.k);
  parallelRanges(down * batch, std::max<int64_t>(1, int64_t(WORTH_A_PART / each)), threads, [&](int64_t begin, int64_t end) {
    while (begin < end) {
      const int64_t i = begin / batch, first = begin % batch, items = std::min(batch - first, end - begin), all = items * depths;
      SmallProduct<T> now = at(i, first, 0);
      for (int64_t next = 1; next <= all; next++) {
        const SmallProduct<T> then = next < all ? at(i, first + next % items, next / items) : SmallProduct<T>{};
        loop.product(now, {then.a, then.b, then.c});
        now = then;
      }
      begin += items;
    }
  }, FINE_RANGES_PER_THREAD);
}

template <typename T>
void tiledProduct(const Product<T> &p, int64_t batch, int threads) {
  const Grid grid = gridOf(p, batch, std::max(threads, 1));
  const int64_t tiles = grid.down * grid.across;
  parallelFor(batch * tiles, threads, [&](int64_t part) {
    const int64_t item = part / tiles, i = part % tiles / grid.across * grid.height, j = part % grid.across * grid.width;
    p.tile(item, i, std::min(grid.height, p.m - i), j, std::min(grid.width, p.n - j));
  });
}

template <typename T>
void multiply(const Product<T> &p, int64_t batch, int threads) {
  const double each = double(p.m) * p.n * p.k;
  if (p.m == 1 || p.n == 1) {
    if (batch == 1) return vectorProduct(p, 0, threads);
    const int64_t grain = static_cast<int64_t>(WORTH_A_PART / 8 / each) + 1;
    if (batch / grain < threads) {
      for (int64_t item = 0; item < batch; item++) vectorProduct(p, item, threads);
      return;
    }
    return parallelRanges(batch, grain, threads, [&](int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; item++) vectorProduct(p, item, 1);
    });
  }
  if (isShared(p, batch)) return sharedProduct(p, batch, threads);
  if (isSmall(p) && !(batch == 1 && isPacked(p.small(0)))) return smallProduct(p, batch, threads);
  if (batch == 1 && isNarrow(p.small(0))) return narrowProduct(p.small(0), threads);
  const bool oneCall = std::max({p.m, p.n, p.k}) <= LARGEST;
  if (oneCall && (threads <= 1 || each * batch < 2 * WORTH_A_PART)) {
    for (int64_t item = 0; item < batch; item++) p.tile(item, 0, p.m, 0, p.n);
    return;
  }
  if (oneCall && batch >= PARTS_PER_THREAD * threads) {
    return parallelRanges(batch, static_cast<int64_t>(WORTH_A_PART / each) + 1, threads, [&](int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; item++) p.tile(item, 0, p.m, 0, p.n);
    });
  }
  if (threads > 1 && std::max(p.m, p.n) <= 512 && p.k >= 16 * std::max(p.m, p.n) && batch < threads) {
    for (int64_t item = 0; item < batch; item++) longProduct(p, item, threads);
    return;
  }
  tiledProduct(p, batch, threads);
}

}  // namespace

void gemm(int type, int64_t batch, int64_t m, int64_t n, int64_t k, double alpha, int64_t a, int64_t aRow, int64_t aCol,
          int64_t aBatch, int64_t b, int64_t bRow, int64_t bCol, int64_t bBatch, double beta, int64_t c, int64_t cRow,
          int64_t cBatch, int threads) {
  withFloating(type, "gemm", [&](auto zero) {
    using T = decltype(zero);
    if (batch == 0 || m == 0 || n == 0) return;
    if (k == 0 || alpha == 0) return scale<T>(batch, m, n, beta, at<T>(c), cRow, cBatch, threads);
    // Items that share B and lie one below the other are one product of more rows.
    if (batch > 1 && bBatch == 0 && aCol == 1 && aBatch == m * aRow && cBatch == m * cRow && aRow >= k) {
      m *= batch;
      batch = 1;
    }
    const Product<T> product{m, n, k, T(alpha), Factor<T>("A", a, m, k, aRow, aCol, aBatch), Factor<T>("B", b, k, n, bRow, bCol, bBatch),
                             T(beta), at<T>(c), cRow, cBatch, int32(m == 1 ? n : cRow, "gemm", "row stride")};
    BlasCall call;
    multiply(product, batch, threads);
  });
}

}  // namespace eckart
