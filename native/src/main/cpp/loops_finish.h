// Inner loops over a row of a layer's product, in place: what follows it. Part of kernels.cpp.
#pragma once
#include "functors.h"

namespace eckart {
namespace {

struct Identity { template <class T> ECKART_FN T operator()(T x) const { return x; } };

// x / 2 (1 + tanh u), u = sqrt(2 / pi) (x + 0.044715 x^3), which is x / (1 + e^(-2 u))
struct GeluTanh {
    template <class T> ECKART_FN T operator()(T x) const {
        const T twice = x * mulAdd(x * x, T(0.07135481627260025), T(1.5957691216057308));
        return x / (T(1) + exponential(-twice));
    }
};

template <class F, class T> void finishLoop(int64_t n, char *row, const char *bias) {
    T *y = reinterpret_cast<T *>(row);
    const T *b = reinterpret_cast<const T *>(bias);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) y[i] = F()(y[i] + b[i]);
}

template <class T> void addGatedLoop(int64_t n, char *sum, const char *gate, const char *row, const char *bias) {
    T *x = reinterpret_cast<T *>(sum);
    const T *g = reinterpret_cast<const T *>(gate), *y = reinterpret_cast<const T *>(row), *b = reinterpret_cast<const T *>(bias);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) x[i] = mulAdd(g[i], y[i] + b[i], x[i]);
}

}  // namespace
}  // namespace eckart
