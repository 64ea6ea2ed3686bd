// Inner loops of scan: along a run, and down many columns at once. Part of kernels.cpp.
//
// A running sum is a pair (value, low): an f64 and what rounding took from it (Knuth's two-sum). Along a run, blocks of elements
// are summed on their own first, and joined to the pair as a whole: their chain of additions is then one in eight, and a block is
// what plain f64 rounding errors reach over.
#pragma once
#include "loops_reduce.h"

namespace eckart {
namespace {

constexpr int64_t SCAN_BLOCK = 128;

// Products are taken from left to right and in no other order: a part of one may overflow where the whole does not.
struct Product {
    template <class V> static ECKART_FN V of(V x) { return x; }
    template <class V> static ECKART_FN V start(V first) { return first; }
    template <class V> static ECKART_FN void join(V x, double *value, double *) { writeTotal(value, Mul()(readTotal(value, V()), x)); }
};

// The total at an element: from that before its block and the prefix inside of it (runs), or its own (columns)
template <class Op> struct Running {  // Product
    static constexpr bool IN_BLOCKS = false;
    template <class V> static ECKART_FN V own(V value, double) { return value; }
};
template <> struct Running<Sum> {
    static constexpr bool IN_BLOCKS = true, BY_EIGHT = true;
    static ECKART_FN double own(double value, double low) { return value - value == 0 ? value + low : value; }  // else low is NaN
    static ECKART_FN int64_t own(int64_t value, double) { return value; }
    static ECKART_FN double of(double value, double low, double prefix) {
        joinSum(prefix, &value, &low);
        return own(value, low);
    }
    static ECKART_FN int64_t of(int64_t value, double, int64_t prefix) { return Add()(value, prefix); }
};
template <class F> struct Running<Extremum<F>> {
    static constexpr bool IN_BLOCKS = true, BY_EIGHT = false;  // which of eight is largest is anybody's guess, that none beats those before is a good one
    template <class V> static ECKART_FN V own(V value, double) { return value; }
    template <class V> static ECKART_FN V of(V value, double, V prefix) { return F()(value, prefix); }
};

// prefix[i] = x[0] + ... + x[i]; sums eight at a time: what waits for the eight before is one addition each
template <class Op, class T, class V> ECKART_FN V blockPrefix(int64_t n, const char *a, int64_t stride, V *prefix) {
    const typename Op::Combine combine;
    V sum = Op::start(widened<Op, T>(a));
    int64_t i = 0;
    for (; Running<Op>::BY_EIGHT && i + 8 <= n; i += 8, a += 8 * stride) {
        V x[8];
        for (int64_t l = 0; l < 8; l++) x[l] = widened<Op, T>(a + l * stride);
        x[1] = combine(x[0], x[1]);
        x[3] = combine(x[2], x[3]);
        x[5] = combine(x[4], x[5]);
        x[7] = combine(x[6], x[7]);
        x[2] = combine(x[1], x[2]);
        x[6] = combine(x[5], x[6]);
        x[3] = combine(x[1], x[3]);
        x[7] = combine(x[5], x[7]);
        for (int64_t l = 4; l < 8; l++) x[l] = combine(x[3], x[l]);
        for (int64_t l = 0; l < 8; l++) prefix[i + l] = combine(sum, x[l]);
        sum = prefix[i + 7];
    }
    for (; i < n; i++, a += stride) prefix[i] = sum = combine(sum, widened<Op, T>(a));
    return sum;
}

template <class T, class O> void multiplyRun(int64_t n, char *out, int64_t so, const char *a, int64_t sa, double *value) {
    const Cast<O> cast;
    auto product = readTotal(value, typename Accumulator<T>::Type());
    for (int64_t i = 0; i < n; i++, out += so, a += sa)
        Element<O>::store(reinterpret_cast<O *>(out), cast(product = Mul()(product, widened<Product, T>(a))));
    writeTotal(value, product);
}

template <class Op, class T, class O> ECKART_FN void totalRun(int64_t n, char *out, int64_t so, const char *a, int64_t sa, double *value, double *low) {
    using V = typename Accumulator<T>::Type;
    const Cast<O> cast;
    alignas(64) V prefix[SCAN_BLOCK];
    for (; n > 0; n -= SCAN_BLOCK, a += SCAN_BLOCK * sa) {
        const int64_t m = n < SCAN_BLOCK ? n : SCAN_BLOCK;
        const V total = readTotal(value, V());
        const double rest = *low;
        const V sum = sa == sizeof(T) ? blockPrefix<Op, T>(m, a, sizeof(T), prefix) : blockPrefix<Op, T>(m, a, sa, prefix);
        if (so == sizeof(O)) {
            O *to = reinterpret_cast<O *>(out);
            for (int64_t i = 0; i < m; i++) Element<O>::store(to + i, cast(Running<Op>::of(total, rest, prefix[i])));
            out += m * so;
        } else {
            for (int64_t i = 0; i < m; i++, out += so) Element<O>::store(reinterpret_cast<O *>(out), cast(Running<Op>::of(total, rest, prefix[i])));
        }
        Op::join(sum, value, low);
    }
}

template <class Op, class T, class O> void scanRun(int64_t n, char *out, int64_t so, const char *a, int64_t sa, double *value, double *low) {
    if constexpr (Running<Op>::IN_BLOCKS)
        totalRun<Op, T, O>(n, out, so, a, sa, value, low);
    else
        multiplyRun<T, O>(n, out, so, a, sa, value);
}

template <class Op, class T, class O>
ECKART_FN void scanRow(int64_t n, char *out, int64_t so, const char *a, int64_t sa, double *value, double *low) {
    using V = typename Accumulator<T>::Type;
    const Cast<O> cast;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) {
        Op::join(widened<Op, T>(a + j * sa), value + j, low + j);
        const V total = readTotal(value + j, V());
        Element<O>::store(reinterpret_cast<O *>(out + j * so), cast(Running<Op>::own(total, low[j])));
    }
}

template <class Op, class T, class O>
void scanColumns(int64_t rows, int64_t n, char *out, int64_t outRow, int64_t so, const char *a, int64_t aRow, int64_t sa, double *value, double *low) {
    for (int64_t r = 0; r < rows; r++, out += outRow, a += aRow) {
        if (so == sizeof(O) && sa == sizeof(T))
            scanRow<Op, T, O>(n, out, sizeof(O), a, sizeof(T), value, low);
        else
            scanRow<Op, T, O>(n, out, so, a, sa, value, low);
    }
}

}  // namespace
}  // namespace eckart
