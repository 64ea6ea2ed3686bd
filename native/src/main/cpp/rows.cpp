// softmax, normalize: the outer loops over rows.
//
// An input that does not run along its rows is first copied into the output, which is done at memory speed whatever the strides
// are; the rows are then computed in place.
#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "eckart.h"
#include "isa.h"
#include "operands.h"

namespace eckart {
namespace {

// desc without the last `axes` axes of its N operands
template <int N> std::vector<int64_t> leading(const int64_t *desc, int axes) {
    const int64_t rank = desc[0], kept = rank - axes;
    std::vector<int64_t> out{kept};
    out.insert(out.end(), desc + 1, desc + 1 + kept);
    for (int k = 0; k < N; k++) {
        const int64_t *operand = desc + 1 + rank + k * (1 + rank);
        out.insert(out.end(), operand, operand + 1 + kept);
    }
    return out;
}

// body(at) for each row, where at[k] is its first element in operand k; a missing operand (address 0) stays null
template <int N, class Body> void forEachRow(Operands<N> rows, int64_t length, int threads, const Body &body) {
    rows.coalesce();
    const int64_t grain = std::max<int64_t>(1, GRAIN / std::max<int64_t>(1, length));
    parallelRanges(rows.count, grain, threads, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; row++) {
            char *at[N];
            std::copy(rows.base, rows.base + N, at);
            int64_t rest = row;
            for (int i = rows.rank - 1; i >= 0; rest /= rows.dims[i], i--)
                for (int k = 0; k < N; k++) at[k] += rest % rows.dims[i] * rows.stride[k][i];
            body(at);
        }
    });
}

void refuseInteger(const char *operation, int type) {
    if (type > BF16) throw std::invalid_argument(std::string(operation) + ": needs a floating-point type, not " + std::to_string(type));
}

}  // namespace

void softmax(bool log, int type, const int64_t *desc, int threads) {
    refuseInteger("softmax", type);
    const int64_t rank = desc[0], size = sizeOf(type), length = desc[rank];
    const Operands<2> rows(leading<2>(desc, 1).data(), {size, size});
    if (length == 0 || rows.count == 0) return;
    const int64_t outStride = desc[1 + rank + rank] * size, stride = desc[1 + rank + 1 + rank + rank] * size;
    const bool turned = length > 1 && stride != size && outStride == size;
    if (turned) copy(type, type, desc, threads);
    const Kernels::Softmax loop = kernels().softmax[type];
    forEachRow(rows, length, threads, [&](char *const *at) {
        turned ? loop(log, length, at[0], outStride, at[0], outStride) : loop(log, length, at[0], outStride, at[1], stride);
    });
}

void normalize(int type, int axes, double epsilon, const int64_t *desc, int threads) {
    refuseInteger("normalize", type);
    const int64_t rank = desc[0], size = sizeOf(type);
    Operands<4> rows(leading<4>(desc, axes).data(), {size, size, size, size});
    // The axes of a row become `runs` of `length`
    std::vector<int64_t> inner{axes};
    inner.insert(inner.end(), desc + 1 + rank - axes, desc + 1 + rank);
    for (int k = 0; k < 4; k++) {
        const int64_t *operand = desc + 1 + rank + k * (1 + rank);
        inner.push_back(operand[0]);
        inner.insert(inner.end(), operand + 1 + rank - axes, operand + 1 + rank);
    }
    Operands<4> row(inner.data(), {size, size, size, size});
    if (rows.count == 0 || row.count == 0) return;
    const bool turned = row.rank > 0 && row.stride[1][row.rank - 1] != size && row.stride[0][row.rank - 1] == size;
    if (turned) {
        copy(type, type, desc, threads);
        row.base[1] = row.base[0];
        rows.base[1] = rows.base[0];
        std::copy(row.stride[0], row.stride[0] + MAX_RANK, row.stride[1]);
        std::copy(rows.stride[0], rows.stride[0] + MAX_RANK, rows.stride[1]);
    }
    row.coalesce();
    while (row.rank < 2) row.prependAxis();
    RowForm form{row.dims[0], row.dims[1], {}, {}};
    for (int k = 0; k < 4; k++) {
        form.outer[k] = row.stride[k][0];
        form.inner[k] = row.dims[1] == 1 && k < 2 ? size : row.stride[k][1];
    }
    const Kernels::Normalize loop = kernels().normalize[type];
    forEachRow(rows, row.count, threads, [&](char *const *at) { loop(form, epsilon, at); });
}

}  // namespace eckart
