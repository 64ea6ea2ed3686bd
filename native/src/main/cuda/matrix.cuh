// What the factorizations need beside cuSOLVER. Matrices are row-major: element (i, j) at base[i * row + j].
#pragma once
#include "device.cuh"

namespace eckart {

struct OrientArgs { long k, n; char *vt; long ldvt, m; char *u; long ldu; double nearly; };  // u may be null
struct MirrorArgs { long n; char *c; long ldc; };
struct TriangleArgs { long rows, columns; const char *in; long inRow, inColumn; char *out; long outRow, upper; };
struct SignsArgs { long count; const char *in; long stride; char *out; };

namespace {

// One block per row of vt: the first entry whose magnitude is at least `nearly` of the largest becomes positive, column of u and all
template <class T> ECKART_FN void orient(const OrientArgs &args, T *largest, long *place) {
    const int me = int(threadIdx.x), threads = int(blockDim.x);
    for (long row = blockIdx.x; row < args.k; row += gridDim.x) {
        T *v = reinterpret_cast<T *>(args.vt) + row * args.ldvt;
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
        T *u = reinterpret_cast<T *>(args.u) + row;
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

}  // namespace
}  // namespace eckart

#define ECKART_MATRIX(T)                                                          \
    ECKART_BLOCK_KERNEL(orient, OrientArgs) {                                     \
        __shared__ T largest[256];                                                \
        __shared__ long place[256];                                               \
        eckart::orient<T>(args, largest, place);                                  \
    }                                                                             \
    ECKART_KERNEL(mirror, MirrorArgs) { eckart::mirror<T>(args); }                \
    ECKART_KERNEL(triangle, TriangleArgs) { eckart::triangle<T>(args); }          \
    ECKART_KERNEL(signs, SignsArgs) { eckart::signs<T>(args); }
