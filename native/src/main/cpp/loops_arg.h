// Inner loops of argReduce and of the keys that topK sorts by. Part of kernels.cpp.
#pragma once
#include "keys.h"
#include "loops_reduce.h"

namespace eckart {
namespace {

// Whether x takes the place of y, which stands before it: NaN does from numbers, an equal does not
template <class F> struct Beats;
template <> struct Beats<Min> { template <class V> static ECKART_FN bool test(V x, V y) { return (x < y) | ((x != x) & (y == y)); } };
template <> struct Beats<Max> { template <class V> static ECKART_FN bool test(V x, V y) { return (x > y) | ((x != x) & (y == y)); } };

// What elements are compared in, and a row number as wide
template <class T> struct Compared { using Value = T; using Row = int; };
template <> struct Compared<double> { using Value = double; using Row = int64_t; };
template <> struct Compared<int64_t> { using Value = int64_t; using Row = int64_t; };
template <> struct Compared<BFloat16> { using Value = float; using Row = int; };
template <> struct Compared<uint8_t> { using Value = int; using Row = int; };

// The extremum of each block is found first, at the rate of a reduction; the place is looked for in the one block that has it
template <class F, class T> void argRun(int64_t n, const char *a, int64_t stride, int64_t first, double *value, int64_t *index) {
    using Op = Extremum<F>;
    using V = typename Compared<T>::Value;
    using A = typename Accumulator<T>::Type;
    V best = 0;
    int64_t block = -1;
    for (int64_t i = 0; i < n; i += BLOCK) {
        const int64_t m = n - i < BLOCK ? n - i : BLOCK;
        const char *at = a + i * stride;
        const V x = stride == sizeof(T) ? reduceBlock<Op, T, V>(m, at, sizeof(T)) : reduceBlock<Op, T, V>(m, at, stride);
        if (block < 0 || Beats<F>::test(x, best)) {
            best = x;
            block = i;
        }
    }
    if (*index >= 0 && !Beats<F>::test(A(best), readTotal(value, A()))) return;
    writeTotal(value, A(best));
    for (int64_t i = block;; i++) {
        const V x = widened<Op, T, V>(a + i * stride);
        if ((x == best) | ((x != x) & (best != best))) {
            *index = first + i;
            return;
        }
    }
}

template <class F, class T, class V, class Row>
ECKART_FN void argRows(int64_t rows, int64_t n, const char *a, int64_t rowStride, int64_t columnStride, V *best, Row *row) {
    for (int64_t j = 0; j < n; j++) {
        best[j] = V(Element<T>::load(reinterpret_cast<const T *>(a + j * columnStride)));
        row[j] = 0;
    }
    for (Row r = 1; r < rows; r++) {
        a += rowStride;
        for (int64_t j = 0; j < n; j++) {
            const V x = V(Element<T>::load(reinterpret_cast<const T *>(a + j * columnStride))), y = best[j];
            const bool beats = Beats<F>::test(x, y);
            best[j] = beats ? x : y;
            row[j] = beats ? r : row[j];
        }
    }
}

template <class F, class T>
void argColumns(int64_t rows, int64_t n, const char *a, int64_t rowStride, int64_t columnStride, int64_t first, double *value, int64_t *index) {
    using A = typename Accumulator<T>::Type;
    alignas(64) typename Compared<T>::Value best[Kernels::ARG_COLUMNS];
    alignas(64) typename Compared<T>::Row row[Kernels::ARG_COLUMNS];
    if (columnStride == sizeof(T))
        argRows<F, T>(rows, n, a, rowStride, sizeof(T), best, row);
    else
        argRows<F, T>(rows, n, a, rowStride, columnStride, best, row);
    for (int64_t j = 0; j < n; j++) {
        if (index[j] >= 0 && !Beats<F>::test(A(best[j]), readTotal(value + j, A()))) continue;
        writeTotal(value + j, A(best[j]));
        index[j] = first + row[j];
    }
}

// ---- keys
template <class T> void sortKeys(int64_t n, const char *a, bool descending, void *to, void *leastOf, void *mostOf) {
    using K = typename Key<T>::Type;
    const T *x = reinterpret_cast<const T *>(a);
    const K flip = descending ? K(~K(0)) : K(0);
    K *keys = static_cast<K *>(to), *least = static_cast<K *>(leastOf), most = 0;
    for (int64_t i = 0; i < n; i += Kernels::KEYS) {
        const int64_t m = n - i < Kernels::KEYS ? n - i : Kernels::KEYS;
        K smallest = K(~K(0));
        for (int64_t j = i; j < i + m; j++) {
            const K key = keyOf(Element<T>::load(x + j)) ^ flip;
            keys[j] = key;
            smallest = key < smallest ? key : smallest;
            most = key > most ? key : most;
        }
        *least++ = smallest;
    }
    *static_cast<K *>(mostOf) = most;
}

}  // namespace
}  // namespace eckart
