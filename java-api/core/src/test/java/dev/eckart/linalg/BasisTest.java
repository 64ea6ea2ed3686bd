package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BasisTest {
    private static final int M = 300;
    private static final int K = 12;

    /** (M, K) with singular values from scale down to scale / condition. */
    private static Tensor matrix(DType type, double scale, double condition) {
        double[] s = new double[K];
        for (int i = 0; i < K; i++) {
            s[i] = scale * Math.pow(condition, -i / (K - 1.0));
        }
        Tensor u = Qr.of(Tensor.normal(DType.F64, 1, M, K)).q();
        Tensor v = Qr.of(Tensor.normal(DType.F64, 2, K, K)).q();
        return u.multiply(Tensor.of(s)).matmul(v).to(type);
    }

    private static double orthogonality(Tensor q) {
        Tensor wide = q.to(DType.F64);
        return wide.transpose()
                .matmul(wide)
                .subtract(Tensor.eye(DType.F64, q.dim(1)))
                .norm();
    }

    /** ‖Y − Q·QᵀY‖ / ‖Y‖. */
    private static double outside(Tensor y, Tensor q) {
        Tensor a = y.to(DType.F64);
        Tensor b = q.to(DType.F64);
        return b.matmul(b.transpose().matmul(a)).subtract(a).norm() / a.norm();
    }

    @ParameterizedTest
    @CsvSource({
        "F64, 1, 1",
        "F64, 1, 1e5",
        "F64, 1, 1e7",
        "F64, 1, 1e9",
        "F64, 1, 1e14",
        "F64, 1e160, 10",
        "F64, 1e-170, 10",
        "F32, 1, 10",
        "F32, 1, 1e3",
        "F32, 1, 1e5",
        "F32, 1e25, 10",
        "F32, 1e-25, 10",
    })
    void should_span_the_columns_whatever_their_condition(DType type, double scale, double condition) {
        try (Scope scope = Scope.open()) {
            Tensor y = matrix(type, scale, condition);
            Tensor q = Basis.orthonormal(y.copy());
            assertThat(orthogonality(q)).isLessThan(Tolerance.orthogonality(type, M, K));
            assertThat(outside(y, q)).isLessThan(Tolerance.factorization(type, M, K, 1));
            // One that is only well-conditioned becomes orthonormal at once.
            Tensor any = Basis.any(y.copy());
            assertThat(outside(y, Qr.of(any).q())).isLessThan(Tolerance.factorization(type, M, K, 1));
        }
    }

    @Test
    void should_take_dependent_columns_wide_and_empty_matrices() {
        long before = MemoryBudget.used();
        try (Scope scope = Scope.open()) {
            for (Tensor y : new Tensor[] {
                Tensor.zeros(DType.F64, 9, 4), Tensor.full(DType.F64, 3, 9, 4), Tensor.full(DType.F64, 1e200, 9, 1)
            }) {
                Tensor q = Basis.orthonormal(y.copy());
                assertThat(orthogonality(q)).isLessThan(1e-14);
                double norm = y.norm();
                assertThat(norm == 0 ? 0 : outside(y, q)).isLessThan(1e-14);
            }
            assertThat(Basis.orthonormal(Tensor.normal(DType.F64, 1, 3, 5)).dim(1))
                    .isEqualTo(3);
            assertThat(Basis.orthonormal(Tensor.zeros(DType.F64, 5, 0)).dim(1)).isZero();
            assertThatThrownBy(() -> Basis.any(Tensor.full(DType.F64, Double.NaN, 5, 2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is NaN");
        }
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }
}
