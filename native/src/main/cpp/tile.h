// A tile of a product, whose sums stay in registers while k is walked once. For files that are compiled once per instruction set: everything
// is internal.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

#include "vectors.h"

#define ECKART_UNROLL _Pragma("GCC unroll 32")

namespace eckart {
namespace {

constexpr int HIGHEST = REGISTERS == 32 ? 14 : 6;  // the sums of a tile, a row of B and an entry of A fill the registers

template <typename T>
constexpr int N = BYTES / int(sizeof(T));  // columns of a vector

template <typename T>
struct Tile {
  int64_t k;
  const T *a;
  int64_t aRow, aCol;
  const T *b;
  int64_t bRow, tail;  // the last vector's place
  T alpha, beta;
  T *c;
  int64_t cRow;
  const char *ahead;  // asked for: `burst` lines at once, then one at each step of k
  int64_t aheadStep, burst;
};

// H rows by W vectors of columns: at 0, N, ..., and the last at `tail`.
template <typename T, int W, int H>
__attribute__((noinline)) void tile(const Tile<T> &t) {
  using V = typename Vectors<T>::Type;
  constexpr int GROUP = 3;  // rows that one address register reaches
  const int64_t tail = t.tail, aRow = t.aRow, aCol = t.aCol, bRow = t.bRow, aheadStep = t.aheadStep;
  const auto at = [tail](auto *p, int w) __attribute__((always_inline)) { return p + (w == W - 1 ? tail : w * N<T>); };
  const T *a[(H + GROUP - 1) / GROUP], *b = t.b;
  const char *ahead = t.ahead;
  ECKART_UNROLL
  for (int i = 0; i < H; i += GROUP) a[i / GROUP] = t.a + i * aRow;
  V sums[H][W];
  ECKART_UNROLL
  for (int i = 0; i < H; i++) {
    ECKART_UNROLL
    for (int w = 0; w < W; w++) sums[i][w] = V{};
  }
  for (int64_t i = t.burst; i > 0; i--, ahead += aheadStep) __builtin_prefetch(ahead, 0, 2);
  for (int64_t p = t.k; p > 0; p--) {
    __builtin_prefetch(ahead, 0, 2);
    ahead += aheadStep;
    V x[W];
    ECKART_UNROLL
    for (int w = 0; w < W; w++) x[w] = *reinterpret_cast<const V *>(at(b, w));
    b += bRow;
    ECKART_UNROLL
    for (int i = 0; i < H; i++) {
      const T y = a[i / GROUP][i % GROUP * aRow];
      ECKART_UNROLL
      for (int w = 0; w < W; w++) sums[i][w] += y * x[w];
    }
    ECKART_UNROLL
    for (int i = 0; i < H; i += GROUP) a[i / GROUP] += aCol;
  }
  const T alpha = t.alpha, beta = t.beta;
  T *c = t.c;
  ECKART_UNROLL
  for (int i = 0; i < H; i++, c += t.cRow) {
    ECKART_UNROLL
    for (int w = 0; w < W; w++) {
      if (alpha != 1) sums[i][w] *= alpha;
      if (beta != 0) sums[i][w] += beta * *reinterpret_cast<const V *>(at(c, w));
    }
    ECKART_UNROLL
    for (int w = 0; w < W; w++) *reinterpret_cast<V *>(at(c, w)) = sums[i][w];
  }
}

template <typename T, int W, typename Heights = std::make_index_sequence<HIGHEST>>
struct Tiles;
template <typename T, int W, std::size_t... H>
struct Tiles<T, W, std::index_sequence<H...>> {
  static constexpr void (*of[])(const Tile<T> &) = {tile<T, W, int(H) + 1>...};  // by rows, less one
};

}  // namespace
}  // namespace eckart
