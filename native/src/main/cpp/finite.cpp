// firstNonFinite: the row-major index of the first NaN or infinity.
//
// The operand is read in the order of its memory, which finds out whether there is one at memory speed. Only where that order
// is not row-major and there is one, it is read a second time in row-major order.
#include <atomic>
#include <limits>
#include <stdexcept>

#include "eckart.h"
#include "isa.h"
#include "operands.h"

namespace eckart {
namespace {

constexpr int64_t NONE = std::numeric_limits<int64_t>::max();

// Index of the first non-finite element in the order of the axes as they stand
int64_t scan(const Operands<1> &o, Kernels::FirstNonFinite loop, int threads) {
    const int inner = o.rank - 1;
    const int64_t run = o.rank == 0 ? 1 : o.dims[inner], stride = o.rank == 0 ? o.size[0] : o.stride[0][inner];
    std::atomic<int64_t> first{NONE};
    parallelRanges(o.count, GRAIN, threads, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin, n; i < end && i < first.load(std::memory_order_relaxed); i += n) {
            n = std::min({run - i % run, end - i, GRAIN});
            const char *at = o.base[0] + (i % run) * stride;
            int64_t rest = i / run;
            for (int axis = inner - 1; axis >= 0; rest /= o.dims[axis], axis--) at += rest % o.dims[axis] * o.stride[0][axis];
            const int64_t found = loop(n, at, stride);
            if (found < 0) continue;
            int64_t before = first.load();
            while (i + found < before && !first.compare_exchange_weak(before, i + found)) {}
            return;
        }
    });
    return first;
}

}  // namespace

int64_t firstNonFinite(int type, const int64_t *desc, int threads) {
    if (type > BF16) throw std::invalid_argument("firstNonFinite: integers are always finite");
    const Kernels::FirstNonFinite loop = kernels().firstNonFinite[type];
    Operands<1> rowMajor(desc, {sizeOf(type)});
    if (rowMajor.count == 0) return -1;
    Operands<1> memory = rowMajor;
    memory.sort(0);
    memory.coalesce();
    rowMajor.coalesce();
    const bool same = memory.rank == rowMajor.rank && std::equal(memory.stride[0], memory.stride[0] + memory.rank, rowMajor.stride[0]);
    int64_t first = scan(memory, loop, threads);
    if (first != NONE && !same) first = scan(rowMajor, loop, threads);
    return first == NONE ? -1 : first;
}

}  // namespace eckart
