// The loop of jacobi.h, compiled once per instruction set (ECKART_ISA). As in kernels.cpp everything but the table is internal.
//
// One-sided Jacobi (Hestenes 1958; Demmel and Veselic 1992 for its accuracy): each pair of columns x, y is turned until it is
// orthogonal, the longer one first (de Rijk 1989), pair after pair, until a sweep over all pairs turns none. Lanes that have nothing
// to turn in a pair wait with the rotation 1. Pairs are taken by blocks of columns, so that two blocks stay in the first cache.
#include "jacobi.h"

#include "vectors.h"

#define ECKART_PASTE(a, b) a##b
#define ECKART_TABLE(isa) ECKART_PASTE(jacobi_, isa)

namespace eckart {
namespace {

constexpr int64_t NEAR = 24 << 10;  // bytes of two blocks of columns
constexpr int MOST_SWEEPS = 40;     // six to eight are usual

template <typename T>
struct Lanes;
template <>
struct Lanes<double> {
  typedef double Type __attribute__((vector_size(BYTES), may_alias));
  typedef long long Mask __attribute__((vector_size(BYTES), may_alias));
  static constexpr double EPSILON = 0x1p-52;
};
template <>
struct Lanes<float> {
  typedef float Type __attribute__((vector_size(BYTES), may_alias));
  typedef int Mask __attribute__((vector_size(BYTES), may_alias));
  static constexpr float EPSILON = 0x1p-23f;
};

template <typename T>
struct Rotations {
  using V = typename Lanes<T>::Type;
  using M = typename Lanes<T>::Mask;
  static constexpr int64_t N = BYTES / sizeof(T);
  static constexpr V ONE = V{} + T(1);

  int64_t m, n;
  V *a, *v, *squares;
  T threshold;

  static V squareRoot(V x) {
    T part[N];
    __builtin_memcpy(part, &x, sizeof x);
    for (int64_t l = 0; l < N; l++) part[l] = sizeof(T) == 8 ? T(__builtin_sqrt(double(part[l]))) : T(__builtin_sqrtf(float(part[l])));
    __builtin_memcpy(&x, part, sizeof x);
    return x;
  }
  static V magnitude(V x) { return x < 0 ? -x : x; }
  static bool any(M mask) {
    using Words = long long __attribute__((vector_size(BYTES)));
    const Words words = Words(mask);
    long long joint = 0;
    for (int64_t i = 0; i < BYTES / 8; i++) joint |= words[i];
    return joint != 0;
  }

  static V dot(int64_t count, const V *x, const V *y) {
    V s0 = {}, s1 = {}, s2 = {}, s3 = {};
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
      s0 += x[i] * y[i];
      s1 += x[i + 1] * y[i + 1];
      s2 += x[i + 2] * y[i + 2];
      s3 += x[i + 3] * y[i + 3];
    }
    for (; i < count; i++) s0 += x[i] * y[i];
    return (s0 + s1) + (s2 + s3);
  }

  // (x, y) = (c x - s y, s x + c y) with r = s / (1 + c), so that a small angle makes a small error (Rutishauser 1966); lanes of `swap`
  // get (y, -x) of that.
  template <bool SWAP>
  static void turn(int64_t count, V *x, V *y, V s, V r, M swap) {
#pragma GCC unroll 4
    for (int64_t i = 0; i < count; i++) {
      const V p = x[i], q = y[i], left = p - s * (q + r * p), right = q + s * (p - r * q);
      x[i] = SWAP ? (swap ? right : left) : left;
      y[i] = SWAP ? (swap ? -left : right) : right;
    }
  }
  static void turn(int64_t count, V *x, V *y, V s, V r, M swap, bool swaps) {
    swaps ? turn<true>(count, x, y, s, r, swap) : turn<false>(count, x, y, s, r, swap);
  }

  // Makes columns p < q orthogonal, the longer one first; false when they were.
  bool pair(int64_t p, int64_t q) {
    V *x = a + p * m, *y = a + q * m;
    const V between = dot(m, x, y), xs = squares[p], ys = squares[q];
    const M apart = magnitude(between) > threshold * (squareRoot(xs) * squareRoot(ys));
    if (!any(apart)) return false;
    // The smaller root of t^2 + 2 z t - 1 = 0
    const V z = (ys - xs) / (apart ? 2 * between : ONE);
    const V size = magnitude(z);
    V t = ONE / (size + squareRoot(ONE + z * z));
    t = apart ? (z < 0 ? -t : t) : V{};
    const V c = ONE / squareRoot(ONE + t * t), s = c * t, r = s / (ONE + c);
    const V shorter = xs - t * between, longer = ys + t * between;
    const M swap = shorter < longer;
    const bool swaps = any(swap);
    turn(m, x, y, s, r, swap, swaps);
    if (v != nullptr) turn(n, v + p * n, v + q * n, s, r, swap, swaps);
    squares[p] = swap ? longer : shorter;
    squares[q] = swap ? shorter : longer;
    return true;
  }

  bool run() {
    const int64_t bytes = (m + (v == nullptr ? 0 : n)) * int64_t(sizeof(V)), block = NEAR / (2 * bytes) > 1 ? NEAR / (2 * bytes) : 1;
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
      for (int64_t j = 0; j < n; j++) squares[j] = dot(m, a + j * m, a + j * m);
      bool turned = false;
      for (int64_t i = 0; i < n; i += block)
        for (int64_t j = i; j < n; j += block)
          for (int64_t p = i; p < i + block && p < n; p++)
            for (int64_t q = j > p ? j : p + 1; q < j + block && q < n; q++) turned |= pair(p, q);
      if (!turned) return true;
    }
    return false;
  }
};

template <typename T>
bool rotate(int64_t m, int64_t n, T *a, T *v, T *squares) {
  using V = typename Lanes<T>::Type;
  T root = 1;  // of m, from above
  while (root * root < T(m)) root += 1;
  return Rotations<T>{m, n, reinterpret_cast<V *>(a), reinterpret_cast<V *>(v), reinterpret_cast<V *>(squares), root * Lanes<T>::EPSILON}.run();
}

// Factors of a product as the entries of row i, or column j, and the steps between them.
template <typename T>
struct Factor {
  const typename Lanes<T>::Type *base;
  int64_t apart, step;
};

// The sum of the squares of the entries of A - X Y, A of `rows` x `columns`; without A of I - X Y, which is symmetric.
template <typename T>
typename Lanes<T>::Type squares(int64_t rows, int64_t columns, int64_t depth, Factor<T> x, Factor<T> y, const typename Lanes<T>::Type *a) {
  using V = typename Lanes<T>::Type;
  constexpr int64_t EDGE = 4;
  V sum = {};
  for (int64_t i = 0; i < rows; i += EDGE) {
    for (int64_t j = a == nullptr ? i : 0; j < columns; j += EDGE) {
      const V *left[EDGE], *right[EDGE];
      for (int64_t e = 0; e < EDGE; e++) {
        left[e] = x.base + (i + e < rows ? i + e : i) * x.apart;
        right[e] = y.base + (j + e < columns ? j + e : j) * y.apart;
      }
      V sums[EDGE][EDGE] = {};
      for (int64_t d = 0; d < depth; d++) {
#pragma GCC unroll 4
        for (int64_t e = 0; e < EDGE; e++) {
          const V entry = left[e][d * x.step];
#pragma GCC unroll 4
          for (int64_t f = 0; f < EDGE; f++) sums[e][f] += entry * right[f][d * y.step];
        }
      }
      V part = {};
      for (int64_t e = 0; e < EDGE && i + e < rows; e++) {
        for (int64_t f = 0; f < EDGE && j + f < columns; f++) {
          const V wanted = a != nullptr ? a[(i + e) * columns + j + f] : V{} + T(i + e == j + f);
          const V rest = wanted - sums[e][f];
          part += rest * rest;
        }
      }
      sum += a == nullptr && j > i ? part + part : part;
    }
  }
  return sum;
}

template <typename T>
void errors(int64_t m, int64_t n, int64_t k, const T *a, const T *x, const T *u, const T *vt, T *to) {
  using V = typename Lanes<T>::Type;
  const V *left = reinterpret_cast<const V *>(u), *right = reinterpret_cast<const V *>(vt);
  V *sums = reinterpret_cast<V *>(to);
  sums[0] = squares<T>(m, n, k, Factor<T>{reinterpret_cast<const V *>(x), k, 1}, Factor<T>{right, 1, n}, reinterpret_cast<const V *>(a));
  sums[1] = squares<T>(k, k, m, Factor<T>{left, 1, k}, Factor<T>{left, 1, k}, nullptr);
  sums[2] = squares<T>(k, k, n, Factor<T>{right, n, 1}, Factor<T>{right, n, 1}, nullptr);
}

}  // namespace

extern const Jacobi ECKART_TABLE(ECKART_ISA) = {{BYTES / 8, rotate<double>, errors<double>}, {BYTES / 4, rotate<float>, errors<float>}};

}  // namespace eckart
