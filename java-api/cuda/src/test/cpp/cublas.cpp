// The double of libcublas.so.13, over OpenBLAS, column-major as the manual has it. Leading dimensions and addresses are checked.
#include <cblas.h>

#include <cstdint>
#include <cstdio>

#include "memory.h"

namespace {

constexpr int INVALID_VALUE = 7, NOT_INITIALIZED = 1;
int handle;
void *stream = nullptr;

bool matrix(const void *at, int64_t rows, int64_t columns, int64_t ld, size_t size, const char *call) {
    if (rows < 0 || columns < 0 || ld < (rows > 1 ? rows : 1)) {
        fprintf(stderr, "double: %s: %ld x %ld, leading dimension %ld\n", call, long(rows), long(columns), long(ld));
        return false;
    }
    return rows == 0 || columns == 0 || eckart_double_owns(at, size_t((columns - 1) * ld + rows) * size, call);
}

CBLAS_TRANSPOSE transpose(int operation) { return operation ? CblasTrans : CblasNoTrans; }

void multiply(int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc) {
    cblas_dgemm(CblasColMajor, transpose(ta), transpose(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
void multiply(int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc) {
    cblas_sgemm(CblasColMajor, transpose(ta), transpose(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

template <class T>
int gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, const void *alpha, const void *a, int64_t lda, int64_t strideA, const void *b, int64_t ldb,
         int64_t strideB, const void *beta, void *c, int64_t ldc, int64_t strideC, int64_t batch) {
    for (int64_t i = 0; i < batch; i++) {
        const T *x = static_cast<const T *>(a) + i * strideA, *y = static_cast<const T *>(b) + i * strideB;
        T *z = static_cast<T *>(c) + i * strideC;
        if (!matrix(x, ta ? k : m, ta ? m : k, lda, sizeof(T), "gemm A") || !matrix(y, tb ? n : k, tb ? k : n, ldb, sizeof(T), "gemm B") ||
            !matrix(z, m, n, ldc, sizeof(T), "gemm C"))
            return INVALID_VALUE;
        multiply(ta, tb, int(m), int(n), int(k), *static_cast<const T *>(alpha), x, int(lda), y, int(ldb), *static_cast<const T *>(beta), z, int(ldc));
    }
    return 0;
}

CBLAS_UPLO triangle(int mode) { return mode ? CblasUpper : CblasLower; }
CBLAS_SIDE side(int s) { return s ? CblasRight : CblasLeft; }

}  // namespace

extern "C" {

const char *cublasGetStatusName(int code) { return code == 13 ? "CUBLAS_STATUS_EXECUTION_FAILED" : code == 7 ? "CUBLAS_STATUS_INVALID_VALUE" : "CUBLAS_STATUS"; }
int cublasCreate_v2(void **out) {
    *out = &handle;
    return eckart_double_status("cublasCreate");
}
int cublasSetStream_v2(void *h, void *on) {
    stream = on;
    return h == &handle && on ? 0 : NOT_INITIALIZED;
}
int cublasSetMathMode(void *h, int mode) { return h == &handle && mode == 0 ? 0 : INVALID_VALUE; }
int cublasGetVersion_v2(void *h, int *version) {
    *version = 130000;
    return h == &handle ? 0 : NOT_INITIALIZED;
}
int cublasGemmStridedBatchedEx_64(void *h, int ta, int tb, int64_t m, int64_t n, int64_t k, const void *alpha, const void *a, int typeA, int64_t lda,
                                  int64_t strideA, const void *b, int typeB, int64_t ldb, int64_t strideB, const void *beta, void *c, int typeC,
                                  int64_t ldc, int64_t strideC, int64_t batch, int compute, int algorithm) {
    if (h != &handle || stream == nullptr) return NOT_INITIALIZED;
    if (int code = eckart_double_status("cublasGemmStridedBatchedEx")) return code;
    if (typeA != typeB || typeB != typeC || algorithm != -1 || k <= 0) return INVALID_VALUE;
    if (typeA == 1 && compute == 70) return gemm<double>(ta, tb, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc, strideC, batch);
    if (typeA == 0 && compute == 68) return gemm<float>(ta, tb, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc, strideC, batch);
    return INVALID_VALUE;
}
int cublasDsyrk_v2_64(void *h, int uplo, int operation, int64_t n, int64_t k, const double *alpha, const double *a, int64_t lda, const double *beta,
                      double *c, int64_t ldc) {
    if (h != &handle || !matrix(a, operation ? k : n, operation ? n : k, lda, 8, "syrk A") || !matrix(c, n, n, ldc, 8, "syrk C")) return INVALID_VALUE;
    cblas_dsyrk(CblasColMajor, triangle(uplo), transpose(operation), int(n), int(k), *alpha, a, int(lda), *beta, c, int(ldc));
    return 0;
}
int cublasSsyrk_v2_64(void *h, int uplo, int operation, int64_t n, int64_t k, const float *alpha, const float *a, int64_t lda, const float *beta,
                      float *c, int64_t ldc) {
    if (h != &handle || !matrix(a, operation ? k : n, operation ? n : k, lda, 4, "syrk A") || !matrix(c, n, n, ldc, 4, "syrk C")) return INVALID_VALUE;
    cblas_ssyrk(CblasColMajor, triangle(uplo), transpose(operation), int(n), int(k), *alpha, a, int(lda), *beta, c, int(ldc));
    return 0;
}
int cublasDtrsm_v2_64(void *h, int s, int uplo, int operation, int diagonal, int64_t m, int64_t n, const double *alpha, const double *a, int64_t lda,
                      double *b, int64_t ldb) {
    const int64_t order = s ? n : m;
    if (h != &handle || diagonal != 0 || !matrix(a, order, order, lda, 8, "trsm A") || !matrix(b, m, n, ldb, 8, "trsm B")) return INVALID_VALUE;
    cblas_dtrsm(CblasColMajor, side(s), triangle(uplo), transpose(operation), CblasNonUnit, int(m), int(n), *alpha, a, int(lda), b, int(ldb));
    return 0;
}
int cublasStrsm_v2_64(void *h, int s, int uplo, int operation, int diagonal, int64_t m, int64_t n, const float *alpha, const float *a, int64_t lda,
                      float *b, int64_t ldb) {
    const int64_t order = s ? n : m;
    if (h != &handle || diagonal != 0 || !matrix(a, order, order, lda, 4, "trsm A") || !matrix(b, m, n, ldb, 4, "trsm B")) return INVALID_VALUE;
    cblas_strsm(CblasColMajor, side(s), triangle(uplo), transpose(operation), CblasNonUnit, int(m), int(n), *alpha, a, int(lda), b, int(ldb));
    return 0;
}

}  // extern "C"
