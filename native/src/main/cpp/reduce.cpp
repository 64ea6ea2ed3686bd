// reduce: sums and extrema over any axes.
//
// Axes are sorted by the input's strides. When the innermost is reduced, each output is a run (or several) of its own; when it
// is kept, whole rows are joined to a row of totals. In both the reduced elements are cut into chunks whose number depends on
// the shape alone, each chunk has a total of its own, and the totals are joined in order: the result is the same for any
// number of threads.
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include "eckart.h"
#include "isa.h"
#include "operands.h"

namespace eckart {
namespace {

enum Op : int { SUM, MIN, MAX, SUM_OF_SQUARES };

// A list of axes with the strides of output and input; the last steps least
struct Axes {
    int rank = 0;
    int64_t count = 1, dims[MAX_RANK], out[MAX_RANK], in[MAX_RANK];

    void add(int64_t dim, int64_t outStride, int64_t inStride) {
        dims[rank] = dim;
        out[rank] = outStride;
        in[rank++] = inStride;
        count *= dim;
    }
    int64_t last() const { return rank == 0 ? 1 : dims[rank - 1]; }
    int64_t lastIn() const { return rank == 0 ? 0 : in[rank - 1]; }
    Axes outer() const {  // all but the last
        Axes axes = *this;
        if (rank > 0) axes.count = dims[--axes.rank] == 0 ? 0 : count / dims[axes.rank];
        return axes;
    }
    int64_t offset(const int64_t *stride, int64_t index) const {
        int64_t at = 0;
        for (int i = rank - 1; i >= 0; index /= dims[i], i--) at += index % dims[i] * stride[i];
        return at;
    }
};

struct Reduction {
    int op, type, outType;
    char *out;
    const char *in;
    Axes kept, reduced;
    Kernels::Reduce loop;
    Kernels::ReduceColumns columnsLoop;
    Kernels::Unary store;  // from the totals' type

    bool integer() const { return type >= I64; }

    void start(double *value, double *low, int64_t n) const {
        double first = 0;
        if (op == MIN || op == MAX) {
            constexpr double infinity = std::numeric_limits<double>::infinity();
            const int64_t least = op == MIN ? INT64_MAX : INT64_MIN;
            if (integer())
                std::memcpy(&first, &least, 8);
            else
                first = op == MIN ? infinity : -infinity;
        }
        std::fill(value, value + n, first);
        std::fill(low, low + n, 0.0);
    }

    // Joins n chunk totals to n others: each is a row of one for the loop over columns
    void join(double *value, double *low, const double *otherValue, const double *otherLow, int64_t n) const {
        const int joint = op == SUM_OF_SQUARES ? int(SUM) : op;
        kernels().reduceColumns[joint][integer() ? I64 : F64](1, n, reinterpret_cast<const char *>(otherValue), 0, 8, value, low);
        for (int64_t i = 0; i < n; i++) low[i] += otherLow[i];
    }

    // Writes n totals, and uses `value` up
    void finish(char *to, int64_t stride, double *value, const double *low, int64_t n) const {
        if (!integer())
            for (int64_t i = 0; i < n; i++) value[i] = std::isfinite(value[i]) ? value[i] + low[i] : value[i];  // else low is NaN
        store(n, to, stride, reinterpret_cast<const char *>(value), 8);
    }

    void alongRuns(int threads) const;
    void alongColumns(int threads) const;
};

constexpr int64_t CHUNK = 32768, ROWS = 128, PARTS = 32;

int64_t pieces(int64_t n, int64_t size) { return (n + size - 1) / size; }

// One total per output and chunk of CHUNK reduced elements
void Reduction::alongRuns(int threads) const {
    const int64_t outputs = kept.count, chunks = pieces(reduced.count, CHUNK), run = reduced.last();
    const Axes outer = reduced.outer();
    auto total = [&](int64_t output, int64_t chunk, double *value, double *low) {
        const char *from = in + kept.offset(kept.in, output);
        const int64_t end = std::min(reduced.count, (chunk + 1) * CHUNK);
        start(value, low, 1);
        for (int64_t i = chunk * CHUNK, n; i < end; i += n) {
            n = std::min(run - i % run, end - i);
            loop(n, from + outer.offset(outer.in, i / run) + i % run * reduced.lastIn(), reduced.lastIn(), value, low);
        }
    };
    const int64_t grain = std::max<int64_t>(1, GRAIN / std::min(reduced.count, CHUNK));
    if (chunks == 1) {
        parallelRanges(outputs, grain, threads, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++) {
                double value, low;
                total(i, 0, &value, &low);
                finish(out + kept.offset(kept.out, i), 8, &value, &low, 1);
            }
        });
        return;
    }
    std::vector<double> values(outputs * chunks), lows(outputs * chunks);
    parallelRanges(outputs * chunks, grain, threads, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) total(i % outputs, i / outputs, &values[i], &lows[i]);
    });
    for (int64_t first = 0, n; first < outputs; first += n) {
        n = std::min(outputs - first, Kernels::COLUMNS);
        for (int64_t c = 1; c < chunks; c++) join(&values[first], &lows[first], &values[c * outputs + first], &lows[c * outputs + first], n);
        for (int64_t i = first; i < first + n; i++) finish(out + kept.offset(kept.out, i), 8, &values[i], &lows[i], 1);
    }
}

// One row of totals per block of columns and chunk of rows. Rows are cut only where blocks of columns are too few for PARTS.
void Reduction::alongColumns(int threads) const {
    const Axes outerKept = kept.outer(), outerReduced = reduced.outer();
    const int64_t width = kept.last(), blocks = pieces(width, Kernels::COLUMNS), groups = outerKept.count * blocks;
    const int64_t rowsPerChunk = pieces(pieces(reduced.count, pieces(PARTS, groups)), ROWS) * ROWS;
    const int64_t chunks = pieces(reduced.count, rowsPerChunk), run = reduced.last();
    auto total = [&](int64_t group, int64_t chunk, double *value, double *low) {
        const int64_t column = group % blocks * Kernels::COLUMNS, n = std::min(width - column, Kernels::COLUMNS);
        const char *from = in + outerKept.offset(outerKept.in, group / blocks) + column * kept.lastIn();
        const int64_t end = std::min(reduced.count, (chunk + 1) * rowsPerChunk);
        start(value, low, n);
        for (int64_t row = chunk * rowsPerChunk, rows; row < end; row += rows) {
            rows = std::min(run - row % run, end - row);
            columnsLoop(rows, n, from + outerReduced.offset(outerReduced.in, row / run) + row % run * reduced.lastIn(), reduced.lastIn(),
                        kept.lastIn(), value, low);
        }
        return n;
    };
    auto finishColumns = [&](int64_t group, int64_t n, double *value, const double *low) {
        const int64_t column = group % blocks * Kernels::COLUMNS, stride = kept.rank == 0 ? 0 : kept.out[kept.rank - 1];
        char *to = out + outerKept.offset(outerKept.out, group / blocks) + column * stride;
        finish(to, stride, value, low, n);
    };
    const int64_t one = std::min(width, Kernels::COLUMNS);
    const int64_t grain = std::max<int64_t>(1, GRAIN / (one * std::min(reduced.count, rowsPerChunk)));
    if (chunks == 1) {
        parallelRanges(groups, grain, threads, [&](int64_t begin, int64_t end) {
            double value[Kernels::COLUMNS], low[Kernels::COLUMNS];
            for (int64_t g = begin; g < end; g++) finishColumns(g, total(g, 0, value, low), value, low);
        });
        return;
    }
    std::vector<double> values(groups * chunks * one), lows(groups * chunks * one);
    parallelRanges(groups * chunks, grain, threads, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) total(i / chunks, i % chunks, &values[i * one], &lows[i * one]);
    });
    parallelRanges(groups, std::max<int64_t>(1, GRAIN / (one * chunks)), threads, [&](int64_t begin, int64_t end) {
        for (int64_t g = begin; g < end; g++) {
            const int64_t n = std::min(width - g % blocks * Kernels::COLUMNS, Kernels::COLUMNS), first = g * chunks * one;
            for (int64_t c = 1; c < chunks; c++) join(&values[first], &lows[first], &values[first + c * one], &lows[first + c * one], n);
            finishColumns(g, n, &values[first], &lows[first]);
        }
    });
}

}  // namespace

void reduce(int op, int type, int outType, const int64_t *desc, int threads) {
    Operands<2> o(desc, {sizeOf(outType), sizeOf(type)});
    Reduction r{};
    r.op = op;
    r.type = type;
    r.outType = outType;
    r.loop = kernels().reduce[op][type];
    r.columnsLoop = kernels().reduceColumns[op][type];
    r.store = kernels().cast[r.integer() ? I64 : F64][outType];
    if (o.count > 0) {
        o.sort(1);
        o.coalesce();
    }
    bool innermostKept = true;
    for (int i = 0; i < o.rank; i++) {
        innermostKept = o.stride[0][i] != 0;
        (innermostKept ? r.kept : r.reduced).add(o.dims[i], o.stride[0][i], o.stride[1][i]);
    }
    r.out = o.base[0];
    r.in = o.base[1];
    if (r.kept.count == 0) return;
    if (r.reduced.count == 0) {  // the sum of nothing
        if (op == MIN || op == MAX) throw std::invalid_argument("reduce: the extremum of no elements does not exist");
        const double zero = 0;  // the bits of an integer 0 too
        for (int64_t i = 0; i < r.kept.count; i++) r.store(1, r.out + r.kept.offset(r.kept.out, i), 8, reinterpret_cast<const char *>(&zero), 8);
        return;
    }
    // The innermost axis decides, unless its loop would be short and the other's is longer (both bounds measured)
    const int64_t across = r.kept.last(), along = r.reduced.last();
    const bool columns = innermostKept ? across >= 8 || across >= along : along < 64 && across > along;
    columns ? r.alongColumns(threads) : r.alongRuns(threads);
}

}  // namespace eckart
