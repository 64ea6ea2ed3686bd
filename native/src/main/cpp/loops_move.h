// Inner loops that only move elements: strided copies and tiles of a transposition, by the element's size. Part of kernels.cpp.
#pragma once
#include "loops_map.h"

namespace eckart {
namespace {

struct Same { template <class T> ECKART_FN T operator()(T x) const { return x; } };

template <class T> constexpr int64_t LINE = 64 / int64_t(sizeof(T));  // elements of a cache line

// to[i][j] = from[j][i] for one cache line of columns by one of rows. Written out, g++ makes shuffles of 4 and 8 byte elements.
template <class T> ECKART_FN void transposeBlock(const char *in, int64_t inColumn, T (&to)[LINE<T>][LINE<T>]) {
    for (int64_t c = 0; c < LINE<T>; c++) {
        const T *line = reinterpret_cast<const T *>(in + c * inColumn);
        for (int64_t r = 0; r < LINE<T>; r++) to[r][c] = line[r];
    }
}

using Float4 = float __attribute__((vector_size(16)));
using Int4 = int __attribute__((vector_size(16)));

// 4 x 4 in registers: two rounds of interleaving
ECKART_FN void transpose4(const char *in, int64_t inColumn, float *to, int64_t toRow) {
    Float4 x[4];
    for (int c = 0; c < 4; c++) __builtin_memcpy(&x[c], in + c * inColumn, 16);
    Float4 a = __builtin_shuffle(x[0], x[1], Int4{0, 4, 1, 5}), b = __builtin_shuffle(x[2], x[3], Int4{0, 4, 1, 5});
    Float4 c = __builtin_shuffle(x[0], x[1], Int4{2, 6, 3, 7}), d = __builtin_shuffle(x[2], x[3], Int4{2, 6, 3, 7});
    Float4 y[4] = {__builtin_shuffle(a, b, Int4{0, 1, 4, 5}), __builtin_shuffle(a, b, Int4{2, 3, 6, 7}),
                   __builtin_shuffle(c, d, Int4{0, 1, 4, 5}), __builtin_shuffle(c, d, Int4{2, 3, 6, 7})};
    for (int r = 0; r < 4; r++) __builtin_memcpy(to + r * toRow, &y[r], 16);
}
template <> ECKART_FN void transposeBlock<float>(const char *in, int64_t inColumn, float (&to)[16][16]) {
    for (int c = 0; c < 16; c += 4)
        for (int r = 0; r < 16; r += 4) transpose4(in + c * inColumn + r * 4, inColumn, &to[r][c], 16);
}

// Whole cache lines are read and, through a block that stays in the first cache, whole lines are written: a line is touched
// once, so power-of-two distances between the lines (which share few places in the cache) cost nothing.
template <class T> void transposeLoop(int64_t rows, int64_t columns, char *out, int64_t outRow, const char *in, int64_t inColumn) {
    constexpr int64_t L = LINE<T>;
    alignas(64) T block[L][L];
    int64_t r = 0;
    for (; r + L <= rows; r += L) {
        int64_t c = 0;
        for (; c + L <= columns; c += L) {
            for (int64_t i = 0; i < L; i++) {  // the lines of the block after this: they are too far apart for the processor to guess
                __builtin_prefetch(in + (c + L + i) * inColumn + r * int64_t(sizeof(T)));
                __builtin_prefetch(out + (r + i) * outRow + (c + L) * int64_t(sizeof(T)), 1);
            }
            transposeBlock<T>(in + c * inColumn + r * int64_t(sizeof(T)), inColumn, block);
            for (int64_t i = 0; i < L; i++) __builtin_memcpy(out + (r + i) * outRow + c * int64_t(sizeof(T)), block[i], 64);
        }
        for (int64_t i = r; i < r + L; i++)
            for (int64_t j = c; j < columns; j++)
                *reinterpret_cast<T *>(out + i * outRow + j * int64_t(sizeof(T))) = *reinterpret_cast<const T *>(in + j * inColumn + i * int64_t(sizeof(T)));
    }
    for (; r < rows; r++)
        for (int64_t j = 0; j < columns; j++)
            *reinterpret_cast<T *>(out + r * outRow + j * int64_t(sizeof(T))) = *reinterpret_cast<const T *>(in + j * inColumn + r * int64_t(sizeof(T)));
}

}  // namespace
}  // namespace eckart
