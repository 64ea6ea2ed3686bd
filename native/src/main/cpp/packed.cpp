// The products of packed.h, compiled once per instruction set (ECKART_ISA). As in kernels.cpp everything but the table is internal.
//
// Where the rows of A lie a multiple of a page apart, a column of them falls into one set of each cache, and is gone before the next tile
// comes by. So A is read once, in pieces, in the order of its memory, and the tiles run over copies that lie together:
//   A by rows      C: a tile's rows of A, a piece of k long, are copied; B's stripes, copied once for all of them, go by
//   A by columns   C': stripes of A's columns are copied, PACKED_RUN bytes of each row at a time; B' goes by, and the results are turned
// Copies are filled up with zeros to whole stripes and tiles. Sums are in the order of k, as in small.cpp.
#include "packed.h"

#include <cstring>

#include "tile.h"

#define ECKART_PASTE(a, b) a##b
#define ECKART_TABLE(isa) ECKART_PASTE(packed_, isa)

namespace eckart {
namespace {

constexpr int64_t LINE = 64;
constexpr int64_t AHEAD = 8;  // rows whose lines are asked for before they are copied

template <typename T>
constexpr int64_t STRIPE = 2 * N<T>;

constexpr int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

// A matrix, `depth` by `n`, in stripes of WIDTH columns, each row by row.
template <int64_t WIDTH, typename T>
void pack(int64_t depth, int64_t n, const T *from, int64_t row, int64_t col, T *to) {
  for (int64_t p = 0; p < depth; p++, from += row) {
    for (int64_t j = 0; j < n; j += WIDTH) {
      T *stripe = to + j * depth + p * WIDTH;
      const int64_t there = least(WIDTH, n - j);
      if (col == 1 && there == WIDTH) {
        std::memcpy(stripe, from + j, WIDTH * sizeof(T));
        continue;
      }
      for (int64_t i = 0; i < there; i++) stripe[i] = from[(j + i) * col];
      for (int64_t i = there; i < WIDTH; i++) stripe[i] = 0;
    }
  }
}

// `next`: a row of what is copied next, or null.
template <typename T>
void run(Tile<T> &t, int64_t rows, const T *next) {
  t.ahead = reinterpret_cast<const char *>(next == nullptr ? t.b : next);
  t.aheadStep = next == nullptr ? 0 : sizeof(T);
  t.burst = 0;
  t.tail = N<T>;
  Tiles<T, 2>::of[rows - 1](t);
}

// C = alpha A B + beta C over `depth` of k, A's rows contiguous.
template <typename T>
void byRows(const SmallProduct<T> &p, int64_t depth, T *b, T *scratch) {
  constexpr int64_t APART = PACKED_DEPTH + LINE / int64_t(sizeof(T));  // rows of a copy fall into sets of their own
  T *a = scratch, *edge = a + HIGHEST * APART;
  pack<STRIPE<T>>(depth, p.n, p.b, p.bRow, p.bCol, b);
  for (int64_t i = 0; i < p.m; i += HIGHEST) {
    const int64_t rows = least(HIGHEST, p.m - i);
    for (int64_t r = 0; r < rows; r++) std::memcpy(a + r * APART, p.a + (i + r) * p.aRow, depth * sizeof(T));
    for (int64_t j = 0; j < p.n; j += STRIPE<T>) {
      const int64_t width = least(STRIPE<T>, p.n - j);
      const bool whole = width == STRIPE<T>;
      T *c = p.c + i * p.cRow + j;
      Tile<T> t;
      t.k = depth;
      t.a = a;
      t.aRow = APART;
      t.aCol = 1;
      t.b = b + j * depth;
      t.bRow = STRIPE<T>;
      t.alpha = p.alpha;
      t.beta = whole ? p.beta : T(0);
      t.c = whole ? c : edge;
      t.cRow = whole ? p.cRow : STRIPE<T>;
      const int64_t next = i + HIGHEST + j / STRIPE<T>;
      run<T>(t, rows, next < least(p.m, i + 2 * HIGHEST) ? p.a + next * p.aRow : nullptr);
      if (whole) continue;
      for (int64_t r = 0; r < rows; r++) {
        T *row = c + r * p.cRow;
        for (int64_t l = 0; l < width; l++) row[l] = edge[r * STRIPE<T> + l] + (p.beta == T(0) ? T(0) : p.beta * row[l]);
      }
    }
  }
}

// `width` columns of A, from p.a on.
template <typename T>
void copyColumns(const SmallProduct<T> &p, int64_t depth, int64_t width, T *to) {
  constexpr int64_t RUN = PACKED_RUN / int64_t(sizeof(T));
  if (width < RUN) return pack<STRIPE<T>>(depth, width, p.a, p.aCol, 1, to);
  for (int64_t q = 0; q < depth; q++) {
    const T *row = p.a + q * p.aCol;
    if (q + AHEAD < depth) {
      for (int64_t l = 0; l < RUN; l += LINE / int64_t(sizeof(T))) __builtin_prefetch(row + AHEAD * p.aCol + l, 0, 3);
    }
    for (int64_t j = 0; j < RUN; j += STRIPE<T>) std::memcpy(to + j * depth + q * STRIPE<T>, row + j, STRIPE<T> * sizeof(T));
  }
}

// The same for an A whose columns are contiguous.
template <typename T>
void byColumns(const SmallProduct<T> &p, int64_t depth, T *b, T *scratch) {
  constexpr int64_t RUN = PACKED_RUN / int64_t(sizeof(T));
  T *a = scratch, *turned = a + RUN * PACKED_DEPTH;
  pack<HIGHEST>(depth, p.n, p.b, p.bRow, p.bCol, b);
  SmallProduct<T> now = p;
  for (int64_t i = 0; i < p.m; i += STRIPE<T>) {
    if (i % RUN == 0) {
      now.a = p.a + i;
      copyColumns(now, depth, least(RUN, p.m - i), a);
    }
    for (int64_t j = 0; j < p.n; j += HIGHEST) {
      Tile<T> t;
      t.k = depth;
      t.a = b + j * depth;
      t.aRow = 1;
      t.aCol = HIGHEST;
      t.b = a + i % RUN * depth;
      t.bRow = STRIPE<T>;
      t.alpha = p.alpha;
      t.beta = 0;
      t.c = turned + j * STRIPE<T>;
      t.cRow = STRIPE<T>;
      run<T>(t, HIGHEST, nullptr);
    }
    const int64_t width = least(STRIPE<T>, p.m - i);
    for (int64_t l = 0; l < width; l++) {
      T *row = p.c + (i + l) * p.cRow;
      for (int64_t j = 0; j < p.n; j++) row[j] = turned[j * STRIPE<T> + l] + (p.beta == T(0) ? T(0) : p.beta * row[j]);
    }
  }
}

template <typename T>
void product(const SmallProduct<T> &p, T *scratch) {
  T *b = scratch, *rest = scratch + PACKED_DEPTH * (PACKED_WIDTH + 16);
  SmallProduct<T> now = p;
  for (int64_t d = 0; d < p.k; d += PACKED_DEPTH) {
    const int64_t depth = least(PACKED_DEPTH, p.k - d);
    if (p.aCol == 1) {
      byRows(now, depth, b, rest);
    } else {
      byColumns(now, depth, b, rest);
    }
    now.a += depth * p.aCol;
    now.b += depth * p.bRow;
    now.beta = 1;
  }
}

}  // namespace

extern const Packed ECKART_TABLE(ECKART_ISA) = {{product<double>}, {product<float>}};

}  // namespace eckart
