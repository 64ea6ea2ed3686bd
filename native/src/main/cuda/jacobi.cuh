// The thin SVD of many small matrices by one-sided Jacobi (Hestenes 1958; as jacobi.cpp on the CPU): one matrix a block.
//
// A, or its transpose where it is wide, is L = (length, k), k <= 64, stored by columns with columns of V (k, k) behind. In each round
// all pairs of a round robin are turned at once, each by `group` threads that share out the rows. Columns are ld apart, such that the
// columns of neighbouring pairs stand in different banks of shared memory.
#pragma once
#include "device.cuh"

namespace eckart {

struct JacobiArgs {
    const char *a;
    long count, m, n, item, row, column;      // matrices, and their elements' steps
    char *u, *s, *vt;                         // contiguous; u = vt = null: values alone
    char *work;                               // (blocks, workSize) elements, where shared memory does not hold L and V
    long workSize, length, k, ld, ldv, group;
    double threshold, shortest;
    int *failed;                              // (count): 1 where another driver has to do it
    unsigned long long *first;                // the least such matrix
};

struct ErrorsArgs {
    const char *a;
    long count, m, n, item, row, column;      // as above
    const char *u, *s, *vt;                   // contiguous
    double *errors;                           // (count, 3)
};

namespace {

constexpr int JACOBI_THREADS = 256, ERRORS_THREADS = 128, LONGEST = 64, MOST_SWEEPS = 40;

template <class T> struct Dots { T xx, yy, xy; };
template <class T> struct JacobiShared {
    Dots<T> dots[JACOBI_THREADS];
    T lengths[LONGEST], signs[LONGEST], most;
    int rank[LONGEST];
    bool turned, fails;
};

// x 2^e in two steps, each of which is a normal number
template <class T> ECKART_FN T scaled(T x, int e) { return x * powerOfTwo(e / 2, x) * powerOfTwo(e - e / 2, x); }

template <class T> struct Matrix {
    const JacobiArgs &args;
    JacobiShared<T> &shared;
    T *l, *v;  // v null: values alone
    long number;

    static ECKART_FN int me() { return int(threadIdx.x); }
    static ECKART_FN int threads() { return int(blockDim.x); }

    // Element (i, j) of L: of A, or of its transpose
    ECKART_FN T element(long i, long j) const {
        const bool tall = args.m >= args.n;
        return reinterpret_cast<const T *>(args.a)[number * args.item + i * (tall ? args.row : args.column) + j * (tall ? args.column : args.row)];
    }

    // L scaled to a largest entry from 1 to 2; the exponent that was taken out
    ECKART_FN int load() const {
        T most = 0;
        for (long at = me(); at < args.length * args.k; at += threads()) most = Max()(most, magnitude(element(at / args.k, at % args.k)));
        shared.dots[me()].xx = most;
        __syncthreads();
        if (me() == 0) {
            for (int t = 1; t < threads(); t++) most = Max()(most, shared.dots[t].xx);
            shared.most = most;
        }
        __syncthreads();
        const int exponent = shared.most < Format<T>::MIN_NORMAL ? exponentOf(Format<T>::MIN_NORMAL) : exponentOf(shared.most);
        for (long at = me(); at < args.length * args.k; at += threads())
            l[at % args.k * args.ld + at / args.k] = scaled(element(at / args.k, at % args.k), -exponent);
        for (long at = me(); v != nullptr && at < args.k * args.k; at += threads()) v[at % args.k * args.ldv + at / args.k] = at % args.k == at / args.k ? T(1) : T(0);
        __syncthreads();
        return exponent;
    }

    // (x, y) = (c x - s y, s x + c y), r = s / (1 + c), so that a small angle makes a small error (Rutishauser 1966); swapped: (y, -x)
    static ECKART_FN void turn(T *x, T *y, long first, long end, long step, T s, T r, bool swap) {
        for (long i = first; i < end; i += step) {
            const T p = x[i], q = y[i], left = p - s * (q + r * p), right = q + s * (p - r * q);
            x[i] = swap ? right : left;
            y[i] = swap ? -left : right;
        }
    }

    // One round: pairs (p, q) that have no column in common
    ECKART_FN void round(int step) const {
        const int group = int(args.group), pair = me() / group, part = me() % group, last = int(args.k + 1) / 2 * 2 - 1;
        int p = pair == 0 ? last : (step + pair) % last, q = pair == 0 ? step : (step - pair + last) % last;
        if (p > q) {
            const int other = p;
            p = q;
            q = other;
        }
        const bool active = pair <= last / 2 && q < args.k;
        T *x = l + p * args.ld, *y = l + q * args.ld;
        Dots<T> d{T(0), T(0), T(0)};
        for (long i = part; active && i < args.length; i += group) {
            d.xx = mulAdd(x[i], x[i], d.xx);
            d.yy = mulAdd(y[i], y[i], d.yy);
            d.xy = mulAdd(x[i], y[i], d.xy);
        }
        shared.dots[me()] = d;
        __syncthreads();
        d = {T(0), T(0), T(0)};
        for (int t = pair * group; active && t < (pair + 1) * group; t++) {
            d.xx += shared.dots[t].xx;
            d.yy += shared.dots[t].yy;
            d.xy += shared.dots[t].xy;
        }
        if (active && magnitude(d.xy) > T(args.threshold) * (squareRoot(d.xx) * squareRoot(d.yy))) {
            const T z = (d.yy - d.xx) / (2 * d.xy), root = 1 / (magnitude(z) + squareRoot(mulAdd(z, z, T(1)))), t = z < 0 ? -root : root;
            const T c = 1 / squareRoot(mulAdd(t, t, T(1))), s = c * t, r = s / (1 + c);
            const bool swap = d.xx - t * d.xy < d.yy + t * d.xy;
            turn(x, y, part, args.length, group, s, r, swap);
            if (v != nullptr) turn(v + p * args.ldv, v + q * args.ldv, part, args.k, group, s, r, swap);
            if (part == 0) shared.turned = true;
        }
        __syncthreads();
    }

    ECKART_FN bool rotate() const {
        for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
            __syncthreads();  // the last sweep's answer was read
            if (me() == 0) shared.turned = false;
            __syncthreads();
            for (int r = 0; r < int(args.k + 1) / 2 * 2 - 1; r++) round(r);
            if (!shared.turned) return true;
        }
        return false;
    }

    // Lengths of columns, their order, and the signs that rows of V' get (as orient in matrix.cuh); false: one is too short
    ECKART_FN bool order() const {
        if (me() < args.k) {
            T sum = 0;
            for (long i = 0; i < args.length; i++) sum = mulAdd(l[me() * args.ld + i], l[me() * args.ld + i], sum);
            shared.lengths[me()] = squareRoot(sum);
        }
        if (me() == 0) shared.fails = false;
        __syncthreads();
        if (me() < args.k) {
            const T mine = shared.lengths[me()];
            T longest = 0;
            int before = 0;
            for (int j = 0; j < args.k; j++) {
                longest = Max()(longest, shared.lengths[j]);
                before += (shared.lengths[j] > mine) | ((shared.lengths[j] == mine) & (j < me()));
            }
            shared.rank[me()] = before;
            if (!(mine > T(args.shortest) * longest)) shared.fails = true;
            shared.signs[me()] = v == nullptr ? T(1) : sign(args.m >= args.n ? v + me() * args.ldv : l + me() * args.ld);
        }
        __syncthreads();
        return !shared.fails;
    }
    ECKART_FN T sign(const T *row) const {
        T most = 0;
        for (long j = 0; j < args.n; j++) most = Max()(most, magnitude(row[j]));
        const T bound = most * T(1 - squareRoot(sizeof(T) == 8 ? 0x1p-52 : 0x1p-23));
        for (long j = 0; j < args.n; j++)
            if (magnitude(row[j]) >= bound) return row[j] < T(0) ? T(-1) : T(1);
        return T(1);
    }

    ECKART_FN void write(int exponent) const {
        if (me() < args.k) reinterpret_cast<T *>(args.s)[number * args.k + shared.rank[me()]] = scaled(shared.lengths[me()], exponent);
        if (v == nullptr) return;
        const bool tall = args.m >= args.n;
        T *u = reinterpret_cast<T *>(args.u) + number * args.m * args.k, *vt = reinterpret_cast<T *>(args.vt) + number * args.k * args.n;
        for (long at = me(); at < args.m * args.k; at += threads()) {
            const long i = at / args.k, j = at % args.k;
            const T x = tall ? l[j * args.ld + i] / shared.lengths[j] : v[j * args.ldv + i];
            u[i * args.k + shared.rank[j]] = x * shared.signs[j];
        }
        for (long at = me(); at < args.k * args.n; at += threads()) {
            const long j = at / args.n, i = at % args.n;
            const T x = tall ? v[j * args.ldv + i] : l[j * args.ld + i] / shared.lengths[j];
            vt[shared.rank[j] * args.n + i] = x * shared.signs[j];
        }
    }
};

template <class T> ECKART_FN void jacobi(const JacobiArgs &args, JacobiShared<T> &shared, T *work) {
    T *l = work != nullptr ? work : reinterpret_cast<T *>(args.work) + long(blockIdx.x) * args.workSize;
    T *v = args.u == nullptr ? nullptr : l + args.k * args.ld;
    for (long number = blockIdx.x; number < args.count; number += gridDim.x) {
        const Matrix<T> matrix{args, shared, l, v, number};
        const int exponent = matrix.load();
        const bool converged = matrix.rotate(), ordered = matrix.order();
        if (converged && ordered) matrix.write(exponent);
        if (threadIdx.x == 0) {
            args.failed[number] = !(converged && ordered);
            if (!(converged && ordered)) atomicMin(args.first, (unsigned long long)number);
        }
        __syncthreads();
    }
}

// Of each matrix |A - U diag(s) V'| over its largest value, |I - U'U| and |I - V'V|: a thread has some entries of each, in F64.
template <class T> ECKART_FN void errors(const ErrorsArgs &args, double (*sums)[ERRORS_THREADS]) {
    const long m = args.m, n = args.n, k = m < n ? m : n, me = threadIdx.x;
    for (long number = blockIdx.x; number < args.count; number += gridDim.x) {
        const T *a = reinterpret_cast<const T *>(args.a) + number * args.item, *s = reinterpret_cast<const T *>(args.s) + number * k;
        const T *u = reinterpret_cast<const T *>(args.u) + number * m * k, *vt = reinterpret_cast<const T *>(args.vt) + number * k * n;
        const double unit = s[0] > Format<T>::MIN_NORMAL ? double(s[0]) : double(Format<T>::MIN_NORMAL);
        double squares[3] = {0, 0, 0};
        for (long at = me; at < m * n; at += blockDim.x) {
            double rest = double(a[at / n * args.row + at % n * args.column]) / unit;
            for (long l = 0; l < k; l++) rest -= double(u[at / n * k + l]) * (double(s[l]) / unit) * double(vt[l * n + at % n]);
            squares[0] += rest * rest;
        }
        for (long at = me; at < k * k; at += blockDim.x) {
            const long i = at / k, j = at % k;
            double left = i == j ? 1 : 0, right = left;
            for (long l = 0; l < m; l++) left -= double(u[l * k + i]) * double(u[l * k + j]);
            for (long l = 0; l < n; l++) right -= double(vt[i * n + l]) * double(vt[j * n + l]);
            squares[1] += left * left;
            squares[2] += right * right;
        }
        for (int which = 0; which < 3; which++) sums[which][me] = squares[which];
        __syncthreads();
        if (me < 3) {
            double sum = 0;
            for (int t = 0; t < int(blockDim.x); t++) sum += sums[me][t];
            args.errors[number * 3 + me] = squareRoot(sum);
        }
        __syncthreads();
    }
}

}  // namespace
}  // namespace eckart

// Three kernels, of L and V in shared memory of either size, or in global memory; and the errors
#define ECKART_JACOBI_IN(name, T, BYTES)                                  \
    ECKART_BLOCK_KERNEL(name, JacobiArgs) {                               \
        __shared__ eckart::JacobiShared<T> shared;                        \
        __shared__ T work[BYTES / sizeof(T)];                             \
        eckart::jacobi<T>(args, shared, work);                            \
    }
#define ECKART_JACOBI(T)                                                  \
    ECKART_JACOBI_IN(small, T, 10240)                                     \
    ECKART_JACOBI_IN(medium, T, 36864)                                    \
    ECKART_BLOCK_KERNEL(large, JacobiArgs) {                              \
        __shared__ eckart::JacobiShared<T> shared;                        \
        eckart::jacobi<T>(args, shared, (T *)nullptr);                    \
    }                                                                     \
    ECKART_BLOCK_KERNEL(errors, ErrorsArgs) {                             \
        __shared__ double sums[3][eckart::ERRORS_THREADS];                \
        eckart::errors<T>(args, sums);                                    \
    }
