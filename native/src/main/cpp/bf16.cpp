// The products of bf16.h, compiled once per instruction set (ECKART_ISA). As in kernels.cpp everything but the table is internal.
//
// Both factors are copied as pairs, entries 2p and 2p + 1 of k in one lane of 32 bits: a row of A as it stands, B in stripes of one or two
// vectors of columns, each pair of rows beside the next. A tile's sums stay in registers while the pairs go by. Copies are filled up with
// zeros to whole pairs, stripes and tiles; a tile that sticks out is computed beside C.
#include "bf16.h"

#include "functors.h"
#include "tile.h"

#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

#define ECKART_PASTE(a, b) a##b
#define ECKART_TABLE(isa) ECKART_PASTE(bf16_, isa)

namespace eckart {
namespace {

using Pairs = Vectors<uint32_t>::Type;
using Sums = Vectors<float>::Type;

constexpr int64_t LANES = N<float>;
constexpr int64_t APART = BF16_DEPTH / 2 + 16;  // rows of A fall into sets of their own
static_assert(BF16_HEIGHT % HIGHEST == 0 && 2 * LANES <= 32 && HIGHEST <= 14, "the scratch memory");

// sums + x1 y1 + x0 y0 in each lane: VDPBF16PS, or what its manual says of it (Intel 64 and IA-32 SDM, volume 2).
#if defined(__AVX512BF16__)
constexpr bool INSTRUCTION = true;

inline Sums dot(Sums sums, uint32_t x, Pairs y) { return _mm512_dpbf16_ps(sums, (__m512bh)(Pairs{} + x), (__m512bh)y); }
#else
constexpr bool INSTRUCTION = false;

inline Sums flushed(Pairs x) {
  const Pairs normal = (Pairs)((x & 0x7f800000) != 0);
  return (Sums)(x & (normal | 0x80000000));
}

inline Sums dot(Sums sums, uint32_t x, Pairs y) {
  const Pairs all = Pairs{} + x;
  sums = flushed((Pairs)sums);
  sums = flushed((Pairs)(sums + flushed(all & 0xffff0000) * flushed(y & 0xffff0000)));
  return flushed((Pairs)(sums + flushed(all << 16) * flushed(y << 16)));
}
#endif

inline uint32_t pair(float even, float odd) { return toBFloat16(even).bits | uint32_t(toBFloat16(odd).bits) << 16; }

// Rows of A, and those of zeros that make up whole tiles.
void copyRows(const SmallProduct<float> &p, uint32_t *to) {
  for (int64_t i = 0; i < (p.m + HIGHEST - 1) / HIGHEST * HIGHEST; i++, to += APART) {
    const float *row = p.a + i * p.aRow;
    const int64_t there = i < p.m ? p.k : 0;
    if (p.aCol == 1) {
      for (int64_t q = 0; q < there / 2; q++) to[q] = pair(row[2 * q], row[2 * q + 1]);
    } else {
      for (int64_t q = 0; q < there / 2; q++) to[q] = pair(row[2 * q * p.aCol], row[(2 * q + 1) * p.aCol]);
    }
    if (there % 2 != 0) to[there / 2] = pair(row[(there - 1) * p.aCol], 0);
    for (int64_t q = (there + 1) / 2; q < (p.k + 1) / 2; q++) to[q] = 0;
  }
}

// `there` columns of B from `first` on, of a stripe of `width`.
void copyColumns(const SmallProduct<float> &p, int64_t first, int64_t there, int64_t width, uint32_t *to) {
  for (int64_t q = 0; q < (p.k + 1) / 2; q++, to += width) {
    const float *even = p.b + 2 * q * p.bRow + first * p.bCol, *odd = even + p.bRow;
    if (2 * q + 1 == p.k) {
      for (int64_t j = 0; j < there; j++) to[j] = pair(even[j * p.bCol], 0);
    } else if (p.bCol == 1) {
      for (int64_t j = 0; j < there; j++) to[j] = pair(even[j], odd[j]);
    } else {
      for (int64_t j = 0; j < there; j++) to[j] = pair(even[j * p.bCol], odd[j * p.bCol]);
    }
    for (int64_t j = there; j < width; j++) to[j] = 0;
  }
}

// HIGHEST rows by W vectors of columns, C's `cRow` apart.
template <int W>
__attribute__((noinline)) void bf16Tile(int64_t pairs, const uint32_t *a, const uint32_t *b, float alpha, float beta, float *c, int64_t cRow) {
  Sums sums[HIGHEST][W] = {};
  for (int64_t p = 0; p < pairs; p++, a++, b += W * LANES) {
    Pairs y[W];
    ECKART_UNROLL
    for (int w = 0; w < W; w++) y[w] = *reinterpret_cast<const Pairs *>(b + w * LANES);
    ECKART_UNROLL
    for (int i = 0; i < HIGHEST; i++) {
      const uint32_t x = a[i * APART];
      ECKART_UNROLL
      for (int w = 0; w < W; w++) sums[i][w] = dot(sums[i][w], x, y[w]);
    }
  }
  ECKART_UNROLL
  for (int i = 0; i < HIGHEST; i++, c += cRow) {
    ECKART_UNROLL
    for (int w = 0; w < W; w++) {
      Sums *to = reinterpret_cast<Sums *>(c + w * LANES);
      sums[i][w] *= alpha;
      *to = beta == 0 ? sums[i][w] : sums[i][w] + beta * *to;
    }
  }
}

// Columns from `first` on, a stripe of W vectors.
template <int W>
void stripe(const SmallProduct<float> &p, int64_t first, const uint32_t *a, uint32_t *b) {
  constexpr int64_t WIDTH = W * LANES;
  const int64_t there = p.n - first < WIDTH ? p.n - first : WIDTH, pairs = (p.k + 1) / 2;
  float *edge = reinterpret_cast<float *>(b + 2 * LANES * (BF16_DEPTH / 2));
  copyColumns(p, first, there, WIDTH, b);
  for (int64_t i = 0; i < p.m; i += HIGHEST, a += HIGHEST * APART) {
    const int64_t rows = p.m - i < HIGHEST ? p.m - i : HIGHEST;
    float *c = p.c + i * p.cRow + first;
    if (rows == HIGHEST && there == WIDTH) {
      bf16Tile<W>(pairs, a, b, p.alpha, p.beta, c, p.cRow);
      continue;
    }
    bf16Tile<W>(pairs, a, b, p.alpha, 0, edge, WIDTH);
    for (int64_t r = 0; r < rows; r++, c += p.cRow) {
      for (int64_t j = 0; j < there; j++) c[j] = edge[r * WIDTH + j] + (p.beta == 0 ? 0 : p.beta * c[j]);
    }
  }
}

void product(const SmallProduct<float> &p, bool kept, uint32_t *scratch) {
  uint32_t *b = scratch + BF16_HEIGHT * APART;
  if (!kept) copyRows(p, scratch);
  int64_t j = 0;
  for (; p.n - j > LANES; j += 2 * LANES) stripe<2>(p, j, scratch, b);
  if (j < p.n) stripe<1>(p, j, scratch, b);
}

}  // namespace

extern const Bf16 ECKART_TABLE(ECKART_ISA) = {INSTRUCTION, product};

}  // namespace eckart
