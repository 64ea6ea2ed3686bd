// The double of libcusolver.so.12, over LAPACK, column-major as the manual has it: what a call may destroy is destroyed, and its
// workspace is overwritten, so that both have to be the caller's to lose. ECKART_DOUBLE_FAIL="info gesvdj=N" sets an info.
#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "memory.h"

namespace {

constexpr int INVALID_VALUE = 3, NOT_INITIALIZED = 1;
int handle, jacobi;
void *stream = nullptr;

template <class T> bool matrix(const T *at, int rows, int columns, int ld, const char *call) {
    if (rows <= 0 || columns <= 0 || ld < rows) {
        fprintf(stderr, "double: %s: %d x %d, leading dimension %d\n", call, rows, columns, ld);
        return false;
    }
    return eckart_double_owns(at, (size_t(columns - 1) * size_t(ld) + size_t(rows)) * sizeof(T), call);
}
template <class T> void spoil(T *a, int rows, int columns, int ld) {
    for (int j = 0; j < columns; j++) std::fill(a + size_t(j) * size_t(ld), a + size_t(j) * size_t(ld) + rows, T(NAN));
}
template <class T> bool workspace(T *work, int length, int least, const char *call) {
    if (length < least || !eckart_double_owns(work, size_t(length) * sizeof(T), call)) return false;
    std::fill(work, work + length, T(NAN));
    return true;
}
int put(int *info, int value, const char *call) {
    if (!eckart_double_owns(info, 4, call)) return INVALID_VALUE;
    const int asked = eckart_double_status((std::string("info ") + call).c_str());
    *info = asked ? asked : value;
    return 0;
}
bool ready(void *h) { return h == &handle && stream; }

// LAPACK by type
int gesvd(char job, int m, int n, double *a, int lda, double *s, double *u, int ldu, double *vt, int ldvt, double *rest) {
    return LAPACKE_dgesvd(LAPACK_COL_MAJOR, job, job, m, n, a, lda, s, u, ldu, vt, ldvt, rest);
}
int gesvd(char job, int m, int n, float *a, int lda, float *s, float *u, int ldu, float *vt, int ldvt, float *rest) {
    return LAPACKE_sgesvd(LAPACK_COL_MAJOR, job, job, m, n, a, lda, s, u, ldu, vt, ldvt, rest);
}

int size(int m, int n) { return 3 * std::max(m, n) + 17; }

template <class T>
int gesvdjOf(void *h, int mode, int thin, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv, T *work, int length, int *info, void *with) {
    const int k = std::min(m, n), left = thin ? k : m, right = thin ? k : n;
    if (!ready(h) || with != &jacobi) return NOT_INITIALIZED;
    if (!matrix(a, m, n, lda, "gesvdj A") || !matrix(s, k, 1, k, "gesvdj S") || !workspace(work, length, size(m, n), "gesvdj work")) return INVALID_VALUE;
    if (mode == 1 && (!matrix(u, m, left, ldu, "gesvdj U") || !matrix(v, n, right, ldv, "gesvdj V"))) return INVALID_VALUE;
    if (mode == 0 && (ldu < m || ldv < n)) return INVALID_VALUE;
    std::vector<T> x(size_t(m) * n), vt(size_t(right) * n), rest(k), uu(size_t(m) * left);
    for (int j = 0; j < n; j++) std::copy(a + size_t(j) * lda, a + size_t(j) * lda + m, &x[size_t(j) * m]);
    spoil(a, m, n, lda);
    const int failed = gesvd(mode == 0 ? 'N' : thin ? 'S' : 'A', m, n, x.data(), m, s, uu.data(), m, vt.data(), std::max(1, right), rest.data());
    for (int j = 0; mode == 1 && j < left; j++) std::copy(&uu[size_t(j) * m], &uu[size_t(j) * m] + m, u + size_t(j) * ldu);
    for (int j = 0; mode == 1 && j < right; j++)
        for (int i = 0; i < n; i++) v[size_t(j) * ldv + i] = vt[size_t(i) * right + j];
    return put(info, failed, "gesvdj");
}

template <class T>
int gesvdOf(void *h, signed char job, signed char other, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *vt, int ldvt, T *work, int length, T *rest, int *info) {
    const int k = n, left = job == 'A' ? m : k;
    if (!ready(h)) return NOT_INITIALIZED;
    if (m < n || job != other || !matrix(a, m, n, lda, "gesvd A") || !matrix(s, k, 1, k, "gesvd S") || !workspace(work, length, size(m, n), "gesvd work") || rest)
        return INVALID_VALUE;
    if (job != 'N' && (!matrix(u, m, left, ldu, "gesvd U") || !matrix(vt, n, n, ldvt, "gesvd VT"))) return INVALID_VALUE;
    std::vector<T> superdiagonal(k);
    const int failed = gesvd(char(job), m, n, a, lda, s, u, ldu, vt, ldvt, superdiagonal.data());
    spoil(a, m, n, lda);
    return put(info, failed, "gesvd");
}

}  // namespace

#define FOR_TYPE(X, x, T)                                                                                                                        \
    int cusolverDn##X##gesvdj_bufferSize(void *h, int, int, int m, int n, const T *, int, const T *, const T *, int, const T *, int, int *length, void *) { \
        *length = size(m, n);                                                                                                                    \
        return ready(h) ? 0 : NOT_INITIALIZED;                                                                                                   \
    }                                                                                                                                            \
    int cusolverDn##X##gesvdj(void *h, int mode, int thin, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv, T *work, int length,  \
                              int *info, void *with) {                                                                                           \
        return gesvdjOf(h, mode, thin, m, n, a, lda, s, u, ldu, v, ldv, work, length, info, with);                                               \
    }                                                                                                                                            \
    int cusolverDn##X##gesvd_bufferSize(void *h, int m, int n, int *length) {                                                                    \
        *length = size(m, n);                                                                                                                    \
        return ready(h) ? 0 : NOT_INITIALIZED;                                                                                                   \
    }                                                                                                                                            \
    int cusolverDn##X##gesvd(void *h, signed char job, signed char other, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *vt, int ldvt,      \
                             T *work, int length, T *rest, int *info) {                                                                          \
        return gesvdOf(h, job, other, m, n, a, lda, s, u, ldu, vt, ldvt, work, length, rest, info);                                              \
    }                                                                                                                                            \
    int cusolverDn##X##potrf_bufferSize(void *h, int, int n, T *, int, int *length) {                                                            \
        *length = n;                                                                                                                             \
        return ready(h) ? 0 : NOT_INITIALIZED;                                                                                                   \
    }                                                                                                                                            \
    int cusolverDn##X##potrf(void *h, int uplo, int n, T *a, int lda, T *work, int length, int *info) {                                          \
        if (!ready(h) || !matrix(a, n, n, lda, "potrf") || !workspace(work, length, n, "potrf")) return INVALID_VALUE;                           \
        return put(info, LAPACKE_##x##potrf(LAPACK_COL_MAJOR, uplo ? 'U' : 'L', n, a, lda), "potrf");                                            \
    }                                                                                                                                            \
    int cusolverDn##X##geqrf_bufferSize(void *h, int, int n, T *, int, int *length) {                                                            \
        *length = n;                                                                                                                             \
        return ready(h) ? 0 : NOT_INITIALIZED;                                                                                                   \
    }                                                                                                                                            \
    int cusolverDn##X##geqrf(void *h, int m, int n, T *a, int lda, T *tau, T *work, int length, int *info) {                                     \
        if (!ready(h) || !matrix(a, m, n, lda, "geqrf") || !matrix(tau, std::min(m, n), 1, std::min(m, n), "geqrf tau") ||                       \
            !workspace(work, length, n, "geqrf"))                                                                                                \
            return INVALID_VALUE;                                                                                                                \
        return put(info, LAPACKE_##x##geqrf(LAPACK_COL_MAJOR, m, n, a, lda, tau), "geqrf");                                                      \
    }                                                                                                                                            \
    int cusolverDn##X##orgqr_bufferSize(void *h, int, int n, int, const T *, int, const T *, int *length) {                                      \
        *length = n;                                                                                                                             \
        return ready(h) ? 0 : NOT_INITIALIZED;                                                                                                   \
    }                                                                                                                                            \
    int cusolverDn##X##orgqr(void *h, int m, int n, int k, T *a, int lda, const T *tau, T *work, int length, int *info) {                        \
        if (!ready(h) || m < n || !matrix(a, m, n, lda, "orgqr") || !workspace(work, length, n, "orgqr")) return INVALID_VALUE;                  \
        return put(info, LAPACKE_##x##orgqr(LAPACK_COL_MAJOR, m, n, k, a, lda, tau), "orgqr");                                                   \
    }                                                                                                                                            \
    int cusolverDn##X##syevd_bufferSize(void *h, int, int, int n, const T *, int, const T *, int *length) {                                      \
        *length = 2 * n + 3;                                                                                                                     \
        return ready(h) ? 0 : NOT_INITIALIZED;                                                                                                   \
    }                                                                                                                                            \
    int cusolverDn##X##syevd(void *h, int mode, int uplo, int n, T *a, int lda, T *w, T *work, int length, int *info) {                          \
        if (!ready(h) || !matrix(a, n, n, lda, "syevd") || !matrix(w, n, 1, n, "syevd W") || !workspace(work, length, 2 * n + 3, "syevd"))       \
            return INVALID_VALUE;                                                                                                                \
        const int failed = LAPACKE_##x##syevd(LAPACK_COL_MAJOR, mode ? 'V' : 'N', uplo ? 'U' : 'L', n, a, lda, w);                               \
        if (mode == 0) spoil(a, n, n, lda);                                                                                                      \
        return put(info, failed, "syevd");                                                                                                       \
    }

extern "C" {

int cusolverDnCreate(void **out) {
    *out = &handle;
    return eckart_double_status("cusolverDnCreate");
}
int cusolverDnSetStream(void *h, void *on) {
    stream = on;
    return h == &handle ? 0 : NOT_INITIALIZED;
}
int cusolverDnCreateGesvdjInfo(void **out) {
    *out = &jacobi;
    return 0;
}
FOR_TYPE(D, d, double)
FOR_TYPE(S, s, float)

}  // extern "C"
