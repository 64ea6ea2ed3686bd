package dev.eckart.linalg;

import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

/**
 * Eigen-decomposition of a symmetric matrix A = Σ wᵢ·vᵢ·vᵢᵀ, by divide and conquer (LAPACK syevd).
 *
 * @param w (n) eigenvalues, descending
 * @param vt (n, n) row i is the unit eigenvector of wᵢ; signs as those of {@link Svd}
 */
public record Eigh(Tensor w, Tensor vt) implements AutoCloseable {
    /**
     * Factors a symmetric matrix; the input is not changed, and read in its upper triangle alone.
     *
     * @param a (n, n), F64 or F32, finite
     * @throws IllegalArgumentException for another shape or type, NaN or infinity
     * @throws ArithmeticException when the iteration does not converge
     */
    public static Eigh of(Tensor a) {
        Matrices.check("eigh", a);
        Interrupts.check("eigh");
        Matrices.square("eigh", a);
        Tensor w = Tensor.empty(a.device(), a.dtype(), a.dim(0));
        Tensor vt = Tensor.empty(a.device(), a.dtype(), a.dim(0), a.dim(0));
        try (Tensor work = a.copy()) {
            if (a.dim(0) > 0 && !a.backend().eigh(work.view(), w.view(), Optional.of(vt.view()))) {
                throw new ArithmeticException("eigh: syevd did not converge on " + a.shape());
            }
        }
        return new Eigh(w, vt);
    }

    @Override
    public void close() {
        w.close();
        vt.close();
    }
}
