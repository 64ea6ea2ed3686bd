package dev.eckart.linalg;

import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Tensor;

/**
 * Thin QR factorization A = Q·R by Householder reflections (LAPACK geqrf).
 *
 * @param q (m, k) with orthonormal columns, k = min(m, n)
 * @param r (k, n), upper triangular (trapezoidal), diagonal not negative
 */
public record Qr(Tensor q, Tensor r) implements AutoCloseable {
    /**
     * Factors a matrix; the input is not changed.
     *
     * @param a (m, n), F64 or F32, finite
     * @throws IllegalArgumentException for another rank or type, NaN or infinity
     */
    public static Qr of(Tensor a) {
        Matrices.check("qr", a);
        Interrupts.check("qr");
        long k = Math.min(a.dim(0), a.dim(1));
        Tensor r = Tensor.empty(a.device(), a.dtype(), k, a.dim(1));
        try (Tensor work = a.copy()) {
            if (k > 0) {
                a.backend().qr(work.view(), r.view());
            }
            return new Qr(firstColumns(work, k), r);
        }
    }

    private static Tensor firstColumns(Tensor work, long k) {
        if (k == work.dim(1)) {
            return work.slice(1, 0, k);
        }
        try (Tensor q = work.slice(1, 0, k)) {
            return q.copy();
        }
    }

    @Override
    public void close() {
        q.close();
        r.close();
    }
}
