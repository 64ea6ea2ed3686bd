package dev.eckart.cuda;

import dev.eckart.memory.Layout;

/**
 * The arguments of cublasGemmStridedBatchedEx for row-major C = A·B. cuBLAS is column-major: what is (r, c) row-major with rows
 * {@code ld} apart is (c, r) column-major with the same {@code ld}, its transpose. So Cᵀ = Bᵀ·Aᵀ is asked for: B first, as it
 * stands where its columns are adjacent, transposed where its rows are.
 *
 * @param transposeB cuBLAS's first {@code op}
 * @param transposeA its second
 * @param rows columns of C
 * @param columns rows of C
 * @param inner the dimension that is summed over
 * @param ldb distance between rows (or columns) of B, and so on
 */
record Gemm(
        boolean transposeB,
        boolean transposeA,
        long rows,
        long columns,
        long inner,
        long ldb,
        long strideB,
        long lda,
        long strideA,
        long ldc,
        long strideC,
        long batch) {
    /** For layouts (batch, m, k), (batch, k, n) and (batch, m, n); C's columns are adjacent. */
    static Gemm of(Layout a, Layout b, Layout c) {
        boolean plainB = columnsAdjacent(b);
        boolean plainA = columnsAdjacent(a);
        return new Gemm(
                !plainB,
                !plainA,
                c.shape().dim(2),
                c.shape().dim(1),
                a.shape().dim(2),
                leading(b, plainB),
                b.stride(0),
                leading(a, plainA),
                a.stride(0),
                leading(c, true),
                c.stride(0),
                c.shape().dim(0));
    }

    /** The same of each matrix of the batch alone. */
    Gemm single() {
        return new Gemm(transposeB, transposeA, rows, columns, inner, ldb, 0, lda, 0, ldc, 0, 1);
    }

    /** Whether the columns of a matrix are neighbours in memory; a single column's are. */
    private static boolean columnsAdjacent(Layout matrix) {
        return matrix.shape().dim(2) <= 1 || matrix.stride(2) == 1;
    }

    /** The distance between rows, or between columns; cuBLAS wants at least the length of one. */
    private static long leading(Layout matrix, boolean adjacentColumns) {
        long length = matrix.shape().dim(adjacentColumns ? 2 : 1);
        long count = matrix.shape().dim(adjacentColumns ? 1 : 2);
        long stride = matrix.stride(adjacentColumns ? 1 : 2);
        return count <= 1 ? Math.max(1, length) : Math.max(stride, Math.max(1, length));
    }
}
