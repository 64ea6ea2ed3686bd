// What the kernels share. Sources in this folder are compiled by NVRTC when they are first used (Kernels.java), for the device at
// hand; the element functors are those of the CPU.
//
// A kernel takes one struct, by value, all of whose fields are 8 bytes: Java packs it field by field (Arguments.java). Strides are
// in elements. ECKART_BLOCK_KERNEL is a kernel whose threads wait for each other.
#pragma once
#include "functors.h"

#ifndef ECKART_KERNEL
#define ECKART_KERNEL(name, Args) extern "C" __global__ void name(const eckart::Args args)
#define ECKART_BLOCK_KERNEL(name, Args) ECKART_KERNEL(name, Args)
#endif

namespace eckart {

constexpr int MAX_RANK = 8;

// The operands of an element-wise kernel (Walk.java): an index space, and where each operand's elements stand in it
template <int N> struct Walk {
    long count, rank, dims[MAX_RANK];
    struct { char *base; long strides[MAX_RANK]; } operand[N];
};

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

// 2^e; |e| < 1023
ECKART_FN double powerOfTwo(int e, double) { return fromBits(u64(1023 + e) << 52); }
ECKART_FN float powerOfTwo(int e, float) { return fromBits(u32(127 + e) << 23); }
// The exponent of a normal number
ECKART_FN int exponentOf(double x) { return int(bitsOf(x) >> 52) - 1023; }
ECKART_FN int exponentOf(float x) { return int(bitsOf(x) >> 23) - 127; }

ECKART_FN long firstIndex() { return long(blockIdx.x) * blockDim.x + threadIdx.x; }
ECKART_FN long indexStep() { return long(gridDim.x) * blockDim.x; }

// index / by, and what is left of index; 32 bits are enough for most
ECKART_FN long divide(long &index, long by, bool wide) {
    long quotient = wide ? index / by : long(u32(index) / u32(by));
    long rest = index - quotient * by;
    index = quotient;
    return rest;
}

// Where element `index` of the walk stands in each operand
template <int N> ECKART_FN void locate(const Walk<N> &walk, long index, long (&at)[N]) {
    const bool wide = walk.count > 0xffffffffL;
    for (int k = 0; k < N; k++) at[k] = 0;
    for (int d = int(walk.rank) - 1; d >= 0; d--) {
        const long i = d == 0 ? index : divide(index, walk.dims[d], wide);
        for (int k = 0; k < N; k++) at[k] += i * walk.operand[k].strides[d];
    }
}

// action(where, index) for the elements that are this thread's
template <int N, class Action> ECKART_FN void each(const Walk<N> &walk, Action action) {
    for (long i = firstIndex(); i < walk.count; i += indexStep()) {
        long at[N];
        locate(walk, i, at);
        action(at, i);
    }
}

// Who works at one row or lane: a thread alone, or the threads of a block, of which there are a power of two. Rows are shared out
// from `first` on by `step`, a row's elements from `me` on by `size`.
struct Alone {
    static ECKART_FN int me() { return 0; }
    static ECKART_FN int size() { return 1; }
    static ECKART_FN long first() { return firstIndex(); }
    static ECKART_FN long step() { return indexStep(); }
    template <class F> ECKART_FN double joined(double x) const { return x; }
};
struct Together {
    double *shared;  // one for each thread

    static ECKART_FN int me() { return int(threadIdx.x); }
    static ECKART_FN int size() { return int(blockDim.x); }
    static ECKART_FN long first() { return blockIdx.x; }
    static ECKART_FN long step() { return gridDim.x; }

    // F of what all threads bring, in all of them
    template <class F> ECKART_FN double joined(double x) const {
        __syncthreads();  // the last result was read
        shared[me()] = x;
        for (int half = size() / 2; half > 0; half /= 2) {
            __syncthreads();
            if (me() < half) shared[me()] = F()(shared[me()], shared[me() + half]);
        }
        __syncthreads();
        return shared[0];
    }
};

template <class T, int N> ECKART_FN T *operand(const Walk<N> &walk, int k) { return reinterpret_cast<T *>(walk.operand[k].base); }

}  // namespace
}  // namespace eckart
