// argReduce: the place of the smallest or largest element along an axis; NaN wins, the first of equals does. As comparisons are exact,
// the result does not depend on how the axis is cut.
#include <stdexcept>
#include <vector>

#include "eckart.h"
#include "isa.h"
#include "slabs.h"

namespace eckart {
namespace {

enum Op : int { MIN, MAX };

constexpr int64_t CHUNK = 32768, ROWS = 128, PARTS = 32, NONE = -1;

bool beats(int op, bool integer, double x, double y) {
    if (integer) {
        const int64_t a = int64_t(__builtin_bit_cast(uint64_t, x)), b = int64_t(__builtin_bit_cast(uint64_t, y));
        return op == MIN ? a < b : a > b;
    }
    return (op == MIN ? x < y : x > y) || (x != x && y == y);
}

struct ArgReduction {
    int op, type;
    const Slabs<2> &s;

    char *out(int64_t o, int64_t i) const { return s.of[0].base + o * s.of[0].outer + i * s.of[0].inner; }
    const char *in(int64_t o, int64_t i, int64_t row) const { return s.of[1].base + o * s.of[1].outer + i * s.of[1].inner + row * s.of[1].axis; }
    void write(int64_t o, int64_t i, int64_t index) const { *reinterpret_cast<int64_t *>(out(o, i)) = index; }

    // Lanes in groups of `width`, each `chunks` times cut along the axis. `chunks` is 1 where there are groups enough to share out.
    void run(int64_t width, int64_t shortest, int threads) const {
        const int64_t blocks = pieces(s.inner, width), groups = s.outer * blocks;
        const int64_t length = groups >= PARTS ? s.length : std::max(shortest, pieces(s.length, pieces(PARTS, groups)));
        const int64_t chunks = pieces(s.length, length);
        std::vector<double> values(chunks == 1 ? 0 : groups * chunks * width);
        std::vector<int64_t> indices(values.size(), NONE);
        const int64_t grain = std::max<int64_t>(1, GRAIN / (std::min(length, s.length) * width));
        parallelRanges(groups * chunks, grain, threads, [&](int64_t begin, int64_t end) {
            double value[Kernels::ARG_COLUMNS];
            int64_t index[Kernels::ARG_COLUMNS];
            for (int64_t part = begin; part < end; part++) {
                const int64_t group = part / chunks, o = group / blocks, i = group % blocks * width, n = std::min(width, s.inner - i);
                if (chunks > 1) {
                    find(o, i, n, part % chunks * length, length, &values[part * width], &indices[part * width]);
                    continue;
                }
                std::fill(index, index + n, NONE);
                find(o, i, n, 0, length, value, index);
                for (int64_t j = 0; j < n; j++) write(o, i + j, index[j]);
            }
        });
        if (chunks > 1) join(width, chunks, values.data(), indices.data());
    }

    // Of n lanes, from row `first` on
    void find(int64_t o, int64_t i, int64_t n, int64_t first, int64_t length, double *value, int64_t *index) const {
        constexpr int64_t MOST = int64_t(1) << 30;  // row numbers of a call fit in 32 bits
        const int64_t end = std::min(s.length, first + length);
        for (int64_t row = first; row < end; row += MOST) {
            const int64_t rows = std::min(MOST, end - row);
            if (n == 1)
                kernels().argRun[op][type](rows, in(o, i, row), s.of[1].axis, row, value, index);
            else
                kernels().argColumns[op][type](rows, n, in(o, i, row), s.of[1].axis, s.of[1].inner, row, value, index);
        }
    }

    void join(int64_t width, int64_t chunks, const double *values, const int64_t *indices) const {
        for (int64_t o = 0; o < s.outer; o++)
            for (int64_t i = 0; i < s.inner; i++) {
                const int64_t first = (o * pieces(s.inner, width) + i / width) * chunks * width + i % width;
                int64_t best = first;
                for (int64_t c = 1; c < chunks; c++)
                    if (beats(op, type >= I64, values[first + c * width], values[best])) best = first + c * width;
                write(o, i, indices[best]);
            }
    }
};

}  // namespace

void argReduce(int op, int type, const int64_t *desc, int threads) {
    Slabs<2> s(desc, {8, sizeOf(type)});
    if (s.outer == 0 || s.inner == 0) return;
    if (s.length == 0) throw std::invalid_argument("argReduce: the extremum of no elements does not exist");
    s.orderBy(1);
    const ArgReduction reduction{op, type, s};
    if (!s.acrossLanes(1)) return reduction.run(1, CHUNK, threads);
    // As wide as leaves a part for every thread: rows are read in long stretches
    const int64_t share = pieces(s.inner * s.outer, PARTS) / 64 * 64;
    reduction.run(std::min(s.inner, std::clamp<int64_t>(share, 64, Kernels::ARG_COLUMNS)), ROWS, threads);
}

}  // namespace eckart
