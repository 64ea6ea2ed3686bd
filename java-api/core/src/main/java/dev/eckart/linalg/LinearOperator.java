package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.OptionalDouble;

/**
 * A matrix known by its products: what every truncated algorithm takes. Implementations are thread-safe for reading, and do not
 * close the tensors they were made from.
 */
public interface LinearOperator {
    /** Number of rows m. */
    long rows();

    /** Number of columns n. */
    long columns();

    /** Element type of operands and results: F64 or F32. */
    DType dtype();

    /** Where operands and results lie. */
    Device device();

    /** A·X, (n, p) to (m, p). */
    Tensor multiply(Tensor x);

    /** Aᵀ·Y, (m, p) to (n, p). */
    Tensor multiplyTransposed(Tensor y);

    /** Aᵀ·(A·X), (n, p) to (n, p). */
    default Tensor gram(Tensor x) {
        try (Tensor ax = multiply(x)) {
            return multiplyTransposed(ax);
        }
    }

    /** Columns from (included) to (excluded), (m, to − from). */
    default Tensor columns(long from, long to) {
        try (Scope scope = Scope.open()) {
            Tensor unit = Matrices.unitColumns(this, columns(), from, to);
            return scope.keep(multiply(unit));
        }
    }

    /** Rows from (included) to (excluded), (to − from, n). */
    default Tensor rows(long from, long to) {
        try (Scope scope = Scope.open()) {
            Tensor unit = Matrices.unitColumns(this, rows(), from, to);
            return scope.keep(multiplyTransposed(unit).transpose());
        }
    }

    /** What {@link #forEachRows} hands blocks of rows to. */
    @FunctionalInterface
    interface RowAction {
        /**
         * Takes rows from {@code from} (included) on.
         *
         * @param rows (h, n), to be read, valid until this returns
         */
        void accept(long from, Tensor rows);
    }

    /**
     * Hands all rows to {@code action}, in order and in blocks of adjacent ones, on this thread: A is read once. Tensors that the
     * action makes are closed when it returns.
     *
     * @throws java.util.concurrent.CancellationException when this thread is interrupted, after the block under way
     */
    default void forEachRows(RowAction action) {
        long height = Math.max(1, Matrices.BLOCK_ELEMENTS / Math.max(1, columns()));
        for (long from = 0; from < rows(); from += height) {
            Interrupts.check("rows");
            try (Scope scope = Scope.open()) {
                action.accept(from, rows(from, Math.min(rows(), from + height)));
            }
        }
    }

    /**
     * Whether A is read from outside of the memory by each call, so that it is these passes that take time: {@link #gram} and
     * {@link #forEachRows} read it once.
     */
    default boolean isStreamed() {
        return false;
    }

    /** Mean and squared deviation of each column, from one pass over A. */
    default ColumnStatistics columnStatistics() {
        return ColumnStatistics.of(this);
    }

    /** Whether blocks of rows and columns cost no more than reading them; else they are products. */
    default boolean isStored() {
        return false;
    }

    /** Floating-point operations of a product with one vector. */
    default double flops() {
        return 2.0 * rows() * columns();
    }

    /** ‖A‖F, where it is known exactly. */
    default OptionalDouble frobeniusNorm() {
        return OptionalDouble.empty();
    }

    /** A matrix as it stands. */
    static LinearOperator of(Tensor a) {
        Matrices.check("operator", a);
        return new DenseOperator(a);
    }

    /**
     * The matrix with entries (aᵢⱼ − meanⱼ) / scaleⱼ, which is never built.
     *
     * @param a (m, n)
     * @param mean (n)
     * @param scale (n), none of them 0; or null for no scaling
     */
    static LinearOperator standardized(Tensor a, Tensor mean, Tensor scale) {
        return standardized(of(a), mean, scale);
    }

    /** As above of any operator, sparse or read from a file. */
    static LinearOperator standardized(LinearOperator a, Tensor mean, Tensor scale) {
        return new StandardizedOperator(a, mean, scale, null);
    }

    /**
     * The matrix with entries (aᵢⱼ − meanⱼ) / scaleⱼ, whose Frobenius norm then takes no pass over A.
     *
     * @param statistics those of {@code a}
     * @param mean (n), as a rule the statistics' own, rounded to A's type
     * @param scale (n), none of them 0; or null for no scaling
     */
    static LinearOperator standardized(LinearOperator a, ColumnStatistics statistics, Tensor mean, Tensor scale) {
        return new StandardizedOperator(a, mean, scale, statistics);
    }
}
