// The loop of spmm.h, compiled once per instruction set (ECKART_ISA). As in kernels.cpp everything but the table is internal.
//
// A row of C stays in registers while the rows of X that its entries name are added up. Those lie anywhere: each is asked for
// AHEAD entries before it is needed. p columns are taken as vectors of N, the last of which may overlap the one before, in
// stripes of at most WIDEST vectors.
#include "spmm.h"

#include "vectors.h"

#define ECKART_PASTE(a, b) a##b
#define ECKART_TABLE(isa) ECKART_PASTE(spmm_, isa)

namespace eckart {
namespace {

constexpr int WIDEST = 8;
constexpr int64_t AHEAD = 24, LINE = 64;

// W vectors of N columns: at 0, N, ..., and the last at `tail`.
template <typename T, int N, int W>
void stripe(const SparseRows<T> &a, int64_t begin, int64_t end, int64_t tail, const T *x, int64_t ldx, T *c, int64_t ldc, bool add) {
  using V = typename Vectors<T, N>::Type;
  const auto vector = [tail](auto *p, int w) __attribute__((always_inline)) { return p + (w == W - 1 ? tail : w * N); };
  for (int64_t i = begin; i < end; i++) {
    int64_t e = a.starts[i];
    const int64_t past = a.starts[i + 1];
    if (add && e == past) continue;
    T *to = c + i * ldc;
    V sums[W];
    for (int w = 0; w < W; w++) sums[w] = add ? *reinterpret_cast<const V *>(vector(to, w)) : V{};
    for (; e < past; e++) {
      const char *next = reinterpret_cast<const char *>(x + a.indices[e + AHEAD < a.last ? e + AHEAD : a.last] * ldx);
      for (int64_t byte = 0; byte < int64_t(W * N * sizeof(T)); byte += LINE) __builtin_prefetch(next + byte);
      const T *from = x + a.indices[e] * ldx;
      const T value = a.values[e];
      for (int w = 0; w < W; w++) sums[w] += value * *reinterpret_cast<const V *>(vector(from, w));
    }
    for (int w = 0; w < W; w++) *reinterpret_cast<V *>(vector(to, w)) = sums[w];
  }
}

template <typename T, int N, int W>
void stripeOf(int64_t vectors, const SparseRows<T> &a, int64_t begin, int64_t end, int64_t tail, const T *x, int64_t ldx, T *c, int64_t ldc,
              bool add) {
  if (vectors == W) return stripe<T, N, W>(a, begin, end, tail, x, ldx, c, ldc, add);
  if constexpr (W > 1) stripeOf<T, N, W - 1>(vectors, a, begin, end, tail, x, ldx, c, ldc, add);
}

template <typename T, int N = BYTES / int(sizeof(T))>
void rows(const SparseRows<T> &a, int64_t begin, int64_t end, int64_t p, const T *x, int64_t ldx, T *c, int64_t ldc, bool add) {
  if constexpr (N > 1) {
    if (p < N) return rows<T, N / 2>(a, begin, end, p, x, ldx, c, ldc, add);
  }
  const int64_t vectors = (p + N - 1) / N, stripes = (vectors + WIDEST - 1) / WIDEST;
  for (int64_t s = 0; s < stripes; s++) {
    const int64_t from = vectors * s / stripes, to = vectors * (s + 1) / stripes;
    const int64_t tail = (to * N < p ? to * N : p) - N - from * N;
    stripeOf<T, N, WIDEST>(to - from, a, begin, end, tail, x + from * N, ldx, c + from * N, ldc, add);
  }
}

}  // namespace

extern const Spmm ECKART_TABLE(ECKART_ISA) = {{rows<double>}, {rows<float>}};

}  // namespace eckart
