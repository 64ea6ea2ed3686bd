// The loops of panels.h, compiled once per instruction set (ECKART_ISA). As in kernels.cpp everything but the table is internal.
#include "panels.h"

#include "vectors.h"

#define ECKART_PASTE(a, b) a##b
#define ECKART_TABLE(isa) ECKART_PASTE(panels_, isa)

namespace eckart {
namespace {

template <typename T>
inline typename Vectors<T>::Type &at(T *p) {
  return *reinterpret_cast<typename Vectors<T>::Type *>(p);
}
template <typename T>
inline const typename Vectors<T>::Type &at(const T *p) {
  return *reinterpret_cast<const typename Vectors<T>::Type *>(p);
}

template <typename T>
constexpr int LANES = BYTES / int(sizeof(T));

// Halves upon each other, down to the vectors that every processor has.
template <typename T, int N = LANES<T>>
inline T sum(typename Vectors<T, N>::Type v) {
  if constexpr (N * sizeof(T) > 16) {
    typename Vectors<T, N / 2>::Type halves[2];
    __builtin_memcpy(halves, &v, sizeof v);
    return sum<T, N / 2>(halves[0] + halves[1]);
  } else if constexpr (sizeof(T) == 8) {
    return v[0] + v[1];
  } else {
    return (v[0] + v[2]) + (v[1] + v[3]);
  }
}

// Columns taken at once: as many sums as hide the latency of a product, in registers.
constexpr int TOGETHER = BYTES > 16 ? 8 : 4;

// Entries of P and R from `active` on to the end of its vector are zero, or met by zeros: short products take whole vectors.
template <typename T>
inline int64_t whole(int64_t active) {
  return (active + LANES<T> - 1) / LANES<T> * LANES<T>;
}

template <typename T>
inline T dot(int64_t whole, const T *a, const T *b) {
  typename Vectors<T>::Type s = {};
  for (int64_t i = 0; i < whole; i += LANES<T>) s += at(a + i) * at(b + i);
  return sum<T>(s);
}

template <typename T>
inline void add(int64_t whole, T x, const T *a, T *to) {
  for (int64_t i = 0; i < whole; i += LANES<T>) at(to + i) += x * at(a + i);
}

// products[c] = column c of `count` columns times u.
template <typename T, int COUNT>
inline void products(int64_t rows, const T *a, int64_t lda, const T *u, T *products) {
  constexpr int64_t L = LANES<T>;
  typename Vectors<T>::Type s[COUNT] = {};
  int64_t i = 0;
  for (; i + L <= rows; i += L) {
    for (int c = 0; c < COUNT; c++) s[c] += at(a + c * lda + i) * at(u + i);
  }
  for (int c = 0; c < COUNT; c++) {
    products[c] = sum<T>(s[c]);
    for (int64_t j = i; j < rows; j++) products[c] += a[c * lda + j] * u[j];
  }
}

template <typename T, int COUNT>
inline void accumulate(int64_t rows, const T *a, int64_t lda, const T *v, T *w) {
  constexpr int64_t L = LANES<T>;
  int64_t i = 0;
  for (; i + L <= rows; i += L) {
    typename Vectors<T>::Type s = at(w + i);
    for (int c = 0; c < COUNT; c++) s += at(a + c * lda + i) * v[c];
    at(w + i) = s;
  }
  for (; i < rows; i++) {
    for (int c = 0; c < COUNT; c++) w[i] += a[c * lda + i] * v[c];
  }
}

template <typename T, int COUNT>
inline double group(int64_t rows, const T *a, int64_t lda, const T *u, T tau, T scale, int64_t active, T *r, const T *toY, const T *toV, T *w,
                    T *b, bool first) {
  T z[COUNT], v[COUNT];
  products<T, COUNT>(rows, a, lda, u, z);
  const int64_t all = whole<T>(active);
  double squares = 0;
  for (int c = 0; c < COUNT; c++) {
    T *row = r + c * PANEL;
    const T y = tau * (z[c] - dot(all, row, toY));
    v[c] = a[c * lda] - dot(all, row, toV) - y;
    add(all, v[c], row, b);
    b[active] += v[c] * scale * y;
    row[active] = scale * y;  // written last: a vector load that follows a shorter store waits for it
    row[active + 1] = v[c];
    if (!first || c > 0) squares += double(v[c]) * v[c];
  }
  accumulate<T, COUNT>(rows, a, lda, v, w);
  return squares;
}

template <typename T>
double columns(int64_t rows, int64_t columns, const T *a, int64_t lda, const T *u, T tau, T scale, int64_t active, T *r, const T *toY,
               const T *toV, T *w, T *b, bool first) {
  double squares = 0;
  int64_t c = 0;
  for (; c + TOGETHER <= columns; c += TOGETHER, first = false) {
    squares += group<T, TOGETHER>(rows, a + c * lda, lda, u, tau, scale, active, r + c * PANEL, toY, toV, w, b, first);
  }
  for (; c < columns; c++, first = false) {
    squares += group<T, 1>(rows, a + c * lda, lda, u, tau, scale, active, r + c * PANEL, toY, toV, w, b, first);
  }
  return squares;
}

template <typename T>
double rows(int64_t rows, const T *a, T *p, int64_t active, int64_t parts, const T *w, int64_t apart, T factor, T shift, T scale, const T *b,
            const T *next, T *u, T *sums, bool first) {
  const int64_t all = whole<T>(active);
  double squares = 0;
  for (int64_t i = 0; i < rows; i++) {
    T *row = p + i * PANEL;
    T x = 0, y = a[i];
    if (active > 0) {
      for (int64_t part = 0; part < parts; part++) x += w[part * apart + i];
      x = scale * (factor * (x - shift * a[i] - dot(all, row, b)));
      y -= dot(all, row, next) + x * next[active - 1];
      add(all, y, row, sums);
      sums[active - 1] += x * y;
      row[active - 1] = x;
    }
    if (active < PANEL) row[active] = y;
    u[i] = y;
    if (!first || i > 0) squares += double(y) * y;
  }
  return squares;
}

}  // namespace

const Panels ECKART_TABLE(ECKART_ISA) = {{columns<double>, rows<double>}, {columns<float>, rows<float>}};

}  // namespace eckart
