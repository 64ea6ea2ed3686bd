// argReduce, scan: along the middle of three axes (outer, n, inner). A lane by one thread where it is short or there are many, else
// by blocks, which take a chunk of it each: the number of chunks depends on the shape alone, and so do all sums.
#pragma once
#include "reduce.cuh"

namespace eckart {

struct Lane { const char *base; long outer, axis, inner; };  // an operand and its steps
struct ArgReduceArgs {
    long outer, n, inner;
    Lane out, in;                     // out: I64
    long *partial;                    // (chunks, lanes): places
    long chunks, chunkSize, most;     // most: the largest is looked for
};
struct ScanArgs {
    long outer, n, inner;
    Lane out, in;
    double *partial;                  // (chunks, lanes, 2): totals of chunks, then of all that lies before each
    long chunks, chunkSize, wide;     // wide as in ReduceArgs
};

namespace {

constexpr int LANE_THREADS = 128, LANE_ITEMS = 8;

template <class T, class Args> ECKART_FN T *lane(const Args &args, const Lane &operand, long number) {
    const long o = number / args.inner, i = number % args.inner;
    return reinterpret_cast<T *>(const_cast<char *>(operand.base)) + o * operand.outer + i * operand.inner;
}
template <class Args> ECKART_FN long lanes(const Args &args) { return args.outer * args.inner; }
template <class Args> ECKART_FN long chunkEnd(const Args &args, long chunk) {
    const long end = (chunk + 1) * args.chunkSize;
    return end < args.n ? end : args.n;
}

// ---- argReduce

// Whether x at place i is taken rather than y at j: NaN rather than numbers, of equals the first
template <class V> ECKART_FN bool taken(bool most, V x, long i, V y, long j) {
    const bool wins = (most ? x > y : x < y) | ((x != x) & (y == y)), loses = (most ? y > x : y < x) | ((y != y) & (x == x));
    return wins | (!loses & (i < j));
}

template <class T> struct Best {
    const T *in;
    long axis;
    bool most;
    ECKART_FN long of(long i, long j) const {  // of two places, either of which may be none: -1
        if (i < 0 || j < 0) return i < 0 ? j : i;
        return taken(most, Element<T>::load(in + j * axis), j, Element<T>::load(in + i * axis), i) ? j : i;
    }
    ECKART_FN long among(long first, long end, long step) const {
        if (first >= end) return -1;
        long best = first;
        auto value = Element<T>::load(in + first * axis);
        for (long i = first + step; i < end; i += step) {
            const auto x = Element<T>::load(in + i * axis);
            if (!taken(most, x, i, value, best)) continue;
            value = x;
            best = i;
        }
        return best;
    }
};

template <class T> ECKART_FN Best<T> best(const ArgReduceArgs &args, long number) {
    return {lane<const T>(args, args.in, number), args.in.axis, args.most != 0};
}
ECKART_FN void putPlace(const ArgReduceArgs &args, long number, long chunk, long place) {
    if (args.chunks > 1)
        args.partial[chunk * lanes(args) + number] = place;
    else
        *lane<long>(args, args.out, number) = place;
}

template <class T> ECKART_FN void argReduceByThread(const ArgReduceArgs &args) {
    for (long i = firstIndex(); i < lanes(args) * args.chunks; i += indexStep()) {
        const long number = i % lanes(args), chunk = i / lanes(args);
        putPlace(args, number, chunk, best<T>(args, number).among(chunk * args.chunkSize, chunkEnd(args, chunk), 1));
    }
}

template <class T> ECKART_FN void argReduceByBlock(const ArgReduceArgs &args, long *shared) {
    const int me = int(threadIdx.x);
    for (long i = blockIdx.x; i < lanes(args) * args.chunks; i += gridDim.x) {
        const long number = i % lanes(args), chunk = i / lanes(args);
        const Best<T> of = best<T>(args, number);
        shared[me] = of.among(chunk * args.chunkSize + me, chunkEnd(args, chunk), LANE_THREADS);
        for (int half = LANE_THREADS / 2; half > 0; half /= 2) {
            __syncthreads();
            if (me < half) shared[me] = of.of(shared[me], shared[me + half]);
        }
        if (me == 0) putPlace(args, number, chunk, shared[0]);
        __syncthreads();
    }
}

template <class T> ECKART_FN void argReduceFinish(const ArgReduceArgs &args) {
    for (long number = firstIndex(); number < lanes(args); number += indexStep()) {
        const Best<T> of = best<T>(args, number);
        long place = -1;
        for (long chunk = 0; chunk < args.chunks; chunk++) place = of.of(place, args.partial[chunk * lanes(args) + number]);
        *lane<long>(args, args.out, number) = place;
    }
}

// ---- scan

// From left to right and in no other order: a part may overflow where the whole does not
struct Product {
    template <class V> static ECKART_FN V start(V) { return V(1); }
    template <class V> static ECKART_FN V of(V x) { return x; }
    template <class V> static ECKART_FN void join(Total<V> &t, V x, V) { t.value = Mul()(t.value, x); }
};

template <class T, class V> ECKART_FN void putTotal(const ScanArgs &args, char *out, long i, Total<V> t) {
    if (args.wide)
        reinterpret_cast<V *>(out)[i * args.out.axis] = settled(t);
    else
        Element<T>::store(reinterpret_cast<T *>(out) + i * args.out.axis, Cast<T>()(settled(t)));
}
template <class T> ECKART_FN char *outLane(const ScanArgs &args, long number) {
    return args.wide ? reinterpret_cast<char *>(lane<long>(args, args.out, number)) : reinterpret_cast<char *>(lane<T>(args, args.out, number));
}
template <class V> ECKART_FN V *partialTotal(const ScanArgs &args, long number, long chunk) {
    return reinterpret_cast<V *>(args.partial + 2 * (chunk * lanes(args) + number));
}

template <class Op, class T> ECKART_FN void scanByThread(const ScanArgs &args) {
    using V = typename Accumulator<T>::Type;
    for (long number = firstIndex(); number < lanes(args); number += indexStep()) {
        const T *in = lane<const T>(args, args.in, number);
        char *out = outLane<T>(args, number);
        Total<V> t{Op::start(V()), V(0)};
        for (long i = 0; i < args.n; i++) {
            Op::join(t, Op::of(V(Element<T>::load(in + i * args.in.axis))), V(0));
            putTotal<T>(args, out, i, t);
        }
    }
}

template <class Op, class T> ECKART_FN void scanTotals(const ScanArgs &args, Total<typename Accumulator<T>::Type> *shared) {
    using V = typename Accumulator<T>::Type;
    const int me = int(threadIdx.x);
    for (long i = blockIdx.x; i < lanes(args) * args.chunks; i += gridDim.x) {
        const long number = i % lanes(args), chunk = i / lanes(args), end = chunkEnd(args, chunk);
        const T *in = lane<const T>(args, args.in, number);
        Total<V> t{Op::start(V()), V(0)};
        for (long j = chunk * args.chunkSize + me; j < end; j += LANE_THREADS) Op::join(t, Op::of(V(Element<T>::load(in + j * args.in.axis))), V(0));
        shared[me] = t;
        for (int half = LANE_THREADS / 2; half > 0; half /= 2) {
            __syncthreads();
            if (me < half) Op::join(shared[me], shared[me + half].value, shared[me + half].low);
        }
        if (me == 0) {
            V *to = partialTotal<V>(args, number, chunk);
            to[0] = shared[0].value;
            to[1] = shared[0].low;
        }
        __syncthreads();
    }
}

// The totals of a lane's chunks become those of all chunks before
template <class Op, class T> ECKART_FN void scanBefore(const ScanArgs &args) {
    using V = typename Accumulator<T>::Type;
    for (long number = firstIndex(); number < lanes(args); number += indexStep()) {
        Total<V> t{Op::start(V()), V(0)};
        for (long chunk = 0; chunk < args.chunks; chunk++) {
            V *of = partialTotal<V>(args, number, chunk);
            const Total<V> here{of[0], of[1]};
            of[0] = t.value;
            of[1] = t.low;
            Op::join(t, here.value, here.low);
        }
    }
}

// A block goes through a chunk, a tile at a time: each thread totals its neighbours, the totals are scanned (Hillis and Steele 1986)
template <class Op, class T> ECKART_FN void scanByBlock(const ScanArgs &args, Total<typename Accumulator<T>::Type> *shared) {
    using V = typename Accumulator<T>::Type;
    const int me = int(threadIdx.x);
    for (long i = blockIdx.x; i < lanes(args) * args.chunks; i += gridDim.x) {
        const long number = i % lanes(args), chunk = i / lanes(args), end = chunkEnd(args, chunk);
        const T *in = lane<const T>(args, args.in, number);
        char *out = outLane<T>(args, number);
        Total<V> before{Op::start(V()), V(0)};
        if (args.chunks > 1) before = {partialTotal<V>(args, number, chunk)[0], partialTotal<V>(args, number, chunk)[1]};
        for (long tile = chunk * args.chunkSize; tile < end; tile += LANE_THREADS * LANE_ITEMS) {
            const long first = tile + me * LANE_ITEMS;
            V x[LANE_ITEMS];
            Total<V> t{Op::start(V()), V(0)};
#pragma unroll
            for (int l = 0; l < LANE_ITEMS; l++) {
                if (first + l >= end) continue;
                x[l] = Op::of(V(Element<T>::load(in + (first + l) * args.in.axis)));
                Op::join(t, x[l], V(0));
            }
            shared[me] = t;
            for (int step = 1; step < LANE_THREADS; step *= 2) {
                __syncthreads();
                Total<V> left{Op::start(V()), V(0)};
                if (me >= step) left = shared[me - step];
                __syncthreads();
                if (me < step) continue;
                Op::join(left, shared[me].value, shared[me].low);
                shared[me] = left;
            }
            __syncthreads();
            t = before;
            if (me > 0) Op::join(t, shared[me - 1].value, shared[me - 1].low);
#pragma unroll
            for (int l = 0; l < LANE_ITEMS; l++) {
                if (first + l >= end) continue;
                Op::join(t, x[l], V(0));
                putTotal<T>(args, out, first + l, t);
            }
            Op::join(before, shared[LANE_THREADS - 1].value, shared[LANE_THREADS - 1].low);
            __syncthreads();
        }
    }
}

}  // namespace
}  // namespace eckart

#define ECKART_SCAN(name, Op, T)                                                                                    \
    ECKART_KERNEL(name##_thread, ScanArgs) { eckart::scanByThread<eckart::Op, T>(args); }                           \
    ECKART_BLOCK_KERNEL(name##_totals, ScanArgs) {                                                                  \
        __shared__ eckart::Total<eckart::Accumulator<T>::Type> shared[eckart::LANE_THREADS];                        \
        eckart::scanTotals<eckart::Op, T>(args, shared);                                                            \
    }                                                                                                               \
    ECKART_KERNEL(name##_before, ScanArgs) { eckart::scanBefore<eckart::Op, T>(args); }                             \
    ECKART_BLOCK_KERNEL(name##_block, ScanArgs) {                                                                   \
        __shared__ eckart::Total<eckart::Accumulator<T>::Type> shared[eckart::LANE_THREADS];                        \
        eckart::scanByBlock<eckart::Op, T>(args, shared);                                                           \
    }
#define ECKART_LANES(T)                                                                                             \
    ECKART_SCAN(sum, Sum, T)                                                                                        \
    ECKART_SCAN(min_, Minimum, T)                                                                                   \
    ECKART_SCAN(max_, Maximum, T)                                                                                   \
    ECKART_KERNEL(product_thread, ScanArgs) { eckart::scanByThread<eckart::Product, T>(args); }                     \
    ECKART_KERNEL(arg_thread, ArgReduceArgs) { eckart::argReduceByThread<T>(args); }                                \
    ECKART_BLOCK_KERNEL(arg_block, ArgReduceArgs) {                                                                 \
        __shared__ long shared[eckart::LANE_THREADS];                                                               \
        eckart::argReduceByBlock<T>(args, shared);                                                                  \
    }                                                                                                               \
    ECKART_KERNEL(arg_finish, ArgReduceArgs) { eckart::argReduceFinish<T>(args); }
