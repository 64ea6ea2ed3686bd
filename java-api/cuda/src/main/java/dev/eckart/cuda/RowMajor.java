package dev.eckart.cuda;

import dev.eckart.backend.View;

/** Row-major matrices as the column-major libraries see them. */
final class RowMajor {
    private RowMajor() {}

    static long rows(View matrix) {
        return matrix.shape().dim(-2);
    }

    static long columns(View matrix) {
        return matrix.shape().dim(-1);
    }

    /** The distance between rows; a matrix of at most one row may have any. */
    static long leading(View matrix) {
        return rows(matrix) <= 1
                ? Math.max(1, columns(matrix))
                : matrix.layout().stride(-2);
    }

    /**
     * The arguments of trsm for row-major B = op(T)⁻¹·B, or B = B·op(T)⁻¹ from the right. In memory stand Bᵀ and Tᵀ column-major:
     * Bᵀ = Bᵀ·op(Tᵀ)⁻¹, so that the side and the triangle change, and whether T is transposed does not.
     *
     * @param side CUBLAS_SIDE_LEFT or _RIGHT
     * @param triangle CUBLAS_FILL_MODE_LOWER or _UPPER
     * @param operation CUBLAS_OP_N or _T
     */
    record Solve(int side, int triangle, int operation) {
        static Solve of(boolean right, boolean upper, boolean transposed) {
            return new Solve(
                    right ? Blas.LEFT : Blas.RIGHT, upper ? Blas.LOWER : Blas.UPPER, transposed ? Blas.T : Blas.N);
        }
    }
}
