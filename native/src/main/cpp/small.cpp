// The products of small.h, compiled once per instruction set (ECKART_ISA). As in kernels.cpp everything but the table is internal.
//
// C is cut into stripes of at most WIDEST vectors of columns, a stripe into tiles of rows. A tile's sums stay in registers while k is
// walked once: at each step a row of B's stripe is loaded, and each entry of A's column multiplies it. Where the width is no multiple of a
// vector, the last vector overlaps the one before: both hold the same sums there.
//
// A is read where it stands, and so is B if its rows are contiguous: one that stands by columns is transposed, a stripe at a time. One
// whose rows lie whole pages apart, and so push each other out of the first-level cache, is copied.
#include "small.h"

#include <type_traits>

#include "tile.h"

#define ECKART_PASTE(a, b) a##b
#define ECKART_TABLE(isa) ECKART_PASTE(small_, isa)

namespace eckart {
namespace {

constexpr int WIDEST = 2;
constexpr int BLOCK = 256;  // rows of A that stay in the second-level cache while the stripes go by
constexpr int64_t LINE = 64, PAGE = 4096;

// The lines of the next product's operands, in the order in which they are asked for.
template <typename T>
class Ahead {
 public:
  // `rows` of A and C, in `steps` steps.
  Ahead(const SmallProduct<T> &p, const SmallNext<T> &next, int64_t rows, int64_t steps) : steps_(steps) {
    if (next.c == nullptr) return;
    const bool aByRows = p.aCol == 1, bByRows = p.bCol == 1;
    if (next.a != p.a) add(next.a, aByRows ? rows : p.k, aByRows ? p.k : rows, aByRows ? p.aRow : p.aCol);
    if (next.b != p.b) add(next.b, bByRows ? p.k : p.n, bByRows ? p.n : p.k, bByRows ? p.bRow : p.bCol);
    if (next.c != p.c) add(next.c, rows, p.n, p.cRow);
    if (left_ > 0 && steps >= 2 * left_) spread(steps / left_ < 4 ? steps / left_ : 4);
  }

  // Those of a tile: one a step, and where that is too few its share of the rest at once.
  void take(Tile<T> &t) {
    t.burst = 0;
    if (at_ == count_) {
      t.ahead = reinterpret_cast<const char *>(t.b);
      t.aheadStep = 0;
      return;
    }
    Lines &now = lines_[at_];
    t.ahead = now.from + taken_ * now.apart;
    t.aheadStep = now.apart;
    if (left_ > steps_) t.burst = (left_ - steps_) * t.k / steps_;
    steps_ -= t.k;
    left_ -= t.k + t.burst;
    taken_ += t.k + t.burst;
    if (taken_ < now.count) return;
    taken_ = 0;
    now.from += LINE;
    if (--now.times == 0) at_++;
  }

 private:
  struct Lines {  // `count` of them, `apart` from each other; `times` that, a line further each time
    const char *from;
    int64_t apart, count, times;
  };
  Lines lines_[3];
  int count_ = 0, at_ = 0;
  int64_t taken_ = 0, left_ = 0, steps_;

  // Asks `times` as often, so that the lines come evenly: at once they would fill the queue that loads wait in, too.
  void spread(int64_t times) {
    for (int i = 0; i < count_; i++) {
      Lines &each = lines_[i];
      if (each.apart != LINE) continue;
      const int64_t apart = LINE / times, count = each.count * LINE / apart;
      left_ += count - each.count;
      each.count = count;
      each.apart = apart;
    }
  }

  void add(const T *from, int64_t rows, int64_t length, int64_t apart) {
    const bool packed = apart == length;
    const int64_t bytes = (packed ? rows * length : length) * int64_t(sizeof(T)), lines = (bytes + LINE - 1) / LINE;
    const char *start = reinterpret_cast<const char *>(from);
    lines_[count_++] = packed ? Lines{start, LINE, lines, 1} : Lines{start, apart * int64_t(sizeof(T)), rows, lines};
    left_ += packed ? lines : rows * lines;
  }
};

// Rows of equal height rather than full ones and a rest: a low tile has too few sums to keep the multipliers busy.
template <typename T, int W>
void stripe(int rows, Tile<T> &t, Ahead<T> &ahead) {
  const int tiles = (rows + HIGHEST - 1) / HIGHEST, height = rows / tiles, higher = rows - height * tiles;
  for (int i = 0; i < tiles; i++) {
    const int now = height + (i < higher);
    ahead.take(t);
    Tiles<T, W>::of[now - 1](t);
    t.a += now * t.aRow;
    t.c += now * t.cRow;
  }
}

// Of N rows: the entries whose number has the bit S change places with those of the row S away whose number has it not.
template <typename T, int S = N<T> / 2>
__attribute__((always_inline)) inline void turn(typename Vectors<T>::Type *rows) {
  using V = typename Vectors<T>::Type;
  using Index = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
  typedef Index Lanes __attribute__((vector_size(BYTES)));
  Lanes low = {}, high = {};
  ECKART_UNROLL
  for (int i = 0; i < N<T>; i++) {
    low[i] = i & S ? N<T> + i - S : i;
    high[i] = i & S ? N<T> + i : i + S;
  }
  ECKART_UNROLL
  for (int i = 0; i < N<T>; i++) {
    if (i & S) continue;
    const V x = rows[i], y = rows[i + S];
    rows[i] = __builtin_shuffle(x, y, low);
    rows[i + S] = __builtin_shuffle(x, y, high);
  }
  if constexpr (S > 1) turn<T, S / 2>(rows);
}

// to[p * ld + j] = from[j * apart + p], `width` columns of `depth` entries.
template <typename T>
void transpose(int64_t depth, int64_t width, const T *from, int64_t apart, T *to, int64_t ld) {
  using V = typename Vectors<T>::Type;
  const int64_t whole = depth / N<T> * N<T>;
  for (int64_t j = 0; j < width; j += N<T>) {
    const int64_t first = j + N<T> <= width ? j : width - N<T>;  // the last may overlap
    for (int64_t p = 0; p < whole; p += N<T>) {
      V rows[N<T>];
      ECKART_UNROLL
      for (int i = 0; i < N<T>; i++) rows[i] = *reinterpret_cast<const V *>(from + (first + i) * apart + p);
      turn<T>(rows);
      ECKART_UNROLL
      for (int i = 0; i < N<T>; i++) *reinterpret_cast<V *>(to + (p + i) * ld + first) = rows[i];
    }
  }
  for (int64_t p = whole; p < depth; p++) {
    for (int64_t j = 0; j < width; j++) to[p * ld + j] = from[j * apart + p];
  }
}

// `width` columns of B from `first` on, its rows one below the other.
template <typename T>
void pack(const SmallProduct<T> &p, int64_t first, int64_t width, T *to) {
  const T *b = p.b + first * p.bCol;
  if (p.bCol != 1) return transpose<T>(p.k, width, b, p.bCol, to, N<T> * WIDEST);
  for (int64_t i = 0; i < p.k; i++) {
    for (int64_t j = 0; j < width; j++) to[i * N<T> * WIDEST + j] = b[i * p.bRow + j];
  }
}

// A block of at most BLOCK rows.
template <typename T>
void block(const SmallProduct<T> &p, int64_t first, int rows, const SmallNext<T> &next) {
  T packed[SMALL_DEPTH * N<T> * WIDEST] __attribute__((aligned(64)));
  const int64_t vectors = (p.n + N<T> - 1) / N<T>, tiles = (rows + HIGHEST - 1) / HIGHEST;
  Ahead<T> ahead(p, next, rows, (vectors + 1) / WIDEST * tiles * p.k);
  const bool packs = p.bCol != 1 || (p.bRow * int64_t(sizeof(T)) % PAGE == 0 && tiles > 2);
  Tile<T> t;
  t.k = p.k;
  t.aRow = p.aRow;
  t.aCol = p.aCol;
  t.bRow = packs ? N<T> * WIDEST : p.bRow;
  t.alpha = p.alpha;
  t.beta = p.beta;
  t.cRow = p.cRow;
  // The narrow stripe of an odd number of vectors comes first: the last one's overlap stays inside of it.
  for (int64_t v = 0, wide = vectors % WIDEST == 0 ? WIDEST : 1; v < vectors; v += wide, wide = WIDEST) {
    const int64_t j = v * N<T>, width = (v + wide) * N<T> < p.n ? wide * N<T> : p.n - j;
    if (packs) pack(p, j, width, packed);
    t.a = p.a + first * p.aRow;
    t.b = packs ? packed : p.b + j;
    t.tail = width - N<T>;
    t.c = p.c + first * p.cRow + j;
    if (wide == WIDEST) {
      stripe<T, WIDEST>(rows, t, ahead);
    } else {
      stripe<T, 1>(rows, t, ahead);
    }
  }
}

template <typename T>
void product(const SmallProduct<T> &p, const SmallNext<T> &next) {
  int64_t i = 0;
  for (; i + BLOCK < p.m; i += BLOCK) {
    block(p, i, BLOCK, {p.a + (i + BLOCK) * p.aRow, p.b, p.c + (i + BLOCK) * p.cRow});
  }
  block(p, i, int(p.m - i), next);
}

}  // namespace

extern const Small ECKART_TABLE(ECKART_ISA) = {{product<double>}, {product<float>}};

}  // namespace eckart
