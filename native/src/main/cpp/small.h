// Products over a short k, compiled once per instruction set (small.cpp).
#pragma once
#include <cstdint>

namespace eckart {

constexpr int64_t SMALL_DEPTH = 256, SMALL_WIDTH = 256;  // the longest k and n
constexpr int64_t SMALL_LEAST_ROW = 64;                  // bytes of n: a vector of every instruction set

// C = alpha A B + beta C. Element (i, j) of A stands at a[i * aRow + j * aCol], of B at b[i * bRow + j * bCol]; C's rows are contiguous.
// Of B one stride is 1, or k is. beta = 0 does not read C.
template <typename T>
struct SmallProduct {
  int64_t m, n, k;  // what a kernel takes: m, k at least 1; n from a vector to SMALL_WIDTH, k to SMALL_DEPTH
  T alpha, beta;
  const T *a;
  int64_t aRow, aCol;
  const T *b;
  int64_t bRow, bCol;
  T *c;
  int64_t cRow;
};

// Where the next product of the same shape stands: it is asked for while this one is computed. An operand that is shared stands where it
// stood; null: none.
template <typename T>
struct SmallNext {
  const T *a, *b, *c;
};

template <typename T>
struct SmallLoop {
  // Every entry of C is alpha times its sum in the order of k, plus beta times what it was: the same bits wherever C is cut.
  void (*product)(const SmallProduct<T> &product, const SmallNext<T> &next);
};

struct Small {
  SmallLoop<double> f64;
  SmallLoop<float> f32;
};

extern const Small small_v2, small_v3, small_v4, small_v8;

}  // namespace eckart
