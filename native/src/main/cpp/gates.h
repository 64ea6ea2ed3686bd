// erf, and the functions x F(x) and F(x) of a distribution function F: logistic (sigmoid, SiLU) and normal (GELU).
//
// Each is computed from F(-|x|), the small side, which is known to its last digit down to the subnormals: F(|x|) = 1 - F(-|x|)
// loses nothing, the other way round everything would cancel. Error in ulp, as measured: sigmoid 0.9, silu 0.9, erf 1.5, gelu 1.9.
// Limits are taken at infinity: x F(x) is -0 at -infinity.
//
// Self-contained and compiled like elementary.h.
#pragma once
#include "elementary.h"

namespace eckart {
namespace {

template <class T> struct Tail;
template <> struct Tail<double> {
    static constexpr double ROOT_2 = 1.4142135623730951, LEAST = -40;  // below it x F(x) is 0 for the normal distribution
    static constexpr double TWO_OVER_ROOT_PI = 1.1283791670955126, TWO_OVER_ROOT_PI_LOW = 1.5335459613165881e-17;
    static constexpr double FIRST = 0.37764256520787576, FIRST_LOW = -1.1094903270099428e-17;
    static constexpr double SECOND = -0.30394832098594604, SECOND_LOW = -1.1840183744324824e-17;
    // ((4 + a) / 2 F(-a) e^(a^2 / 2) - FIRST - SECOND t) / t^2, t = (a - 4) / (a + 4), a <= 40
    static ECKART_FN double normalTail(double t) {
        return horner(t, 0.19356870037110727, -0.09326092897982872, 0.030198287445468847, -0.0037700944833596907,
                      -0.001739846183706457, 0.0008154092287348733, 6.667215627960695e-05, -0.00011554746706532032,
                      -9.541294863954788e-07, 1.757234033537781e-05, 3.5833306961552293e-07, -2.960078080737254e-06,
                      -3.148448419046499e-07, 5.107602506454536e-07, 1.3589049741725e-07, -7.746356619436635e-08,
                      -4.268495676671304e-08, 6.63054616500995e-09, 9.793863722223083e-09, 9.58847632675076e-10,
                      -1.255686464347083e-09, -3.6138374601752245e-10);
    }
    static ECKART_FN double erfTail(double z) {  // (erf x / x - 2 / sqrt pi) / x^2, z = x^2 <= 1
        return horner(z, -0.3761263890318375, 0.11283791670954388, -0.026866170644835378, 0.005223977620813342, -0.0008548326651491142,
                      0.00012055315509827725, -1.4925137231361603e-05, 1.6452392414414235e-06, -1.624658795725963e-07,
                      1.3884625209147687e-08, -8.101869549660952e-10);
    }
};
template <> struct Tail<float> {
    static constexpr float ROOT_2 = 1.4142135f, LEAST = -15;
    static constexpr float TWO_OVER_ROOT_PI = 1.128379225730896f, TWO_OVER_ROOT_PI_LOW = -5.86353834e-08f;
    static constexpr float FIRST = 0.37764257192611694f, FIRST_LOW = -6.6146116e-09f;
    static constexpr float SECOND = -0.3039483428001404f, SECOND_LOW = 1.32547143e-08f;
    static ECKART_FN float normalTail(float t) {
        return horner(t, 0.19356867671012878f, -0.09326063841581345f, 0.03019876591861248f, -0.003772634081542492f,
                      -0.001744658686220646f, 0.0008226096397265792f, 8.55273028719239e-05f, -0.00011589934001676738f,
                      -2.5778295821510255e-05f);
    }
    static ECKART_FN float erfTail(float z) {
        return horner(z, -0.37612637877464294f, 0.1128375381231308f, -0.026861699298024178f, 0.0052045788615942f,
                      -0.0008161986479535699f, 8.3797553088516e-05f);
    }
};

// (x.high + x.low) / (d + dLow), d of moderate size
template <class T> ECKART_FN Scaled<T> quotient(Scaled<T> x, T d, T dLow) {
    T inverse = T(1) / d, q = x.high * inverse;
    T rest = fused(-q, d, x.high) + (x.low - q * dLow);
    return {q, rest * inverse, x.n};
}

// 1 / (1 + e^a), a >= 0, as e^-a / (1 + e^-a)
template <class T> ECKART_FN Scaled<T> logisticTail(T a) {
    using F = Format<T>;
    a = a > -F::EXP_MIN ? -F::EXP_MIN : a;
    Scaled<T> e = exponentialParts(-a, T(0));
    T n = e.n < T(-100) ? T(-100) : e.n;  // 1 + e^-a does not see the difference
    T power = fromBits(bitsOf(n + (F::SHIFT + F::BIAS)) << F::MANTISSA);
    T y = e.high * power, d = T(1) + y;
    return quotient(e, d, (T(1) - d) + y + e.low * power);
}

// F(-a) of the normal distribution, a >= 0, for half = a^2 / 2 in two parts: e^-half times a polynomial in t = (a - 4) / (a + 4), over
// a + 4 (after Shepherd and Laframboise 1981, Math. Comp. 36)
template <class T> ECKART_FN Scaled<T> normalTail(T a, T half, T halfLow) {
    using K = Tail<T>;
    Scaled<T> e = exponentialParts(-half, -halfLow);
    T d = a + T(4), dLow = a - (d - T(4)), w = T(2) / d;  // w + wLow = 2 / (a + 4)
    T wLow = (fused(-w, d, T(2)) - w * dLow) * (T(0.5) * w);
    T t = mulAdd(T(-4), wLow, mulAdd(T(-4), w, T(1)));
    T h = fused(t, K::normalTail(t), K::SECOND), p = mulAdd(t, h, K::FIRST);
    T pLow = fused(t, h, K::FIRST - p) + mulAdd(t, K::SECOND_LOW, K::FIRST_LOW);
    T q = p * w, qLow = fused(p, w, -q) + (p * wLow + pLow * w);
    T y = q * e.high;
    return {y, fused(q, e.high, -y) + (q * e.low + qLow * e.high), e.n};
}

template <class T> ECKART_FN T logistic(T x) {
    Scaled<T> f = logisticTail(magnitude(x));
    T tail = scale(f.high + f.low, f.n);
    return x < T(0) ? tail : T(1) - tail;
}

// x F(x) for f = F(-|x|); `bounded` is x where x F(x) is neither 0 nor x, the nearest such number elsewhere
template <class T> ECKART_FN T gated(T x, T bounded, Scaled<T> f) {
    T tail = scale(fused(bounded, f.high, bounded * f.low), f.n);
    return x < T(0) ? tail : x - tail;
}

template <class T> ECKART_FN T silu(T x) {
    using F = Format<T>;
    T bounded = x < F::EXP_MIN ? F::EXP_MIN : x > -F::EXP_MIN ? -F::EXP_MIN : x;
    return gated(x, bounded, logisticTail(magnitude(bounded)));
}

template <class T> ECKART_FN T gelu(T x) {
    T bounded = x < Tail<T>::LEAST ? Tail<T>::LEAST : x > -Tail<T>::LEAST ? -Tail<T>::LEAST : x;
    T square = bounded * bounded, squareLow = fused(bounded, bounded, -square);
    return gated(x, bounded, normalTail(magnitude(bounded), T(0.5) * square, T(0.5) * squareLow));
}

// A polynomial below 1; from there on 1 - 2 F(-x sqrt 2), where that is exact enough although x sqrt 2 is not
template <class T> ECKART_FN T errorFunction(T x) {
    using K = Tail<T>;
    T a = magnitude(x), z = a * a;
    T small = fused(x, K::TWO_OVER_ROOT_PI, x * mulAdd(z, K::erfTail(z), K::TWO_OVER_ROOT_PI_LOW));
    a = a > T(9) ? T(9) : a;
    Scaled<T> f = normalTail(a * K::ROOT_2, a * a, T(0));
    return a < T(1) ? small : withSign(T(1) - T(2) * scale(f.high, f.n), x);
}

}  // namespace
}  // namespace eckart
