// The element functors of unary, binary, reduce and the casts. Self-contained, as elementary.h: g++ compiles them once per
// instruction set (kernels.cpp), NVRTC at run time.
//
// Integers wrap as Java's do: their arithmetic is done unsigned, where overflow is defined.
#pragma once
#include "elementary.h"
#include "gates.h"

namespace eckart {
namespace {

template <class T> struct Wrapping { using Type = T; };
template <> struct Wrapping<int> { using Type = unsigned int; };
template <> struct Wrapping<long> { using Type = unsigned long; };
template <> struct Wrapping<long long> { using Type = unsigned long long; };
template <class T> using Wrap = typename Wrapping<T>::Type;

// ---- unary
struct Neg { template <class T> ECKART_FN T operator()(T x) const { return T(-Wrap<T>(x)); } };
struct Abs {
    ECKART_FN double operator()(double x) const { return magnitude(x); }
    ECKART_FN float operator()(float x) const { return magnitude(x); }
    template <class T> ECKART_FN T operator()(T x) const { return x < 0 ? T(-Wrap<T>(x)) : x; }
};
struct Square { template <class T> ECKART_FN T operator()(T x) const { return T(Wrap<T>(x) * Wrap<T>(x)); } };
struct Sqrt { template <class T> ECKART_FN T operator()(T x) const { return squareRoot(x); } };
struct Reciprocal { template <class T> ECKART_FN T operator()(T x) const { return T(1) / x; } };
struct Exp { template <class T> ECKART_FN T operator()(T x) const { return exponential(x); } };
struct Log { template <class T> ECKART_FN T operator()(T x) const { return logarithm(x); } };
struct Tanh { template <class T> ECKART_FN T operator()(T x) const { return hyperbolicTangent(x); } };
struct Sigmoid { template <class T> ECKART_FN T operator()(T x) const { return logistic(x); } };
struct Erf { template <class T> ECKART_FN T operator()(T x) const { return errorFunction(x); } };
struct Silu { template <class T> ECKART_FN T operator()(T x) const { return silu(x); } };
struct Gelu { template <class T> ECKART_FN T operator()(T x) const { return gelu(x); } };
struct Sign {  // -1, 0 or 1; a zero keeps its sign, NaN stays NaN
    template <class T> ECKART_FN T operator()(T x) const {
        T y = x > T(0) ? T(1) : x;
        return x < T(0) ? T(-1) : y;
    }
};

// ---- binary
struct Add { template <class T> ECKART_FN T operator()(T x, T y) const { return T(Wrap<T>(x) + Wrap<T>(y)); } };
struct Sub { template <class T> ECKART_FN T operator()(T x, T y) const { return T(Wrap<T>(x) - Wrap<T>(y)); } };
struct Mul { template <class T> ECKART_FN T operator()(T x, T y) const { return T(Wrap<T>(x) * Wrap<T>(y)); } };
// Integer division by 0 gives 0 here and is refused by the caller; by -1 it is a negation, as the smallest integer's overflows.
struct Div {
    ECKART_FN double operator()(double x, double y) const { return x / y; }
    ECKART_FN float operator()(float x, float y) const { return x / y; }
    template <class T> ECKART_FN T operator()(T x, T y) const {
        return y == 0 ? T(0) : y == -1 ? T(-Wrap<T>(x)) : T(x / y);
    }
};
struct Min { template <class T> ECKART_FN T operator()(T x, T y) const { return (x < y) | (x != x) ? x : y; } };  // NaN wins
struct Max { template <class T> ECKART_FN T operator()(T x, T y) const { return (x > y) | (x != x) ? x : y; } };
// An integer to a negative power is the reciprocal truncated; that of 0 is refused by the caller.
struct Pow {
    ECKART_FN double operator()(double x, double y) const { return power(x, y); }
    ECKART_FN float operator()(float x, float y) const { return power(x, y); }
    template <class T> ECKART_FN T operator()(T x, T y) const {
        if (y < 0) return x == 1 ? T(1) : x == -1 ? (y & 1 ? T(-1) : T(1)) : T(0);
        Wrap<T> result = 1, base = x;
        for (; y != 0; y >>= 1, base *= base) result = y & 1 ? result * base : result;
        return T(result);
    }
};

// ---- casts
struct BFloat16 { unsigned short bits; };

ECKART_FN float widen(BFloat16 x) { return fromBits(u32(x.bits) << 16); }

// Nearest, ties to even; a NaN stays one
ECKART_FN BFloat16 toBFloat16(float x) {
    u32 u = bitsOf(x);
    u32 rounded = (u + 0x7fff + ((u >> 16) & 1)) >> 16;
    return BFloat16{(unsigned short)((u & 0x7fffffff) > 0x7f800000 ? (u >> 16) | 0x40 : rounded)};
}

// To float rounded to odd: rounding that again to 8 bits gives what one rounding would have
ECKART_FN float toOdd(double x) {
    float y = float(x);
    u32 u = bitsOf(y);
    double difference = magnitude(double(y)) - magnitude(x);
    u = difference > 0 ? u - 1 : u;
    u = (difference > 0) | (difference < 0) ? u | 1 : u;
    return fromBits(u);
}

// Truncated, saturated, NaN to 0. LOW and HIGH = 2^31 or 2^63 are exact in T.
template <class I, class T> ECKART_FN I toInteger(T x, T low, T high, I lowest, I highest) {
    bool inside = (x > low) & (x < high);
    I y = I(inside ? x : T(0));
    y = x >= high ? highest : y;
    return x <= low ? lowest : y;
}

template <class To> struct Cast;  // from double, float or an integer (a BFloat16 comes widened)
template <> struct Cast<double> { template <class T> ECKART_FN double operator()(T x) const { return double(x); } };
template <> struct Cast<float> { template <class T> ECKART_FN float operator()(T x) const { return float(x); } };
template <> struct Cast<BFloat16> {
    ECKART_FN BFloat16 operator()(float x) const { return toBFloat16(x); }
    ECKART_FN BFloat16 operator()(double x) const { return toBFloat16(toOdd(x)); }
    ECKART_FN BFloat16 operator()(unsigned char x) const { return toBFloat16(float(x)); }
    ECKART_FN BFloat16 operator()(int x) const { return (*this)(double(x)); }
    template <class T> ECKART_FN BFloat16 operator()(T x) const {  // 64 bits do not fit a double: the low 12 become one sticky bit
        T sticky = T((x & ~T(0xfff)) | ((x & 0xfff) != 0 ? 0x800 : 0));
        bool fits = (x < (T(1) << 53)) & (x > -(T(1) << 53));
        return (*this)(double(fits ? x : sticky));
    }
};
template <> struct Cast<int> {
    ECKART_FN int operator()(double x) const { return toInteger<int>(x, -2147483648.0, 2147483648.0, -2147483647 - 1, 2147483647); }
    ECKART_FN int operator()(float x) const { return toInteger<int>(x, -2147483648.0f, 2147483648.0f, -2147483647 - 1, 2147483647); }
    template <class T> ECKART_FN int operator()(T x) const { return int(u32(x)); }
};
template <class T> struct Long {  // the 64-bit integer, which is `long` or `long long` by the system
    template <class V> ECKART_FN T operator()(V x) const { return T(x); }
    ECKART_FN T operator()(float x) const { return toInteger<T>(x, -0x1p63f, 0x1p63f, -0x7fffffffffffffffLL - 1, 0x7fffffffffffffffLL); }
    ECKART_FN T operator()(double x) const { return toInteger<T>(x, -0x1p63, 0x1p63, -0x7fffffffffffffffLL - 1, 0x7fffffffffffffffLL); }
};
template <> struct Cast<long> : Long<long> {};
template <> struct Cast<long long> : Long<long long> {};
template <> struct Cast<unsigned char> {  // saturates from every type; NaN compares false twice and becomes 0
    template <class T> ECKART_FN unsigned char operator()(T x) const {
        T y = x > T(0) ? x : T(0);
        return (unsigned char)int(y < T(255) ? y : T(255));
    }
};

}  // namespace
}  // namespace eckart
