package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QrEighTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.eckart.linalg.MatrixKinds#all")
    void should_factor_into_orthonormal_and_triangular(MatrixKinds kind) {
        try (Scope scope = Scope.open()) {
            Tensor a = kind.a();
            Qr qr = Qr.of(a);
            long k = Math.min(a.dim(0), a.dim(1));
            double largest = Svd.values(a).get(0);
            double scale = largest == 0 ? 1 : largest;
            assertThat(qr.q().shape()).isEqualTo(Shape.of(a.dim(0), k));
            assertThat(qr.q()
                            .matmul(qr.r())
                            .subtract(a)
                            .divide(Tensor.full(a.dtype(), scale))
                            .norm())
                    .isLessThan(Tolerance.factorization(a.dtype(), a.dim(0), a.dim(1), 1));
            Tensor loss = qr.q().transpose().matmul(qr.q()).subtract(Tensor.eye(a.dtype(), k));
            assertThat(loss.norm()).isLessThan(Tolerance.orthogonality(a.dtype(), a.dim(0), k));
            double[][] r = qr.r().toMatrix();
            for (int i = 0; i < r.length; i++) {
                assertThat(r[i][i]).isNotNegative();
                for (int j = 0; j < i; j++) {
                    assertThat(r[i][j]).isZero();
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.eckart.linalg.MatrixKinds#all")
    void should_decompose_symmetric_matrices(MatrixKinds kind) {
        try (Scope scope = Scope.open()) {
            Tensor half =
                    kind.a().slice(0, 0, Math.min(kind.a().dim(0), kind.a().dim(1)));
            Tensor square = half.slice(1, 0, half.dim(0));
            Tensor a = square.add(square.transpose());
            double largest = Svd.values(a).get(0);
            double scale = largest == 0 ? 1 : largest;
            Eigh eigen = Eigh.of(a);
            Tensor rebuilt = eigen.vt().transpose().multiply(eigen.w()).matmul(eigen.vt());
            assertThat(rebuilt.subtract(a).divide(Tensor.full(a.dtype(), scale)).norm())
                    .isLessThan(Tolerance.factorization(a.dtype(), a.dim(0), a.dim(0), 1));
            double[] w = eigen.w().toArray();
            for (int i = 1; i < w.length; i++) {
                assertThat(w[i]).isLessThanOrEqualTo(w[i - 1]);
            }
            SvdTest.assertSigns(eigen.vt());
        }
    }

    @Test
    void should_read_the_upper_triangle_alone() {
        try (Scope scope = Scope.open()) {
            for (DType type : new DType[] {DType.F64, DType.F32}) {
                Tensor a = Tensor.of(new double[][] {{2, 1}, {77, 2}}).to(type);
                assertThat(Eigh.of(a).w().toArray())
                        .usingComparatorWithPrecision(1e-6)
                        .containsExactly(3, 1);
            }
        }
    }

    @Test
    void should_fail_if_the_matrix_is_not_square() {
        try (Tensor a = Tensor.zeros(DType.F64, 3, 2)) {
            assertThatThrownBy(() -> Eigh.of(a)).hasMessage("eigh: needs a square matrix, shape is (3,2)");
        }
    }
}
