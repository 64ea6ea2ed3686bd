// The double of libcusolver.so.12, over LAPACK, column-major as the manual has it. Sizes, leading dimensions, addresses and the length
// of the workspace are checked when a call is made; the work is put into the handle's stream. What a call may destroy is destroyed, and
// its workspace is overwritten, so that both have to be the caller's to lose.
//
// Sections of the cuSOLVER manual (13): 2.4.1, helper functions (cusolverDnCreate 2.4.1.1, cusolverDnSetStream, cusolverDnCreateGesvdjInfo,
// cusolverDnCreateParams); 2.4.2, dense linear solvers (potrf, geqrf, orgqr); 2.4.3, dense eigenvalue solvers (gesvd; gesvdj, which
// returns V and takes any shape, remarks 1 and 2; syevd 2.4.3.10); 2.4.5, the same with 64-bit sizes (cusolverDnXgesvdp 2.4.5.2,
// cusolverDnXgesvdr 2.4.5.3).
//
// ECKART_DOUBLE_FAIL="info gesvdj=N" sets an info, "slow gesvdj=N" makes such calls take N milliseconds more, "error gesvdp=N" is the
// h_err_sigma that gesvdp tells.
#include <lapacke.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "memory.h"

namespace {

constexpr int INVALID_VALUE = 3, NOT_INITIALIZED = 1;
struct Handle { const void *kind; void *stream; int device; };  // of the device on which it was made
int kind;  // of handles: theirs point here
int jacobi, parameters;

bool known(void *h) { return h && static_cast<Handle *>(h)->kind == &kind && static_cast<Handle *>(h)->device == eckart_double_device(); }
bool ready(void *h) { return known(h) && static_cast<Handle *>(h)->stream; }
void *streamOf(void *h) { return static_cast<Handle *>(h)->stream; }

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

// The workspace of a call, as long as its _bufferSize said, and its info
template <class T> struct Workspace {
    T *work;
    int length, *info;
    const char *call;

    bool suits(int least) const {
        if (length < least) fprintf(stderr, "double: %s: a workspace of %d elements, %d are needed\n", call, length, least);
        return length >= least && eckart_double_owns(work, size_t(length) * sizeof(T), call) && eckart_double_owns(info, 4, call);
    }
    // Once the work was done
    void end(int value) const {
        std::fill(work, work + length, T(NAN));
        usleep(1000 * unsigned(eckart_double_status((std::string("slow ") + call).c_str())));
        const int asked = eckart_double_status((std::string("info ") + call).c_str());
        *info = asked ? asked : value;
    }
};

// ---- LAPACK by type
int gesvd(char job, int m, int n, double *a, int lda, double *s, double *u, int ldu, double *vt, int ldvt, double *rest) {
    return LAPACKE_dgesvd(LAPACK_COL_MAJOR, job, job, m, n, a, lda, s, u, ldu, vt, ldvt, rest);
}
int gesvd(char job, int m, int n, float *a, int lda, float *s, float *u, int ldu, float *vt, int ldvt, float *rest) {
    return LAPACKE_sgesvd(LAPACK_COL_MAJOR, job, job, m, n, a, lda, s, u, ldu, vt, ldvt, rest);
}
int potrf(char uplo, int n, double *a, int lda) { return LAPACKE_dpotrf(LAPACK_COL_MAJOR, uplo, n, a, lda); }
int potrf(char uplo, int n, float *a, int lda) { return LAPACKE_spotrf(LAPACK_COL_MAJOR, uplo, n, a, lda); }
int geqrf(int m, int n, double *a, int lda, double *tau) { return LAPACKE_dgeqrf(LAPACK_COL_MAJOR, m, n, a, lda, tau); }
int geqrf(int m, int n, float *a, int lda, float *tau) { return LAPACKE_sgeqrf(LAPACK_COL_MAJOR, m, n, a, lda, tau); }
int orgqr(int m, int n, int k, double *a, int lda, const double *tau) { return LAPACKE_dorgqr(LAPACK_COL_MAJOR, m, n, k, a, lda, tau); }
int orgqr(int m, int n, int k, float *a, int lda, const float *tau) { return LAPACKE_sorgqr(LAPACK_COL_MAJOR, m, n, k, a, lda, tau); }
int syevd(char job, char uplo, int n, double *a, int lda, double *w) { return LAPACKE_dsyevd(LAPACK_COL_MAJOR, job, uplo, n, a, lda, w); }
int syevd(char job, char uplo, int n, float *a, int lda, float *w) { return LAPACKE_ssyevd(LAPACK_COL_MAJOR, job, uplo, n, a, lda, w); }

// ---- the calls; sizes of workspaces are odd ones, that nobody guesses
int svdSize(int m, int n) { return 3 * std::max(m, n) + 17; }
int syevdSize(int n) { return 2 * n + 3; }
int sizeOf(void *h, int *length, int size) {
    *length = size;
    return ready(h) ? 0 : NOT_INITIALIZED;
}

// A decomposition with V in place of its transpose
template <class T> int withV(int mode, int thin, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv) {
    const int k = std::min(m, n), left = thin ? k : m, right = thin ? k : n;
    std::vector<T> x(size_t(m) * n), vt(size_t(right) * n), rest(k), uu(size_t(m) * left);
    for (int j = 0; j < n; j++) std::copy(a + size_t(j) * lda, a + size_t(j) * lda + m, &x[size_t(j) * m]);
    spoil(a, m, n, lda);
    const int failed = gesvd(mode == 0 ? 'N' : thin ? 'S' : 'A', m, n, x.data(), m, s, uu.data(), m, vt.data(), std::max(1, right), rest.data());
    for (int j = 0; mode == 1 && j < left; j++) std::copy(&uu[size_t(j) * m], &uu[size_t(j) * m] + m, u + size_t(j) * ldu);
    for (int j = 0; mode == 1 && j < right; j++)
        for (int i = 0; i < n; i++) v[size_t(j) * ldv + i] = vt[size_t(i) * right + j];
    return failed;
}

template <class T>
int gesvdjOf(void *h, int mode, int thin, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv, Workspace<T> w, void *with) {
    const int k = std::min(m, n), left = thin ? k : m, right = thin ? k : n;
    if (!ready(h) || with != &jacobi) return NOT_INITIALIZED;
    if (!matrix(a, m, n, lda, "gesvdj A") || !matrix(s, k, 1, k, "gesvdj S") || !w.suits(svdSize(m, n))) return INVALID_VALUE;
    if (mode == 1 && (!matrix(u, m, left, ldu, "gesvdj U") || !matrix(v, n, right, ldv, "gesvdj V"))) return INVALID_VALUE;
    if (mode == 0 && (ldu < m || ldv < n)) return INVALID_VALUE;
    enqueue(streamOf(h), [=] { w.end(withV(mode, thin, m, n, a, lda, s, u, ldu, v, ldv)); });
    return 0;
}

// cusolverDnXgesvdp (2.4.5.2): one type for all; V, not its transpose, of n columns unless econ; workspace on the device and on the
// host, which may be used until the work is done. Where a singular value is close to zero all are shifted, and h_err_sigma, on the
// host, tells by how much.
size_t polarBytes(int64_t m, int64_t n) { return size_t(8 * (2 * std::max(m, n) + 13)); }
size_t polarHostBytes(int64_t m, int64_t n) { return size_t(5 * std::min(m, n) + 3); }

template <class T>
int gesvdpOf(void *h, const void *with, int mode, int thin, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv, Workspace<double> w,
             char *host, size_t hostBytes, double *error) {
    const int k = std::min(m, n), left = thin ? k : m, right = thin ? k : n;
    if (!ready(h) || with != &parameters) return NOT_INITIALIZED;
    if (!matrix(a, m, n, lda, "gesvdp A") || !matrix(s, k, 1, k, "gesvdp S") || !w.suits(int(polarBytes(m, n) / 8))) return INVALID_VALUE;
    if (mode == 1 && (!matrix(u, m, left, ldu, "gesvdp U") || !matrix(v, n, right, ldv, "gesvdp V"))) return INVALID_VALUE;
    if (hostBytes < polarHostBytes(m, n) || host == nullptr || error == nullptr) return INVALID_VALUE;
    *error = NAN;
    enqueue(streamOf(h), [=] {
        const int failed = withV(mode, thin, m, n, a, lda, s, u, ldu, v, ldv);
        memset(host, 0xF7, hostBytes);
        const T shift = s[k - 1] < T(n) * std::numeric_limits<T>::epsilon() * s[0] ? std::numeric_limits<T>::epsilon() * s[0] : T(0);
        for (int i = 0; i < k; i++) s[i] += shift;
        const int asked = eckart_double_status("error gesvdp");
        *error = asked ? asked : double(shift);
        w.end(failed);
    });
    return 0;
}

// cusolverDnXgesvdr (2.4.5.3): the first k columns of U and of V, not its transpose (remark 2); S has room for min(m, n); k and
// the oversampling are below that; A is destroyed
template <class T>
int gesvdrOf(void *h, const void *with, int m, int n, int k, int p, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv, Workspace<double> w, char *host,
             size_t hostBytes) {
    const int small = std::min(m, n);
    if (!ready(h) || with != &parameters) return NOT_INITIALIZED;
    if (k <= 0 || p < 0 || k + p >= small || !matrix(a, m, n, lda, "gesvdr A") || !matrix(s, small, 1, small, "gesvdr S")) return INVALID_VALUE;
    if (!matrix(u, m, k, ldu, "gesvdr U") || !matrix(v, n, k, ldv, "gesvdr V") || !w.suits(int(polarBytes(m, n) / 8))) return INVALID_VALUE;
    if (hostBytes < polarHostBytes(m, n) || host == nullptr) return INVALID_VALUE;
    enqueue(streamOf(h), [=] {
        std::vector<T> left(size_t(m) * small), right(size_t(n) * small);
        const int failed = withV(1, 1, m, n, a, lda, s, left.data(), m, right.data(), n);
        std::fill(s + k, s + small, T(NAN));
        for (int j = 0; j < k; j++) {
            std::copy(&left[size_t(j) * m], &left[size_t(j) * m] + m, u + size_t(j) * ldu);
            std::copy(&right[size_t(j) * n], &right[size_t(j) * n] + n, v + size_t(j) * ldv);
        }
        memset(host, 0xF7, hostBytes);
        w.end(failed);
    });
    return 0;
}

template <class T>
int gesvdOf(void *h, signed char job, signed char other, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *vt, int ldvt, Workspace<T> w, T *rest) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (m < n || job != other || rest || !matrix(a, m, n, lda, "gesvd A") || !matrix(s, n, 1, n, "gesvd S") || !w.suits(svdSize(m, n))) return INVALID_VALUE;
    if (job != 'N' && (!matrix(u, m, job == 'A' ? m : n, ldu, "gesvd U") || !matrix(vt, n, n, ldvt, "gesvd VT"))) return INVALID_VALUE;
    enqueue(streamOf(h), [=] {
        std::vector<T> superdiagonal(n);
        const int failed = gesvd(char(job), m, n, a, lda, s, u, ldu, vt, ldvt, superdiagonal.data());
        spoil(a, m, n, lda);
        w.end(failed);
    });
    return 0;
}

template <class T> int potrfOf(void *h, int uplo, int n, T *a, int lda, Workspace<T> w) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (!matrix(a, n, n, lda, "potrf A") || !w.suits(n)) return INVALID_VALUE;
    enqueue(streamOf(h), [=] { w.end(potrf(uplo ? 'U' : 'L', n, a, lda)); });
    return 0;
}

template <class T> int geqrfOf(void *h, int m, int n, T *a, int lda, T *tau, Workspace<T> w) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (!matrix(a, m, n, lda, "geqrf A") || !matrix(tau, std::min(m, n), 1, std::min(m, n), "geqrf tau") || !w.suits(n)) return INVALID_VALUE;
    enqueue(streamOf(h), [=] { w.end(geqrf(m, n, a, lda, tau)); });
    return 0;
}

template <class T> int orgqrOf(void *h, int m, int n, int k, T *a, int lda, const T *tau, Workspace<T> w) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (m < n || n < k || !matrix(a, m, n, lda, "orgqr A") || !matrix(tau, k, 1, k, "orgqr tau") || !w.suits(n)) return INVALID_VALUE;
    enqueue(streamOf(h), [=] { w.end(orgqr(m, n, k, a, lda, tau)); });
    return 0;
}

template <class T> int syevdOf(void *h, int mode, int uplo, int n, T *a, int lda, T *values, Workspace<T> w) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (!matrix(a, n, n, lda, "syevd A") || !matrix(values, n, 1, n, "syevd W") || !w.suits(syevdSize(n))) return INVALID_VALUE;
    enqueue(streamOf(h), [=] {
        const int failed = syevd(mode ? 'V' : 'N', uplo ? 'U' : 'L', n, a, lda, values);
        if (mode == 0) spoil(a, n, n, lda);
        w.end(failed);
    });
    return 0;
}

#include "cusolver_batches.h"

}  // namespace

#define FOR_TYPE(X, T)                                                                                                                            \
    int cusolverDn##X##gesvdj_bufferSize(void *h, int, int, int m, int n, const T *, int, const T *, const T *, int, const T *, int, int *length, void *) { \
        return sizeOf(h, length, svdSize(m, n));                                                                                                  \
    }                                                                                                                                             \
    int cusolverDn##X##gesvdj(void *h, int mode, int thin, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv, T *work, int length,   \
                              int *info, void *with) {                                                                                            \
        return gesvdjOf(h, mode, thin, m, n, a, lda, s, u, ldu, v, ldv, Workspace<T>{work, length, info, "gesvdj"}, with);                         \
    }                                                                                                                                             \
    int cusolverDn##X##gesvd_bufferSize(void *h, int m, int n, int *length) { return sizeOf(h, length, svdSize(m, n)); }                           \
    int cusolverDn##X##gesvd(void *h, signed char job, signed char other, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *vt, int ldvt,       \
                             T *work, int length, T *rest, int *info) {                                                                           \
        return gesvdOf(h, job, other, m, n, a, lda, s, u, ldu, vt, ldvt, Workspace<T>{work, length, info, "gesvd"}, rest);                         \
    }                                                                                                                                             \
    int cusolverDn##X##potrf_bufferSize(void *h, int, int n, T *, int, int *length) { return sizeOf(h, length, n); }                               \
    int cusolverDn##X##potrf(void *h, int uplo, int n, T *a, int lda, T *work, int length, int *info) {                                           \
        return potrfOf(h, uplo, n, a, lda, Workspace<T>{work, length, info, "potrf"});                                                             \
    }                                                                                                                                             \
    int cusolverDn##X##geqrf_bufferSize(void *h, int, int n, T *, int, int *length) { return sizeOf(h, length, n); }                               \
    int cusolverDn##X##geqrf(void *h, int m, int n, T *a, int lda, T *tau, T *work, int length, int *info) {                                      \
        return geqrfOf(h, m, n, a, lda, tau, Workspace<T>{work, length, info, "geqrf"});                                                           \
    }                                                                                                                                             \
    int cusolverDn##X##orgqr_bufferSize(void *h, int, int n, int, const T *, int, const T *, int *length) { return sizeOf(h, length, n); }         \
    int cusolverDn##X##orgqr(void *h, int m, int n, int k, T *a, int lda, const T *tau, T *work, int length, int *info) {                         \
        return orgqrOf(h, m, n, k, a, lda, tau, Workspace<T>{work, length, info, "orgqr"});                                                        \
    }                                                                                                                                             \
    int cusolverDn##X##syevd_bufferSize(void *h, int, int, int n, const T *, int, const T *, int *length) { return sizeOf(h, length, syevdSize(n)); } \
    int cusolverDn##X##syevd(void *h, int mode, int uplo, int n, T *a, int lda, T *w, T *work, int length, int *info) {                           \
        return syevdOf(h, mode, uplo, n, a, lda, w, Workspace<T>{work, length, info, "syevd"});                                                    \
    }

extern "C" {

int cusolverDnCreate(void **out) {
    *out = new Handle{&kind, nullptr, eckart_double_device()};
    return eckart_double_status("cusolverDnCreate");
}
int cusolverDnSetStream(void *h, void *on) {
    if (!known(h) || !eckart_double_stream(on)) return NOT_INITIALIZED;
    static_cast<Handle *>(h)->stream = on;
    return 0;
}
int cusolverDnCreateGesvdjInfo(void **out) {
    *out = &jacobi;
    return 0;
}
int cusolverDnCreateParams(void **out) {
    *out = &parameters;
    return 0;
}
int cusolverDnXgesvdp_bufferSize(void *h, void *with, int, int, int64_t m, int64_t n, int, const void *, int64_t, int, const void *, int, const void *,
                                 int64_t, int, const void *, int64_t, int, size_t *device, size_t *host) {
    *device = polarBytes(m, n);
    *host = polarHostBytes(m, n);
    return ready(h) && with == &parameters ? 0 : NOT_INITIALIZED;
}
int cusolverDnXgesvdp(void *h, void *with, int mode, int thin, int64_t m, int64_t n, int type, void *a, int64_t lda, int typeS, void *s, int typeU, void *u,
                      int64_t ldu, int typeV, void *v, int64_t ldv, int compute, void *work, size_t bytes, void *host, size_t hostBytes, int *info,
                      double *error) {
    if (type != typeS || type != typeU || type != typeV || type != compute) return INVALID_VALUE;
    const Workspace<double> w{static_cast<double *>(work), int(bytes / 8), info, "gesvdp"};
    const auto run = [&](auto *first) {
        using T = std::remove_pointer_t<decltype(first)>;
        return gesvdpOf(h, with, mode, thin, int(m), int(n), first, int(lda), static_cast<T *>(s), static_cast<T *>(u), int(ldu), static_cast<T *>(v),
                        int(ldv), w, static_cast<char *>(host), hostBytes, error);
    };
    return type == 1 ? run(static_cast<double *>(a)) : type == 0 ? run(static_cast<float *>(a)) : INVALID_VALUE;
}
int cusolverDnXgesvdr_bufferSize(void *h, void *with, signed char, signed char, int64_t m, int64_t n, int64_t, int64_t, int64_t, int, const void *, int64_t,
                                 int, const void *, int, const void *, int64_t, int, const void *, int64_t, int, size_t *device, size_t *host) {
    *device = polarBytes(m, n);
    *host = polarHostBytes(m, n);
    return ready(h) && with == &parameters ? 0 : NOT_INITIALIZED;
}
int cusolverDnXgesvdr(void *h, void *with, signed char jobU, signed char jobV, int64_t m, int64_t n, int64_t k, int64_t p, int64_t iterations, int type, void *a,
                      int64_t lda, int typeS, void *s, int typeU, void *u, int64_t ldu, int typeV, void *v, int64_t ldv, int compute, void *work, size_t bytes,
                      void *host, size_t hostBytes, int *info) {
    if (type != typeS || type != typeU || type != typeV || type != compute || jobU != 'S' || jobV != 'S' || iterations < 0) return INVALID_VALUE;
    const Workspace<double> w{static_cast<double *>(work), int(bytes / 8), info, "gesvdr"};
    const auto run = [&](auto *first) {
        using T = std::remove_pointer_t<decltype(first)>;
        return gesvdrOf(h, with, int(m), int(n), int(k), int(p), first, int(lda), static_cast<T *>(s), static_cast<T *>(u), int(ldu), static_cast<T *>(v),
                        int(ldv), w, static_cast<char *>(host), hostBytes);
    };
    return type == 1 ? run(static_cast<double *>(a)) : type == 0 ? run(static_cast<float *>(a)) : INVALID_VALUE;
}
FOR_TYPE(D, double)
FOR_TYPE(S, float)
BATCHES_FOR_TYPE(D, double)
BATCHES_FOR_TYPE(S, float)

}  // extern "C"
