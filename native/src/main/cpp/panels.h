// The loops of bidiagonal.cpp that read the matrix, compiled once per instruction set (panels.cpp).
#pragma once
#include <cstdint>

namespace eckart {

// Columns of P and R, the two sides of the update that a panel of bidiagonal.cpp has put off: A - P R'. Rows of either are contiguous.
constexpr int64_t PANEL = 64;

template <typename T>
struct PanelLoops {
  // One step's pass over columns of A, each read once from memory. u is the step's left Householder vector, u[0] = 1. For each column a of
  // `rows` entries, with its row of R:
  //   y = tau (a'u - R[0 : active] toY),  v = a[0] - R[0 : active] toV - y,  R[active] = scale y,  R[active + 1] = v,
  // and to the sums:  w += a v,  b[0 : active + 1] += R v.  Gives the sum of v^2, without the first column where `first`.
  double (*columns)(int64_t rows, int64_t columns, const T *a, int64_t lda, const T *u, T tau, T scale, int64_t active, T *r, const T *toY,
                    const T *toV, T *w, T *b, bool first);

  // The end of a step and the start of the next one, over rows of A's next column a. For each row, with its row of P:
  //   P[active - 1] = scale factor (sum of w - shift a - P[0 : active - 1] b)      when active > 0
  //   u = a - P[0 : active] next,  sums[0 : active] += P u,  P[active] = u         the last when active < PANEL
  // `parts` vectors w lie `apart` from each other. Gives the sum of u^2, without the first row where `first`.
  double (*rows)(int64_t rows, const T *a, T *p, int64_t active, int64_t parts, const T *w, int64_t apart, T factor, T shift, T scale,
                 const T *b, const T *next, T *u, T *sums, bool first);
};

struct Panels {
  PanelLoops<double> f64;
  PanelLoops<float> f32;
};

extern const Panels panels_v2, panels_v3, panels_v4, panels_v8;

}  // namespace eckart
