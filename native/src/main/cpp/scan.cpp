// scan: running sums, products and extrema along an axis.
//
// Lanes (or groups of adjacent ones, gone through row by row) are shared out. Where they are too few, the axis is cut into chunks as
// well, whose number depends on the shape alone: the totals of some chunks are taken first, then each chunk is gone through from
// the total of all before it, which finds its elements still in the cache. The result is the same for any number of threads.
#include <cstring>
#include <limits>
#include <vector>

#include "eckart.h"
#include "isa.h"
#include "slabs.h"

namespace eckart {
namespace {

enum Op : int { SUM, MIN, MAX, PRODUCT };

constexpr int64_t CHUNK = 32768, PARTS = 32, WIDEST = 512, NARROWEST = 64;

struct Scan {
    int op, type;
    const Slabs<2> &s;
    int64_t width, blocks, groups, length;  // lanes of a group, groups of an outer index, groups, rows of a chunk

    Scan(int op, int type, const Slabs<2> &s) : op(op), type(type), s(s) {
        const int64_t share = pieces(s.inner * s.outer, PARTS) / NARROWEST * NARROWEST;
        width = s.acrossLanes(0) ? std::min(s.inner, std::clamp(share, NARROWEST, WIDEST)) : 1;
        blocks = pieces(s.inner, width);
        groups = s.outer * blocks;
        length = groups >= PARTS || op == PRODUCT ? s.length : pieces(CHUNK, width);
    }

    int64_t lanes(int64_t group) const { return std::min(width, s.inner - group % blocks * width); }
    char *at(int k, int64_t group, int64_t row) const {
        const Slabs<2>::Operand &x = s.of[k];
        return x.base + group / blocks * x.outer + group % blocks * width * x.inner + row * x.axis;
    }

    void start(double *value, double *low, int64_t n) const {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        double first = op == SUM ? 0 : op == PRODUCT ? 1 : op == MIN ? infinity : -infinity;
        if (type >= I64) {
            const int64_t integer = op == SUM ? 0 : op == PRODUCT ? 1 : op == MIN ? INT64_MAX : INT64_MIN;
            std::memcpy(&first, &integer, 8);
        }
        std::fill(value, value + n, first);
        std::fill(low, low + n, 0.0);
    }

    int64_t rows(int64_t first) const { return std::min(length, s.length - first); }

    void total(int64_t group, int64_t first, double *value, double *low) const {
        const Slabs<2>::Operand &a = s.of[1];
        start(value, low, lanes(group));
        if (width == 1)
            kernels().reduce[op][type](rows(first), at(1, group, first), a.axis, value, low);
        else
            kernels().reduceColumns[op][type](rows(first), lanes(group), at(1, group, first), a.axis, a.inner, value, low);
    }

    void through(int64_t group, int64_t first, double *value, double *low) const {
        const Slabs<2>::Operand &out = s.of[0], &a = s.of[1];
        if (width == 1)
            kernels().scanRun[op][type](rows(first), at(0, group, first), out.axis, at(1, group, first), a.axis, value, low);
        else
            kernels().scanColumns[op][type](rows(first), lanes(group), at(0, group, first), out.axis, out.inner, at(1, group, first), a.axis, a.inner,
                                            value, low);
    }

    void wholeLanes(int threads) const {
        parallelRanges(groups, std::max<int64_t>(1, GRAIN / (width * s.length)), threads, [&](int64_t begin, int64_t end) {
            double value[WIDEST], low[WIDEST];
            for (int64_t group = begin; group < end; group++) {
                start(value, low, lanes(group));
                through(group, 0, value, low);
            }
        });
    }

    // Joins the totals of a chunk to those of all before it
    void join(double *value, double *low, const double *otherValue, const double *otherLow, int64_t n) const {
        const int joined = type >= I64 ? I64 : F64;
        kernels().reduceColumns[op][joined](1, n, reinterpret_cast<const char *>(otherValue), 0, 8, value, low);
        for (int64_t j = 0; j < n; j++) low[j] += otherLow[j];
    }

    void inChunks(int threads) const {
        const int64_t state = groups * width, wave = pieces(PARTS, groups), chunks = pieces(s.length, length);
        // Totals before each chunk of a wave, and before the next
        std::vector<double> values((wave + 1) * state), lows((wave + 1) * state), value(wave * state), low(wave * state);
        start(values.data(), lows.data(), state);
        for (int64_t done = 0; done < chunks; done += wave) {
            const int64_t parts = std::min(wave, chunks - done) * groups;
            const auto each = [&](auto body) {
                parallelFor(parts, threads, [&](int64_t part) { body(part / groups, part % groups, (done + part / groups) * length); });
            };
            each([&](int64_t c, int64_t group, int64_t first) { total(group, first, &value[c * state + group * width], &low[c * state + group * width]); });
            for (int64_t c = 0; c < parts / groups; c++) {
                std::copy_n(&values[c * state], state, &values[(c + 1) * state]);
                std::copy_n(&lows[c * state], state, &lows[(c + 1) * state]);
                for (int64_t group = 0; group < groups; group++) {
                    const int64_t here = c * state + group * width, next = here + state;
                    join(&values[next], &lows[next], &value[here], &low[here], lanes(group));
                }
            }
            each([&](int64_t c, int64_t group, int64_t first) { through(group, first, &values[c * state + group * width], &lows[c * state + group * width]); });
            // What went through the last chunk has its total now, by another way of summing: the joined one goes on
            std::copy_n(&values[parts / groups * state], state, values.data());
            std::copy_n(&lows[parts / groups * state], state, lows.data());
        }
    }
};

}  // namespace

void scan(int op, int type, int outType, const int64_t *desc, int threads) {
    Slabs<2> s(desc, {sizeOf(outType), sizeOf(type)});
    if (s.outer == 0 || s.length == 0 || s.inner == 0) return;
    s.orderBy(0);
    const Scan scan(op, type, s);
    scan.length >= s.length ? scan.wholeLanes(threads) : scan.inChunks(threads);
}

}  // namespace eckart
