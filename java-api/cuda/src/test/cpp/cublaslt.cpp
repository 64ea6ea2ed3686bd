// The double of libcublasLt.so.13, over OpenBLAS: F32 products with a bias, or bias and GELU, in the epilogue. Descriptors are structs of
// the caller's, read when a call is made; the work is put into the call's stream.
#include <cblas.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "memory.h"
#include "rounded.h"

namespace {

constexpr int INVALID_VALUE = 7, NOT_INITIALIZED = 1, NOT_SUPPORTED = 15, EXECUTION_FAILED = 13;
struct Handle { const void *kind; int device; };
int kind;  // of handles: theirs point here

struct Layout { uint64_t mark; int type; uint64_t rows, columns; int64_t ld; };
struct Product { uint64_t mark; int compute, scale, transposeA, transposeB; unsigned epilogue; const float *bias; };
constexpr uint64_t LAYOUT = 0x4c61796f7574, PRODUCT = 0x50726f64756374;

bool matrix(const void *at, const Layout *layout, const char *call) {
    if (layout->mark != LAYOUT || layout->type != 0 || layout->ld < int64_t(layout->rows) || layout->rows == 0 || layout->columns == 0) {
        fprintf(stderr, "double: cublasLtMatmul %s: no layout of F32\n", call);
        return false;
    }
    return eckart_double_owns(at, (size_t(layout->columns - 1) * size_t(layout->ld) + size_t(layout->rows)) * 4, call);
}

}  // namespace

extern "C" {

int cublasLtCreate(void **out) {
    *out = new Handle{&kind, eckart_double_device()};
    return eckart_double_status("cublasLtCreate");
}
int cublasLtMatrixLayoutInit_internal(void *out, size_t size, int type, uint64_t rows, uint64_t columns, int64_t ld) {
    if (size < sizeof(Layout)) return INVALID_VALUE;
    const Layout made{LAYOUT, type, rows, columns, ld};
    memcpy(out, &made, sizeof made);
    return 0;
}
int cublasLtMatmulDescInit_internal(void *out, size_t size, int compute, int scale) {
    if (size < sizeof(Product)) return INVALID_VALUE;
    const Product made{PRODUCT, compute, scale, 0, 0, 1, nullptr};
    memcpy(out, &made, sizeof made);
    return 0;
}
// TRANSA and TRANSB are int32, EPILOGUE is uint32, BIAS_POINTER an address (cublasLtMatmulDescAttributes_t)
int cublasLtMatmulDescSetAttribute(Product *product, int attribute, const void *from, size_t size) {
    if (product->mark != PRODUCT) return INVALID_VALUE;
    void *to = attribute == 3   ? static_cast<void *>(&product->transposeA)
               : attribute == 4 ? static_cast<void *>(&product->transposeB)
               : attribute == 7 ? static_cast<void *>(&product->epilogue)
               : attribute == 8 ? static_cast<void *>(&product->bias)
                                : nullptr;
    if (to == nullptr || size != (attribute == 8 ? 8u : 4u)) return INVALID_VALUE;
    memcpy(to, from, size);
    return 0;
}
// Scalars are on the host by default, of the scale type. Without an algorithm one is looked for with default preferences: no workspace,
// matrices at multiples of 256 bytes (cublasLtMatmulPreferenceAttributes_t). The bias is as long as D has rows, and packed
// (CUBLASLT_EPILOGUE_BIAS); GELU is the one by tanh, as PyTorch takes it.
int cublasLtMatmul(void *h, const Product *product, const float *alpha, const float *a, const Layout *layoutA, const float *b, const Layout *layoutB,
                   const float *beta, const float *c, const Layout *layoutC, float *d, const Layout *layoutD, const void *algorithm, void *workspace,
                   size_t workspaceBytes, void *stream) {
    const Handle *handle = static_cast<Handle *>(h);
    if (handle == nullptr || handle->kind != &kind || handle->device != eckart_double_device()) return NOT_INITIALIZED;
    if (const int code = eckart_double_status("cublasLtMatmul")) return code;
    if (eckart_double_faulted() || eckart_double_last()) return EXECUTION_FAILED;
    if (!eckart_double_stream(stream) || product->mark != PRODUCT || (product->compute != 68 && product->compute != 75 && product->compute != 77) || product->scale != 0) return INVALID_VALUE;
    if (algorithm != nullptr || workspace != nullptr || workspaceBytes != 0) return NOT_SUPPORTED;
    if (!matrix(a, layoutA, "Lt A") || !matrix(b, layoutB, "Lt B") || !matrix(d, layoutD, "Lt D") || c != d || layoutC->mark != LAYOUT) return INVALID_VALUE;
    for (const void *at : {static_cast<const void *>(a), static_cast<const void *>(b), static_cast<const void *>(d)})
        if (reinterpret_cast<uintptr_t>(at) % 256 != 0) return NOT_SUPPORTED;
    const bool ta = product->transposeA, tb = product->transposeB;
    const uint64_t m = layoutD->rows, n = layoutD->columns, k = ta ? layoutA->rows : layoutA->columns;
    if ((ta ? layoutA->columns : layoutA->rows) != m || (tb ? layoutB->rows : layoutB->columns) != n || (tb ? layoutB->columns : layoutB->rows) != k)
        return INVALID_VALUE;
    const unsigned epilogue = product->epilogue;
    const float *bias = product->bias, by = *alpha, keep = *beta;
    if (epilogue != 1 && epilogue != 4 && epilogue != 36) return NOT_SUPPORTED;
    if (epilogue != 1 && !eckart_double_owns(bias, m * 4, "Lt bias")) return INVALID_VALUE;
    const int lda = int(layoutA->ld), ldb = int(layoutB->ld), ldd = int(layoutD->ld);
    // COMPUTE_32F, and those that may round the factors: to bfloat16 (FAST_16BF), to TF32 (FAST_TF32)
    const int rounded = product->compute == 75 ? 16 : product->compute == 77 ? 13 : 0;
    enqueue(stream, [=] {
        const int rowsA = int(ta ? k : m), rowsB = int(tb ? n : k);
        const std::vector<float> x = roundedTo(rounded, a, rowsA, ta ? m : k, lda), y = roundedTo(rounded, b, rowsB, tb ? k : n, ldb);
        cblas_sgemm(CblasColMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, int(m), int(n), int(k), by, x.data(), rowsA, y.data(),
                    rowsB, keep, d, ldd);
        for (uint64_t j = 0; epilogue != 1 && j < n; j++)
            for (uint64_t i = 0; i < m; i++) {
                const double x = double(d[j * uint64_t(ldd) + i]) + bias[i];
                d[j * uint64_t(ldd) + i] = float(epilogue == 4 ? x : x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + .044715 * x * x * x))));
            }
    });
    return 0;
}

}  // extern "C"
