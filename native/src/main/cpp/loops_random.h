// Inner loops of random: blocks of Philox numbers (philox.h), 64 at a time, word by word, so that each step is a vector loop.
// Part of kernels.cpp.
#pragma once
#if defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "kernels.h"
#include "philox.h"

namespace eckart {
namespace {

constexpr int64_t GROUP = 64;

// One 64-bit lane per block holds each 32-bit word: the product of the low halves is then one instruction, and no lane is
// moved. What the xors leave in the high halves is never looked at.
#if defined(__AVX512F__)
using Lanes = u64 __attribute__((vector_size(64)));
using Halves = int __attribute__((vector_size(64)));
ECKART_FN Lanes multiplyLow(Lanes a, Lanes b) { return Lanes(__builtin_ia32_pmuludq512_mask(Halves(a), Halves(b), (long long __attribute__((vector_size(64)))){}, 255)); }
#elif defined(__AVX2__)
using Lanes = u64 __attribute__((vector_size(32)));
using Halves = int __attribute__((vector_size(32)));
ECKART_FN Lanes multiplyLow(Lanes a, Lanes b) { return Lanes(__builtin_ia32_pmuludq256(Halves(a), Halves(b))); }
#elif defined(__aarch64__)
using Lanes = u64 __attribute__((vector_size(16)));
ECKART_FN Lanes multiplyLow(Lanes a, Lanes b) { return Lanes(vmull_u32(vmovn_u64(uint64x2_t(a)), vmovn_u64(uint64x2_t(b)))); }
#else
using Lanes = u64 __attribute__((vector_size(16)));
using Halves = int __attribute__((vector_size(16)));
ECKART_FN Lanes multiplyLow(Lanes a, Lanes b) { return Lanes(__builtin_ia32_pmuludq128(Halves(a), Halves(b))); }
#endif
constexpr int WIDTH = sizeof(Lanes) / 8;

struct Words { alignas(64) u64 w[4][GROUP]; };  // the low halves count

// philox.h's function on WIDTH blocks at once, two such sets in flight
ECKART_FN void drawWords(const Draw &draw, uint64_t first, Words &words) {
    for (int64_t i = 0; i < GROUP; i += 2 * WIDTH) {
        Lanes c0[2], c1[2], c2[2], c3[2];
        for (int j = 0; j < 2; j++) {
            u64 block[WIDTH];
            for (int l = 0; l < WIDTH; l++) block[l] = first + u64(i + j * WIDTH + l);
            __builtin_memcpy(&c0[j], block, sizeof(Lanes));
            c1[j] = c0[j] >> 32;
            c2[j] = Lanes{} + u64(draw.stream);
            c3[j] = Lanes{} + u64(draw.stream >> 32);
        }
        u32 k0 = u32(draw.seed), k1 = u32(draw.seed >> 32);
#pragma GCC unroll 10
        for (int round = 0; round < 10; round++, k0 += PHILOX_KEY_0, k1 += PHILOX_KEY_1)
            for (int j = 0; j < 2; j++) {
                Lanes p0 = multiplyLow(c0[j], Lanes{} + PHILOX_0), p1 = multiplyLow(c2[j], Lanes{} + PHILOX_1);
                c0[j] = (p1 >> 32) ^ c1[j] ^ k0;
                c2[j] = (p0 >> 32) ^ c3[j] ^ k1;
                c1[j] = p1;
                c3[j] = p0;
            }
        for (int j = 0; j < 2; j++) {
            __builtin_memcpy(&words.w[0][i + j * WIDTH], &c0[j], sizeof(Lanes));
            __builtin_memcpy(&words.w[1][i + j * WIDTH], &c1[j], sizeof(Lanes));
            __builtin_memcpy(&words.w[2][i + j * WIDTH], &c2[j], sizeof(Lanes));
            __builtin_memcpy(&words.w[3][i + j * WIDTH], &c3[j], sizeof(Lanes));
        }
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
        for (int64_t i = 0; i < GROUP; i++) convert(u32(words.w[0][i]), u32(words.w[1][i]), u32(words.w[2][i]), u32(words.w[3][i]), to + i * PER);
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
