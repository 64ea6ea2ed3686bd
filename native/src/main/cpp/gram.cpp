// gram: C = alpha A'A + beta C, A m x n, C n x n symmetric; of A', given as it stands, gramOfRows.
// triangularSolve: B = op(T)^-1 B or B op(T)^-1.
//
// gram computes the lower triangle and mirrors it. A tall A is cut into stretches of rows, one syrk each, summed in order: each
// entry of A is read once. Where n x n sums would weigh against A, the triangle is cut into blocks instead.
#include <algorithm>
#include <utility>
#include <vector>

#include "blas.h"
#include "gram.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t LARGEST = int64_t{1} << 30;
constexpr double WORTH_A_PART = 1e6;  // multiplications

template <typename T>
void mirror(int64_t n, T *c, int64_t ldc, int threads) {
  constexpr int64_t BLOCK = 32;  // a block of both triangles stays in the first-level cache
  const int64_t blocks = (n + BLOCK - 1) / BLOCK;
  parallelRanges(blocks, std::max<int64_t>(1, 65536 / (n * BLOCK)), threads, [&](int64_t begin, int64_t end) {
    for (int64_t ib = begin; ib < end; ib++) {
      const int64_t iEnd = std::min(n, (ib + 1) * BLOCK);
      for (int64_t jb = ib; jb < blocks; jb++) {
        const int64_t jEnd = std::min(n, (jb + 1) * BLOCK);
        for (int64_t i = ib * BLOCK; i < iEnd; i++) {
          for (int64_t j = std::max(i + 1, jb * BLOCK); j < jEnd; j++) c[i * ldc + j] = c[j * ldc + i];
        }
      }
    }
  });
}

// A, or where it stands: row i of it at a + i ld, or, `turned`, at a + i.
template <typename T>
struct Tall {
  const T *a;
  int ld;
  bool turned;

  const T *at(int64_t i, int64_t j) const { return turned ? a + j * ld + i : a + i * ld + j; }
  CBLAS_TRANSPOSE left() const { return turned ? CblasNoTrans : CblasTrans; }
  CBLAS_TRANSPOSE right() const { return turned ? CblasTrans : CblasNoTrans; }
};

// Lower triangle of C += alpha A'A for rows [begin, end) of columns [j, j + n) of A.
template <typename T>
void rows(int64_t begin, int64_t end, int64_t j, int64_t n, T alpha, const Tall<T> &a, T beta, T *c, int ldc) {
  do {
    const int64_t count = std::min(end - begin, LARGEST);
    blas::syrk(CblasLower, a.left(), n, count, alpha, a.at(begin, j), a.ld, beta, c, ldc);
    begin += count;
    beta = 1;
  } while (begin < end);
}

template <typename T>
void tallGram(int64_t m, int64_t n, T alpha, const Tall<T> &a, T beta, T *c, int ldc, int64_t parts, int threads) {
  // The first stretch goes into C itself.
  Scratch<T> sums((parts - 1) * n * n, "gram");
  parallelFor(parts, threads, [&](int64_t part) {
    const int64_t begin = m * part / parts, end = m * (part + 1) / parts;
    if (part == 0) return rows(begin, end, 0, n, alpha, a, beta, c, ldc);
    rows(begin, end, 0, n, alpha, a, T(0), sums.data() + (part - 1) * n * n, n);
  });
  parallelRanges(n, std::max<int64_t>(1, 65536 / (n * parts)), threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      for (int64_t part = 0; part < parts - 1; part++) {
        const T *sum = sums.data() + (part * n + i) * n;
        for (int64_t j = 0; j <= i; j++) c[i * int64_t{ldc} + j] += sum[j];
      }
    }
  });
}

template <typename T>
void blockedGram(int64_t m, int64_t n, T alpha, const Tall<T> &a, T beta, T *c, int ldc, int threads) {
  // Blocks off the diagonal cost twice those on it: they come first, so that the small ones fill up the end.
  int64_t across = 1;
  while (across * across < 8 * int64_t{threads} && n / across >= 128) across *= 2;
  const int64_t edge = (n + across - 1) / across;
  std::vector<std::pair<int64_t, int64_t>> blocks;
  for (int64_t i = 1; i < across; i++) {
    for (int64_t j = 0; j < i; j++) blocks.emplace_back(i * edge, j * edge);
  }
  for (int64_t i = 0; i < across; i++) blocks.emplace_back(i * edge, i * edge);
  parallelFor(blocks.size(), threads, [&](int64_t part) {
    const auto [i, j] = blocks[part];
    const int64_t height = std::min(edge, n - i), width = std::min(edge, n - j);
    if (height <= 0 || width <= 0) return;
    T *to = c + i * ldc + j;
    if (i == j) return rows<T>(0, m, i, height, alpha, a, beta, to, ldc);
    T scale = beta;
    for (int64_t begin = 0; begin < m; begin += LARGEST, scale = 1) {
      blas::gemm(a.left(), a.right(), height, width, std::min(m - begin, LARGEST), alpha, a.at(begin, i), a.ld, a.at(begin, j), a.ld, scale,
                 to, ldc);
    }
  });
}

template <typename T>
void gramOf(int64_t m, int64_t n, T alpha, const Tall<T> &a, T beta, T *c, int ldc, int threads) {
  BlasCall call;
  const double work = double(m) * n * n / 2;
  // The sums beside C take at most a quarter of what A does.
  if (threads <= 1 || work < 2 * WORTH_A_PART || m < 2) {
    rows<T>(0, m, 0, n, alpha, a, beta, c, ldc);
  } else if (int64_t parts = std::min<int64_t>(threads, static_cast<int64_t>(work / WORTH_A_PART)); m >= 4 * parts * n) {
    tallGram<T>(m, n, alpha, a, beta, c, ldc, parts, threads);
  } else {
    blockedGram<T>(m, n, alpha, a, beta, c, ldc, threads);
  }
  mirror(n, c, ldc, threads);
}

}  // namespace

void gram(int type, int64_t m, int64_t n, double alpha, int64_t a, int64_t lda, double beta, int64_t c, int64_t ldc, int threads) {
  withFloating(type, "gram", [&](auto zero) {
    using T = decltype(zero);
    if (n == 0) return;
    int32(n, "gram", "column count");
    const Tall<T> tall{at<const T>(a), int32(m <= 1 ? n : lda, "gram", "row stride"), false};
    gramOf<T>(m, n, T(alpha), tall, T(beta), at<T>(c), int32(n == 1 ? 1 : ldc, "gram", "row stride of the result"), threads);
  });
}

template <typename T>
void gramOfRows(int64_t m, int64_t n, const T *a, int64_t lda, T *c, int threads) {
  gramOf<T>(n, m, T(1), Tall<T>{a, int32(lda, "gram", "row stride"), true}, T(0), c, int32(m, "gram", "row count"), threads);
}

template void gramOfRows<double>(int64_t, int64_t, const double *, int64_t, double *, int);
template void gramOfRows<float>(int64_t, int64_t, const float *, int64_t, float *, int);

void triangularSolve(int type, bool rightSide, bool upper, bool transposed, int64_t m, int64_t n, int64_t t, int64_t ldt, int64_t b,
                     int64_t ldb, int threads) {
  withFloating(type, "triangularSolve", [&](auto zero) {
    using T = decltype(zero);
    if (m == 0 || n == 0) return;
    const int64_t order = rightSide ? n : m, systems = rightSide ? m : n;
    int32(order, "triangularSolve", "order");
    const int ld = int32(order == 1 ? 1 : ldt, "triangularSolve", "row stride of T");
    const int ldTo = int32(m == 1 ? n : ldb, "triangularSolve", "row stride of B");
    // Rows of B on the right side, columns on the left are systems of their own.
    const int64_t grain = std::max<int64_t>(32, static_cast<int64_t>(WORTH_A_PART / (double(order) * order)));
    BlasCall call;
    parallelRanges(systems, grain, threads, [&](int64_t begin, int64_t end) {
      for (; begin < end; begin += LARGEST) {
        const int64_t count = std::min(end - begin, LARGEST);
        blas::trsm(rightSide ? CblasRight : CblasLeft, upper ? CblasUpper : CblasLower, transposed ? CblasTrans : CblasNoTrans,
                   rightSide ? count : m, rightSide ? n : count, at<const T>(t), ld, at<T>(b) + (rightSide ? begin * ldTo : begin), ldTo);
      }
    });
  });
}

}  // namespace eckart
