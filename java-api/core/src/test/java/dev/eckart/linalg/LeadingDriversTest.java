package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Tolerance;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each driver for leading triplets against the spectrum that the matrix was made with. */
class LeadingDriversTest {
    private static final long[][] SHAPES = {{300, 160}, {160, 300}, {200, 200}};
    private static final int K = 15;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    static Stream<Arguments> cases() {
        return Stream.of(Driver.AUTO, Driver.KRYLOV, Driver.GRAM, Driver.RANDOMIZED)
                .flatMap(d -> Stream.of(Spectra.values())
                        .flatMap(s -> Stream.of(DType.F64, DType.F32).map(t -> Arguments.of(d, s, t))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void should_come_near_the_best_approximation(Driver driver, Spectra spectrum, DType type) {
        for (long[] shape : SHAPES) {
            int small = (int) Math.min(shape[0], shape[1]);
            Tensor a = spectrum.matrix(type, shape[0], shape[1]);
            Svd svd = TruncatedSvd.rank(K).driver(driver).of(a);
            assertThat(svd.u().shape()).isEqualTo(Shape.of(shape[0], K));
            assertThat(svd.vt().shape()).isEqualTo(Shape.of(K, shape[1]));
            double rounding = Tolerance.factorization(type, shape[0], shape[1], a.norm());
            double left = residual(a, svd);
            // In F32 the rounding of squares is near to what is asked for.
            double allowed = type == DType.F32 ? 3e-3 : driver == Driver.RANDOMIZED ? 1e-3 : 1.2e-4;
            assertThat(left).isLessThanOrEqualTo(spectrum.rest(small, K) * (1 + allowed) + rounding);
            assertThat(orthogonality(svd.u())).isLessThan(Tolerance.orthogonality(type, shape[0], K));
            assertThat(orthogonality(svd.vt().transpose())).isLessThan(Tolerance.orthogonality(type, shape[1], K));
            assertHolds(svd.certificate(), a, svd, rounding);
            SvdTest.assertSigns(svd.vt());
            assertThat(svd.s().toArray()).isSortedAccordingTo((x, y) -> Double.compare(y, x));
        }
    }

    /** Residuals that are rounding beside σ₁² are not little beside σ_k² = σ₁²/10⁴. */
    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"KRYLOV", "GRAM"})
    void should_not_stop_at_the_rounding_of_the_largest_square(Driver driver) {
        double[] s = new double[800];
        double rest = 0;
        for (int i = 0; i < s.length; i++) {
            s[i] = 1.0 / (1 + i);
            rest = i < 100 ? 0 : Math.hypot(rest, s[i]);
        }
        Tensor a = Spectra.matrix(s, 1500, 800).to(DType.F32);
        Svd svd = TruncatedSvd.rank(100).driver(driver).of(a);
        assertThat(svd.certificate().driver()).isEqualTo(driver);
        assertThat(residual(a, svd)).isLessThan(rest * (1 + 1e-4));
    }

    static double residual(Tensor a, Svd svd) {
        Tensor product = svd.u()
                .to(DType.F64)
                .multiply(svd.s().to(DType.F64))
                .matmul(svd.vt().to(DType.F64));
        return a.to(DType.F64).subtract(product).norm();
    }

    private static double orthogonality(Tensor q) {
        Tensor wide = q.to(DType.F64);
        return wide.transpose()
                .matmul(wide)
                .subtract(Tensor.eye(DType.F64, q.dim(1)))
                .norm();
    }

    /** The certificate says how far the result is from A, or bounds it. */
    private static void assertHolds(Certificate c, Tensor a, Svd svd, double rounding) {
        Tensor product = svd.u()
                .to(DType.F64)
                .multiply(svd.s().to(DType.F64))
                .matmul(svd.vt().to(DType.F64));
        Tensor rest = a.to(DType.F64).subtract(product);
        if (c.exact()) {
            assertThat(c.residual()).isCloseTo(rest.norm(), within(rounding + 1e-2 * rest.norm()));
        } else {
            assertThat(c.residual()).isGreaterThanOrEqualTo(Svd.values(rest).get(0));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"KRYLOV", "GRAM"})
    void should_leave_to_another_driver_what_squares_lose(Driver driver) {
        Tensor a = Spectra.GEOMETRIC.matrix(DType.F64, 200, 150);
        Certificate kept = TruncatedSvd.rank(30).driver(driver).of(a).certificate();
        assertThat(kept.driver()).isEqualTo(driver);
        assertThat(kept.fallbacks()).isEmpty();
        Svd svd = TruncatedSvd.rank(60).driver(driver).of(a);
        assertThat(svd.certificate().driver()).isNotEqualTo(driver);
        assertThat(svd.certificate().fallbacks()).containsExactly(driver + ": singular values below √ε·σ₁ are lost");
        assertThat(svd.s().toArray()).usingComparatorWithPrecision(1e-13).containsExactly(Spectra.GEOMETRIC.values(60));
    }

    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"AUTO", "KRYLOV", "GRAM", "RANDOMIZED"})
    void should_take_all_triplets_one_row_zeros_and_extreme_scales(Driver driver) {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            double large = type == DType.F64 ? 1e200 : 1e25;
            Tensor normal = MatrixKinds.normal(type, 50, 30);
            for (Tensor a : new Tensor[] {
                normal,
                normal.transpose(),
                normal.multiply(large),
                normal.multiply(1 / large),
                MatrixKinds.normal(type, 1, 40),
                MatrixKinds.normal(type, 40, 1),
                Tensor.zeros(type, 20, 12),
                Tensor.zeros(type, 0, 5)
            }) {
                long k = Math.min(a.dim(0), a.dim(1));
                Svd svd = TruncatedSvd.rank(k).driver(driver).of(a);
                double norm = a.norm();
                double tolerance = Tolerance.factorization(type, a.dim(0), a.dim(1), norm);
                assertThat(residual(a, svd)).isLessThanOrEqualTo(tolerance);
                assertThat(orthogonality(svd.u())).isLessThanOrEqualTo(Tolerance.orthogonality(type, a.dim(0), k));
                Svd enough = TruncatedSvd.tolerance(0.5).driver(driver).of(a);
                assertThat(residual(a, enough)).isLessThanOrEqualTo(0.5 * norm + tolerance);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"AUTO", "KRYLOV", "GRAM", "RANDOMIZED"})
    void should_give_the_same_for_the_same_seed(Driver driver) {
        Tensor a = Spectra.SLOW.matrix(DType.F64, 260, 240);
        for (TruncatedSvd.Options options : new TruncatedSvd.Options[] {
            TruncatedSvd.rank(9).driver(driver), TruncatedSvd.tolerance(0.7).driver(driver)
        }) {
            Svd first = options.seed(4).of(a);
            Svd second = options.seed(4).of(a);
            assertThat(second.u().toArray()).isEqualTo(first.u().toArray());
            assertThat(second.s().toArray()).isEqualTo(first.s().toArray());
            assertThat(second.vt().toArray()).isEqualTo(first.vt().toArray());
        }
    }

    /** The fewest, for spectra whose rank at a tolerance is clear. */
    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"AUTO", "KRYLOV", "GRAM", "RANDOMIZED", "GESDD"})
    void should_stop_at_the_tolerance(Driver driver) {
        for (Spectra spectrum : new Spectra[] {Spectra.FAST, Spectra.GEOMETRIC, Spectra.SLOW, Spectra.DEFICIENT}) {
            for (long[] shape : SHAPES) {
                int small = (int) Math.min(shape[0], shape[1]);
                Tensor a = spectrum.matrix(DType.F64, shape[0], shape[1]);
                for (int k : new int[] {1, 5, 40}) {
                    double tolerance = spectrum.rest(small, k) * 1.0001 / spectrum.rest(small, 0);
                    double expected = spectrum == Spectra.DEFICIENT ? Math.min(k, 12) : k;
                    if (tolerance > 1e-5 || spectrum == Spectra.DEFICIENT) {
                        Svd svd = TruncatedSvd.tolerance(Math.max(tolerance, 1e-6))
                                .driver(driver)
                                .of(a);
                        // Values that a power iteration leaves a little small may ask for one more.
                        long more = driver == Driver.RANDOMIZED || driver == Driver.AUTO ? 1 + k / 20 : 0;
                        assertThat((double) svd.s().dim(0))
                                .as(spectrum + " " + k)
                                .isBetween(expected, expected + more);
                        assertThat(residual(a, svd))
                                .isLessThanOrEqualTo(Math.max(tolerance, 1e-6) * a.norm() * (1 + 1e-9));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"KRYLOV", "GRAM", "RANDOMIZED"})
    void should_decompose_fully_for_a_tolerance_that_squares_cannot_show(Driver driver) {
        Tensor a = Spectra.GEOMETRIC.matrix(DType.F64, 80, 60);
        Svd svd = TruncatedSvd.tolerance(1e-9).driver(driver).of(a);
        assertThat(svd.s().dim(0)).isEqualTo(54);
        assertThat(svd.certificate().driver()).isEqualTo(Driver.GESDD);
        assertThat(svd.certificate().fallbacks())
                .containsExactly(driver + ": ‖A‖² − Σσ² shows no tolerance below 10·√ε");
    }

    @Test
    void should_find_the_triplets_of_sparse_and_implicit_matrices_by_their_gram_matrix() {
        Tensor dense = Spectra.SLOW.matrix(DType.F64, 90, 40);
        Tensor mean = dense.mean(0);
        LinearOperator centred = LinearOperator.standardized(dense, mean, null);
        for (Driver driver : new Driver[] {Driver.GRAM, Driver.KRYLOV}) {
            Svd svd = TruncatedSvd.rank(5).driver(driver).of(centred);
            assertThat(svd.certificate().driver()).isEqualTo(driver);
            double precision = driver == Driver.KRYLOV ? 1e-4 : 1e-9;
            assertThat(svd.s().toArray())
                    .usingComparatorWithPrecision(precision)
                    .containsExactly(
                            Svd.of(dense.subtract(mean)).s().slice(0, 0, 5).toArray());
            try (Csr sparse = CsrTest.sparse(dense)) {
                Svd few = TruncatedSvd.rank(5).driver(driver).of(sparse);
                assertThat(few.certificate().driver()).isEqualTo(driver);
                assertThat(few.s().toArray())
                        .usingComparatorWithPrecision(precision)
                        .containsExactly(Spectra.SLOW.values(5));
            }
        }
        assertThatThrownBy(() -> TruncatedSvd.rank(5).driver(Driver.GESDD).of(centred))
                .hasMessageContaining("needs a dense matrix; an operator takes auto, krylov, gram or randomized");
    }
}
