package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Tolerance;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SvdTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    static Stream<Arguments> kindsAndDrivers() {
        return Stream.of(Driver.GESDD, Driver.GESVD, Driver.GEJSV, Driver.QR, Driver.CHOLESKY_QR)
                .flatMap(d -> MatrixKinds.all().map(k -> Arguments.of(k, d)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("kindsAndDrivers")
    void should_factor(MatrixKinds kind, Driver driver) {
        Tensor a = kind.a();
        Tensor before = a.copy();
        Svd svd = Svd.options().driver(driver).of(a);
        long k = Math.min(a.dim(0), a.dim(1));
        double scale = svd.s().get(0);
        assertThat(svd.u().shape()).isEqualTo(Shape.of(a.dim(0), k));
        assertThat(svd.vt().shape()).isEqualTo(Shape.of(k, a.dim(1)));
        double tolerance = Tolerance.factorization(a.dtype(), a.dim(0), a.dim(1), scale);
        assertThat(scaledNorm(svd.reconstruct().subtract(a), scale))
                .isLessThanOrEqualTo(scale == 0 ? 0 : tolerance / scale);
        assertThat(loss(svd.u())).isLessThan(Tolerance.orthogonality(a.dtype(), a.dim(0), k));
        assertThat(loss(svd.vt().transpose())).isLessThan(Tolerance.orthogonality(a.dtype(), a.dim(1), k));
        double[] s = svd.s().toArray();
        for (int i = 0; i < s.length; i++) {
            assertThat(s[i]).isBetween(0.0, i == 0 ? Double.MAX_VALUE : s[i - 1]);
        }
        assertThat(scaledNorm(svd.s(), scale))
                .isCloseTo(scaledNorm(a, scale), within(tolerance / Math.max(scale, 1e-300) + 1e-300));
        assertThat(a.toArray()).isEqualTo(before.toArray());
        assertThat(Svd.values(a).toArray())
                .usingComparatorWithPrecision(tolerance)
                .containsExactly(s);
        assertSigns(svd.vt());
        if (driver == Driver.CHOLESKY_QR) {
            assertThat(svd.certificate().driver()).isIn(driver, Driver.QR); // the variant depends on the condition
        } else {
            assertThat(svd.certificate().driver()).isEqualTo(driver);
            assertThat(svd.certificate().fallbacks()).isEmpty();
        }
    }

    /** ‖t‖ / scale, without overflow or underflow in the squares. */
    private static double scaledNorm(Tensor t, double scale) {
        return scale == 0 ? t.norm() : t.multiply(1 / scale).norm();
    }

    private static double loss(Tensor q) {
        return q.transpose().matmul(q).subtract(Tensor.eye(q.dtype(), q.dim(1))).norm();
    }

    static void assertSigns(Tensor vt) {
        double slack = 1 - Math.sqrt(vt.dtype().epsilon());
        for (double[] row : vt.toMatrix()) {
            double largest = 0;
            for (double x : row) {
                largest = Math.max(largest, Math.abs(x));
            }
            for (double x : row) {
                if (Math.abs(x) >= slack * largest) {
                    assertThat(x).isPositive();
                    break;
                }
            }
        }
    }

    /** One pass of Cholesky QR, two, and where the one ends. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 2, 3.9, 4.1, 6, 10, 100, 1e4})
    void should_keep_the_vectors_of_a_long_matrix_orthonormal_at_every_condition(double condition) {
        int m = 900;
        int n = 60;
        double[] expected = IntStream.range(0, n)
                .mapToDouble(i -> Math.pow(condition, -i / (n - 1.0)))
                .toArray();
        Tensor tall = Tensor.of(LapackMatrices.dense(new Random(1), m, n, i -> expected[i]));
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            for (Tensor a : new Tensor[] {tall.to(type), tall.to(type).transpose()}) {
                Svd svd = Svd.of(a);
                double loss = Tolerance.orthogonality(type, m, n);
                double tolerance = Tolerance.factorization(type, m, n, 1);
                assertThat(loss(svd.u())).isLessThan(loss);
                assertThat(loss(svd.vt().transpose())).isLessThan(loss);
                assertThat(svd.reconstruct().subtract(a).norm()).isLessThan(tolerance);
                assertThat(svd.s().toArray())
                        .usingComparatorWithPrecision(tolerance)
                        .containsExactly(expected);
                assertThat(Svd.values(a).toArray())
                        .usingComparatorWithPrecision(tolerance)
                        .containsExactly(expected);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.eckart.linalg.MatrixKinds#all")
    void should_give_all_columns_when_full(MatrixKinds kind) {
        Tensor a = kind.a();
        Svd svd = Svd.options().full().of(a);
        assertThat(svd.u().shape()).isEqualTo(Shape.of(a.dim(0), a.dim(0)));
        assertThat(svd.vt().shape()).isEqualTo(Shape.of(a.dim(1), a.dim(1)));
        assertThat(loss(svd.u())).isLessThan(Tolerance.orthogonality(a.dtype(), a.dim(0), a.dim(0)));
        assertThat(loss(svd.vt())).isLessThan(Tolerance.orthogonality(a.dtype(), a.dim(1), a.dim(1)));
        Svd thin = Svd.of(a);
        double tolerance =
                Tolerance.factorization(a.dtype(), a.dim(0), a.dim(1), thin.s().get(0));
        assertThat(svd.s().toArray())
                .usingComparatorWithPrecision(tolerance)
                .containsExactly(thin.s().toArray());
    }

    @Test
    void should_certify_what_is_there() {
        Tensor a = MatrixKinds.normal(DType.F64, 80, 50);
        Certificate estimate = Svd.of(a).certificate();
        Certificate exact = Svd.options().certify(Certificate.Level.EXACT).of(a).certificate();
        assertThat(estimate.norm()).isEqualTo(Certificate.Norm.SPECTRAL);
        assertThat(exact.norm()).isEqualTo(Certificate.Norm.FROBENIUS);
        assertThat(estimate.relativeResidual()).isBetween(1e-17, 1e-12);
        assertThat(exact.relativeResidual()).isBetween(1e-17, 1e-14);
        assertThat(exact.orthogonalityU()).isBetween(0.0, 1e-13);
        assertThat(estimate.orthogonalityV()).isBetween(0.0, 1e-12);
        assertThat(Svd.options()
                        .certify(Certificate.Level.NONE)
                        .of(a)
                        .certificate()
                        .norm())
                .isEqualTo(Certificate.Norm.NONE);
    }

    @Test
    void should_show_a_wrong_factorization_in_the_certificate() {
        Tensor a = MatrixKinds.normal(DType.F64, 60, 40);
        Svd svd = Svd.of(a);
        Tensor wrong = svd.u().copy();
        wrong.slice(1, 3, 4).assign(svd.u().slice(1, 4, 5));
        double missing = 1e-3 * svd.s().get(0);
        Tensor shifted = svd.s().copy();
        shifted.slice(0, 0, 1).assign(svd.s().slice(0, 0, 1).add(missing));
        LinearOperator operator = LinearOperator.of(a);
        for (Certificate.Level level : new Certificate.Level[] {Certificate.Level.ESTIMATE, Certificate.Level.EXACT}) {
            assertThat(Certificate.of(operator, wrong, svd.s(), svd.vt(), level).orthogonalityU())
                    .isGreaterThan(0.5);
            assertThat(Certificate.of(operator, svd.u(), shifted, svd.vt(), level)
                            .residual())
                    .isBetween(0.99 * missing, 100 * missing);
        }
    }

    @Test
    void should_certify_factors_without_a_unit_stride() {
        // Bounds from random vectors are ten times the error or more, now and then much more; of wrong strides they are
        // near 1.
        for (Tensor a : new Tensor[] {MatrixKinds.normal(DType.F64, 60, 40), MatrixKinds.normal(DType.F32, 40, 60)}) {
            Svd svd = Svd.of(a);
            for (Certificate.Level level :
                    new Certificate.Level[] {Certificate.Level.ESTIMATE, Certificate.Level.EXACT}) {
                Certificate certificate =
                        Certificate.of(LinearOperator.of(a), spread(svd.u()), svd.s(), spread(svd.vt()), level);
                assertThat(certificate.relativeResidual())
                        .isLessThan(10_000 * a.dtype().epsilon());
                assertThat(certificate.orthogonalityU())
                        .isLessThan(10_000 * a.dtype().epsilon());
                assertThat(certificate.orthogonalityV())
                        .isLessThan(10_000 * a.dtype().epsilon());
            }
        }
    }

    /** The same matrix, whose elements lie two apart. */
    private static Tensor spread(Tensor a) {
        Tensor spread = Tensor.zeros(a.dtype(), a.dim(0), a.dim(1), 2).select(2, 0);
        spread.assign(a);
        return spread;
    }

    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"GESDD", "GESVD"})
    void should_work_in_the_memory_of_the_input(Driver driver) {
        for (Tensor a : new Tensor[] {
            MatrixKinds.normal(DType.F64, 70, 40),
            MatrixKinds.normal(DType.F64, 40, 70),
            MatrixKinds.normal(DType.F32, 50, 50),
            Tensor.zeros(DType.F64, 0, 4)
        }) {
            Svd expected = Svd.options().driver(driver).of(a);
            Svd svd = Svd.options().driver(driver).overwrite().of(a.copy());
            double tolerance = Tolerance.factorization(a.dtype(), 70, 70, 1);
            assertThat(svd.u().subtract(expected.u()).norm()).isLessThan(1e4 * tolerance);
            assertThat(svd.reconstruct().subtract(a).norm()).isLessThan(100 * tolerance);
            assertThat(svd.certificate().relativeResidual()).isLessThan(100 * tolerance);
            assertThat(svd.certificate().driver()).isEqualTo(driver);
        }
    }

    @Test
    void should_factor_each_matrix_of_a_batch() {
        Tensor batch = Tensor.normal(DType.F64, 5, 4, 6, 3);
        Svd svd = Svd.of(batch);
        assertThat(svd.u().shape()).isEqualTo(Shape.of(4, 6, 3));
        assertThat(svd.reconstruct().subtract(batch).norm()).isLessThan(Tolerance.factorization(DType.F64, 6, 3, 10));
        assertThat(svd.s().select(0, 2).toArray())
                .isEqualTo(Svd.of(batch.select(0, 2)).s().toArray());
        assertThat(Svd.values(batch).shape()).isEqualTo(Shape.of(4, 3));
        Tensor bad = batch.copy();
        bad.select(0, 1).fill(Double.NaN);
        assertThatThrownBy(() -> Svd.of(bad)).hasMessageStartingWith("matrix 1 of the batch: svd: element (0,0)");
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32"})
    void should_rotate_batches_of_small_matrices(DType dtype) {
        double extreme = dtype == DType.F64 ? 1e200 : 1e30;
        Tensor batch = Tensor.normal(dtype, 5, 40, 6, 9);
        batch.select(0, 1).fill(0);
        batch.select(0, 2).assign(batch.select(0, 2).multiply(extreme));
        batch.select(0, 3).assign(batch.select(0, 3).multiply(1 / extreme));
        double tolerance = Tolerance.factorization(dtype, 9, 6, 10);
        for (Certificate.Level level : Certificate.Level.values()) {
            Svd svd = Svd.options().certify(level).of(batch);
            Certificate certificate = svd.certificate();
            assertThat(certificate.driver()).isEqualTo(Driver.JACOBI);
            for (int i = 0; i < 40; i++) {
                Svd one = Svd.of(batch.select(0, i));
                double scale = i == 2 ? extreme : i == 3 ? 1 / extreme : 1;
                assertThat(svd.s().select(0, i).subtract(one.s()).norm()).isLessThanOrEqualTo(tolerance * scale);
            }
            if (level != Certificate.Level.NONE) {
                assertThat(certificate.relativeResidual()).isBetween(dtype.epsilon() / 10, 100 * tolerance);
                assertThat(certificate.orthogonalityU()).isBetween(dtype.epsilon() / 10, 100 * tolerance);
                assertThat(certificate.orthogonalityV()).isBetween(dtype.epsilon() / 10, 100 * tolerance);
            }
        }
        assertThat(Svd.values(batch).subtract(Svd.of(batch).s()).slice(0, 4, 40).norm())
                .isLessThan(tolerance);
        assertThat(Svd.options().explain(batch).driver()).isEqualTo(Driver.JACOBI);
        assertThat(Svd.options().explain(Tensor.zeros(dtype, 40, 65, 65)).driver())
                .isEqualTo(Driver.GESDD);
        assertThatThrownBy(() -> Svd.options().driver(Driver.GESVDA).of(batch))
                .hasMessage("svd: driver gesvda gives the thin decomposition of a batch (b, m, n) on a GPU, not of"
                        + " (40,6,9) on cpu; use auto");
        assertThatThrownBy(() -> Svd.options().driver(Driver.JACOBI).of(batch.select(0, 0)))
                .hasMessage(
                        "svd: driver jacobi gives the thin decomposition of a batch (b, m, n) with min(m, n) up to 64 on the"
                                + " CPU, not of (6,9) on cpu; use auto");
    }

    @Test
    void should_certify_the_worst_of_a_batch() {
        for (Certificate.Level level : List.of(Certificate.Level.ESTIMATE, Certificate.Level.EXACT)) {
            Tensor batch = Tensor.normal(DType.F64, 5, 9, 70, 3); // of smaller ones the estimate is exact
            try (Svd svd = Svd.of(batch)) {
                svd.u().select(0, 7).fill(0.5);
                Certificate worst = BatchedSvd.certify(batch, svd, new Certifier(level, 3));
                Certificate one = new Certifier(level, 3)
                        .certify(
                                new DenseOperator(batch.select(0, 7)),
                                svd.u().select(0, 7),
                                svd.s().select(0, 7),
                                svd.vt().select(0, 7),
                                Driver.AUTO,
                                List.of(),
                                0);
                assertThat(worst.residual()).isCloseTo(one.residual(), within(1e-12 * one.residual()));
                assertThat(worst.orthogonalityU()).isCloseTo(one.orthogonalityU(), within(1e-12));
                assertThat(worst.relativeResidual()).isCloseTo(one.relativeResidual(), within(1e-12));
                svd.u().select(0, 3).fill(Double.NaN);
                assertThat(BatchedSvd.certify(batch, svd, new Certifier(level, 3))
                                .residual())
                        .isNaN();
            }
        }
    }

    @Test
    void should_be_the_best_approximation_of_its_rank() {
        Tensor a = MatrixKinds.normal(DType.F64, 30, 20);
        Svd svd = Svd.of(a);
        double[] s = svd.s().toArray();
        for (int k = 0; k <= 20; k++) {
            double tail = 0;
            for (int i = k; i < s.length; i++) {
                tail += s[i] * s[i];
            }
            assertThat(a.subtract(svd.reconstruct(k)).norm()).isCloseTo(Math.sqrt(tail), within(1e-12));
        }
        assertThatThrownBy(() -> svd.reconstruct(21)).hasMessage("reconstruct: rank 21 is outside 0..20");
    }

    @Test
    void should_define_empty_matrices() {
        for (long[] shape : new long[][] {{0, 5}, {5, 0}, {0, 0}}) {
            Svd svd = Svd.of(Tensor.zeros(DType.F64, shape));
            assertThat(svd.s().shape()).isEqualTo(Shape.of(0));
            assertThat(svd.u().shape()).isEqualTo(Shape.of(shape[0], 0));
            assertThat(svd.vt().shape()).isEqualTo(Shape.of(0, shape[1]));
            assertThat(svd.certificate().residual()).isZero();
        }
        Svd full = Svd.options().full().of(Tensor.zeros(DType.F64, 0, 3));
        assertThat(full.vt().toMatrix()).isEqualTo(Tensor.eye(DType.F64, 3).toMatrix());
    }

    @Test
    void should_fail_if_the_input_is_not_finite() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            Tensor a = Tensor.zeros(DType.F64, 5, 4);
            a.slice(0, 3, 5).slice(1, 2, 4).fill(bad);
            assertThatThrownBy(() -> Svd.of(a))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("svd: element (3,2) of (5,4) is " + bad
                            + "; a factorization needs finite numbers: replace or drop it");
            assertThatThrownBy(() -> Svd.values(a)).hasMessageContaining("(3,2)");
            assertThatThrownBy(() -> TruncatedSvd.rank(1).of(a)).hasMessageContaining("(3,2)");
            assertThatThrownBy(() -> Qr.of(a)).hasMessageContaining("(3,2)");
            assertThatThrownBy(() -> LinearOperator.of(a)).hasMessageContaining("(3,2)");
        }
    }

    @Test
    void should_fail_if_a_singular_value_overflows() {
        assertThatThrownBy(() -> Svd.of(Tensor.full(DType.F64, 1e308, 30, 30)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("overflows f64");
        assertThatThrownBy(() -> Svd.of(Tensor.full(DType.F32, 3e38, 30, 30))).hasMessageContaining("overflows f32");
    }

    @Test
    void should_fail_if_type_or_rank_is_wrong() {
        assertThatThrownBy(() -> Svd.of(Tensor.zeros(DType.I32, 2, 2)))
                .hasMessage("svd: needs f64 or f32, not i32; cast with to(DType.F64)");
        assertThatThrownBy(() -> Svd.of(Tensor.zeros(DType.F64, 2))).hasMessageStartingWith("svd: needs a matrix");
        for (Driver leading : List.of(Driver.GRAM, Driver.RANDOMIZED, Driver.KRYLOV)) {
            assertThatThrownBy(() -> Svd.options().driver(leading))
                    .hasMessage("svd: driver " + leading
                            + " computes leading triplets only: give a rank (TruncatedSvd.rank, --rank)");
        }
        assertThatThrownBy(() -> Svd.options().driver(Driver.GESVDJ).of(Tensor.zeros(DType.F64, 2, 2)))
                .hasMessage("svd: driver gesvdj does not exist on cpu; there are auto, qr, cholesky-qr and [gesdd,"
                        + " gesvd, gejsv]");
        assertThatThrownBy(() -> Driver.parse("gesddd"))
                .hasMessage(
                        "driver: 'gesddd' is none of auto, gesdd, gesvd, gesvdj, gesvdp, gesvdr, gesvda, jacobi, gejsv, qr, cholesky-qr, gram,"
                                + " randomized, krylov");
    }

    @Test
    void should_plan_again_or_refuse_what_would_not_fit() {
        Tensor a = Tensor.zeros(DType.F64, 400, 400);
        long used = MemoryBudget.used();
        long max = MemoryBudget.max();
        MemoryBudget.setMax(used + 5 * 400 * 400 * 8L);
        try {
            assertThatThrownBy(() -> Svd.options().driver(Driver.GESDD).of(a))
                    .isInstanceOf(MemoryLimitException.class)
                    .hasMessageContaining("svd of (400,400) f64: needs 6.9 MiB")
                    .hasMessageContaining("--driver gesvd");
            assertThat(MemoryBudget.used()).isEqualTo(used);
            SvdPlan plan = Svd.options().explain(a);
            assertThat(plan.driver()).isEqualTo(Driver.GESVD);
            assertThat(plan.reason()).contains("; gesdd, predicted to take ", " s, would need 6.9 MiB of the 6.1 MiB");
            Svd svd = Svd.of(a);
            assertThat(svd.s().get(0)).isZero();
            assertThat(svd.certificate().driver()).isEqualTo(Driver.GESVD);
            svd.close();
            MemoryBudget.setMax(used + 2 * 400 * 400 * 8L);
            assertThatThrownBy(() -> Svd.of(a))
                    .isInstanceOf(MemoryLimitException.class)
                    .hasMessageContaining("svd of (400,400) f64: needs 3.")
                    .hasMessageContaining("a few leading triplets");
        } finally {
            MemoryBudget.setMax(max);
        }
    }

    @Test
    void should_count_the_workspace() {
        Tensor a = MatrixKinds.normal(DType.F64, 300, 300);
        SvdPlan plan = Svd.options().explain(a); // measures the machine where that was not done yet
        MemoryBudget.resetPeak();
        long before = MemoryBudget.used();
        Svd.of(a);
        assertThat(MemoryBudget.peak() - before).isBetween(plan.bytes(), plan.bytes() + 300 * 1000);
    }
}
