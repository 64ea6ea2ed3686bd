package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CholeskyQrTest {
    private static double orthogonality(DType type) {
        return type == DType.F64 ? 1e-13 : 5e-6;
    }

    /** (m, n) with geometric singular values from 1 to 1/condition. */
    private static Tensor conditioned(DType type, int m, int n, double condition) {
        return Tensor.of(LapackMatrices.dense(new Random(m), m, n, i -> Math.pow(condition, -i / (double) (n - 1))))
                .to(type);
    }

    private static double loss(Tensor q) {
        return q.transpose().matmul(q).subtract(Tensor.eye(q.dtype(), q.dim(1))).norm();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17})
    void vectors_are_orthonormal_at_every_condition(int exponent) {
        double condition = Math.pow(10, exponent);
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            for (int[] size : new int[][] {{600, 20}, {3000, 6}}) {
                try (Scope scope = Scope.open()) {
                    Tensor a = conditioned(type, size[0], size[1], condition);
                    for (Tensor matrix : new Tensor[] {a, a.transpose()}) {
                        Svd svd = Svd.options().driver(Driver.CHOLESKY_QR).of(matrix);
                        assertThat(loss(svd.u())).isLessThan(orthogonality(type));
                        assertThat(loss(svd.vt().transpose())).isLessThan(orthogonality(type));
                        assertThat(svd.reconstruct().subtract(matrix).norm()).isLessThan(orthogonality(type));
                        assertVariant(svd.certificate(), type, condition);
                        assertThat(Svd.options()
                                        .driver(Driver.CHOLESKY_QR)
                                        .probe(matrix)
                                        .reason())
                                .isEqualTo("as asked; " + svd.certificate().variant());
                    }
                }
            }
        }
    }

    /** CholeskyQR2 well below ε^-½/10, shifted CholeskyQR3 from well above it to well below 1/ε. */
    private static void assertVariant(Certificate certificate, DType type, double condition) {
        double limit = CholeskyQr.limit(type);
        if (condition < limit / 3) {
            assertThat(certificate.driver()).isEqualTo(Driver.CHOLESKY_QR);
            assertThat(certificate.fallbacks()).isEmpty();
            assertThat(certificate.variant()).startsWith("CholeskyQR2, as").contains(", up to ");
            assertSaid(certificate, condition);
        } else if (condition > 3 * limit && condition < 0.1 / type.epsilon()) {
            assertThat(certificate.driver()).isEqualTo(Driver.CHOLESKY_QR);
            assertThat(certificate.fallbacks()).hasSize(1);
            String text = certificate.fallbacks().get(0);
            assertThat(text).endsWith("shifted CholeskyQR3");
            assertThat(certificate.variant())
                    .startsWith("shifted CholeskyQR3, as")
                    .contains(", above ");
            assertSaid(certificate, condition);
        }
    }

    private static void assertSaid(Certificate certificate, double condition) {
        double said = Double.parseDouble(certificate.variant().replaceAll(".*about ([0-9.e+-]+), .*", "$1"));
        assertThat(said).isBetween(condition / 10, condition * 3);
    }

    @Test
    void a_singular_matrix_is_left_to_reflections() {
        try (Scope scope = Scope.open()) {
            Tensor a = MatrixKinds.normal(DType.F64, 50, 8);
            a.slice(1, 3, 4).fill(0);
            assertThat(CholeskyQr.of(a)).isEmpty();
            Svd svd = Svd.options().driver(Driver.CHOLESKY_QR).of(a);
            assertThat(svd.certificate().driver()).isEqualTo(Driver.QR);
            assertThat(svd.certificate().fallbacks())
                    .containsExactly("cholesky-qr: the condition is above 1/ε: Householder reflections");
            assertThat(svd.certificate().variant())
                    .isEqualTo("Householder reflections, as the condition is above 1/ε = 4.5e+15");
            assertThat(loss(svd.u())).isLessThan(1e-13);
        }
    }

    @Test
    void only_what_cholesky_qr_does_depends_on_the_entries() {
        try (Scope scope = Scope.open()) {
            Tensor nan = Tensor.full(DType.F64, Double.NaN, 9, 3);
            assertThat(Svd.options().probe(nan).reason()).doesNotContain("condition");
            assertThat(Svd.options().driver(Driver.CHOLESKY_QR).explain(nan).reason())
                    .isEqualTo("as asked");
            assertThatThrownBy(() -> Svd.options().driver(Driver.CHOLESKY_QR).probe(nan))
                    .hasMessageContaining("NaN");
        }
    }

    @Test
    void a_condition_is_estimated_from_below_and_near() {
        try (Scope scope = Scope.open()) {
            for (double condition : new double[] {1, 1e3, 1e7, 1e12}) {
                for (int n : new int[] {2, 30, 200}) {
                    Tensor l = Qr.of(conditioned(DType.F64, n, n, condition))
                            .r()
                            .transpose()
                            .contiguous();
                    assertThat(CholeskyQr.condition(l)).isBetween(Math.max(1, 0.3 * condition), 1.01 * condition);
                }
            }
            assertThat(CholeskyQr.condition(Tensor.zeros(DType.F64, 3, 3))).isInfinite();
        }
    }

    @Test
    void the_factors_are_those_of_the_matrix_whatever_its_scale() {
        try (Scope scope = Scope.open()) {
            Tensor base = MatrixKinds.normal(DType.F64, 40, 7);
            for (double scale : new double[] {1, 1e-300, 1e300, 1e-320}) {
                Tensor a = base.multiply(scale);
                CholeskyQr qr = CholeskyQr.of(a).orElseThrow();
                assertThat(loss(qr.multiply(Tensor.eye(DType.F64, 7)))).isLessThan(1e-14);
                assertThat(qr.multiply(qr.r())
                                .subtract(a)
                                .divide(Tensor.full(DType.F64, a.norm()))
                                .norm())
                        .isLessThan(scale < 1e-310 ? 1e-3 : 1e-14);
            }
        }
    }
}
