// Inner loops of random: blocks of Philox numbers (philox.h), 64 at a time, word by word, so that each step is a vector loop.
// Part of kernels.cpp.
#pragma once
#include "kernels.h"
#include "philox.h"

namespace eckart {
namespace {

constexpr int64_t GROUP = 64;

struct Words { alignas(64) u32 w[4][GROUP]; };

ECKART_FN void drawWords(const Draw &draw, uint64_t first, Words &words) {
    const u32 k0 = u32(draw.seed), k1 = u32(draw.seed >> 32), s0 = u32(draw.stream), s1 = u32(draw.stream >> 32);
    const u32 low = u32(first), high = u32(first >> 32);
    for (u32 i = 0; i < GROUP; i++) {
        u32 c0 = low + i, c1 = high + (c0 < low ? 1 : 0), c2 = s0, c3 = s1;
        philox(c0, c1, c2, c3, k0, k1);
        words.w[0][i] = c0;
        words.w[1][i] = c1;
        words.w[2][i] = c2;
        words.w[3][i] = c3;
    }
}

// `convert` makes PER elements of type T from the four words of each block
template <class T, int PER, class Convert> ECKART_FN void drawBlocks(const Draw &draw, uint64_t first, int64_t blocks, char *out, Convert convert) {
    Words words;
    alignas(64) T part[GROUP * PER];
    for (int64_t done = 0; done < blocks; done += GROUP) {
        drawWords(draw, first + uint64_t(done), words);
        const int64_t n = blocks - done < GROUP ? blocks - done : GROUP;
        T *to = n == GROUP ? reinterpret_cast<T *>(out) + done * PER : part;
#pragma GCC ivdep
        for (int64_t i = 0; i < GROUP; i++) convert(words.w[0][i], words.w[1][i], words.w[2][i], words.w[3][i], to + i * PER);
        if (n < GROUP) __builtin_memcpy(reinterpret_cast<T *>(out) + done * PER, part, n * PER * sizeof(T));
    }
}

void uniform64(const Draw &d, uint64_t first, int64_t blocks, char *out) {
    const double a = d.a, width = d.width, below = d.below;
    drawBlocks<double, 2>(d, first, blocks, out, [=](u32 w0, u32 w1, u32 w2, u32 w3, double *to) __attribute__((always_inline)) {
        to[0] = spread(uniform53(w0, w1), a, width, below);
        to[1] = spread(uniform53(w2, w3), a, width, below);
    });
}
void uniform32(const Draw &d, uint64_t first, int64_t blocks, char *out) {
    const float a = float(d.a), width = float(d.width), below = float(d.below);
    drawBlocks<float, 4>(d, first, blocks, out, [=](u32 w0, u32 w1, u32 w2, u32 w3, float *to) __attribute__((always_inline)) {
        to[0] = spread(uniform24(w0), a, width, below);
        to[1] = spread(uniform24(w1), a, width, below);
        to[2] = spread(uniform24(w2), a, width, below);
        to[3] = spread(uniform24(w3), a, width, below);
    });
}
void normal64(const Draw &d, uint64_t first, int64_t blocks, char *out) {
    const double mean = d.a, deviation = d.b;
    drawBlocks<double, 2>(d, first, blocks, out, [=](u32 w0, u32 w1, u32 w2, u32 w3, double *to) __attribute__((always_inline)) {
        double even, odd;
        normalPair(w0, w1, w2, w3, mean, deviation, even, odd);
        to[0] = even;
        to[1] = odd;
    });
}
void normal32(const Draw &d, uint64_t first, int64_t blocks, char *out) {
    const float mean = float(d.a), deviation = float(d.b);
    drawBlocks<float, 4>(d, first, blocks, out, [=](u32 w0, u32 w1, u32 w2, u32 w3, float *to) __attribute__((always_inline)) {
        float x0, x1, x2, x3;
        normalPair(w0, w1, mean, deviation, x0, x1);
        normalPair(w2, w3, mean, deviation, x2, x3);
        to[0] = x0;
        to[1] = x1;
        to[2] = x2;
        to[3] = x3;
    });
}
template <class T> void integers(const Draw &d, uint64_t first, int64_t blocks, char *out) {
    const u64 low = u64(d.low), range = d.range;
    drawBlocks<T, 2>(d, first, blocks, out, [=](u32 w0, u32 w1, u32 w2, u32 w3, T *to) __attribute__((always_inline)) {
        to[0] = T(low + highProduct(w0, w1, range));
        to[1] = T(low + highProduct(w2, w3, range));
    });
}

}  // namespace
}  // namespace eckart
