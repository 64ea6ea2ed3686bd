// Inner loops over whole rows: softmax and normalization. Part of kernels.cpp.
//
// A row is read two or three times, all but the first from the cache. Sums run in LANES lanes and are taken in f64, or in the
// type of the exponentials for up to BLOCK of them.
#pragma once
#include "loops_reduce.h"

namespace eckart {
namespace {

template <class T> using Computed = typename Element<T>::Value;

template <class T> ECKART_FN Computed<T> read(const char *p) { return Element<T>::load(reinterpret_cast<const T *>(p)); }
template <class T> ECKART_FN void write(char *p, Computed<T> x) { Element<T>::store(reinterpret_cast<T *>(p), x); }

// take(l, i) for i in [0, n), where l = i mod LANES
template <class Take> ECKART_FN void inLanes(int64_t n, const Take &take) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
#pragma GCC unroll 1
#pragma GCC ivdep
        for (int64_t l = 0; l < LANES; l++) take(l, i + l);
#pragma GCC ivdep
    for (int64_t l = 0; l < n - i; l++) take(l, i + l);
}

template <class V> ECKART_FN double total(const V (&lane)[LANES]) {
    double sum[LANES];
    for (int64_t l = 0; l < LANES; l++) sum[l] = lane[l];
    for (int64_t half = LANES / 2; half > 0; half /= 2)
        for (int64_t l = 0; l < half; l++) sum[l] += sum[l + half];
    return sum[0];
}

template <class T> ECKART_FN Computed<T> largest(int64_t n, const char *a, int64_t stride) {
    using V = Computed<T>;
    V lane[LANES];
    for (V &x : lane) x = read<T>(a);
    inLanes(n, [&](int64_t l, int64_t i) __attribute__((always_inline)) {
        const V x = read<T>(a + i * stride);
        lane[l] = x > lane[l] ? x : lane[l];  // a NaN may be lost: it comes back in the sum
    });
    for (int64_t half = LANES / 2; half > 0; half /= 2)
        for (int64_t l = 0; l < half; l++) lane[l] = lane[l + half] > lane[l] ? lane[l + half] : lane[l];
    return lane[0];
}

// The sum of e^(x - most); the terms are left in `out` where there is one
template <class T, bool KEEP> ECKART_FN double sumOfExponentials(int64_t n, Computed<T> most, char *out, int64_t so, const char *a, int64_t sa) {
    double sum = 0;
    for (int64_t from = 0; from < n; from += BLOCK) {
        Computed<T> lane[LANES] = {};
        const int64_t m = n - from < BLOCK ? n - from : BLOCK;
        inLanes(m, [&](int64_t l, int64_t i) __attribute__((always_inline)) {
            const Computed<T> e = exponential(read<T>(a + (from + i) * sa) - most);
            if constexpr (KEEP) write<T>(out + (from + i) * so, e);
            lane[l] += e;
        });
        sum += total(lane);
    }
    return sum;
}

template <class T> ECKART_FN void softmaxRow(bool log, int64_t n, char *out, int64_t so, const char *a, int64_t sa) {
    using V = Computed<T>;
    constexpr bool keep = sizeof(T) == sizeof(V);  // a BFloat16 would be rounded twice
    const V most = largest<T>(n, a, sa);
    if (log) {
        const V rest = V(logarithm(sumOfExponentials<T, false>(n, most, out, so, a, sa)));
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++) write<T>(out + i * so, (read<T>(a + i * sa) - most) - rest);
        return;
    }
    const V factor = V(1 / sumOfExponentials<T, keep>(n, most, out, so, a, sa));
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) {
        if constexpr (keep)
            write<T>(out + i * so, read<T>(out + i * so) * factor);
        else
            write<T>(out + i * so, exponential(read<T>(a + i * sa) - most) * factor);
    }
}

template <class T> void softmaxLoop(bool log, int64_t n, char *out, int64_t so, const char *a, int64_t sa) {
    if (so == sizeof(T) && sa == sizeof(T))
        softmaxRow<T>(log, n, out, sizeof(T), a, sizeof(T));
    else
        softmaxRow<T>(log, n, out, so, a, sa);
}

// x -> ((x - centre) - rest) factor, where centre + rest is the mean
template <class V> struct Moments { V centre, rest, factor; };

// Two passes, the second of which corrects the first (Chan, Golub and LeVeque 1983): a mean that the type can't hold loses nothing
template <class T> ECKART_FN Moments<Computed<T>> moments(const RowForm &row, double epsilon, const char *a, int64_t stride) {
    using V = Computed<T>;
    const double count = double(row.runs * row.length);
    double sum[LANES] = {}, squares[LANES] = {};
    for (int64_t r = 0; r < row.runs; r++) {
        const char *run = a + r * row.outer[1];
        inLanes(row.length, [&](int64_t l, int64_t i) __attribute__((always_inline)) { sum[l] += double(read<T>(run + i * stride)); });
    }
    const V centre = V(total(sum) / count);
    for (double &x : sum) x = 0;
    for (int64_t r = 0; r < row.runs; r++) {
        const char *run = a + r * row.outer[1];
        inLanes(row.length, [&](int64_t l, int64_t i) __attribute__((always_inline)) {
            const double d = double(read<T>(run + i * stride)) - double(centre);
            sum[l] += d;
            squares[l] = mulAdd(d, d, squares[l]);
        });
    }
    const double left = total(sum), rest = left / count;
    double variance = (total(squares) - left * rest) / count;
    variance = variance < 0 ? 0 : variance;
    return {centre, V(rest), V(1 / squareRoot(variance + epsilon))};
}

// One run; a scale or shift that is the same for all of it comes in `factor` and `constant`
template <class T, bool SCALES, bool SHIFTS>
ECKART_FN void normalizeRun(int64_t n, Moments<Computed<T>> m, Computed<T> factor, Computed<T> constant, char *const (&at)[4], const int64_t (&stride)[4]) {
    using V = Computed<T>;
    char *out = at[0];
    const char *a = at[1], *scale = at[2], *shift = at[3];
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) {
        const V d = (read<T>(a + i * stride[1]) - m.centre) - m.rest;
        const V g = SCALES ? factor * read<T>(scale + i * stride[2]) : factor;
        write<T>(out + i * stride[0], mulAdd(d, g, SHIFTS ? read<T>(shift + i * stride[3]) : constant));
    }
}

template <class T> ECKART_FN void normalizeRow(const RowForm &row, double epsilon, char *const *at, const int64_t (&stride)[4]) {
    using V = Computed<T>;
    const Moments<V> m = moments<T>(row, epsilon, at[1], stride[1]);
    const bool scales = at[2] != nullptr && row.inner[2] != 0, shifts = at[3] != nullptr && row.inner[3] != 0;
    for (int64_t r = 0; r < row.runs; r++) {
        char *const run[4] = {at[0] + r * row.outer[0], at[1] + r * row.outer[1], at[2] + r * row.outer[2], at[3] + r * row.outer[3]};
        const V factor = at[2] == nullptr || scales ? m.factor : m.factor * read<T>(run[2]);
        const V constant = at[3] == nullptr || shifts ? V(0) : read<T>(run[3]);
        if (scales && shifts)
            normalizeRun<T, true, true>(row.length, m, factor, constant, run, stride);
        else if (scales)
            normalizeRun<T, true, false>(row.length, m, factor, constant, run, stride);
        else if (shifts)
            normalizeRun<T, false, true>(row.length, m, factor, constant, run, stride);
        else
            normalizeRun<T, false, false>(row.length, m, factor, constant, run, stride);
    }
}

template <class T> void normalizeLoop(const RowForm &row, double epsilon, char *const *at) {
    constexpr int64_t one = sizeof(T);
    bool unit = row.inner[0] == one && row.inner[1] == one;
    for (int k = 2; k < 4; k++) unit &= row.inner[k] == one || row.inner[k] == 0;
    if (unit)
        normalizeRow<T>(row, epsilon, at, {one, one, one, one});
    else
        normalizeRow<T>(row, epsilon, at, row.inner);
}

}  // namespace
}  // namespace eckart
