// reduce over any axes, and the search for what is not finite.
//
// The reduced elements are cut into chunks whose number depends on the shape alone. Each (output, chunk) has a total, by one thread
// or by one block; `finish` joins the chunks of an output in their order. So the result is the same at every call.
//
// Floating sums are taken in f64 and keep the rounding error of every addition (Knuth's two-sum).
#pragma once
#include "device.cuh"

namespace eckart {

struct Axes { long rank, count, dims[MAX_RANK], out[MAX_RANK], in[MAX_RANK]; };  // the last steps least
struct ReduceArgs {
    Axes kept, reduced;
    const char *in;
    char *out;
    double *partial;  // (chunks, outputs, 2): value and what rounding took
    long chunks, chunkSize;
    long wide;  // 1: out is f64 or i64, 0: the input's type
};
struct SearchArgs { Walk<1> walk; unsigned long long *first; };

namespace {

template <class T> struct Accumulator { using Type = long; };
template <> struct Accumulator<double> { using Type = double; };
template <> struct Accumulator<float> { using Type = double; };
template <> struct Accumulator<BFloat16> { using Type = double; };

template <class V> struct Total { V value, low; };

ECKART_FN void addExactly(Total<double> &t, double x, double low) {
    double s = t.value + x, part = s - t.value;
    t.low += ((t.value - (s - part)) + (x - part)) + low;
    t.value = s;
}
ECKART_FN void addExactly(Total<long> &t, long x, long) { t.value = Add()(t.value, x); }

// Least and most of a type: what every element replaces
ECKART_FN double extreme(double, bool most) { return fromBits(u64(most ? 0x7ff0000000000000 : 0xfff0000000000000)); }
ECKART_FN long extreme(long, bool most) { return most ? 0x7fffffffffffffffL : -0x7fffffffffffffffL - 1; }

struct Sum {
    template <class V> static ECKART_FN V start(V) { return V(0); }
    template <class V> static ECKART_FN V of(V x) { return x; }
    template <class V> static ECKART_FN void join(Total<V> &t, V x, V low) { addExactly(t, x, low); }
};
struct SumOfSquares : Sum {
    template <class V> static ECKART_FN V of(V x) { return Square()(x); }
};
template <class F, bool MOST> struct Extremum {
    template <class V> static ECKART_FN V start(V) { return extreme(V(), MOST); }
    template <class V> static ECKART_FN V of(V x) { return x; }
    template <class V> static ECKART_FN void join(Total<V> &t, V x, V) { t.value = F()(t.value, x); }
};
using Minimum = Extremum<Min, true>;
using Maximum = Extremum<Max, false>;
struct MaximumOfMagnitudes : Maximum {
    template <class V> static ECKART_FN V of(V x) { return Abs()(x); }
};

ECKART_FN long offset(const Axes &axes, const long *strides, long index) {
    long at = 0;
    for (int d = int(axes.rank) - 1; d > 0; d--) at += divide(index, axes.dims[d], true) * strides[d];
    return axes.rank == 0 ? at : at + index * strides[0];
}

// Every `step`-th of the reduced elements from `first` to `end`
template <class Op, class T, class V> ECKART_FN Total<V> gather(const ReduceArgs &args, const T *in, long first, long end, long step) {
    Total<V> t{Op::start(V()), V(0)};
    const int last = int(args.reduced.rank) - 1;
    if (last <= 0) {  // one axis, or none
        const long stride = last < 0 ? 0 : args.reduced.in[0];
        for (long i = first; i < end; i += step) Op::join(t, Op::of(V(Element<T>::load(in + i * stride))), V(0));
    } else {
        for (long i = first; i < end; i += step) Op::join(t, Op::of(V(Element<T>::load(in + offset(args.reduced, args.reduced.in, i)))), V(0));
    }
    return t;
}

ECKART_FN double settled(Total<double> t) {  // of an infinity, the low part is NaN
    return magnitude(t.value) < fromBits(u64(0x7ff0000000000000)) ? t.value + t.low : t.value;
}
ECKART_FN long settled(Total<long> t) { return t.value; }

template <class Op, class T, class V> ECKART_FN void put(const ReduceArgs &args, long output, long chunk, Total<V> t) {
    if (args.chunks > 1) {
        double *to = args.partial + 2 * (chunk * args.kept.count + output);
        *reinterpret_cast<V *>(to) = t.value;
        *reinterpret_cast<V *>(to + 1) = t.low;
        return;
    }
    const long at = offset(args.kept, args.kept.out, output);
    if (args.wide)
        reinterpret_cast<V *>(args.out)[at] = settled(t);
    else
        Element<T>::store(reinterpret_cast<T *>(args.out) + at, Cast<T>()(settled(t)));
}

// One thread for each output and chunk: for few elements, or many outputs
template <class Op, class T> ECKART_FN void reduceByThread(const ReduceArgs &args) {
    using V = typename Accumulator<T>::Type;
    for (long i = firstIndex(); i < args.kept.count * args.chunks; i += indexStep()) {
        const long output = i % args.kept.count, chunk = i / args.kept.count, first = chunk * args.chunkSize;
        const long end = first + args.chunkSize < args.reduced.count ? first + args.chunkSize : args.reduced.count;
        const T *in = reinterpret_cast<const T *>(args.in) + offset(args.kept, args.kept.in, output);
        put<Op, T, V>(args, output, chunk, gather<Op, T, V>(args, in, first, end, 1));
    }
}

constexpr int REDUCE_THREADS = 128;

// One block for each
template <class Op, class T> ECKART_FN void reduceByBlock(const ReduceArgs &args, Total<typename Accumulator<T>::Type> *shared) {
    using V = typename Accumulator<T>::Type;
    for (long i = blockIdx.x; i < args.kept.count * args.chunks; i += gridDim.x) {
        const long output = i % args.kept.count, chunk = i / args.kept.count, first = chunk * args.chunkSize;
        const long end = first + args.chunkSize < args.reduced.count ? first + args.chunkSize : args.reduced.count;
        const T *in = reinterpret_cast<const T *>(args.in) + offset(args.kept, args.kept.in, output);
        shared[threadIdx.x] = gather<Op, T, V>(args, in, first + threadIdx.x, end, REDUCE_THREADS);
        for (int half = REDUCE_THREADS / 2; half > 0; half /= 2) {
            __syncthreads();
            if (int(threadIdx.x) < half) Op::join(shared[threadIdx.x], shared[threadIdx.x + half].value, shared[threadIdx.x + half].low);
        }
        if (threadIdx.x == 0) put<Op, T, V>(args, output, chunk, shared[0]);
        __syncthreads();
    }
}

template <class Op, class T> ECKART_FN void finish(const ReduceArgs &args) {
    using V = typename Accumulator<T>::Type;
    for (long output = firstIndex(); output < args.kept.count; output += indexStep()) {
        Total<V> t{Op::start(V()), V(0)};
        for (long chunk = 0; chunk < args.chunks; chunk++) {
            const double *from = args.partial + 2 * (chunk * args.kept.count + output);
            Op::join(t, *reinterpret_cast<const V *>(from), *reinterpret_cast<const V *>(from + 1));
        }
        ReduceArgs last = args;
        last.chunks = 1;
        put<Op, T, V>(last, output, 0, t);
    }
}

template <class T> ECKART_FN bool isFinite(T x) { return magnitude(x) < fromBits(Format<T>::INFINITE); }
ECKART_FN bool isFinite(BFloat16 x) { return (x.bits & 0x7f80) != 0x7f80; }

template <class T> ECKART_FN void search(const SearchArgs &args) {
    const T *in = operand<T>(args.walk, 0);
    unsigned long long *first = args.first;
    each(args.walk, [=](const long (&at)[1], long i) {
        if (!isFinite(in[at[0]])) atomicMin(first, (unsigned long long)i);
    });
}

}  // namespace
}  // namespace eckart

#define ECKART_REDUCE(name, Op, T)                                                                                  \
    ECKART_KERNEL(name##_thread, ReduceArgs) { eckart::reduceByThread<eckart::Op, T>(args); }                       \
    ECKART_BLOCK_KERNEL(name##_block, ReduceArgs) {                                                                 \
        __shared__ eckart::Total<eckart::Accumulator<T>::Type> shared[eckart::REDUCE_THREADS];                      \
        eckart::reduceByBlock<eckart::Op, T>(args, shared);                                                         \
    }                                                                                                               \
    ECKART_KERNEL(name##_finish, ReduceArgs) { eckart::finish<eckart::Op, T>(args); }
#define ECKART_REDUCTIONS(T)                             \
    ECKART_REDUCE(sum, Sum, T)                           \
    ECKART_REDUCE(min_, Minimum, T)                      \
    ECKART_REDUCE(max_, Maximum, T)                      \
    ECKART_REDUCE(sum_of_squares, SumOfSquares, T)
#define ECKART_REDUCTIONS_OF_REALS(T)                    \
    ECKART_REDUCTIONS(T)                                 \
    ECKART_REDUCE(max_of_magnitudes, MaximumOfMagnitudes, T) \
    ECKART_KERNEL(search, SearchArgs) { eckart::search<T>(args); }
