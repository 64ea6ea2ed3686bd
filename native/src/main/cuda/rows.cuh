// softmax, normalize: a row by one thread where it is short, by one block where it is long. Sums are taken in f64. A row's elements
// are read again, from the cache, rather than kept: its length knows no bounds.
#pragma once
#include "device.cuh"

namespace eckart {

struct SoftmaxArgs { Walk<2> rows; long n, outStep, step, log; };  // out, a: where rows begin
struct NormalizeArgs {
    Walk<4> rows;                     // out, a, scale, shift: where rows begin
    long runs, length;                // a row is so many runs of so many elements
    long outer[4], inner[4];          // steps from run to run, and inside of one
    long scales, shifts;              // 0: without that operand
    double epsilon;
};

namespace {

constexpr int ROW_THREADS = 128;

template <class T, class Team> ECKART_FN void softmax(const SoftmaxArgs &args, const Team team) {
    using V = typename Element<T>::Value;
    for (long row = team.first(); row < args.rows.count; row += team.step()) {
        long at[2];
        locate(args.rows, row, at);
        T *out = operand<T>(args.rows, 0) + at[0];
        const T *a = operand<T>(args.rows, 1) + at[1];
        double largest = double(Element<T>::load(a));
        for (long i = team.me(); i < args.n; i += team.size()) largest = Max()(largest, double(Element<T>::load(a + i * args.step)));
        const V most = V(team.template joined<Max>(largest));
        double part = 0;
        for (long i = team.me(); i < args.n; i += team.size()) part += double(exponential(Element<T>::load(a + i * args.step) - most));
        const double sum = team.template joined<Add>(part);
        const V rest = V(logarithm(sum)), factor = V(1 / sum);
        for (long i = team.me(); i < args.n; i += team.size()) {
            const V below = Element<T>::load(a + i * args.step) - most;
            Element<T>::store(out + i * args.outStep, args.log ? below - rest : exponential(below) * factor);
        }
    }
}

// Where element i of a row stands in operand k, from the row's beginning
ECKART_FN void locateInRow(const NormalizeArgs &args, long i, long (&at)[4]) {
    long run = i;
    const long rest = args.runs == 1 ? i : divide(run, args.length, args.runs * args.length > 0xffffffffL);
    if (args.runs == 1) run = 0;
    for (int k = 0; k < 4; k++) at[k] = run * args.outer[k] + rest * args.inner[k];
}

// Two passes for the moments, the second of which corrects the first (Chan, Golub and LeVeque 1983), as loops_rows.h
template <class T, class Team> ECKART_FN void normalize(const NormalizeArgs &args, const Team team) {
    using V = typename Element<T>::Value;
    const long n = args.runs * args.length;
    for (long row = team.first(); row < args.rows.count; row += team.step()) {
        long begin[4], at[4];
        locate(args.rows, row, begin);
        T *out = operand<T>(args.rows, 0) + begin[0];
        const T *a = operand<T>(args.rows, 1) + begin[1], *scale = operand<T>(args.rows, 2) + begin[2], *shift = operand<T>(args.rows, 3) + begin[3];
        double sum = 0, squares = 0;
        for (long i = team.me(); i < n; i += team.size()) {
            locateInRow(args, i, at);
            sum += double(Element<T>::load(a + at[1]));
        }
        const V centre = V(team.template joined<Add>(sum) / double(n));
        sum = 0;
        for (long i = team.me(); i < n; i += team.size()) {
            locateInRow(args, i, at);
            const double d = double(Element<T>::load(a + at[1])) - double(centre);
            sum += d;
            squares = mulAdd(d, d, squares);
        }
        const double left = team.template joined<Add>(sum), mean = left / double(n);
        const double variance = (team.template joined<Add>(squares) - left * mean) / double(n);
        const V rest = V(mean), factor = V(1 / squareRoot((variance < 0 ? 0 : variance) + args.epsilon));
        for (long i = team.me(); i < n; i += team.size()) {
            locateInRow(args, i, at);
            const V d = (Element<T>::load(a + at[1]) - centre) - rest;
            const V by = args.scales ? factor * Element<T>::load(scale + at[2]) : factor;
            Element<T>::store(out + at[0], mulAdd(d, by, args.shifts ? Element<T>::load(shift + at[3]) : V(0)));
        }
    }
}

}  // namespace
}  // namespace eckart

#define ECKART_ROW_KERNELS(name, Args, T)                                                     \
    ECKART_KERNEL(name##_thread, Args) { eckart::name<T>(args, eckart::Alone{}); }            \
    ECKART_BLOCK_KERNEL(name##_block, Args) {                                                 \
        __shared__ double shared[eckart::ROW_THREADS];                                        \
        eckart::name<T>(args, eckart::Together{shared});                                      \
    }
#define ECKART_ROWS(T)                              \
    ECKART_ROW_KERNELS(softmax, SoftmaxArgs, T)     \
    ECKART_ROW_KERNELS(normalize, NormalizeArgs, T)
