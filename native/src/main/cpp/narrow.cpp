// Products of a large matrix with one of few columns or rows, by the kernels of small.h, which read the large one where it stands: OpenBLAS
// packs it first, and that takes as long as the multiplications by some tens of columns.
//
// C and k are cut into pieces for the kernel; k's are added up in C. The longest side is gone along last: the large matrix is read once and
// nearly in order, what is small stays in the cache. Each call asks for the lines of the next one.
//   long C             threads take stretches of its longer side
//   long k             threads take stretches of k, each into a C of its own, summed in order
//   F64, and F32 that is gone down or whose rows lie pages apart: pieces of the large matrix are copied after all, see packed.cpp
//   n below a vector   C' = B'A', with the large matrix's columns in the vectors' lanes
#include "narrow.h"

#include <algorithm>

#include "blas.h"
#include "isa.h"
#include "pool.h"

namespace eckart {
namespace {

constexpr int64_t HEIGHT = 252;                // rows of a piece: whole tiles of every instruction set
constexpr int64_t SHALLOW = 96;                // rows of a large matrix that is gone down: with more, its lines leave the cache too early
constexpr int64_t ALIGNED = 32;                // columns of a piece start at multiples
constexpr int64_t PARTS_PER_THREAD = 4;
constexpr double WORTH_A_PART = 1e6;           // multiplications
constexpr int64_t NARROW = 128;                // the most columns
constexpr int64_t LONGEST_ROW = 1024;          // of a large F64 matrix that is gone down
constexpr int64_t LARGE = int64_t{1} << 20;    // bytes of the large matrix, from which it is no longer in the cache when the tiles are

constexpr int64_t PACKED_PART = 128;           // rows of C for one copy of the small matrix

constexpr int64_t PAGE = 4096;

template <typename T>
constexpr int64_t LEAST_WIDTH = SMALL_LEAST_ROW / int64_t(sizeof(T));

// A side in nearly equal pieces that start at multiples of `unit`, which is at most half of `most`.
struct Cut {
  int64_t length, count, unit;

  Cut(int64_t length, int64_t most, int64_t unit) : length(length), count((length + most - 1) / most), unit(unit) {}

  int64_t begin(int64_t i) const { return i == count ? length : length * i / count / unit * unit; }
  int64_t size(int64_t i) const { return begin(i + 1) - begin(i); }
};

// Rows [i, i + rows) by columns [j, j + columns) of C, over [d, d + depth) of k. What is added to C comes after the first of k.
template <typename T>
SmallProduct<T> piece(const SmallProduct<T> &p, int64_t i, int64_t rows, int64_t j, int64_t columns, int64_t d, int64_t depth) {
  SmallProduct<T> q = p;
  q.m = rows;
  q.n = columns;
  q.k = depth;
  q.a += i * p.aRow + d * p.aCol;
  q.b += d * p.bRow + j * p.bCol;
  q.c += i * p.cRow + j;
  if (d > 0) q.beta = 1;
  return q;
}

// All of it on this thread.
template <typename T>
void pieces(const SmallProduct<T> &p, bool packed) {
  if (packed) {
    Scratch<T> scratch(packedScratch<T>, "gemm");
    return packedLoop<T>().product(p, scratch.data());
  }
  const SmallLoop<T> &loop = smallLoop<T>();
  const bool deep = p.k > std::max(p.m, p.n);
  const Cut rows(p.m, HEIGHT, 1), columns(p.n, SMALL_WIDTH - ALIGNED, ALIGNED), depths(p.k, deep ? SHALLOW : SMALL_DEPTH, 1);
  const int64_t tiles = rows.count * columns.count, all = tiles * depths.count;
  const auto at = [&](int64_t index) {
    const int64_t tile = deep ? index % tiles : index / depths.count, d = deep ? index / tiles : index % depths.count;
    const int64_t i = tile / columns.count, j = tile % columns.count;
    return piece(p, rows.begin(i), rows.size(i), columns.begin(j), columns.size(j), depths.begin(d), depths.size(d));
  };
  SmallProduct<T> now = at(0);
  for (int64_t index = 0; index < all; index++) {
    const SmallProduct<T> next = index + 1 < all ? at(index + 1) : SmallProduct<T>{};
    loop.product(now, {next.a, next.b, next.c});
    now = next;
  }
}

// Stretches of k: the first into C itself.
template <typename T>
void deepProduct(const SmallProduct<T> &p, bool packed, int64_t parts, int threads) {
  const Cut cut(p.k, (p.k + parts - 1) / parts, 1);
  const int64_t size = p.m * p.n, sums = cut.count - 1;
  Scratch<T> scratch(sums * size, "gemm");
  parallelFor(cut.count, threads, [&](int64_t part) {
    SmallProduct<T> q = piece(p, 0, p.m, 0, p.n, cut.begin(part), cut.size(part));
    if (part > 0) {
      q.beta = 0;
      q.c = scratch.data() + (part - 1) * size;
      q.cRow = p.n;
    }
    pieces(q, packed);
  });
  parallelRanges(p.m, std::max<int64_t>(1, 65536 / (p.n * cut.count)), threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      T *row = p.c + i * p.cRow;
      for (int64_t part = 0; part < sums; part++) {
        const T *sum = scratch.data() + part * size + i * p.n;
        for (int64_t j = 0; j < p.n; j++) row[j] += sum[j];
      }
    }
  });
}

// C' = B'A' beside C, then turned into it.
template <typename T>
void turnedProduct(const SmallProduct<T> &p, int threads) {
  Scratch<T> scratch(p.m * p.n, "gemm");
  const T *from = scratch.data();
  narrowProduct<T>({p.n, p.m, p.k, p.alpha, T(0), p.b, p.bCol, p.bRow, p.a, p.aCol, p.aRow, scratch.data(), p.m}, threads);
  parallelRanges(p.m, 32768 / p.n, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      T *row = p.c + i * p.cRow;
      for (int64_t j = 0; j < p.n; j++) row[j] = from[j * p.m + i] + (p.beta == T(0) ? T(0) : p.beta * row[j]);
    }
  });
}

}  // namespace

// What was measured to be faster. F32, of which a register holds twice as much of a stripe, reads rows in place but where they would push
// each other out of the caches; columns, of which a piece has a line each, are worth a copy sooner.
template <typename T>
bool isPacked(const SmallProduct<T> &p) {
  if (p.n > PACKED_WIDTH || p.m < p.n || p.k < 32 || p.m * p.k * int64_t(sizeof(T)) < LARGE) return false;
  const bool down = p.aCol != 1, pages = (down ? p.aCol : p.aRow) * int64_t(sizeof(T)) % PAGE == 0;
  return p.n >= (sizeof(T) == 8 ? (down ? 8 : 16) : down ? 16 : pages ? 48 : NARROW);
}

// What was measured to be faster. F64 that is gone down, by pieces of long rows, comes too slowly for few columns.
template <typename T>
bool isNarrow(const SmallProduct<T> &p) {
  if (isPacked(p)) return true;
  const int64_t narrow = std::min(p.m, p.n), wide = std::max(p.m, p.n);
  if (narrow > NARROW || wide < LEAST_WIDTH<T> || p.k < 8 || wide * p.k * int64_t(sizeof(T)) < LARGE) return false;
  if (sizeof(T) == 4) return true;
  const bool few = p.n < LEAST_WIDTH<T>, along = p.aCol == 1, wholeRows = p.m <= SMALL_WIDTH;
  return p.m >= p.n && (few || along || wholeRows || (p.m <= LONGEST_ROW && p.n >= 4 * LEAST_WIDTH<T>));
}

template <typename T>
void narrowProduct(const SmallProduct<T> &p, int threads) {
  if (p.n < LEAST_WIDTH<T>) return turnedProduct(p, threads);
  const int64_t parts = threads <= 1 ? 1 : std::clamp<int64_t>(static_cast<int64_t>(double(p.m) * p.n * p.k / WORTH_A_PART), 1, threads * PARTS_PER_THREAD);
  const bool packed = isPacked(p);
  // The sums take at most a quarter of what the large matrix does.
  const int64_t deep = std::min(parts, p.k / (4 * std::min(p.m, p.n)));
  if (parts == 1) return pieces(p, packed);
  if (p.k > std::max(p.m, p.n) && deep >= threads) return deepProduct(p, packed, deep, threads);
  const bool tall = p.m > p.n;
  const int64_t length = tall ? p.m : p.n;
  // Each part copies the small matrix anew.
  const int64_t least = packed ? std::min(PACKED_PART, (length + threads - 1) / threads) : 0;
  const Cut cut(length, std::max({(length + parts - 1) / parts, least, 2 * ALIGNED}), ALIGNED);
  parallelFor(cut.count, threads, [&](int64_t part) {
    const int64_t begin = cut.begin(part), size = cut.size(part);
    pieces(tall ? piece(p, begin, size, 0, p.n, 0, p.k) : piece(p, 0, p.m, begin, size, 0, p.k), packed);
  });
}

template bool isPacked<double>(const SmallProduct<double> &);
template bool isPacked<float>(const SmallProduct<float> &);
template bool isNarrow<double>(const SmallProduct<double> &);
template bool isNarrow<float>(const SmallProduct<float> &);
template void narrowProduct<double>(const SmallProduct<double> &, int);
template void narrowProduct<float>(const SmallProduct<float> &, int);

}  // namespace eckart
