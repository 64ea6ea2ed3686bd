// Inner loops of unary, binary, casts and axpby: one functor over one dimension. Part of kernels.cpp.
#pragma once
#include "functors.h"
#include "kernels.h"

namespace eckart {
namespace {

// How an element is read and written; a BFloat16 is computed on as a float
template <class T> struct Element {
    using Value = T;
    static ECKART_FN T load(const T *p) { return *p; }
    static ECKART_FN void store(T *p, T x) { *p = x; }
};
template <> struct Element<BFloat16> {
    using Value = float;
    static ECKART_FN float load(const BFloat16 *p) { return widen(*p); }
    static ECKART_FN void store(BFloat16 *p, float x) { *p = toBFloat16(x); }
    static ECKART_FN void store(BFloat16 *p, BFloat16 x) { *p = x; }
};

// A function of many instructions leaves no room for loads far ahead: without this exp, SiLU and GELU of what is not in the cache
// take up to twice the time. Elements to a burst of prefetches, and how far ahead it goes.
template <class A> constexpr int64_t MAP_BURST = 512 / sizeof(A);
template <class A> constexpr int64_t MAP_AHEAD = 4 * MAP_BURST<A>;
template <class A, class O> ECKART_FN void fetch(const A *a, O *o) {
    for (int64_t i = 0; i < MAP_BURST<A>; i += 64 / sizeof(A)) __builtin_prefetch(a + i);
    for (int64_t i = 0; i < MAP_BURST<A>; i += 64 / sizeof(O)) __builtin_prefetch(o + i, 1);
}

// out[i] = f(a[i]). ivdep: an output may be an input, but then each element is its own.
template <class F, class A, class O> void mapUnary(int64_t n, char *out, int64_t so, const char *a, int64_t sa) {
    const F f;
    if (so == sizeof(O) && sa == sizeof(A)) {
        O *o = reinterpret_cast<O *>(out);
        const A *x = reinterpret_cast<const A *>(a);
        for (int64_t begin = 0; begin < n; begin += MAP_BURST<A>) {
            const int64_t end = n - begin > MAP_BURST<A> ? begin + MAP_BURST<A> : n;
            if (n > MAP_AHEAD<A>) fetch(x + begin + MAP_AHEAD<A>, o + begin + MAP_AHEAD<A>);
#pragma GCC ivdep
            for (int64_t i = begin; i < end; i++) Element<O>::store(o + i, f(Element<A>::load(x + i)));
        }
    } else if (so == sizeof(O) && sa == 0) {
        O *o = reinterpret_cast<O *>(out);
        O value;
        Element<O>::store(&value, f(Element<A>::load(reinterpret_cast<const A *>(a))));
        for (int64_t i = 0; i < n; i++) o[i] = value;
    } else {
        for (int64_t i = 0; i < n; i++, out += so, a += sa)
            Element<O>::store(reinterpret_cast<O *>(out), f(Element<A>::load(reinterpret_cast<const A *>(a))));
    }
}

template <class F> struct RefusesZero { static constexpr bool AS_DIVISOR = false, TO_NEGATIVE = false; };
template <> struct RefusesZero<Div> { static constexpr bool AS_DIVISOR = true, TO_NEGATIVE = false; };
template <> struct RefusesZero<Pow> { static constexpr bool AS_DIVISOR = false, TO_NEGATIVE = true; };
template <class T> struct IsInteger { static constexpr bool value = T(0.5) == T(0); };
template <> struct IsInteger<BFloat16> { static constexpr bool value = false; };

// out[i] = f(a[i], b[i]); false when an integer was divided by zero
template <class F, class T> bool mapBinary(int64_t n, char *out, int64_t so, const char *a, int64_t sa, const char *b, int64_t sb) {
    using E = Element<T>;
    using V = typename E::Value;
    const F f;
    const int64_t one = sizeof(T);
    T *o = reinterpret_cast<T *>(out);
    const T *x = reinterpret_cast<const T *>(a), *y = reinterpret_cast<const T *>(b);
    int bad = 0;
    auto apply = [&](T *to, V u, V v) __attribute__((always_inline)) {
        if constexpr (IsInteger<T>::value && RefusesZero<F>::AS_DIVISOR) bad |= v == 0;
        if constexpr (IsInteger<T>::value && RefusesZero<F>::TO_NEGATIVE) bad |= (u == 0) & (v < 0);
        E::store(to, f(u, v));
    };
    if (so == one && sa == one && sb == one) {
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++) apply(o + i, E::load(x + i), E::load(y + i));
    } else if (so == one && sa == one && sb == 0) {
        const V v = E::load(y);
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++) apply(o + i, E::load(x + i), v);
    } else if (so == one && sa == 0 && sb == one) {
        const V u = E::load(x);
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++) apply(o + i, u, E::load(y + i));
    } else {
        for (int64_t i = 0; i < n; i++, out += so, a += sa, b += sb)
            apply(reinterpret_cast<T *>(out), E::load(reinterpret_cast<const T *>(a)), E::load(reinterpret_cast<const T *>(b)));
    }
    return bad == 0;
}

// y = alpha x + beta y; y is not read when beta is 0
template <class T> void axpbyLoop(int64_t n, double alpha, double beta, char *y, int64_t sy, const char *x, int64_t sx) {
    const T p = T(alpha), q = T(beta);
    const bool unit = sy == sizeof(T) && sx == sizeof(T);
    T *o = reinterpret_cast<T *>(y);
    const T *u = reinterpret_cast<const T *>(x);
    if (unit && q == 0) {
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++) o[i] = p * u[i];
    } else if (unit) {
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++) o[i] = mulAdd(p, u[i], q * o[i]);
    } else {
        for (int64_t i = 0; i < n; i++, y += sy, x += sx) {
            T &to = *reinterpret_cast<T *>(y), from = *reinterpret_cast<const T *>(x);
            to = q == 0 ? p * from : mulAdd(p, from, q * to);
        }
    }
}

}  // namespace
}  // namespace eckart
