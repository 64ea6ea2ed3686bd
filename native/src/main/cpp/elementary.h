// exp, log, tanh and sine / cosine of a turn for float and double, written without a branch so that g++ turns a loop over
// them into vector code. Self-contained: g++ and NVRTC both compile this header, no std header may enter it.
//
// Error over the whole range in ulp, as measured: exp 0.8, log 0.9, tanh 1.5. Infinities, NaN, subnormals and
// overflow as IEEE 754 asks. The polynomials are Chebyshev fits to the function named beside each; the schemes are the usual ones
// (Muller, Elementary Functions, 3rd ed., ch. 11): reduce the argument, evaluate, put the exponent back.
//
// Compile with -ffp-contract=off (g++) or --fmad=false (NVRTC): a product and a sum are fused where mulAdd says so only.
#pragma once

#ifdef __CUDACC__
#define ECKART_FN __device__ __forceinline__
#else
#define ECKART_FN inline __attribute__((always_inline))
#endif

namespace eckart {
namespace {  // internal linkage: each instruction set compiles its own copy, the linker must not merge them

using u32 = unsigned int;
using u64 = unsigned long long;

#ifdef __CUDACC__
ECKART_FN u64 bitsOf(double x) { return __double_as_longlong(x); }
ECKART_FN u32 bitsOf(float x) { return __float_as_uint(x); }
ECKART_FN double fromBits(u64 x) { return __longlong_as_double(x); }
ECKART_FN float fromBits(u32 x) { return __uint_as_float(x); }
ECKART_FN double mulAdd(double a, double b, double c) { return fma(a, b, c); }
ECKART_FN float mulAdd(float a, float b, float c) { return fmaf(a, b, c); }
ECKART_FN double squareRoot(double x) { return sqrt(x); }
ECKART_FN float squareRoot(float x) { return sqrtf(x); }
ECKART_FN double power(double x, double y) { return pow(x, y); }
ECKART_FN float power(float x, float y) { return float(pow(double(x), double(y))); }  // powf is off by up to 4 ulp
#else
ECKART_FN u64 bitsOf(double x) { return __builtin_bit_cast(u64, x); }
ECKART_FN u32 bitsOf(float x) { return __builtin_bit_cast(u32, x); }
ECKART_FN double fromBits(u64 x) { return __builtin_bit_cast(double, x); }
ECKART_FN float fromBits(u32 x) { return __builtin_bit_cast(float, x); }
#ifdef __FMA__
ECKART_FN double mulAdd(double a, double b, double c) { return __builtin_fma(a, b, c); }
ECKART_FN float mulAdd(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
ECKART_FN double mulAdd(double a, double b, double c) { return a * b + c; }
ECKART_FN float mulAdd(float a, float b, float c) { return a * b + c; }
#endif
ECKART_FN double squareRoot(double x) { return __builtin_sqrt(x); }
ECKART_FN float squareRoot(float x) { return __builtin_sqrtf(x); }
ECKART_FN double power(double x, double y) { return __builtin_pow(x, y); }
ECKART_FN float power(float x, float y) { return __builtin_powf(x, y); }
#endif

// a b + c rounded once, or almost so where there is no such instruction (Dekker 1971; |a|, |b| < 2^970)
#if defined(__CUDACC__) || defined(__FMA__)
template <class T> ECKART_FN T fused(T a, T b, T c) { return mulAdd(a, b, c); }
#elif defined(__ARM_FEATURE_FMA)
ECKART_FN double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
ECKART_FN float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
ECKART_FN float fused(float a, float b, float c) { return float(double(a) * double(b) + double(c)); }
ECKART_FN double fused(double a, double b, double c) {
    double u = a * 0x1.0000002p27, v = b * 0x1.0000002p27;
    double a1 = u - (u - a), b1 = v - (v - b), a2 = a - a1, b2 = b - b1;
    double product = a * b, low = ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2;
    double sum = product + c, part = sum - product;
    return sum + ((product - (sum - part)) + (c - part) + low);
}
#endif

// c0 + z (c1 + z (c2 + ...))
template <class T> ECKART_FN T horner(T, T c) { return c; }
template <class T, class... Rest> ECKART_FN T horner(T z, T c, Rest... rest) { return mulAdd(z, horner(z, rest...), c); }

template <class T> struct Format;  // what the two formats differ in
template <> struct Format<double> {
    using Bits = u64;
    static constexpr int MANTISSA = 52;
    static constexpr double BIAS = 1023, SHIFT = 6755399441055744.0;  // x + 1.5 * 2^52 has round(x) in its low bits
    static constexpr double LN2_HI = 0x1.62e42fee00000p-1, LN2_LO = 0x1.a39ef35793c76p-33;  // k * LN2_HI is exact, |k| < 2^20
    static constexpr double EXP_MIN = -800, EXP_MAX = 710;            // beyond: 0, a thousand times over, and infinity
    static constexpr double MIN_NORMAL = 0x1p-1022, TWO_P = 0x1p54, P = 54;
    static constexpr double POWER_52 = 0x1p52;
    static constexpr Bits EXPONENT_52 = 0x4330000000000000, ONE = 0x3ff0000000000000, SQRT_HALF = 0x3fe6a09e667f3bcd;
    static constexpr Bits FRACTION = 0x000fffffffffffff, INFINITE = 0x7ff0000000000000, NOT_A_NUMBER = 0x7ff8000000000000;
    static constexpr double TAU_HI = 6.283185307179586, TAU_LO = 2.4492935982947064e-16;
    static ECKART_FN double expTail(double r) {  // (e^r - 1 - r) / r^2 on |r| <= ln 2 / 2
        return horner(r, 0.5000000000000001, 0.16666666666666669, 0.04166666666662413, 0.008333333333330062,
                      0.0013888888917213717, 0.00019841269863053618, 2.4801521295954376e-05, 2.7557268459997064e-06,
                      2.7620088445409746e-07, 2.510038549551032e-08);
    }
    static ECKART_FN double logTail(double z) {  // (2 atanh s - 2 s) / s^3, z = s^2 <= (3 - 2 sqrt 2)^2
        return horner(z, 0.666666666666667, 0.3999999999989819, 0.28571428626570206, 0.2222221103781659,
                      0.18182896183483085, 0.15331487235865734, 0.14619343453512615);
    }
    static ECKART_FN double tanhTail(double z) {  // (tanh x - x) / x^3, z = x^2 <= 0.55^2
        return horner(z, -0.3333333333333333, 0.13333333333332714, -0.053968253967434016, 0.021869488493666944,
                      -0.008863234397814355, 0.003592110378689024, -0.001455661830100716, 0.0005889360520074057,
                      -0.0002346347410887237, 8.511313685577672e-05, -2.060276537636634e-05);
    }
    static ECKART_FN double sinTail(double z) {  // (sin 2 pi t - 2 pi t) / t^3, z = t^2 <= 1/64
        return horner(z, -41.34170224039976, 81.60524927607504, -76.70585975304292, 42.0586939378057, -15.094641279579799,
                      3.8198307439800163, -0.7124440626783193);
    }
    static ECKART_FN double cosTail(double z) {  // (cos 2 pi t - 1) / t^2
        return horner(z, -19.739208802178716, 64.93939402266824, -85.4568172066438, 60.24464135270201, -26.426253275854723,
                      7.903206911569678, -1.6990343940660637);
    }
};
template <> struct Format<float> {
    using Bits = u32;
    static constexpr int MANTISSA = 23;
    static constexpr float BIAS = 127, SHIFT = 12582912.0f;
    static constexpr float LN2_HI = 0x1.62e000p-1f, LN2_LO = 0x1.0bfbe8p-15f;
    static constexpr float EXP_MIN = -120, EXP_MAX = 89;
    static constexpr float MIN_NORMAL = 0x1p-126f, TWO_P = 0x1p25f, P = 25;
    static constexpr float POWER_52 = 0x1p23f;
    static constexpr Bits EXPONENT_52 = 0x4b000000, ONE = 0x3f800000, SQRT_HALF = 0x3f3504f3;
    static constexpr Bits FRACTION = 0x007fffff, INFINITE = 0x7f800000, NOT_A_NUMBER = 0x7fc00000;
    static constexpr float TAU_HI = 6.2831854820251465f, TAU_LO = -1.748455600074497e-07f;
    static ECKART_FN float expTail(float r) {
        return horner(r, 0.5f, 0.16666576266288757f, 0.041666556149721146f, 0.008363178931176662f, 0.0013926184037700295f);
    }
    static ECKART_FN float logTail(float z) {
        return horner(z, 0.6666666865348816f, 0.4000012278556824f, 0.28550732135772705f, 0.23332913219928741f);
    }
    static ECKART_FN float tanhTail(float z) {
        return horner(z, -0.3333333134651184f, 0.13333113491535187f, -0.05390942841768265f, 0.021309388801455498f,
                      -0.00661022774875164f);
    }
    static ECKART_FN float sinTail(float z) {
        return horner(z, -41.34170150756836f, 81.60523223876953f, -76.70128631591797f, 41.589542388916016f);
    }
    static ECKART_FN float cosTail(float z) {
        return horner(z, -19.739208221435547f, 64.93936920166016f, -85.44882202148438f, 59.42410659790039f);
    }
};

template <class T> ECKART_FN T magnitude(T x) {
    using Bits = typename Format<T>::Bits;
    return fromBits(bitsOf(x) & (~Bits(0) >> 1));
}

// magnitude of x, sign of s
template <class T> ECKART_FN T withSign(T x, T s) {
    using Bits = typename Format<T>::Bits;
    constexpr Bits sign = ~(~Bits(0) >> 1);
    return fromBits((bitsOf(x) & ~sign) | (bitsOf(s) & sign));
}

// 2^n (high + low), where |low| is at most half an ulp of high
template <class T> struct Scaled { T high, low, n; };

// 2^n x. In two halves: 2^n alone would leave the exponent range for a subnormal result.
template <class T> ECKART_FN T scale(T x, T n) {
    using F = Format<T>;
    constexpr T biased = F::SHIFT + F::BIAS;
    T half = mulAdd(n, T(0.5), biased);
    T rest = (n - (half - biased)) + biased;
    return x * fromBits(bitsOf(half) << F::MANTISSA) * fromBits(bitsOf(rest) << F::MANTISSA);
}

// e^(x + low) = 2^n e^r, |r| <= ln 2 / 2; e^r = 1 + r + tail, where 1 + r is kept exactly
template <class T> ECKART_FN Scaled<T> exponentialParts(T x, T low) {
    using F = Format<T>;
    T n = mulAdd(x, T(1.4426950408889634), F::SHIFT) - F::SHIFT;
    T big = mulAdd(n, -F::LN2_HI, x), small = mulAdd(n, F::LN2_LO, -low);
    T r = big - small, rest = (big - r) - small;
    T sum = T(1) + r;
    T tail = mulAdd(r * r, F::expTail(r), rest + (r - (sum - T(1))));
    T y = sum + tail;
    return {y, tail - (y - sum), n};
}

template <class T> ECKART_FN T exponential(T x) {
    using F = Format<T>;
    x = x > F::EXP_MAX ? F::EXP_MAX : x;  // NaN passes both
    x = x < F::EXP_MIN ? F::EXP_MIN : x;
    Scaled<T> y = exponentialParts(x, T(0));
    return scale(y.high, y.n);
}

// log x = k ln 2 + log(1 + f), 1 + f in [sqrt(1/2), sqrt 2); log(1 + f) = 2 atanh(s), s = f / (2 + f)
template <class T> ECKART_FN T logarithm(T x) {
    using F = Format<T>;
    bool small = x < F::MIN_NORMAL;
    T normal = small ? x * F::TWO_P : x;
    auto u = bitsOf(normal) + (F::ONE - F::SQRT_HALF);
    T k = fromBits((u >> F::MANTISSA) | F::EXPONENT_52) - (F::POWER_52 + F::BIAS);
    k = small ? k - F::P : k;
    T f = fromBits((u & F::FRACTION) + F::SQRT_HALF) - T(1);
    T s = f / (T(2) + f), z = s * s, halfSquare = T(0.5) * f * f;
    T tail = mulAdd(s, mulAdd(z, F::logTail(z), halfSquare), k * F::LN2_LO);
    T y = mulAdd(k, F::LN2_HI, f - (halfSquare - tail));
    y = x < fromBits(F::INFINITE) ? y : x;  // infinity and NaN
    y = x < T(0) ? fromBits(F::NOT_A_NUMBER) : y;
    return x == T(0) ? -fromBits(F::INFINITE) : y;
}

// A polynomial below 0.55, where 1 - 2 / (e^2x + 1) would cancel
template <class T> ECKART_FN T hyperbolicTangent(T x) {
    T a = magnitude(x), z = a * a;
    T small = mulAdd(a * z, Format<T>::tanhTail(z), a);
    T large = T(1) - T(2) / (exponential(a + a) + T(1));
    return withSign(a < T(0.55) ? small : large, x);
}

// cos and sin of 2 pi turn, turn in [0, 1): the reduction to an eighth of a turn is exact
template <class T> ECKART_FN void cosSinOfTurn(T turn, T &cosine, T &sine) {
    using F = Format<T>;
    constexpr int top = sizeof(T) * 8 - 2;
    T shifted = turn * T(4) + F::SHIFT;
    T t = turn - (shifted - F::SHIFT) * T(0.25), z = t * t;
    auto quarter = bitsOf(shifted);
    T s = mulAdd(t, F::TAU_HI, mulAdd(t * z, F::sinTail(z), t * F::TAU_LO));
    T c = mulAdd(z, F::cosTail(z), T(1));
    bool odd = (quarter & 1) != 0;
    T x = odd ? s : c, y = odd ? c : s;
    cosine = fromBits(bitsOf(x) ^ (((quarter + 1) & 2) << top));
    sine = fromBits(bitsOf(y) ^ ((quarter & 2) << top));
}

}  // namespace
}  // namespace eckart
