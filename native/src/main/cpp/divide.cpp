// Divide and conquer for the bidiagonal SVD (Gu and Eisenstat 1995, "A divide-and-conquer algorithm for the bidiagonal SVD"), on all
// threads: the leaves side by side, then each merge with its roots, its vectors and its products cut into parts. Deflation (xLASD2),
// a root of the secular equation (xLASD4) and a leaf (xLASD0) are LAPACK's.
//
// A node joins an upper part of `above` rows and a lower one of `below` by the row between them, (alpha, beta) across the gap. A
// part whose last column has no diagonal entry is `wide`: one column more than rows.
#include "divide.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "blas.h"
#include "pool.h"

extern "C" {
#define ECKART_LASD(t, T)                                                                                                                  \
  void t##lasd0_(const int *n, const int *sqre, T *d, T *e, T *u, const int *ldu, T *vt, const int *ldvt, const int *smlsiz, int *iwork,   \
                 T *work, int *info);                                                                                                      \
  void t##lasd2_(const int *nl, const int *nr, const int *sqre, int *k, T *d, T *z, const T *alpha, const T *beta, T *u, const int *ldu,   \
                 T *vt, const int *ldvt, T *dsigma, T *u2, const int *ldu2, T *vt2, const int *ldvt2, int *idxp, int *idx, int *idxc,      \
                 int *idxq, int *coltyp, int *info);                                                                                       \
  void t##lasd4_(const int *n, const int *i, const T *d, const T *z, T *delta, const T *rho, T *sigma, T *work, int *info);                \
  void t##lamrg_(const int *n1, const int *n2, const T *a, const int *step1, const int *step2, int *index);
ECKART_LASD(d, double)
ECKART_LASD(s, float)
#undef ECKART_LASD
}

namespace eckart {
namespace {

constexpr int SMALLEST = 25;        // below this LAPACK's own leaves are done by QR iteration
constexpr int64_t LEAF = 128;       // not divided further here
constexpr double WORTH_A_PART = 20000;

// Columns of a node's left vectors that are multiplied at a time: wide enough for a product, narrow beside the matrix.
int64_t panelWidth(int64_t n) { return std::min(n, std::max<int64_t>(256, n / 8)); }

template <typename T>
struct Lapack;
#define ECKART_LAPACK(t, T)                               \
  template <>                                             \
  struct Lapack<T> {                                      \
    static constexpr auto leaf = t##lasd0_;               \
    static constexpr auto deflate = t##lasd2_;            \
    static constexpr auto root = t##lasd4_;               \
    static constexpr auto mergeOrder = t##lamrg_;         \
  };
ECKART_LAPACK(d, double)
ECKART_LAPACK(s, float)
#undef ECKART_LAPACK

// C (m x n) = A B + beta C, A (m x k) or the transpose of a (k x m), B (k x n).
template <typename T>
void multiply(bool transposed, int64_t m, int64_t n, int64_t k, const T *a, int64_t lda, const T *b, int64_t ldb, double beta, T *c, int64_t ldc,
              int threads) {
  gemm(typeOf<T>, 1, n, m, k, 1, address(b), ldb, 1, 0, address(a), transposed ? 1 : lda, transposed ? lda : 1, 0, beta, address(c),
       ldc, 0, threads);
}

struct Leaf {
  int64_t begin, rows;
  bool wide;
};

struct Merge {
  int64_t begin, above, below;
  bool wide;
};

// The tree, children before parents.
struct Tree {
  std::vector<Leaf> leaves;
  std::vector<Merge> merges;

  Tree(int64_t rows, int64_t leaf) { divide(0, rows, false, leaf); }

  void divide(int64_t begin, int64_t rows, bool wide, int64_t leaf) {
    if (rows <= leaf) return leaves.push_back({begin, rows, wide});
    const int64_t above = rows / 2, below = rows - above - 1;
    divide(begin, above, true, leaf);
    divide(begin + above + 1, below, wide, leaf);
    merges.push_back({begin, above, below, wide});
  }
};

int64_t leafWork(int64_t rows) { return 3 * (rows + 1) * (rows + 1) + 2 * (rows + 1); }

template <typename T>
struct Problem {
  int64_t n;
  T *d, *e, *u;
  int64_t ldu;
  T *vt;
  int64_t ldvt;
  int threads;
  T *work;            // divideWork elements
  int *order, *ints;  // n: ascending order of d within each node, counted from 1;  4 n of scratch

  int64_t solve(const Leaf &leaf, T *work) const {
    const int rows = leaf.rows, wide = leaf.wide, ld = ldu, ldt = ldvt;
    int info = 0;
    std::vector<int> iwork(8 * leaf.rows);
    for (int64_t i = leaf.begin; i < leaf.begin + rows + wide; i++) {
      if (i < leaf.begin + rows) u[i * ldu + i] = 1;
      vt[i * ldvt + i] = 1;
    }
    T *values = d + leaf.begin;
    Lapack<T>::leaf(&rows, &wide, values, e + leaf.begin, u + leaf.begin * (ldu + 1), &ld, vt + leaf.begin * (ldvt + 1), &ldt, &SMALLEST,
                    iwork.data(), work, &info);
    int *sorted = order + leaf.begin;
    std::iota(sorted, sorted + rows, 1);
    std::sort(sorted, sorted + rows, [&](int a, int b) { return values[a - 1] < values[b - 1]; });
    return info;
  }

  int64_t merge(const Merge &node) const {
    const int64_t at = node.begin, rows = node.above + node.below + 1, columns = rows + node.wide;
    T *value = d + at, *left = u + at * (ldu + 1), *right = vt + at * (ldvt + 1);
    T alpha = value[node.above], beta = e[at + node.above];
    value[node.above] = 0;
    T norm = std::max(std::abs(alpha), std::abs(beta));
    for (int64_t i = 0; i < rows; i++) norm = std::max(norm, std::abs(value[i]));
    for (int64_t i = 0; i < rows; i++) value[i] /= norm;
    alpha /= norm;
    beta /= norm;

    T *pole = work, *z = pole + rows, *newZ = z + columns, *u2 = newZ + rows, *vt2 = u2 + rows * rows, *panel = vt2 + columns * columns;
    int *rowOf = ints + 2 * n, *types = ints + 3 * n, size = 0, info = 0;
    const int above = node.above, below = node.below, wide = node.wide, ld = ldu, ldt = ldvt, ld2 = rows, ldt2 = columns;
    Lapack<T>::deflate(&above, &below, &wide, &size, value, z, &alpha, &beta, left, &ld, right, &ldt, pole, u2, &ld2, vt2, &ldt2, ints, ints + n,
                       rowOf, order + at, types, &info);
    checked("svd: lasd2", info);
    if (size == 1) {
      value[0] = std::abs(z[0]);
      for (int64_t j = 0; j < columns; j++) right[j * ldvt] = vt2[j * columns];
      for (int64_t i = 0; i < rows; i++) left[i] = z[0] > 0 ? u2[i] : -u2[i];
    } else if (!joined(size, pole, z, newZ, value, left, right, rowOf)) {
      return 1;
    } else {
      multiplied(node, size, types, panel, u2, vt2, left, right, rowOf);
    }
    for (int64_t i = 0; i < rows; i++) value[i] *= norm;
    const int rest = rows - size, up = 1, down = -1;
    Lapack<T>::mergeOrder(&size, &rest, value, &up, &down, order + at);
    return 0;
  }

  // The singular values of the arrow matrix with first row z and diagonal `pole`, and its left vectors (columns of `left`, rows in the
  // order of u2's columns) and right vectors (columns of `right`).
  bool joined(int size, const T *pole, T *z, T *newZ, T *value, T *left, T *right, const int *rowOf) const {
    const int64_t k = size, grain = static_cast<int64_t>(WORTH_A_PART / k) + 1;
    double squares = 0;
    for (int64_t i = 0; i < k; i++) squares += double(z[i]) * z[i];
    const T length = std::sqrt(squares), rho = length * length;
    for (int64_t i = 0; i < k; i++) z[i] /= length;
    // Column j of `left`: pole - root j, of `right`: pole + root j.
    std::atomic<bool> failed{false};
    parallelRanges(k, grain / 8 + 1, threads, [&](int64_t from, int64_t to) {
      for (int64_t j = from; j < to; j++) {
        const int index = j + 1;
        int info = 0;
        Lapack<T>::root(&size, &index, pole, z, left + j * ldu, &rho, value + j, right + j * ldvt, &info);
        if (info != 0) failed = true;
      }
    });
    if (failed) return false;
    // The z of which these roots are exact (their 3.6 with 3.3): vectors from it are orthogonal however close the roots are.
    parallelRanges(k, grain, threads, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) newZ[i] = left[(k - 1) * ldu + i] * right[(k - 1) * ldvt + i];
      for (int64_t j = 0; j < k - 1; j++) {
        const T *minus = left + j * ldu, *plus = right + j * ldvt;
        const int64_t middle = std::clamp(j + 1, from, to);
        for (int64_t i = from; i < middle; i++) newZ[i] *= minus[i] * plus[i] / (pole[i] - pole[j + 1]) / (pole[i] + pole[j + 1]);
        for (int64_t i = middle; i < to; i++) newZ[i] *= minus[i] * plus[i] / (pole[i] - pole[j]) / (pole[i] + pole[j]);
      }
      for (int64_t i = from; i < to; i++) newZ[i] = std::copysign(std::sqrt(std::abs(newZ[i])), z[i]);
    });
    parallelRanges(k, grain, threads, [&](int64_t from, int64_t to) {
      std::vector<T> leftVector(k);
      for (int64_t j = from; j < to; j++) {
        T *v = right + j * ldvt, *minus = left + j * ldu, *w = leftVector.data();
        double ofLeft = 1, ofRight = 0;
        for (int64_t i = 0; i < k; i++) {
          v[i] = newZ[i] / minus[i] / v[i];
          w[i] = pole[i] * v[i];
          ofLeft += double(w[i]) * w[i];
          ofRight += double(v[i]) * v[i];
        }
        w[0] = -1;
        const T scaleLeft = 1 / std::sqrt(ofLeft), scaleRight = 1 / std::sqrt(ofRight);
        minus[0] = w[0] * scaleLeft;
        for (int64_t i = 1; i < k; i++) minus[i] = w[rowOf[i] - 1] * scaleLeft;
        for (int64_t i = 0; i < k; i++) v[i] *= scaleRight;
      }
    });
    return true;
  }

  // The vectors of the node from those of its parts. u2's columns, and vt2's rows, are grouped: the first; those of the upper part
  // alone; of the lower part alone; of both. The left vectors take the place of their factor, panel by panel; then u2 is free.
  void multiplied(const Merge &node, int64_t k, const int *types, T *panel, T *u2, T *vt2, T *left, T *right, const int *rowOf) const {
    const int64_t above = node.above, below = node.below, rows = above + below + 1, columns = rows + node.wide;
    const int64_t upper = types[0], lower = types[1], both = types[2], mixed = 1 + upper + lower, second = 1 + upper;
    for (int64_t from = 0, width = panelWidth(n); from < k; from += width) {
      const int64_t count = std::min(width, k - from);
      T *to = left + from * ldu;
      for (int64_t j = 0; j < count; j++) std::copy_n(to + j * ldu, k, panel + j * k);
      multiply(false, above, count, upper, u2 + rows, rows, panel + 1, k, 0, to, ldu, threads);
      multiply(false, above, count, both, u2 + mixed * rows, rows, panel + mixed, k, 1, to, ldu, threads);
      for (int64_t j = 0; j < count; j++) to[j * ldu + above] = panel[j * k];
      multiply(false, below, count, lower + both, u2 + second * rows + above + 1, rows, panel + second, k, 0, to + above + 1, ldu, threads);
    }

    T *q = u2;
    parallelRanges(k, static_cast<int64_t>(WORTH_A_PART / k) + 1, threads, [&](int64_t from, int64_t to) {
      for (int64_t j = from; j < to; j++) {
        const T *v = right + j * ldvt;
        q[j * k] = v[0];
        for (int64_t i = 1; i < k; i++) q[j * k + i] = v[rowOf[i] - 1];
      }
    });
    multiply(true, k, above + 1, 1 + upper, q, k, vt2, columns, 0, right, ldvt, threads);
    multiply(true, k, above + 1, both, q + mixed, k, vt2 + mixed, columns, 1, right, ldvt, threads);
    // The first row beside the lower ones: upper ones have nothing there.
    T *from = vt2 + (above + 1) * columns;
    for (int64_t j = 0; j < k; j++) q[j * k + upper] = q[j * k];
    for (int64_t j = 0; j < columns - above - 1; j++) from[j * columns + upper] = from[j * columns];
    multiply(true, k, columns - above - 1, 1 + lower + both, q + upper, k, from + upper, columns, 0, right + (above + 1) * ldvt, ldvt, threads);
  }

  void sort() const {
    const int64_t grain = static_cast<int64_t>(WORTH_A_PART / n) + 1;
    std::vector<T> values(d, d + n);
    for (int64_t i = 0; i < n; i++) d[i] = values[order[n - 1 - i] - 1];
    parallelRanges(n, grain, threads, [&](int64_t from, int64_t to) {
      for (int64_t j = from; j < to; j++) std::copy_n(u + (order[n - 1 - j] - 1) * ldu, n, work + j * n);
    });
    parallelRanges(n, grain, threads, [&](int64_t from, int64_t to) {
      std::vector<T> column(n);
      for (int64_t j = from; j < to; j++) {
        std::copy_n(work + j * n, n, u + j * ldu);
        T *v = vt + j * ldvt;
        for (int64_t i = 0; i < n; i++) column[i] = v[order[n - 1 - i] - 1];
        std::copy(column.begin(), column.end(), v);
      }
    });
  }
};

}  // namespace

template <typename T>
int64_t divideAndConquer(int64_t n, T *d, T *e, T *u, int64_t ldu, T *vt, int64_t ldvt, int threads) {
  const int64_t grain = static_cast<int64_t>(WORTH_A_PART / n) + 1;
  parallelRanges(n, grain, threads, [&](int64_t from, int64_t to) {
    for (int64_t j = from; j < to; j++) {
      std::fill_n(u + j * ldu, n, T(0));
      std::fill_n(vt + j * ldvt, n, T(0));
    }
  });
  T norm = 0;
  for (int64_t i = 0; i < n; i++) norm = std::max({norm, std::abs(d[i]), i < n - 1 ? std::abs(e[i]) : T(0)});
  if (norm == 0) {
    for (int64_t i = 0; i < n; i++) u[i * ldu + i] = vt[i * ldvt + i] = 1;
    return 0;
  }
  // No diagonal entry is zero: one of less than half an ulp of the norm is as good.
  constexpr T LEAST = std::numeric_limits<T>::epsilon() / 2;
  for (int64_t i = 0; i < n; i++) {
    d[i] /= norm;
    if (std::abs(d[i]) < LEAST) d[i] = std::copysign(LEAST, d[i]);
    if (i < n - 1) e[i] /= norm;
  }
  const Tree tree(n, std::max<int64_t>(LEAF, n / (2 * threads)));
  Scratch<T> work(divideWork(n), "svd: gesdd");
  std::vector<int> order(n), ints(4 * std::max<int64_t>(n, 4));
  const Problem<T> problem{n, d, e, u, ldu, vt, ldvt, threads, work.data(), order.data(), ints.data()};
  std::vector<int64_t> infos(tree.leaves.size());
  std::vector<T *> places(1, work.data());
  for (const Leaf &leaf : tree.leaves) places.push_back(places.back() + leafWork(leaf.rows));
  parallelFor(tree.leaves.size(), threads, [&](int64_t i) { infos[i] = problem.solve(tree.leaves[i], places[i]); });
  for (int64_t info : infos) {
    if (checked("svd: lasd0", info) != 0) return info;
  }
  for (const Merge &node : tree.merges) {
    const int64_t info = problem.merge(node);
    if (info != 0) return info;
  }
  problem.sort();
  for (int64_t i = 0; i < n; i++) d[i] *= norm;
  return 0;
}

int64_t divideWork(int64_t n) {
  if (n <= LEAF) return leafWork(n);
  // The leaves, none of more than n / 2 rows, take less.
  return 2 * (n + 1) * (n + 1) + (panelWidth(n) + 4) * (n + 1);
}

template int64_t divideAndConquer<double>(int64_t, double *, double *, double *, int64_t, double *, int64_t, int);
template int64_t divideAndConquer<float>(int64_t, float *, float *, float *, int64_t, float *, int64_t, int);

}  // namespace eckart
