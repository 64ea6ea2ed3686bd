// The batched decompositions of the double of libcusolver.so.12: gesvdjBatched (cuSOLVER manual 2.4.3.8: both sides at most 32; U is m x m,
// V n x n and not its transpose; A is overwritten; matrices lie one behind another, lda*n, min(m,n), ldu*m and ldv*n elements each) and
// gesvdaStridedBatched (2.4.3.9: m >= n; the first `rank` triplets, U m x rank, V n x rank and not its transpose, strides as given, which
// may not let matrices overlap; h_R_nrmF, on the host, may be null, and is there once the stream has been waited for). Both put an info
// for each matrix: min(m,n)+1 where it did not converge. As the latter goes by A'A, its small singular values are not what LAPACK says.
// Included by cusolver.cpp, in its namespace.
#pragma once

constexpr int LARGEST_BATCHED = 32;
int batchedSize(int m, int n, int batch) { return 2 * std::max(m, n) + 3 * batch + 5; }

// Asks for "info CALL=N" of the batch's second matrix, or its only one
void batchInfo(const char *call, int *info, int batch) {
    if (const int asked = eckart_double_status((std::string("info ") + call).c_str())) info[batch > 1 ? 1 : 0] = asked;
    usleep(1000 * unsigned(eckart_double_status((std::string("slow ") + call).c_str())));
}

template <class T>
int gesvdjBatchedOf(void *h, int mode, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv, T *work, int length, int *info, void *with,
                    int batch) {
    const int k = std::min(m, n);
    if (!ready(h) || with != &jacobi) return NOT_INITIALIZED;
    if (m <= 0 || n <= 0 || m > LARGEST_BATCHED || n > LARGEST_BATCHED || batch <= 0 || lda < m || (mode != 0 && mode != 1)) return INVALID_VALUE;
    if (ldu < m || ldv < n || length < batchedSize(m, n, batch)) return INVALID_VALUE;
    const size_t b = size_t(batch), aa = size_t(lda) * n, uu = size_t(ldu) * m, vv = size_t(ldv) * n;
    if (!eckart_double_owns(a, b * aa * sizeof(T), "gesvdjBatched A") || !eckart_double_owns(s, b * k * sizeof(T), "gesvdjBatched S") ||
        !eckart_double_owns(work, size_t(length) * sizeof(T), "gesvdjBatched work") || !eckart_double_owns(info, b * 4, "gesvdjBatched info"))
        return INVALID_VALUE;
    if (mode == 1 && (!eckart_double_owns(u, b * uu * sizeof(T), "gesvdjBatched U") || !eckart_double_owns(v, b * vv * sizeof(T), "gesvdjBatched V")))
        return INVALID_VALUE;
    enqueue(streamOf(h), [=] {
        for (size_t i = 0; i < b; i++) {
            // Squares that overflow, as the library's do
            T largest = 0;
            for (int j = 0; j < n; j++)
                for (int r = 0; r < m; r++) largest = std::max(largest, std::abs(a[i * aa + size_t(j) * lda + r]));
            const bool lost = !std::isfinite(largest * largest) || (largest > 0 && largest * largest < std::numeric_limits<T>::min());
            info[i] = withV(mode, 0, m, n, a + i * aa, lda, s + i * k, u + i * uu, ldu, v + i * vv, ldv) || lost ? k + 1 : 0;
        }
        std::fill(work, work + length, T(NAN));
        batchInfo("gesvdjBatched", info, batch);
    });
    return 0;
}

template <class T>
int gesvdaBatchedOf(void *h, int mode, int rank, int m, int n, const T *a, int lda, long long strideA, T *s, long long strideS, T *u, int ldu,
                    long long strideU, T *v, int ldv, long long strideV, T *work, int length, int *info, double *norms, int batch) {
    if (!ready(h)) return NOT_INITIALIZED;
    if (n <= 0 || m < n || rank <= 0 || rank > n || batch <= 0 || lda < m || ldu < m || ldv < n || (mode != 0 && mode != 1)) return INVALID_VALUE;
    if (strideA < (long long)lda * n || strideS < rank || strideU < (long long)ldu * rank || strideV < (long long)ldv * rank) return INVALID_VALUE;
    const auto span = [=](long long stride, size_t last) { return (size_t(batch - 1) * size_t(stride) + last) * sizeof(T); };
    if (length < batchedSize(m, n, batch) || !eckart_double_owns(a, span(strideA, size_t(lda) * (n - 1) + m), "gesvda A") ||
        !eckart_double_owns(s, span(strideS, rank), "gesvda S") || !eckart_double_owns(work, size_t(length) * sizeof(T), "gesvda work") ||
        !eckart_double_owns(info, size_t(batch) * 4, "gesvda info"))
        return INVALID_VALUE;
    if (mode == 1 && (!eckart_double_owns(u, span(strideU, size_t(ldu) * (rank - 1) + m), "gesvda U") ||
                      !eckart_double_owns(v, span(strideV, size_t(ldv) * (rank - 1) + n), "gesvda V")))
        return INVALID_VALUE;
    for (int i = 0; norms && i < batch; i++) norms[i] = NAN;
    enqueue(streamOf(h), [=] {
        for (size_t i = 0; i < size_t(batch); i++) {
            std::vector<T> x(size_t(m) * n), left(size_t(m) * n), right(size_t(n) * n), values(n);
            for (int j = 0; j < n; j++) std::copy(a + i * strideA + size_t(j) * lda, a + i * strideA + size_t(j) * lda + m, &x[size_t(j) * m]);
            std::vector<T> all = x;
            info[i] = withV(1, 1, m, n, all.data(), m, values.data(), left.data(), m, right.data(), n) ? n + 1 : 0;
            for (int j = 0; j < n; j++) {
                // By eigenvalues of A'A, which are known to epsilon times the largest
                values[j] = std::sqrt(values[j] * values[j] + std::numeric_limits<T>::epsilon() / 4 * values[0] * values[0]);
                if (!std::isfinite(values[j] * values[j])) info[i] = n + 1;
            }
            double rest = 0;
            for (int c = 0; c < n; c++)
                for (int r = 0; r < m; r++) {
                    double e = x[size_t(c) * m + r];
                    for (int j = 0; j < rank; j++) e -= double(left[size_t(j) * m + r]) * values[j] * right[size_t(j) * n + c];
                    rest += e * e;
                }
            if (norms) norms[i] = std::sqrt(rest);
            std::copy(values.begin(), values.begin() + rank, s + i * strideS);
            for (int j = 0; mode == 1 && j < rank; j++) {
                std::copy(&left[size_t(j) * m], &left[size_t(j) * m] + m, u + i * strideU + size_t(j) * ldu);
                std::copy(&right[size_t(j) * n], &right[size_t(j) * n] + n, v + i * strideV + size_t(j) * ldv);
            }
        }
        std::fill(work, work + length, T(NAN));
        batchInfo("gesvdaStridedBatched", info, batch);
    });
    return 0;
}

#define BATCHES_FOR_TYPE(X, T)                                                                                                                    \
    int cusolverDn##X##gesvdjBatched_bufferSize(void *h, int, int m, int n, const T *, int, const T *, const T *, int, const T *, int, int *length,  \
                                                void *, int batch) {                                                                              \
        return sizeOf(h, length, batchedSize(m, n, batch));                                                                                       \
    }                                                                                                                                             \
    int cusolverDn##X##gesvdjBatched(void *h, int mode, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv, T *work, int length,       \
                                     int *info, void *with, int batch) {                                                                          \
        return gesvdjBatchedOf(h, mode, m, n, a, lda, s, u, ldu, v, ldv, work, length, info, with, batch);                                         \
    }                                                                                                                                             \
    int cusolverDn##X##gesvdaStridedBatched_bufferSize(void *h, int, int, int m, int n, const T *, int, long long, const T *, long long, const T *,  \
                                                       int, long long, const T *, int, long long, int *length, int batch) {                       \
        return sizeOf(h, length, batchedSize(m, n, batch));                                                                                       \
    }                                                                                                                                             \
    int cusolverDn##X##gesvdaStridedBatched(void *h, int mode, int rank, int m, int n, const T *a, int lda, long long strideA, T *s,               \
                                            long long strideS, T *u, int ldu, long long strideU, T *v, int ldv, long long strideV, T *work,       \
                                            int length, int *info, double *norms, int batch) {                                                    \
        return gesvdaBatchedOf(h, mode, rank, m, n, a, lda, strideA, s, strideS, u, ldu, strideU, v, ldv, strideV, work, length, info, norms,       \
                               batch);                                                                                                            \
    }
