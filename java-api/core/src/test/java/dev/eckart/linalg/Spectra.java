package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.function.IntToDoubleFunction;

/** Singular values made to order, and matrices that have them. */
enum Spectra {
    FAST(i -> Math.pow(i + 1.0, -2)),
    GEOMETRIC(i -> Math.pow(10, -i / 6.0)),
    SLOW(i -> Math.pow(i + 1.0, -0.5)),
    FLAT(i -> 3),
    CLUSTERS(i -> 1.0 / (1 + i / 7)),
    STEP(i -> i < 10 ? 1 : 1e-3),
    DEFICIENT(i -> i < 12 ? 12 - i : 0);

    private final IntToDoubleFunction value;

    Spectra(IntToDoubleFunction value) {
        this.value = value;
    }

    double[] values(int count) {
        double[] s = new double[count];
        for (int i = 0; i < count; i++) {
            s[i] = value.applyAsDouble(i);
        }
        return s;
    }

    /** U·diag(s)·Vᵀ with random orthonormal U and V; computed in F64. */
    Tensor matrix(DType type, long m, long n) {
        return matrix(values((int) Math.min(m, n)), m, n).to(type);
    }

    static Tensor matrix(double[] s, long m, long n) {
        long k = Math.min(m, n);
        Tensor u = Qr.of(Tensor.normal(DType.F64, 11, m, k)).q();
        Tensor v = Qr.of(Tensor.normal(DType.F64, 12, n, k)).q();
        return u.multiply(Tensor.of(s)).matmul(v.transpose());
    }

    /** ‖A − A_k‖F of the best approximation. */
    double rest(int count, int k) {
        double[] s = values(count);
        double rest = 0;
        for (int i = k; i < count; i++) {
            rest = Math.hypot(rest, s[i]);
        }
        return rest;
    }
}
