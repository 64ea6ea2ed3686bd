// The double of libcublas.so.13, over OpenBLAS, column-major as the manual has it. Leading dimensions and addresses are checked when a
// call is made; the work is put into the handle's stream. Scalars are read at the call, as pointer mode HOST has it.
//
// Sections of the cuBLAS manual (13): cublasCreate 2.4.1, cublasGetVersion 2.4.3, cublasGetStatusName 2.4.5, cublasSetStream 2.4.7,
// cublasSetWorkspace 2.4.8, cublasSetPointerMode 2.4.11 (HOST unless set), cublasSetMathMode 2.4.22, cublas<t>syrk 2.7.7, cublas<t>trsm
// 2.7.11, cublasGemmStridedBatchedEx 2.8.14, cublasGemmGroupedBatchedEx 2.8.17.
#include <cblas.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include "memory.h"
#include "rounded.h"

namespace {

constexpr int INVALID_VALUE = 7, NOT_INITIALIZED = 1, EXECUTION_FAILED = 13;
struct Handle { const void *kind; void *stream; int device; char *workspace = nullptr; size_t bytes = 0; };  // of the device on which it was made
int kind;  // of handles: theirs point here

bool matrix(const void *at, int64_t rows, int64_t columns, int64_t ld, size_t size, const char *call) {
    if (rows < 0 || columns < 0 || ld < (rows > 1 ? rows : 1)) {
        fprintf(stderr, "double: %s: %ld x %ld, leading dimension %ld\n", call, long(rows), long(columns), long(ld));
        return false;
    }
    return rows == 0 || columns == 0 || eckart_double_owns(at, size_t((columns - 1) * ld + rows) * size, call);
}
bool known(void *h) { return h && static_cast<Handle *>(h)->kind == &kind && static_cast<Handle *>(h)->device == eckart_double_device(); }
bool ready(void *handle) { return known(handle) && static_cast<Handle *>(handle)->stream; }
void *streamOf(void *handle) { return static_cast<Handle *>(handle)->stream; }

CBLAS_TRANSPOSE transpose(int operation) { return operation ? CblasTrans : CblasNoTrans; }
CBLAS_UPLO triangle(int mode) { return mode ? CblasUpper : CblasLower; }
CBLAS_SIDE side(int s) { return s ? CblasRight : CblasLeft; }

void multiply(int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc) {
    cblas_dgemm(CblasColMajor, transpose(ta), transpose(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
void multiply(int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc) {
    cblas_sgemm(CblasColMajor, transpose(ta), transpose(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
void syrk(int uplo, int t, int n, int k, double alpha, const double *a, int lda, double beta, double *c, int ldc) {
    cblas_dsyrk(CblasColMajor, triangle(uplo), transpose(t), n, k, alpha, a, lda, beta, c, ldc);
}
void syrk(int uplo, int t, int n, int k, float alpha, const float *a, int lda, float beta, float *c, int ldc) {
    cblas_ssyrk(CblasColMajor, triangle(uplo), transpose(t), n, k, alpha, a, lda, beta, c, ldc);
}
void trsm(int s, int uplo, int t, int m, int n, double alpha, const double *a, int lda, double *b, int ldb) {
    cblas_dtrsm(CblasColMajor, side(s), triangle(uplo), transpose(t), CblasNonUnit, m, n, alpha, a, lda, b, ldb);
}
void trsm(int s, int uplo, int t, int m, int n, float alpha, const float *a, int lda, float *b, int ldb) {
    cblas_strsm(CblasColMajor, side(s), triangle(uplo), transpose(t), CblasNonUnit, m, n, alpha, a, lda, b, ldb);
}

template <class T>
int gemmOf(void *h, int ta, int tb, int64_t m, int64_t n, int64_t k, const void *alpha, const void *a, int64_t lda, int64_t strideA, const void *b,
           int64_t ldb, int64_t strideB, const void *beta, void *c, int64_t ldc, int64_t strideC, int64_t batch, int rounded = 0) {
    const T by = *static_cast<const T *>(alpha), keep = *static_cast<const T *>(beta);
    // A library asks for the last error after its launch, and can't know whose it is
    if (eckart_double_faulted() || eckart_double_last()) return EXECUTION_FAILED;
    if (const int code = eckart_double_status("fault gemm")) enqueue(streamOf(h), [=] { eckart_double_fault(code); });
    const Handle handle = *static_cast<Handle *>(h);
    if (!eckart_double_owns(handle.workspace, handle.bytes, "gemm workspace")) return INVALID_VALUE;
    for (int64_t i = 0; i < batch; i++) {
        const T *x = static_cast<const T *>(a) + i * strideA, *y = static_cast<const T *>(b) + i * strideB;
        T *z = static_cast<T *>(c) + i * strideC;
        if (!matrix(x, ta ? k : m, ta ? m : k, lda, sizeof(T), "gemm A") || !matrix(y, tb ? n : k, tb ? k : n, ldb, sizeof(T), "gemm B") ||
            !matrix(z, m, n, ldc, sizeof(T), "gemm C"))
            return INVALID_VALUE;
        enqueue(streamOf(h), [=] {
            if (handle.bytes > 0) memset(handle.workspace, 0xF5, handle.bytes < 4096 ? handle.bytes : 4096);
            if (rounded == 0) return multiply(ta, tb, int(m), int(n), int(k), by, x, int(lda), y, int(ldb), keep, z, int(ldc));
            const std::vector<T> p = roundedTo(rounded, x, ta ? k : m, ta ? m : k, lda), q = roundedTo(rounded, y, tb ? n : k, tb ? k : n, ldb);
            multiply(ta, tb, int(m), int(n), int(k), by, p.data(), int(ta ? k : m), q.data(), int(tb ? n : k), keep, z, int(ldc));
        });
    }
    return 0;
}

template <class T>
int syrkOf(void *h, int uplo, int t, int64_t n, int64_t k, const T *alpha, const T *a, int64_t lda, const T *beta, T *c, int64_t ldc) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (!matrix(a, t ? k : n, t ? n : k, lda, sizeof(T), "syrk A") || !matrix(c, n, n, ldc, sizeof(T), "syrk C")) return INVALID_VALUE;
    const T by = *alpha, keep = *beta;
    enqueue(streamOf(h), [=] { syrk(uplo, t, int(n), int(k), by, a, int(lda), keep, c, int(ldc)); });
    return 0;
}

template <class T>
int trsmOf(void *h, int s, int uplo, int t, int diagonal, int64_t m, int64_t n, const T *alpha, const T *a, int64_t lda, T *b, int64_t ldb) {
    if (!ready(h)) return NOT_INITIALIZED;
    const int64_t order = s ? n : m;
    if (diagonal != 0 || !matrix(a, order, order, lda, sizeof(T), "trsm A") || !matrix(b, m, n, ldb, sizeof(T), "trsm B")) return INVALID_VALUE;
    const T by = *alpha;
    enqueue(streamOf(h), [=] { trsm(s, uplo, t, int(m), int(n), by, a, int(lda), b, int(ldb)); });
    return 0;
}

// Groups of problems of one shape each; what describes groups is on the host and read at the call, the lists of addresses are on the
// device, all problems of all groups one behind another, and are read when the work is done
template <class T, class I>
int groupedOf(void *h, const int *ta, const int *tb, const I *m, const I *n, const I *k, const T *alpha, const T *const *a, const I *lda, const T *const *b,
              const I *ldb, const T *beta, T *const *c, const I *ldc, I groups, const I *sizes, int rounded) {
    const void *places[] = {a, b, c};
    size_t problems = 0;
    for (I g = 0; g < groups; g++) {
        if (m[g] < 0 || n[g] < 0 || k[g] < 0 || sizes[g] < 0 || lda[g] < std::max<I>(1, ta[g] ? k[g] : m[g]) || ldb[g] < std::max<I>(1, tb[g] ? n[g] : k[g]) ||
            ldc[g] < std::max<I>(1, m[g])) {
            fprintf(stderr, "double: grouped gemm: group %ld is wrong\n", long(g));
            return INVALID_VALUE;
        }
        problems += size_t(sizes[g]);
    }
    for (const void *list : places)
        if (!eckart_double_owns(list, problems * sizeof(void *), "grouped gemm addresses")) return INVALID_VALUE;
    size_t from = 0;
    for (I g = 0; g < groups; from += size_t(sizes[g++])) {
        const int x = ta[g], y = tb[g];
        const I mm = m[g], nn = n[g], kk = k[g], la = lda[g], lb = ldb[g], lc = ldc[g];
        const T by = alpha[g], keep = beta[g];
        const size_t to = from + size_t(sizes[g]), first = from;
        enqueue(streamOf(h), [=] {
            for (size_t i = first; i < to; i++) {
                if (!matrix(a[i], x ? kk : mm, x ? mm : kk, la, sizeof(T), "grouped A") || !matrix(b[i], y ? nn : kk, y ? kk : nn, lb, sizeof(T), "grouped B") ||
                    !matrix(c[i], mm, nn, lc, sizeof(T), "grouped C") || mm == 0 || nn == 0)
                    continue;
                if (rounded == 0) {
                    multiply(x, y, int(mm), int(nn), int(kk), by, a[i], int(la), b[i], int(lb), keep, c[i], int(lc));
                    continue;
                }
                const std::vector<T> p = roundedTo(rounded, a[i], x ? kk : mm, x ? mm : kk, la), q = roundedTo(rounded, b[i], y ? nn : kk, y ? kk : nn, lb);
                multiply(x, y, int(mm), int(nn), int(kk), by, p.data(), int(x ? kk : mm), q.data(), int(y ? nn : kk), keep, c[i], int(lc));
            }
        });
    }
    return 0;
}

template <class I>
int groupedAny(void *h, const int *ta, const int *tb, const I *m, const I *n, const I *k, const void *alpha, const void *const *a, int typeA, const I *lda,
               const void *const *b, int typeB, const I *ldb, const void *beta, void *const *c, int typeC, const I *ldc, I groups, const I *sizes, int compute) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (int code = eckart_double_status("cublasGemmGroupedBatchedEx")) return code;
    if (typeA != typeB || typeB != typeC || groups < 0) return INVALID_VALUE;
    const int rounded = compute == 68 ? 0 : compute == 75 ? 16 : compute == 77 ? 13 : -1;
    if (typeA == 1 && compute == 70)
        return groupedOf<double, I>(h, ta, tb, m, n, k, static_cast<const double *>(alpha), reinterpret_cast<const double *const *>(a), lda,
                                    reinterpret_cast<const double *const *>(b), ldb, static_cast<const double *>(beta), reinterpret_cast<double *const *>(c), ldc,
                                    groups, sizes, 0);
    if (typeA == 0 && rounded >= 0)
        return groupedOf<float, I>(h, ta, tb, m, n, k, static_cast<const float *>(alpha), reinterpret_cast<const float *const *>(a), lda,
                                   reinterpret_cast<const float *const *>(b), ldb, static_cast<const float *>(beta), reinterpret_cast<float *const *>(c), ldc,
                                   groups, sizes, rounded);
    return INVALID_VALUE;
}

}  // namespace

extern "C" {

const char *cublasGetStatusName(int code) { return code == 13 ? "CUBLAS_STATUS_EXECUTION_FAILED" : code == 7 ? "CUBLAS_STATUS_INVALID_VALUE" : "CUBLAS_STATUS"; }
int cublasCreate_v2(void **out) {
    *out = new Handle{&kind, nullptr, eckart_double_device()};
    return eckart_double_status("cublasCreate");
}
int cublasSetStream_v2(void *h, void *on) {
    if (!known(h) || !eckart_double_stream(on)) return NOT_INITIALIZED;
    *static_cast<Handle *>(h) = Handle{&kind, on, eckart_double_device()};
    return 0;
}
// Device memory at a multiple of 256 bytes, which calls on the stream may write from now on; cublasSetStream takes it away again
// (2.4.8)
int cublasSetWorkspace_v2(void *h, void *workspace, size_t bytes) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (reinterpret_cast<uintptr_t>(workspace) % 256 != 0 || !eckart_double_owns(workspace, bytes, "cublasSetWorkspace")) return INVALID_VALUE;
    static_cast<Handle *>(h)->workspace = static_cast<char *>(workspace);
    static_cast<Handle *>(h)->bytes = bytes;
    return 0;
}
int cublasSetMathMode(void *h, int mode) { return known(h) && mode == 0 ? 0 : INVALID_VALUE; }
int cublasGetVersion_v2(void *h, int *version) {
    *version = 130000;
    return known(h) ? 0 : NOT_INITIALIZED;
}
int cublasGemmStridedBatchedEx_64(void *h, int ta, int tb, int64_t m, int64_t n, int64_t k, const void *alpha, const void *a, int typeA, int64_t lda,
                                  int64_t strideA, const void *b, int typeB, int64_t ldb, int64_t strideB, const void *beta, void *c, int typeC,
                                  int64_t ldc, int64_t strideC, int64_t batch, int compute, int algorithm) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (int code = eckart_double_status("cublasGemmStridedBatchedEx")) return code;
    if (typeA != typeB || typeB != typeC || algorithm != -1 || k <= 0) return INVALID_VALUE;
    if (typeA == 1 && compute == 70) return gemmOf<double>(h, ta, tb, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc, strideC, batch);
    // COMPUTE_32F, and those that may round the factors: to bfloat16 (FAST_16BF), to TF32 (FAST_TF32)
    const int rounded = compute == 68 ? 0 : compute == 75 ? 16 : compute == 77 ? 13 : -1;
    if (typeA == 0 && rounded >= 0)
        return gemmOf<float>(h, ta, tb, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc, strideC, batch, rounded);
    return INVALID_VALUE;
}
int cublasGemmGroupedBatchedEx(void *h, const int *ta, const int *tb, const int *m, const int *n, const int *k, const void *alpha, const void *const *a, int typeA,
                               const int *lda, const void *const *b, int typeB, const int *ldb, const void *beta, void *const *c, int typeC, const int *ldc,
                               int groups, const int *sizes, int compute) {
    return groupedAny<int>(h, ta, tb, m, n, k, alpha, a, typeA, lda, b, typeB, ldb, beta, c, typeC, ldc, groups, sizes, compute);
}
int cublasGemmGroupedBatchedEx_64(void *h, const int *ta, const int *tb, const int64_t *m, const int64_t *n, const int64_t *k, const void *alpha,
                                  const void *const *a, int typeA, const int64_t *lda, const void *const *b, int typeB, const int64_t *ldb, const void *beta,
                                  void *const *c, int typeC, const int64_t *ldc, int64_t groups, const int64_t *sizes, int compute) {
    return groupedAny<int64_t>(h, ta, tb, m, n, k, alpha, a, typeA, lda, b, typeB, ldb, beta, c, typeC, ldc, groups, sizes, compute);
}
int cublasDsyrk_v2_64(void *h, int uplo, int t, int64_t n, int64_t k, const double *alpha, const double *a, int64_t lda, const double *beta, double *c,
                      int64_t ldc) {
    return syrkOf(h, uplo, t, n, k, alpha, a, lda, beta, c, ldc);
}
int cublasSsyrk_v2_64(void *h, int uplo, int t, int64_t n, int64_t k, const float *alpha, const float *a, int64_t lda, const float *beta, float *c,
                      int64_t ldc) {
    return syrkOf(h, uplo, t, n, k, alpha, a, lda, beta, c, ldc);
}
int cublasDtrsm_v2_64(void *h, int s, int uplo, int t, int diagonal, int64_t m, int64_t n, const double *alpha, const double *a, int64_t lda, double *b,
                      int64_t ldb) {
    return trsmOf(h, s, uplo, t, diagonal, m, n, alpha, a, lda, b, ldb);
}
int cublasStrsm_v2_64(void *h, int s, int uplo, int t, int diagonal, int64_t m, int64_t n, const float *alpha, const float *a, int64_t lda, float *b,
                      int64_t ldb) {
    return trsmOf(h, s, uplo, t, diagonal, m, n, alpha, a, lda, b, ldb);
}

}  // extern "C"
