// One-sided Jacobi on a batch of small matrices, one matrix per vector lane; compiled once per instruction set (jacobi.cpp).
#pragma once
#include <cstdint>

namespace eckart {

template <typename T>
struct JacobiLoop {
  int64_t lanes;  // matrices that are rotated at once
  // Rotates the columns of `lanes` matrices A (m x n, m >= n) from the right until they are orthogonal: A becomes U S, with columns in
  // about descending order of length, and V (n x n, the identity before, or null) the product of the rotations. Element (i, j) of lane
  // l stands at a[(j m + i) lanes + l]. `squares` (n vectors) receives the squared lengths. False when some lane did not converge.
  bool (*rotate)(int64_t m, int64_t n, T *a, T *v, T *squares);

  // Of `lanes` decompositions: |A - X V'|F^2, |I - U'U|F^2 and |I - V'V|F^2, a vector each. A (m x n), X = U S and U (m x k), V' (k x n);
  // element (i, j) of lane l of a matrix with c columns stands at [(i c + j) lanes + l].
  void (*errors)(int64_t m, int64_t n, int64_t k, const T *a, const T *x, const T *u, const T *vt, T *squares);
};

struct Jacobi {
  JacobiLoop<double> f64;
  JacobiLoop<float> f32;
};

extern const Jacobi jacobi_v2, jacobi_v3, jacobi_v4, jacobi_v8;

}  // namespace eckart
