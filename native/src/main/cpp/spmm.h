// The inner loop of CSR x dense, compiled once per instruction set (spmm.cpp).
#pragma once
#include <cstdint>

namespace eckart {

// A row i of a tile has its entries at [starts[i], starts[i + 1]); `last` is the last entry of the whole matrix.
template <typename T>
struct SparseRows {
  const int64_t *starts;
  const int32_t *indices;
  const T *values;
  int64_t last;
};

template <typename T>
struct SpmmLoop {
  // Rows [begin, end) of C, p columns each: C = A X, or C += A X where `add`.
  void (*rows)(const SparseRows<T> &a, int64_t begin, int64_t end, int64_t p, const T *x, int64_t ldx, T *c, int64_t ldc, bool add);
};

struct Spmm {
  SpmmLoop<double> f64;
  SpmmLoop<float> f32;
};

extern const Spmm spmm_v2, spmm_v3, spmm_v4, spmm_v8;

}  // namespace eckart
