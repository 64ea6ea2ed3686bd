// copy, fill, unary, binary, axpby: the outer loops over the kernels of isa.h.
//
// A tile whose input runs across the rows is first turned round into a scratch of the thread (Tiles::crossed), so that memory
// is read and written by whole cache lines whatever the strides are.
#include <cstring>
#include <stdexcept>
#include <string>

#include "eckart.h"
#include "isa.h"
#include "operands.h"

namespace eckart {
namespace {

// loop(columns, at, strides) for each row of each tile
template <int N, class Loop> void forRows(Operands<N> &o, int threads, const Loop &loop) {
    if (o.count == 0) return;
    const Tiles<N> tiles(o);
    const Kernels &table = kernels();
    tiles.run(threads, [&](Tile<N> tile) {
        constexpr int64_t AREA = Tiles<N>::EDGE * Tiles<N>::EDGE;
        alignas(64) char scratch[N > 1 ? N - 1 : 1][AREA * 8];
        const int row = o.rank - 2, column = o.rank - 1;
        int64_t rowStride[N], columnStride[N];
        for (int k = 0; k < N; k++) {
            rowStride[k] = o.stride[k][row];
            columnStride[k] = o.stride[k][column];
            if (k == 0 || !tiles.crossed || !o.crosses(k) || rowStride[k] != o.size[k]) continue;
            const int64_t size = o.size[k], width = tile.columns * size;
            table.transpose[__builtin_ctzll(size)](tile.rows, tile.columns, scratch[k - 1], width, tile.at[k], columnStride[k]);
            tile.at[k] = scratch[k - 1];
            rowStride[k] = width;
            columnStride[k] = size;
        }
        for (int64_t r = 0; r < tile.rows; r++) {
            loop(tile.columns, tile.at, columnStride);
            for (int k = 0; k < N; k++) tile.at[k] += rowStride[k];
        }
    });
}

// A transposition straight into the output
void copyAcross(const Operands<2> &o, const Tiles<2> &tiles, int64_t size, int threads) {
    const Kernels::Transpose transpose = kernels().transpose[__builtin_ctzll(size)];
    tiles.run(threads, [&](const Tile<2> &tile) {
        transpose(tile.rows, tile.columns, tile.at[0], o.stride[0][o.rank - 2], tile.at[1], o.stride[1][o.rank - 1]);
    });
}

void refuseNull(const void *kernel, const char *operation, int op, int type) {
    if (kernel == nullptr)
        throw std::invalid_argument(std::string(operation) + ": operation " + std::to_string(op) + " does not exist for element type " + std::to_string(type));
}

}  // namespace

void copy(int srcType, int dstType, const int64_t *desc, int threads) {
    const int64_t size = sizeOf(dstType);
    Operands<2> o(desc, {size, sizeOf(srcType)});
    if (o.count == 0) return;
    if (srcType == dstType) {
        const Tiles<2> tiles(o, 4 * Tiles<2>::EDGE);  // no scratch to fit in: longer columns, fewer pages in turn
        const int row = o.rank - 2, column = o.rank - 1;
        if (tiles.crossed && o.stride[0][column] == size && o.stride[1][row] == size) return copyAcross(o, tiles, size, threads);
    }
    const Kernels::Unary loop = srcType == dstType ? kernels().move[logSizeOf(dstType)] : kernels().cast[srcType][dstType];
    forRows(o, threads, [=](int64_t n, char *const *at, const int64_t *stride) { loop(n, at[0], stride[0], at[1], stride[1]); });
}

void fill(int type, const int64_t *desc, double value, int threads) {
    char element[8];  // the value in the type, from where it is copied with stride 0
    kernels().cast[F64][type](1, element, 8, reinterpret_cast<const char *>(&value), 8);
    Operands<1> o(desc, {sizeOf(type)});
    const Kernels::Unary loop = kernels().move[logSizeOf(type)];
    forRows(o, threads, [&](int64_t n, char *const *at, const int64_t *stride) { loop(n, at[0], stride[0], element, 0); });
}

void unary(int op, int type, const int64_t *desc, int threads) {
    const Kernels::Unary loop = type <= I32 ? kernels().unary[op][type] : nullptr;
    refuseNull(reinterpret_cast<const void *>(loop), "unary", op, type);
    Operands<2> o(desc, {sizeOf(type), sizeOf(type)});
    forRows(o, threads, [=](int64_t n, char *const *at, const int64_t *stride) { loop(n, at[0], stride[0], at[1], stride[1]); });
}

void binary(int op, int type, const int64_t *desc, int threads) {
    const Kernels::Binary loop = type <= I32 ? kernels().binary[op][type] : nullptr;
    refuseNull(reinterpret_cast<const void *>(loop), "binary", op, type);
    Operands<3> o(desc, {sizeOf(type), sizeOf(type), sizeOf(type)});
    forRows(o, threads, [=](int64_t n, char *const *at, const int64_t *stride) {
        if (!loop(n, at[0], stride[0], at[1], stride[1], at[2], stride[2])) throw std::domain_error("division by zero");
    });
}

void axpby(int type, double alpha, double beta, const int64_t *desc, int threads) {
    const Kernels::Axpby loop = type <= F32 ? kernels().axpby[type] : nullptr;
    refuseNull(reinterpret_cast<const void *>(loop), "axpby", 0, type);
    Operands<2> o(desc, {sizeOf(type), sizeOf(type)});
    forRows(o, threads, [=](int64_t n, char *const *at, const int64_t *stride) { loop(n, alpha, beta, at[0], stride[0], at[1], stride[1]); });
}

}  // namespace eckart
