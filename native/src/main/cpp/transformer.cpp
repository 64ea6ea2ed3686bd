// finish, addGated, attention: what a transformer does between the products with its weights.
//
// attention takes a head of a sample at a time: up to ROWS queries times all keys, softmax of these rows, times all values. The rows of
// scores stay in the second-level cache of the core; the n x n of them are never in memory. Products are those of small.h, in stretches
// of keys that these take.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "blas.h"
#include "eckart.h"
#include "isa.h"
#include "operands.h"

namespace eckart {
namespace {

constexpr int64_t ROWS = 128;

// An operand (batch, heads, n, d); entries of a row are adjacent.
template <typename T>
struct Heads {
  T *base;
  int64_t batch, head, row;

  Heads(const int64_t *operand) : base(at<T>(operand[0])), batch(operand[1]), head(operand[2]), row(operand[3]) {}
  T *of(int64_t i, int64_t h) const { return base + i * batch + h * head; }
};

// The first of `n` in stretch `i` of `count` equal ones.
int64_t start(int64_t n, int64_t i, int64_t count) { return n * i / count; }

template <typename T>
void attend(int64_t rows, int64_t n, int64_t d, T scale, const T *q, int64_t qRow, const T *k, int64_t kRow, const T *v, int64_t vRow, T *out,
            int64_t outRow, T *scores) {
  const SmallLoop<T> &loop = smallLoop<T>();
  const int64_t stretches = (n + SMALL_WIDTH - 1) / SMALL_WIDTH;
  for (int64_t i = 0; i < stretches; i++) {
    const int64_t from = start(n, i, stretches), width = start(n, i + 1, stretches) - from;
    loop.product({rows, width, d, scale, T(0), q, qRow, 1, k + from * kRow, 1, kRow, scores + from, n}, {});
  }
  const Kernels::Softmax softmax = kernels().softmax[sizeof(T) == 8 ? F64 : F32];
  for (int64_t i = 0; i < rows; i++) {
    char *row = reinterpret_cast<char *>(scores + i * n);
    softmax(false, n, row, sizeof(T), row, sizeof(T));
  }
  for (int64_t i = 0; i < stretches; i++) {
    const int64_t from = start(n, i, stretches), depth = start(n, i + 1, stretches) - from;
    loop.product({rows, d, depth, T(1), T(i == 0 ? 0 : 1), scores + from, n, 1, v + from * vRow, vRow, 1, out, outRow}, {});
  }
}

template <typename T>
void attention(const int64_t *desc, double scale, int threads) {
  const int64_t batch = desc[1], heads = desc[2], n = desc[3], d = desc[4];
  const Heads<T> out(desc + 5), q(desc + 10), k(desc + 15), v(desc + 20);
  const int64_t blocks = (n + ROWS - 1) / ROWS;
  const double each = 4.0 * double(n) * double(n) * double(d) / double(blocks);
  const int64_t grain = std::max<int64_t>(1, int64_t(2e6 / each));
  parallelRanges(batch * heads * blocks, grain, threads, [&](int64_t begin, int64_t end) {
    Scratch<T> scores((n + blocks - 1) / blocks * n + n, "attention");
    for (int64_t part = begin; part < end; part++) {
      const int64_t i = part / blocks / heads, h = part / blocks % heads, block = part % blocks;
      const int64_t from = start(n, block, blocks), rows = start(n, block + 1, blocks) - from;
      attend<T>(rows, n, d, T(scale), q.of(i, h) + from * q.row, q.row, k.of(i, h), k.row, v.of(i, h), v.row, out.of(i, h) + from * out.row,
                out.row, scores.data());
    }
  }, FINE_RANGES_PER_THREAD);
}

void requireReal(const char *operation, int type) {
  if (type > F32) throw std::invalid_argument(std::string(operation) + ": needs f64 or f32, not " + std::to_string(type));
}

// body(row) for each row of n elements, in parallel
template <class Body>
void forRows(int64_t rows, int64_t n, int threads, const Body &body) {
  parallelRanges(rows, std::max<int64_t>(1, GRAIN / 4 / std::max<int64_t>(1, n)), threads, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) body(row);
  }, FINE_RANGES_PER_THREAD);
}

}  // namespace

void finish(int op, int type, int64_t rows, int64_t n, int64_t y, int64_t bias, int threads) {
  requireReal("finish", type);
  const Kernels::Finish loop = kernels().finish[op][type];
  const int64_t bytes = n * sizeOf(type);
  forRows(rows, n, threads, [&](int64_t row) { loop(n, at<char>(y) + row * bytes, at<const char>(bias)); });
}

void addGated(int type, int64_t samples, int64_t tokens, int64_t n, int64_t x, int64_t gate, int64_t gateRow, int64_t y, int64_t bias, int threads) {
  requireReal("addGated", type);
  const Kernels::AddGated loop = kernels().addGated[type];
  const int64_t size = sizeOf(type);
  forRows(samples * tokens, n, threads, [&](int64_t row) {
    loop(n, at<char>(x) + row * n * size, at<const char>(gate) + row / tokens * gateRow * size, at<const char>(y) + row * n * size, at<const char>(bias));
  });
}

void attention(int type, const int64_t *desc, double scale, int threads) {
  requireReal("attention", type);
  if (desc[1] == 0 || desc[2] == 0 || desc[3] == 0 || desc[4] == 0) return;
  type == F64 ? attention<double>(desc, scale, threads) : attention<float>(desc, scale, threads);
}

}  // namespace eckart
