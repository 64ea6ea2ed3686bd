// Eckart's native entry points: what dev.eckart.jni.Native calls.
//
// Addresses are int64_t. Arguments were checked by the Java facade; what can still fail here (memory, a LAPACK status)
// throws std::exception, which JavaCPP turns into a Java RuntimeException with the same text.
//
// Element types, in the order of dev.eckart.memory.DType:        0 F64, 1 F32, 2 BF16, 3 I64, 4 I32, 5 U8
// `threads` is the most threads a call may use, the caller's included; 1 runs on the caller alone.
//
// n-dimensional operands come as one packed array of int64_t:
//     desc = { rank, dims[rank], address_0, strides_0[rank], address_1, strides_1[rank], ... }
// with strides in elements, 0 for a broadcast axis, negative allowed. Addresses point at element (0, ..., 0). Operand 0 is the
// output. rank is 0..8; rank 0 is one element; a dimension of 0 makes the call do nothing. An output may be an input
// (same address and strides), otherwise they do not overlap.
//
// Matrices are row-major: element (i, j) stands at base[i * ld + j].
#pragma once
#include <cstdint>

namespace eckart {

// ---- memory and machine (machine.cpp)
int64_t allocate(int64_t bytes);              // 64-byte aligned, huge pages from 4 MiB on; std::bad_alloc when there is none
void deallocate(int64_t address, int64_t bytes);  // as many as were asked for
int64_t trim();                               // gives the freed blocks that are kept for reuse back to the system; how many bytes
int64_t memoryStatistic(int which);           // 0 bytes kept, 1 calls of allocate, 2 how many of them a kept block served
int64_t availableMemory();                    // bytes this process may still take: MemAvailable, cut by the cgroup's limit
int hardwareThreads();                        // CPUs the process may run on: affinity, cut by the cgroup's quota, at least 1
const char *instructionSet();                 // the kernels in use: "x86-64-v2", "-v3" (AVX2 + FMA) or "-v4" (AVX-512); ECKART_ISA=v2|v3|v4 lowers it; "armv8-a"
const char *openblasConfig();                 // OpenBLAS's own line: version, target core, threads
const char *openblasBuilt();                  // the version that this was compiled against
const char *openblasPath();                   // the file that the process has it from

// ---- element-wise (elementwise.cpp); kernels in kernels.cpp
void copy(int srcType, int dstType, const int64_t *desc, int threads);   // operands: dst, src. Casts as Java does: float to int truncates and saturates, NaN to 0; to U8 saturates; F32/F64 to BF16 rounds to nearest even
void fill(int type, const int64_t *desc, double value, int threads);     // operands: dst
void unary(int op, int type, const int64_t *desc, int threads);          // operands: out, a. Floating types (BF16 computes in f32); NEG ABS SQUARE SIGN also I64, I32
void binary(int op, int type, const int64_t *desc, int threads);         // operands: out, a, b. All types but U8; integer DIV by zero throws "division by zero"
void axpby(int type, double alpha, double beta, const int64_t *desc, int threads);  // operands: y, x.  y = alpha x + beta y; beta = 0 does not read y. F64, F32
// UnaryOp:  0 NEG 1 ABS 2 SQUARE 3 SQRT 4 RECIPROCAL 5 EXP 6 LOG 7 TANH 8 SIGMOID 9 SIGN 10 ERF 11 SILU 12 GELU
// BinaryOp: 0 ADD 1 SUB 2 MUL 3 DIV 4 MIN 5 MAX 6 POW   (MIN, MAX give NaN when either is NaN)

// ---- reductions (reduce.cpp)
void reduce(int op, int type, int outType, const int64_t *desc, int threads);  // operands: out (stride 0 on the reduced axes), a. Result independent of `threads`
int64_t firstNonFinite(int type, const int64_t *desc, int threads);            // operand: a. Row-major index of the first NaN or infinity, or -1. F64, F32, BF16
// ReduceOp: 0 SUM 1 MIN 2 MAX 3 SUM_OF_SQUARES.  SUM of nothing is 0. MIN and MAX of nothing are refused by the caller; NaN wins in both.
// F32 and BF16 sums are accumulated so that the error is at most a few ulp (blocks in f32 lanes, blocks in f64); out is F64 or the input's type;
// integer types: out is I64 (SUM, SUM_OF_SQUARES) or the input's type (MIN, MAX).

// ---- rows (rows.cpp). F64, F32, BF16 (computes in f32)
void softmax(bool log, int type, const int64_t *desc, int threads);      // operands: out, a. Over the last axis: e^a / sum e^a, or its logarithm; a row of -inf gives NaN
void normalize(int type, int axes, double epsilon, const int64_t *desc, int threads);
// operands: out, a, scale, shift (address 0: none). (a - mean) / sqrt(variance + epsilon) * scale + shift, mean and variance (divisor n) over the last `axes` axes, 1 or 2

// ---- between the products of a transformer (transformer.cpp). F64, F32
void finish(int op, int type, int64_t rows, int64_t n, int64_t y, int64_t bias, int threads);
// y (rows x n, without gaps) = f(y + bias); op 0 f is nothing, 1 GELU, 2 GELU by its tanh approximation, 3 SiLU
void addGated(int type, int64_t samples, int64_t tokens, int64_t n, int64_t x, int64_t gate, int64_t gateRow, int64_t y, int64_t bias, int threads);
// x += gate (y + bias) for x and y (samples, tokens, n) without gaps; the gate of a sample stands gateRow after that of the one before
void attention(int type, const int64_t *desc, double scale, int threads);
// operands of (batch, heads, n, d): out, q, k, v; the last strides are 1. out = softmax(scale q k') v for each batch and head. n and d have
// at least 64 bytes, d is at most 256. Result independent of `threads`

// ---- along one axis (argreduce.cpp, scan.cpp, gather.cpp): desc is of rank 3, (outer, length, inner), the axis between what lies around it
void argReduce(int op, int type, const int64_t *desc, int threads);  // op 0 MIN, 1 MAX; operands: out (I64, stride 0 on the axis), a. NaN wins; the first of equals
void scan(int op, int type, int outType, const int64_t *desc, int threads);
// operands: out, a. op 0 SUM, 1 MIN, 2 MAX (NaN wins), 3 PRODUCT (from left to right). Floating types run in f64, F64 sums with their rounding errors
// kept; outType is the input's, I64 for sums and products of integers. Result independent of `threads`
int64_t gather(int type, const int64_t *desc, int64_t rows, int indexType, int64_t index, int threads);
// operands: out (outer, count, inner), a (strides of (outer, rows, inner)). out[o, i, :] = a[o, index[i], :]; the index is I64 or I32, contiguous.
// Returns the place of the first index outside of [0, rows), or -1; nothing was written in the former case
int64_t scatterAdd(int type, const int64_t *desc, int64_t rows, int indexType, int64_t index, int threads);
// operands: target (strides of (outer, rows, inner)), source (outer, count, inner). target[o, index[i], :] += source[o, i, :] for each i in turn; returns as
// gather. All types but U8; BF16 rounds each sum. Result independent of `threads`

// ---- order (topk.cpp)
void topK(bool largest, int type, int64_t rows, int64_t n, int64_t k, int64_t a, int64_t lda, int64_t values, int64_t indices, int threads);
// The k largest elements of each row descending, or the smallest ascending, and their places (I64); 1 <= k <= n < 2^32. NaN counts as largest, zeros
// of both signs are equal, equals come in the order of the row. values and indices are rows x k without gaps; values = 0: none are wanted
int64_t topKWorkspace(int type, int64_t rows, int64_t n, int64_t k, int threads);    // bytes that topK takes beside its operands

// ---- random numbers (random.cpp): Philox4x32-10, key = seed, counter = (element index / lane, stream)
void random(int distribution, int type, int64_t seed, int64_t stream, int64_t offset, double a, double b, int64_t out, int64_t count, int threads);
// distribution 0 UNIFORM on [a, b), 1 NORMAL (mean a, standard deviation b), 2 INTEGERS on [a, b). Element i depends on (seed, stream, offset + i) alone.
// UNIFORM, NORMAL: F64, F32. INTEGERS: I64, I32. An F32 number is the F64 number's own draw, not its rounding.

// ---- products (gemm.cpp): tiles on the own pool, by own kernels (k at most 256) or one-threaded OpenBLAS
void gemm(int type, int64_t batch, int64_t m, int64_t n, int64_t k, double alpha,
          int64_t a, int64_t aRow, int64_t aCol, int64_t aBatch,
          int64_t b, int64_t bRow, int64_t bCol, int64_t bBatch, double beta,
          int64_t c, int64_t cRow, int64_t cBatch, int threads);
// C[i] = alpha A[i] B[i] + beta C[i]. For A and B one of the two strides is 1 (or the dimension is 1); C's column stride is 1.
bool multipliesBf16();  // whether the processor has an instruction for pairs of bfloat16 (AVX-512 BF16)
void gemmBf16(int64_t batch, int64_t m, int64_t n, int64_t k, double alpha,
              int64_t a, int64_t aRow, int64_t aCol, int64_t aBatch,
              int64_t b, int64_t bRow, int64_t bCol, int64_t bBatch, double beta,
              int64_t c, int64_t cRow, int64_t cBatch, int threads);
// The same of F32 matrices (rounded.cpp), A and B rounded to the nearest bfloat16; sums are F32 in the order of k, subnormal numbers zero. Any strides
// of A and B. Without that instruction it is imitated: right, and slower than gemm. Result independent of `threads`
void gram(int type, int64_t m, int64_t n, double alpha, int64_t a, int64_t lda, double beta, int64_t c, int64_t ldc, int threads);
// C = alpha A'A + beta C, the whole symmetric n x n matrix
void triangularSolve(int type, bool rightSide, bool upper, bool transposed, int64_t m, int64_t n, int64_t t, int64_t ldt, int64_t b, int64_t ldb, int threads);
// B (m x n) becomes T^-1 B (T m x m), or B T^-1 when rightSide (T n x n); T' instead of T when transposed

// ---- sparse matrices (sparse.cpp): compressed rows, starts int64_t[m + 1], indices int32_t, values F64 or F32. In `tiles` of adjacent
// columns: int64_t[tiles][m + 1] over one list of entries, tile after tile
void spmm(int type, int64_t m, int64_t p, int64_t tiles, int64_t starts, int64_t indices, int64_t values, int64_t x, int64_t ldx, int64_t c,
          int64_t ldc, int threads);
// C (m x p) = A X. The result does not depend on `threads`
void sparseCompress(int type, int64_t m, int64_t count, int64_t row, int64_t column, int64_t values, int64_t starts, int64_t indices, int64_t sorted);
// coordinates (int32_t) to compressed rows; entries of a row stay in their order
int64_t sparseTranspose(int type, int64_t m, int64_t n, int64_t starts, int64_t indices, int64_t values, int64_t tileHeight, int64_t toStarts, int64_t toIndices, int64_t toValues);
// A (m x n, entries of a row in any order) to A' in ceil(m / tileHeight) tiles, at least 1, of `tileHeight` columns; indices of a row ascend, entries of one
// place are added up in their order. The number of entries left

// ---- factorizations (eigh.cpp, qr.cpp, svd.cpp); each returns LAPACK's info: 0, or > 0 when it failed to converge / is not positive definite
int64_t cholesky(int type, int64_t n, int64_t a, int64_t lda, int threads);          // lower triangle L of A = L L' in place, zeros above
void qr(int type, int64_t m, int64_t n, int64_t a, int64_t lda, int64_t r, int64_t ldr, int threads);
// A (m x n) becomes Q (m x k), k = min(m, n), in its first k columns; R (k x n) upper triangular, diagonal >= 0
int64_t eigh(int type, int64_t n, int64_t a, int64_t lda, int64_t w, int64_t vt, int64_t ldvt, int threads);
// symmetric A (destroyed): w descending, row i of vt the unit eigenvector of w[i], signs as orientVectors; vt = 0: values only
int64_t svd(int driver, int type, bool full, int64_t m, int64_t n, int64_t a, int64_t lda, int64_t u, int64_t ldu, int64_t s, int64_t vt, int64_t ldvt, int threads);
// driver: 0 gesdd (divide and conquer; own code on the own pool, see svd.cpp), 1 gesvd, 3 gejsv. A (m x n, destroyed; lda >= n), u m x (full ? m : k), s descending, vt (full ? n : k) x n; u = vt = 0: values only.
// For gesvd, thin: u may be A itself when m >= n (u = a, ldu = lda), vt may be A itself when m < n. Signs as orientVectors.
int64_t svdWorkspace(int driver, int type, bool vectors, int64_t m, int64_t n);       // bytes that svd takes beside its operands
int64_t svdBatch(int driver, int type, int64_t count, int64_t m, int64_t n, int64_t a, int64_t row, int64_t column, int64_t item, int64_t u, int64_t s, int64_t vt, int threads);
// driver: 0 gesdd or 1 gesvd on each, 2 one-sided Jacobi, a matrix a vector lane (k <= 64; see batch.cpp). Thin SVD of `count` matrices A, unchanged, with any strides; u (count, m, k), s (count, k), vt (count, k, n) contiguous, u = vt = 0: values only. Signs as
// orientVectors. 0, or the number from 1 of the first matrix for which nothing converged
void svdBatchErrors(int type, int64_t count, int64_t m, int64_t n, int64_t a, int64_t row, int64_t column, int64_t item, int64_t u, int64_t s, int64_t vt, int64_t errors, int threads);
// of such decompositions, double[count][3]: |A - U S V'|F over the largest value, |I - U'U|F, |I - V'V|F. The matrices are to be small: a vector's worth of all four stays in the cache
void orientVectors(int type, int64_t k, int64_t n, int64_t vt, int64_t ldvt, int64_t m, int64_t u, int64_t ldu, int threads);
// in each of the k rows of vt the first entry whose magnitude is at least (1 - sqrt(eps)) of the largest becomes positive; column i of u (m x k) follows; u = 0: none

}  // namespace eckart
