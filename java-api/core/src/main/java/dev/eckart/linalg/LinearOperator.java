package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
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
        Matrices.check("operator", a);
        return new StandardizedOperator(a, mean, scale);
    }
}
