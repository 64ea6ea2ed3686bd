// The operands of an element-wise call, and the order in which they are walked.
//
// desc (eckart.h) is read into dims[rank] and, per operand, the address of element (0, ..., 0) and byte strides. Axes of size 1
// go, axes are sorted so that the leading operand's stride falls, adjacent ones that every operand steps through evenly merge:
// a contiguous tensor of any rank becomes one axis.
//
// The walk is over tiles of the last two axes: `columns` of the last (the inner loop's), `rows` of the one before.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "pool.h"

namespace eckart {

constexpr int MAX_RANK = 8;
constexpr int64_t GRAIN = 32768;  // elements below which a second thread costs more than it saves

enum Type : int { F64, F32, BF16, I64, I32, U8 };

inline int64_t sizeOf(int type) {
    constexpr int64_t sizes[] = {8, 4, 2, 8, 4, 1};
    return sizes[type];
}
inline int logSizeOf(int type) {
    constexpr int logs[] = {3, 2, 1, 3, 2, 0};
    return logs[type];
}

template <int N> struct Operands {
    int rank;
    int64_t count;  // elements of the whole index space
    int64_t dims[MAX_RANK];
    char *base[N];
    int64_t stride[N][MAX_RANK];
    int64_t size[N];

    Operands(const int64_t *desc, const int64_t (&sizes)[N]) : rank(int(desc[0])), count(1) {
        const int axes = rank;
        std::copy(desc + 1, desc + 1 + axes, dims);
        for (int i = 0; i < axes; i++) count *= dims[i];
        const int64_t *operand = desc + 1 + axes;
        for (int k = 0; k < N; k++, operand += 1 + axes) {
            size[k] = sizes[k];
            base[k] = reinterpret_cast<char *>(operand[0]);
            for (int i = 0; i < axes; i++) stride[k][i] = operand[1 + i] * sizes[k];
        }
        rank = 0;
        for (int i = 0; i < axes; i++)
            if (dims[i] != 1) moveAxis(i, rank++);
    }

    void moveAxis(int from, int to) {  // overwrites `to`
        dims[to] = dims[from];
        for (int k = 0; k < N; k++) stride[k][to] = stride[k][from];
    }

    void swapAxes(int i, int j) {
        std::swap(dims[i], dims[j]);
        for (int k = 0; k < N; k++) std::swap(stride[k][i], stride[k][j]);
    }

    void prependAxis() {  // of size 1
        for (int i = rank++; i > 0; i--) moveAxis(i - 1, i);
        dims[0] = 1;
        for (int k = 0; k < N; k++) stride[k][0] = 0;
    }

    // Sorts the axes by the leading operand's stride, largest first, walking each forward in that operand. `count` > 0.
    void sort(int leading) {
        for (int i = 0; i < rank; i++) {
            if (stride[leading][i] >= 0) continue;
            for (int k = 0; k < N; k++) {
                base[k] += (dims[i] - 1) * stride[k][i];
                stride[k][i] = -stride[k][i];
            }
        }
        for (int i = 1; i < rank; i++)
            for (int j = i; j > 0 && stride[leading][j - 1] < stride[leading][j]; j--) swapAxes(j - 1, j);
    }

    void coalesce() {
        int last = 0;
        for (int i = 1; i < rank; i++) {
            bool even = true;
            for (int k = 0; k < N; k++) even &= stride[k][last] == dims[i] * stride[k][i];
            const int64_t outer = even ? dims[last] : 1;
            if (!even) last++;
            moveAxis(i, last);
            dims[last] *= outer;
        }
        rank = rank == 0 ? 0 : last + 1;
    }

    // Operand k steps less along the axis before the last than along the last: it is read across its rows
    bool crosses(int k) const {
        const int64_t row = std::abs(stride[k][rank - 2]);
        return row != 0 && row < std::abs(stride[k][rank - 1]);
    }
};

template <int N> struct Tile {
    int64_t rows, columns;
    char *at[N];
};

// The walk of an element-wise call: output 0, inputs after it. Sorts the axes of `o`, which it refers to.
template <int N> class Tiles {
public:
    static constexpr int64_t EDGE = 64;  // a tile across rows: 64 x 64 f64 are 32 KiB
    bool crossed = false;                // an input runs across the rows: tiles hold at most EDGE * crossedRows elements

    explicit Tiles(Operands<N> &o, int64_t crossedRows = EDGE) : o(o) {
        o.sort(0);
        o.coalesce();
        while (o.rank < 2) o.prependAxis();
        chooseRows();
        const int inner = o.rank - 1, next = o.rank - 2;
        int64_t area = GRAIN;
        columns = o.dims[inner];
        if (columns < SHORT && o.dims[next] > columns) {  // many short rows: loop down the columns of a block that stays in cache
            o.swapAxes(inner, next);
            columns = std::min(o.dims[inner], area = EDGE * EDGE);
        } else {
            for (int k = 1; k < N; k++) crossed |= o.crosses(k);
            if (crossed) {
                area = EDGE * crossedRows;
                columns = std::min(columns, std::max(EDGE, area / o.dims[next]));
            }
        }
        columns = std::min(columns, area);
        rows = std::min(o.dims[next], area / columns);
    }

    // body(tile) for every tile, on at most `threads` threads
    template <class Body> void run(int threads, const Body &body) const {
        int64_t parts = 1;
        for (int i = 0; i < o.rank; i++) parts *= steps(i);
        const int64_t grain = std::max<int64_t>(1, GRAIN / (rows * columns));
        parallelRanges(parts, grain, threads, [&](int64_t begin, int64_t end) { walk(begin, end, body); });
    }

private:
    static constexpr int64_t SHORT = 16;
    Operands<N> &o;
    int64_t rows, columns;

    // The axis before the last is to be the one along which an input that does not follow the output steps least
    void chooseRows() {
        for (int k = 1; k < N; k++) {
            const int last = o.rank - 1;
            int best = last;
            for (int i = last - 1; i >= 0; i--)
                if (o.stride[k][i] != 0 && std::abs(o.stride[k][i]) < std::abs(o.stride[k][best])) best = i;
            if (best == last) continue;
            for (int i = best; i < last - 1; i++) o.swapAxes(i, i + 1);
            return;
        }
    }

    int64_t edge(int axis) const { return axis == o.rank - 1 ? columns : axis == o.rank - 2 ? rows : 1; }
    int64_t steps(int axis) const { return (o.dims[axis] + edge(axis) - 1) / edge(axis); }

    template <class Body> void walk(int64_t begin, int64_t end, const Body &body) const {
        int64_t index[MAX_RANK], rest = begin;
        for (int i = o.rank - 1; i >= 0; rest /= steps(i), i--) index[i] = rest % steps(i);
        for (int64_t part = begin; part < end; part++) {
            Tile<N> tile{std::min(rows, o.dims[o.rank - 2] - index[o.rank - 2] * rows),
                         std::min(columns, o.dims[o.rank - 1] - index[o.rank - 1] * columns), {}};
            for (int k = 0; k < N; k++) {
                tile.at[k] = o.base[k];
                for (int i = 0; i < o.rank; i++) tile.at[k] += index[i] * edge(i) * o.stride[k][i];
            }
            body(tile);
            for (int i = o.rank - 1; i >= 0 && ++index[i] == steps(i); i--) index[i] = 0;
        }
    }
};

}  // namespace eckart
