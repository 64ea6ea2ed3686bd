// gemmBf16: the product of gemm.cpp with both factors rounded to bfloat16, in parts of at most BF16_HEIGHT rows and a stretch of columns.
// Each part copies what it multiplies (bf16.cpp); rows that the next part shares are copied once. k is gone along in stretches of BF16_DEPTH.
#include <algorithm>

#include "blas.h"
#include "isa.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t PARTS_PER_THREAD = 4;
constexpr int64_t NARROWEST = 128;    // columns of a part: copying its rows is to be a small share
constexpr double WORTH_A_PART = 2e6;  // multiplications

int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

bool multipliesBf16() { return bf16Products().instruction; }

void gemmBf16(int64_t batch, int64_t m, int64_t n, int64_t k, double alpha, int64_t a, int64_t aRow, int64_t aCol, int64_t aBatch, int64_t b,
              int64_t bRow, int64_t bCol, int64_t bBatch, double beta, int64_t c, int64_t cRow, int64_t cBatch, int threads) {
  if (batch == 0 || m == 0 || n == 0) return;
  if (k == 0 || alpha == 0) {
    return gemm(typeOf<float>, batch, m, n, k, alpha, a, aRow, aCol, aBatch, b, bRow, bCol, bBatch, beta, c, cRow, cBatch, threads);
  }
  const int64_t down = ceilDiv(m, BF16_HEIGHT), wanted = PARTS_PER_THREAD * threads;
  const int64_t across = std::clamp<int64_t>(ceilDiv(wanted, down * batch), 1, ceilDiv(n, NARROWEST));
  const double each = double(m) * double(n) * double(k) / double(down * across);
  // Part by part: rows, items, columns, the last ones fastest.
  parallelRanges(down * batch * across, 1 + int64_t(WORTH_A_PART / each), threads, [&](int64_t begin, int64_t end) {
    Scratch<uint32_t> scratch(BF16_SCRATCH, "gemm");
    for (int64_t d = 0; d < k; d += BF16_DEPTH) {
      const float *before = nullptr;
      for (int64_t part = begin; part < end; part++) {
        const int64_t i = part / across / batch, item = part / across % batch, panel = part % across;
        const int64_t row = m * i / down, column = n * panel / across;
        const float *left = at<const float>(a) + item * aBatch + row * aRow + d * aCol;
        const float *right = at<const float>(b) + item * bBatch + d * bRow + column * bCol;
        bf16Products().product({m * (i + 1) / down - row, n * (panel + 1) / across - column, std::min(BF16_DEPTH, k - d), float(alpha),
                                d == 0 ? float(beta) : 1, left, aRow, aCol, right, bRow, bCol,
                                at<float>(c) + item * cBatch + row * cRow + column, cRow},
                               left == before, scratch.data());
        before = left;
      }
    }
  });
}

}  // namespace eckart
