// What the factorizations need beside cuSOLVER, and products beside cuBLAS. Matrices are row-major: element (i, j) at base[i * row + j].
#pragma once
#include "device.cuh"

namespace eckart {

struct OrientArgs { long k, n; char *vt; long ldvt, m; char *u; long ldu; double nearly; long count, itemVt, itemU; };  // u may be null
struct ScalesArgs { const char *a; long count, m, n, item, row, column; char *down, *up; };
struct OutcomeArgs { long count, k; const int *info; const char *s; double least; int *failed; };
struct PointersArgs { long count; long *out; long values[480]; };
struct MirrorArgs { long n; char *c; long ldc; };
struct TriangleArgs { long rows, columns; const char *in; long inRow, inColumn; char *out; long outRow, upper; };
struct SignsArgs { long count; const char *in; long stride; char *out; };

namespace {

// One block per row of each vt: the first entry whose magnitude is at least `nearly` of the largest becomes positive, column of u and all
template <class T> ECKART_FN void orient(const OrientArgs &args, T *largest, long *place) {
    const int me = int(threadIdx.x), threads = int(blockDim.x);
    for (long at = blockIdx.x; at < args.count * args.k; at += gridDim.x) {
        const long number = at / args.k, row = at % args.k;
        T *v = reinterpret_cast<T *>(args.vt) + number * args.itemVt + row * args.ldvt;
        T most = 0;
        for (long j = me; j < args.n; j += threads) most = Max()(most, magnitude(v[j]));
        largest[me] = most;
        for (int half = threads / 2; half > 0; half /= 2) {
            __syncthreads();
            if (me < half) largest[me] = Max()(largest[me], largest[me + half]);
        }
        __syncthreads();
        const T bound = largest[0] * T(args.nearly);
        long first = args.n;
        for (long j = me; j < args.n && first == args.n; j += threads)
            if (magnitude(v[j]) >= bound) first = j;
        place[me] = first;
        for (int half = threads / 2; half > 0; half /= 2) {
            __syncthreads();
            if (me < half) place[me] = Min()(place[me], place[me + half]);
        }
        __syncthreads();
        const bool negative = place[0] < args.n && v[place[0]] < T(0);
        __syncthreads();
        if (!negative) continue;
        for (long j = me; j < args.n; j += threads) v[j] = -v[j];
        if (args.u == nullptr) continue;
        T *u = reinterpret_cast<T *>(args.u) + number * args.itemU + row;
        for (long i = me; i < args.m; i += threads) u[i * args.ldu] = -u[i * args.ldu];
    }
}

// c[j][i] = c[i][j] for j > i
template <class T> ECKART_FN void mirror(const MirrorArgs &args) {
    T *c = reinterpret_cast<T *>(args.c);
    for (long at = firstIndex(); at < args.n * args.n; at += indexStep()) {
        const long i = at / args.n, j = at % args.n;
        if (j < i) c[i * args.ldc + j] = c[j * args.ldc + i];
    }
}

// The upper (or lower) triangle of `in`, and zeros; in place too
template <class T> ECKART_FN void triangle(const TriangleArgs &args) {
    const T *in = reinterpret_cast<const T *>(args.in);
    T *out = reinterpret_cast<T *>(args.out);
    for (long at = firstIndex(); at < args.rows * args.columns; at += indexStep()) {
        const long i = at / args.columns, j = at % args.columns;
        out[i * args.outRow + j] = (args.upper ? j >= i : j <= i) ? in[i * args.inRow + j * args.inColumn] : T(0);
    }
}

template <class T> ECKART_FN void signs(const SignsArgs &args) {
    for (long i = firstIndex(); i < args.count; i += indexStep())
        reinterpret_cast<T *>(args.out)[i] = reinterpret_cast<const T *>(args.in)[i * args.stride] < T(0) ? T(-1) : T(1);
}

// One block per matrix: down[i] A has a largest entry from 1 to 4, and up[i] takes that back; powers of two
template <class T> ECKART_FN void scales(const ScalesArgs &args, T *largest) {
    const int me = int(threadIdx.x), threads = int(blockDim.x);
    for (long number = blockIdx.x; number < args.count; number += gridDim.x) {
        const T *a = reinterpret_cast<const T *>(args.a) + number * args.item;
        T most = 0;
        for (long at = me; at < args.m * args.n; at += threads) most = Max()(most, magnitude(a[at / args.n * args.row + at % args.n * args.column]));
        largest[me] = most;
        for (int half = threads / 2; half > 0; half /= 2) {
            __syncthreads();
            if (me < half) largest[me] = Max()(largest[me], largest[me + half]);
        }
        if (me == 0) {
            const T least = Format<T>::MIN_NORMAL, x = largest[0] < least ? least : largest[0];
            const int exponent = exponentOf(x), bound = -exponentOf(least), taken = exponent < bound ? exponent : bound;
            reinterpret_cast<T *>(args.down)[number] = powerOfTwo(-taken, T(0));
            reinterpret_cast<T *>(args.up)[number] = powerOfTwo(taken, T(0));
        }
        __syncthreads();  // the largest was read
    }
}

// failed[i]: a negative info as it is; 1 for another but 0, and for singular values s (count, k) that are no numbers or, where `least`
// is not 0, of which the last is not above that part of the first; else 0
template <class T> ECKART_FN void outcome(const OutcomeArgs &args) {
    for (long i = firstIndex(); i < args.count; i += indexStep()) {
        const T first = reinterpret_cast<const T *>(args.s)[i * args.k], last = reinterpret_cast<const T *>(args.s)[i * args.k + args.k - 1];
        const bool good = args.info[i] == 0 && first >= last && (args.least == 0 ? last >= T(0) : last > T(args.least) * first);
        args.failed[i] = args.info[i] < 0 ? args.info[i] : good ? 0 : 1;
    }
}

// Addresses that a call wants in device memory come as arguments: there is nothing to wait for
ECKART_FN void pointers(const PointersArgs &args) {
    for (long i = firstIndex(); i < args.count; i += indexStep()) args.out[i] = args.values[i];
}

}  // namespace
}  // namespace eckart

#define ECKART_MATRIX(T)                                                          \
    ECKART_BLOCK_KERNEL(orient, OrientArgs) {                                     \
        __shared__ T largest[256];                                                \
        __shared__ long place[256];                                               \
        eckart::orient<T>(args, largest, place);                                  \
    }                                                                             \
    ECKART_BLOCK_KERNEL(scales, ScalesArgs) {                                     \
        __shared__ T largest[256];                                                \
        eckart::scales<T>(args, largest);                                         \
    }                                                                             \
    ECKART_KERNEL(outcome, OutcomeArgs) { eckart::outcome<T>(args); }             \
    ECKART_KERNEL(mirror, MirrorArgs) { eckart::mirror<T>(args); }                \
    ECKART_KERNEL(triangle, TriangleArgs) { eckart::triangle<T>(args); }          \
    ECKART_KERNEL(signs, SignsArgs) { eckart::signs<T>(args); }
#define ECKART_POINTERS() \
    ECKART_KERNEL(pointers, PointersArgs) { eckart::pointers(args); }
