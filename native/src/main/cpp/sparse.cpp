// Sparse matrices in compressed rows: products with dense ones, and the two counting sorts that make them.
//
// A matrix may be cut into tiles of adjacent columns, each with `starts` of its own over one list of entries: then the rows of X
// that a tile meets stay in the cache, whatever the height of X.
#include <algorithm>
#include <cstring>
#include <vector>

#include "blas.h"
#include "isa.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t WORTH_A_PART = 32768;  // multiplications
constexpr int PARTS_PER_THREAD = 4;

const SpmmLoop<double> &loop(double) { return spmmLoops().f64; }
const SpmmLoop<float> &loop(float) { return spmmLoops().f32; }

// The first row of part `part` of `parts`, all with as much to do: an entry each, and a row of C.
int64_t firstRow(const int64_t *starts, int64_t m, int64_t part, int64_t parts) {
  const double work = double(starts[m] - starts[0] + m) * part / parts;
  int64_t low = 0, high = m;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (double(starts[middle] - starts[0] + middle) < work) low = middle + 1;
    else high = middle;
  }
  return low;
}

}  // namespace

void spmm(int type, int64_t m, int64_t p, int64_t tiles, int64_t starts, int64_t indices, int64_t values, int64_t x, int64_t ldx, int64_t c,
          int64_t ldc, int threads) {
  withFloating(type, "spmm", [&](auto zero) {
    using T = decltype(zero);
    if (m == 0 || p == 0) return;
    const int64_t *first = at<const int64_t>(starts), entries = first[tiles * (m + 1) - 1];
    for (int64_t tile = 0; tile < tiles; tile++) {
      const SparseRows<T> a{first + tile * (m + 1), at<const int32_t>(indices), at<const T>(values), entries - 1};
      const double work = double(a.starts[m] - a.starts[0] + m) * p;
      const int64_t most = threads <= 1 ? 1 : int64_t{PARTS_PER_THREAD} * threads;
      const int64_t parts = std::clamp<int64_t>(static_cast<int64_t>(work / WORTH_A_PART), 1, most);
      parallelFor(parts, threads, [&](int64_t part) {
        loop(zero).rows(a, firstRow(a.starts, m, part, parts), firstRow(a.starts, m, part + 1, parts), p, at<const T>(x), ldx, at<T>(c), ldc,
                        tile > 0);
      });
    }
  });
}

void sparseCompress(int type, int64_t m, int64_t count, int64_t row, int64_t column, int64_t values, int64_t starts, int64_t indices,
                    int64_t sorted) {
  withFloating(type, "sparseCompress", [&](auto zero) {
    using T = decltype(zero);
    const int32_t *i = at<const int32_t>(row), *j = at<const int32_t>(column);
    int64_t *start = at<int64_t>(starts);
    std::fill_n(start, m + 1, 0);
    for (int64_t e = 0; e < count; e++) start[i[e] + 1]++;
    for (int64_t r = 0; r < m; r++) start[r + 1] += start[r];
    Scratch<int64_t> next(m, "sparse matrix");
    std::copy_n(start, m, next.data());
    for (int64_t e = 0; e < count; e++) {
      const int64_t to = next[i[e]]++;
      at<int32_t>(indices)[to] = j[e];
      at<T>(sorted)[to] = at<const T>(values)[e];
    }
  });
}

int64_t sparseTranspose(int type, int64_t m, int64_t n, int64_t starts, int64_t indices, int64_t values, int64_t tileHeight, int64_t toStarts,
                        int64_t toIndices, int64_t toValues) {
  int64_t kept = 0;
  withFloating(type, "sparseTranspose", [&](auto zero) {
    using T = decltype(zero);
    const int64_t *from = at<const int64_t>(starts);
    const int32_t *column = at<const int32_t>(indices);
    // Of each column: the row that came last, and where its next entry goes.
    Scratch<int32_t> last(n, "sparse matrix");
    Scratch<int64_t> next(n, "sparse matrix");
    int64_t *start = at<int64_t>(toStarts);
    for (int64_t top = 0; top == 0 || top < m; top += tileHeight, start += n + 1) {
      const int64_t bottom = std::min(m, top + tileHeight);
      std::fill_n(last.data(), n, -1);
      std::fill_n(start, n + 1, 0);
      for (int64_t i = top; i < bottom; i++) {
        for (int64_t e = from[i]; e < from[i + 1]; e++) {
          const int32_t j = column[e];
          start[j + 1] += last[j] != i;
          last[j] = static_cast<int32_t>(i);
        }
      }
      start[0] = kept;
      for (int64_t j = 0; j < n; j++) start[j + 1] += start[j];
      kept = start[n];
      std::copy_n(start, n, next.data());
      std::fill_n(last.data(), n, -1);
      for (int64_t i = top; i < bottom; i++) {
        for (int64_t e = from[i]; e < from[i + 1]; e++) {
          const int32_t j = column[e];
          if (last[j] == i) {  // the same place again
            at<T>(toValues)[next[j] - 1] += at<const T>(values)[e];
            continue;
          }
          last[j] = static_cast<int32_t>(i);
          at<int32_t>(toIndices)[next[j]] = last[j];
          at<T>(toValues)[next[j]++] = at<const T>(values)[e];
        }
      }
    }
  });
  return kept;
}

}  // namespace eckart
