// copy, fill, unary, binary, axpby: one thread per element of the output, whose memory neighbouring threads write side by side.
// The macros at the end make the kernels of one element type.
#pragma once
#include "device.cuh"

namespace eckart {

struct CopyArgs { Walk<2> walk; };                               // out, in
struct FillArgs { Walk<1> walk; double value; };                 // out
struct UnaryArgs { Walk<2> walk; };                              // out, a
struct BinaryArgs { Walk<3> walk; long *byZero; };               // out, a, b; *byZero becomes 1 when an integer was divided by zero
struct AxpbyArgs { Walk<2> walk; double alpha, beta; };          // y, x

namespace {

template <class F, class A, class O> ECKART_FN void mapUnary(const Walk<2> &walk) {
    O *out = operand<O>(walk, 0);
    const A *a = operand<A>(walk, 1);
    each(walk, [=](const long (&at)[2], long) { Element<O>::store(out + at[0], F()(Element<A>::load(a + at[1]))); });
}

// An element of the same type is moved, not computed: a NaN keeps its bits
template <class From, class To> ECKART_FN void cast(const Walk<2> &walk) { mapUnary<Cast<To>, From, To>(walk); }
template <class T> ECKART_FN void move(const Walk<2> &walk) {
    T *out = operand<T>(walk, 0);
    const T *a = operand<T>(walk, 1);
    each(walk, [=](const long (&at)[2], long) { out[at[0]] = a[at[1]]; });
}

template <class T> ECKART_FN void fill(const FillArgs &args) {
    T *out = operand<T>(args.walk, 0);
    T value;
    Element<T>::store(&value, Cast<T>()(args.value));
    each(args.walk, [=](const long (&at)[1], long) { out[at[0]] = value; });
}

template <class T> struct IsInteger { static constexpr bool value = T(0.5) == T(0); };
template <> struct IsInteger<BFloat16> { static constexpr bool value = false; };
template <class F> struct Refuses { template <class V> static ECKART_FN bool operands(V, V) { return false; } };
template <> struct Refuses<Div> { template <class V> static ECKART_FN bool operands(V, V y) { return y == V(0); } };
template <> struct Refuses<Pow> { template <class V> static ECKART_FN bool operands(V x, V y) { return (x == V(0)) & (y < V(0)); } };

template <class F, class T> ECKART_FN void mapBinary(const BinaryArgs &args) {
    T *out = operand<T>(args.walk, 0);
    const T *a = operand<T>(args.walk, 1), *b = operand<T>(args.walk, 2);
    long *byZero = args.byZero;
    each(args.walk, [=](const long (&at)[3], long) {
        const auto x = Element<T>::load(a + at[1]), y = Element<T>::load(b + at[2]);
        if constexpr (IsInteger<T>::value)
            if (Refuses<F>::operands(x, y)) *byZero = 1;
        Element<T>::store(out + at[0], F()(x, y));
    });
}

// y is not read when beta is 0
template <class T> ECKART_FN void axpby(const AxpbyArgs &args) {
    T *y = operand<T>(args.walk, 0);
    const T *x = operand<T>(args.walk, 1);
    const T alpha = T(args.alpha), beta = T(args.beta);
    each(args.walk, [=](const long (&at)[2], long) {
        const T part = x[at[1]];
        y[at[0]] = beta == 0 ? alpha * part : mulAdd(alpha, part, beta * y[at[0]]);
    });
}

}  // namespace
}  // namespace eckart

#define ECKART_UNARY(name, F, T) ECKART_KERNEL(name, UnaryArgs) { eckart::mapUnary<eckart::F, T, T>(args.walk); }
#define ECKART_UNARIES_OF_INTEGERS(T) \
    ECKART_UNARY(negate, Neg, T)      \
    ECKART_UNARY(abs_, Abs, T)        \
    ECKART_UNARY(square, Square, T)   \
    ECKART_UNARY(sign, Sign, T)
#define ECKART_UNARIES(T)                 \
    ECKART_UNARIES_OF_INTEGERS(T)         \
    ECKART_UNARY(sqrt_, Sqrt, T)          \
    ECKART_UNARY(reciprocal, Reciprocal, T) \
    ECKART_UNARY(exp_, Exp, T)            \
    ECKART_UNARY(log_, Log, T)            \
    ECKART_UNARY(tanh_, Tanh, T)          \
    ECKART_UNARY(sigmoid, Sigmoid, T)     \
    ECKART_UNARY(erf_, Erf, T)            \
    ECKART_UNARY(silu_, Silu, T)          \
    ECKART_UNARY(gelu_, Gelu, T)

#define ECKART_BINARY(name, F, T) ECKART_KERNEL(name, BinaryArgs) { eckart::mapBinary<eckart::F, T>(args); }
#define ECKART_BINARIES(T)        \
    ECKART_BINARY(add, Add, T)      \
    ECKART_BINARY(subtract, Sub, T) \
    ECKART_BINARY(multiply, Mul, T) \
    ECKART_BINARY(divide, Div, T)   \
    ECKART_BINARY(min_, Min, T)     \
    ECKART_BINARY(max_, Max, T)     \
    ECKART_BINARY(power, Pow, T)

#define ECKART_CAST(name, From, To) ECKART_KERNEL(name, CopyArgs) { eckart::cast<From, To>(args.walk); }
#define ECKART_COPIES(To)                                             \
    ECKART_KERNEL(move, CopyArgs) { eckart::move<To>(args.walk); }    \
    ECKART_KERNEL(fill, FillArgs) { eckart::fill<To>(args); }         \
    ECKART_CAST(from_f64, double, To)                                 \
    ECKART_CAST(from_f32, float, To)                                  \
    ECKART_CAST(from_bf16, eckart::BFloat16, To)                      \
    ECKART_CAST(from_i64, long, To)                                   \
    ECKART_CAST(from_i32, int, To)                                    \
    ECKART_CAST(from_u8, unsigned char, To)

#define ECKART_AXPBY(T) ECKART_KERNEL(axpby, AxpbyArgs) { eckart::axpby<T>(args); }
