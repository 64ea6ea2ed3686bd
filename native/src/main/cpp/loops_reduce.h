// Inner loops of the reductions: along a run, and for many columns at once. Part of kernels.cpp.
//
// Floating sums are taken in f64. A block (1024 elements of a run in 32 lanes, or 128 rows of a column) is summed plainly, 32 or
// 128 additions deep, and joined to the total with its rounding error kept (Knuth's two-sum). The lanes are the same on every
// instruction set, so that the result is.
#pragma once
#include "loops_map.h"

namespace eckart {
namespace {

template <class T> struct Accumulator { using Type = int64_t; };
template <> struct Accumulator<double> { using Type = double; };
template <> struct Accumulator<float> { using Type = double; };
template <> struct Accumulator<BFloat16> { using Type = double; };

ECKART_FN double readTotal(const double *p, double) { return *p; }
ECKART_FN int64_t readTotal(const double *p, int64_t) { return int64_t(bitsOf(*p)); }
ECKART_FN void writeTotal(double *p, double x) { *p = x; }
ECKART_FN void writeTotal(double *p, int64_t x) { *p = fromBits(u64(x)); }

ECKART_FN void joinSum(double x, double *value, double *low) {
    double s = *value + x, part = s - *value;
    *low += (*value - (s - part)) + (x - part);
    *value = s;
}
ECKART_FN void joinSum(int64_t x, double *value, double *) { writeTotal(value, Add()(readTotal(value, int64_t()), x)); }

struct Sum {
    using Combine = Add;
    template <class V> static ECKART_FN V of(V x) { return x; }
    template <class V> static ECKART_FN V start(V) { return V(0); }
    template <class V> static ECKART_FN void join(V x, double *value, double *low) { joinSum(x, value, low); }
};
struct SumOfSquares : Sum {
    template <class V> static ECKART_FN V of(V x) { return Square()(x); }
};
template <class F> struct Extremum {
    using Combine = F;
    template <class V> static ECKART_FN V of(V x) { return x; }
    template <class V> static ECKART_FN V start(V first) { return first; }
    template <class V> static ECKART_FN void join(V x, double *value, double *) { writeTotal(value, F()(readTotal(value, V()), x)); }
};

constexpr int64_t LANES = 32, BLOCK = 1024, ROWS = 128, AHEAD = 1024;

template <class Op, class T, class V = typename Accumulator<T>::Type> ECKART_FN V widened(const char *p) {
    return Op::of(V(Element<T>::load(reinterpret_cast<const T *>(p))));
}

// One block; `stride` is a constant in the contiguous case
template <class Op, class T, class V = typename Accumulator<T>::Type> ECKART_FN V reduceBlock(int64_t n, const char *a, int64_t stride) {
    const typename Op::Combine combine;
    V lane[LANES];
    int64_t i = 0;
    for (int64_t l = 0; l < LANES; l++) lane[l] = Op::start(widened<Op, T, V>(a));
    for (; i + LANES <= n; i += LANES, a += LANES * stride) {
        // Asked for ahead: what comes from memory is otherwise too late by half
        for (int64_t line = 0; line < LANES * int64_t(sizeof(T)); line += 64) __builtin_prefetch(a + AHEAD + line);
#pragma GCC unroll 1
        for (int64_t l = 0; l < LANES; l++) lane[l] = combine(lane[l], widened<Op, T, V>(a + l * stride));
    }
    for (int64_t l = 0; i < n; i++, l++, a += stride) lane[l] = combine(lane[l], widened<Op, T, V>(a));
    for (int64_t half = LANES / 2; half > 0; half /= 2)
        for (int64_t l = 0; l < half; l++) lane[l] = combine(lane[l], lane[l + half]);
    return lane[0];
}

template <class Op, class T> void reduceLoop(int64_t n, const char *a, int64_t stride, double *value, double *low) {
    for (; n > 0; n -= BLOCK, a += BLOCK * stride) {
        const int64_t m = n < BLOCK ? n : BLOCK;
        Op::join(stride == sizeof(T) ? reduceBlock<Op, T>(m, a, sizeof(T)) : reduceBlock<Op, T>(m, a, stride), value, low);
    }
}

// Four rows at a time: the accumulators are read and written once for them
template <class Op, class T, class V> ECKART_FN void addRows(int64_t rows, int64_t n, const char *a, int64_t rowStride, int64_t columnStride, V *sum) {
    const typename Op::Combine combine;
    for (int64_t j = 0; j < n; j++) sum[j] = Op::start(widened<Op, T>(a + j * columnStride));
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4, a += 4 * rowStride) {
        const char *b = a + rowStride, *c = b + rowStride, *d = c + rowStride;
        for (int64_t j = 0; j < n; j++) {
            const int64_t k = j * columnStride;
            V upper = combine(widened<Op, T>(a + k), widened<Op, T>(b + k)), lower = combine(widened<Op, T>(c + k), widened<Op, T>(d + k));
            sum[j] = combine(sum[j], combine(upper, lower));
        }
    }
    for (; r < rows; r++, a += rowStride)
        for (int64_t j = 0; j < n; j++) sum[j] = combine(sum[j], widened<Op, T>(a + j * columnStride));
}

template <class Op, class T>
void reduceColumnsLoop(int64_t rows, int64_t n, const char *a, int64_t rowStride, int64_t columnStride, double *value, double *low) {
    alignas(64) typename Accumulator<T>::Type sum[Kernels::COLUMNS];
    for (; rows > 0; rows -= ROWS, a += ROWS * rowStride) {
        const int64_t m = rows < ROWS ? rows : ROWS;
        if (columnStride == sizeof(T))
            addRows<Op, T>(m, n, a, rowStride, sizeof(T), sum);
        else
            addRows<Op, T>(m, n, a, rowStride, columnStride, sum);
#pragma GCC ivdep
        for (int64_t j = 0; j < n; j++) Op::join(sum[j], value + j, low + j);
    }
}

// A value is not finite when its exponent bits are all ones; blocks are tested whole, the place is looked for in a bad one only
template <class Bits> ECKART_FN bool anyNonFinite(int64_t n, const char *a, int64_t stride, Bits exponent) {
    Bits bad = 0;
    for (int64_t i = 0; i < n; i++) {
        Bits x = *reinterpret_cast<const Bits *>(a + i * stride) & exponent;
        bad |= x == exponent ? Bits(~Bits(0)) : Bits(0);
    }
    return bad != 0;
}
template <class Bits, u64 EXPONENT> int64_t firstNonFiniteLoop(int64_t n, const char *a, int64_t stride) {
    constexpr Bits exponent = Bits(EXPONENT);
    for (int64_t i = 0; i < n; i += BLOCK) {
        const int64_t m = n - i < BLOCK ? n - i : BLOCK;
        const char *block = a + i * stride;
        if (!(stride == sizeof(Bits) ? anyNonFinite<Bits>(m, block, sizeof(Bits), exponent) : anyNonFinite<Bits>(m, block, stride, exponent)))
            continue;
        for (int64_t j = i; j < i + m; j++)
            if ((*reinterpret_cast<const Bits *>(a + j * stride) & exponent) == exponent) return j;
    }
    return -1;
}

}  // namespace
}  // namespace eckart
