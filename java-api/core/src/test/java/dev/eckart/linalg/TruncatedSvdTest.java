package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Tolerance;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TruncatedSvdTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** (m, n) with singular values 2^-i. */
    static Tensor decaying(DType type, long m, long n) {
        long k = Math.min(m, n);
        double[] s = new double[(int) k];
        for (int i = 0; i < k; i++) {
            s[i] = Math.pow(2, -i);
        }
        Tensor u = Qr.of(Tensor.normal(type, 1, m, k)).q();
        Tensor v = Qr.of(Tensor.normal(type, 2, n, k)).q();
        return u.multiply(Tensor.of(s).to(type)).matmul(v.transpose());
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"GESVDJ", "GESVDP", "GESVDR", "GESVDA", "JACOBI"})
    void should_find_the_leading_triplets(Driver driver) {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            for (long[] shape : new long[][] {{60, 40}, {40, 60}, {50, 50}}) {
                Tensor a = decaying(type, shape[0], shape[1]);
                int k = type == DType.F64 ? 8 : 5;
                Svd few = TruncatedSvd.rank(k).driver(driver).of(a);
                Svd all = Svd.of(a);
                double tolerance = Tolerance.factorization(type, shape[0], shape[1], 1);
                assertThat(few.u().shape()).isEqualTo(Shape.of(shape[0], k));
                assertThat(few.vt().shape()).isEqualTo(Shape.of(k, shape[1]));
                // The Gram matrix squares: its relative error is ε·(σ₁/σ_k)². Krylov iteration stops at an excess.
                double slack = driver == Driver.GRAM
                        ? Math.pow(4, k)
                        : driver == Driver.KRYLOV || driver == Driver.AUTO ? 1e-5 / tolerance : 1;
                assertThat(few.s().toArray())
                        .usingComparatorWithPrecision(tolerance * slack)
                        .containsExactly(all.s().slice(0, 0, k).toArray());
                assertThat(few.reconstruct().subtract(all.reconstruct(k)).norm())
                        .isLessThan(100 * tolerance * slack);
                SvdTest.assertSigns(few.vt());
                if (driver != Driver.AUTO) {
                    assertThat(few.certificate().driver()).isEqualTo(driver);
                }
            }
        }
    }

    @Test
    void should_certify_the_frobenius_residual_of_what_is_left_out() {
        Tensor a = decaying(DType.F64, 60, 40);
        Svd few = TruncatedSvd.rank(3).driver(Driver.RANDOMIZED).of(a);
        Certificate certificate = few.certificate();
        assertThat(certificate.norm()).isEqualTo(Certificate.Norm.FROBENIUS);
        assertThat(certificate.residual())
                .isCloseTo(a.subtract(few.reconstruct()).norm(), within(1e-12));
        Certificate tight =
                TruncatedSvd.rank(35).driver(Driver.RANDOMIZED).of(a).certificate();
        assertThat(tight.norm()).isEqualTo(Certificate.Norm.SPECTRAL);
        assertThat(tight.relativeResidual()).isLessThan(1e-9);
    }

    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"AUTO", "GESDD", "RANDOMIZED", "GRAM"})
    void should_take_the_fewest_triplets_within_the_tolerance(Driver driver) {
        Tensor a = decaying(DType.F64, 60, 40);
        double norm = a.norm();
        for (double tolerance : new double[] {0.9, 0.3, 0.1, 0.01}) {
            Svd svd = TruncatedSvd.tolerance(tolerance).driver(driver).of(a);
            int k = (int) svd.s().dim(0);
            assertThat(a.subtract(svd.reconstruct()).norm()).isLessThanOrEqualTo(tolerance * norm * (1 + 1e-9));
            assertThat(a.subtract(svd.reconstruct(k - 1)).norm()).isGreaterThan(tolerance * norm * (1 - 1e-9));
        }
        assertThat(TruncatedSvd.tolerance(1).of(a).s().dim(0)).isZero();
        assertThat(TruncatedSvd.tolerance(0).of(a).s().dim(0)).isGreaterThanOrEqualTo(39);
        assertThat(TruncatedSvd.tolerance(0.1)
                        .of(Tensor.zeros(DType.F64, 5, 4))
                        .s()
                        .dim(0))
                .isZero();
    }

    @Test
    void should_fall_back_where_the_gram_matrix_loses_what_was_asked_for() {
        Tensor a = decaying(DType.F64, 60, 40);
        Certificate certificate =
                TruncatedSvd.rank(35).driver(Driver.GRAM).of(a).certificate();
        assertThat(certificate.driver()).isEqualTo(Driver.GESDD);
        assertThat(certificate.fallbacks()).containsExactly("gram: singular values below √ε·σ₁ are lost");
        Certificate overflow =
                TruncatedSvd.rank(2).driver(Driver.GRAM).of(a.multiply(1e200)).certificate();
        assertThat(overflow.fallbacks()).containsExactly("gram: AᵀA overflows");
    }

    @Test
    void should_square_single_precision_in_double_where_single_loses_what_was_asked_for() {
        Tensor exact = decaying(DType.F64, 60, 40);
        Tensor a = exact.to(DType.F32);
        for (Tensor matrix : List.of(a, a.transpose().contiguous(), a.multiply(1e30))) {
            Svd svd = TruncatedSvd.rank(12).driver(Driver.GRAM).of(matrix);
            assertThat(svd.certificate().driver()).isEqualTo(Driver.GRAM);
            assertThat(svd.certificate().fallbacks()).hasSize(1);
            double[] expected = Svd.values(matrix.to(DType.F64)).toArray();
            double[] found = svd.s().toArray();
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isCloseTo(expected[i], within(10 * DType.F32.epsilon() * expected[0]));
            }
        }
        assertThat(TruncatedSvd.rank(12).driver(Driver.GRAM).of(a).certificate().fallbacks())
                .containsExactly("gram: singular values below √ε·σ₁ are lost");
        assertThat(TruncatedSvd.rank(2)
                        .driver(Driver.GRAM)
                        .of(a.multiply(1e30))
                        .certificate()
                        .fallbacks())
                .containsExactly("gram: AᵀA overflows");
        assertThat(TruncatedSvd.rank(35).driver(Driver.GRAM).of(a).certificate().fallbacks())
                .hasSize(2);
    }

    @Test
    void should_depend_on_the_seed_alone() {
        Tensor a = MatrixKinds.normal(DType.F64, 90, 70);
        TruncatedSvd.Options options =
                TruncatedSvd.rank(4).driver(Driver.RANDOMIZED).powerIterations(0);
        double[] first = options.seed(1).of(a).s().toArray();
        assertThat(options.seed(1).of(a).s().toArray()).isEqualTo(first);
        assertThat(options.seed(2).of(a).s().toArray()).isNotEqualTo(first);
    }

    @Test
    void should_take_an_operator() {
        Tensor a = MatrixKinds.normal(DType.F64, 50, 30).add(3);
        Tensor mean = a.mean(0);
        Tensor scale = a.subtract(mean).square().mean(0).sqrt();
        Tensor dense = a.subtract(mean).divide(scale);
        LinearOperator operator = LinearOperator.standardized(a, mean, scale);
        Tensor x = MatrixKinds.normal(DType.F64, 30, 4);
        Tensor y = MatrixKinds.normal(DType.F64, 50, 4);
        assertThat(operator.multiply(x).subtract(dense.matmul(x)).norm()).isLessThan(1e-11);
        assertThat(operator.multiplyTransposed(y)
                        .subtract(dense.transpose().matmul(y))
                        .norm())
                .isLessThan(1e-11);
        assertThat(operator.gram(x)
                        .subtract(dense.transpose().matmul(dense.matmul(x)))
                        .norm())
                .isLessThan(1e-10);
        assertThat(operator.frobeniusNorm().getAsDouble()).isCloseTo(dense.norm(), within(1e-11));
        assertThat(operator.rows(2, 7).toArray()).isEqualTo(dense.slice(0, 2, 7).toArray());
        assertThat(operator.columns(2, 7).toArray())
                .isEqualTo(dense.slice(1, 2, 7).toArray());
        Svd svd = TruncatedSvd.rank(20).powerIterations(8).of(operator);
        assertThat(svd.s().toArray())
                .usingComparatorWithPrecision(1e-4)
                .containsExactly(Svd.of(dense).s().slice(0, 0, 20).toArray());
        assertThatThrownBy(() -> TruncatedSvd.rank(2).driver(Driver.QR).of(operator))
                .hasMessageContaining("dense");
    }

    @Test
    void should_give_rows_and_columns_of_any_operator() {
        Tensor a = MatrixKinds.normal(DType.F64, 9, 7);
        LinearOperator products = new LinearOperator() {
            @Override
            public long rows() {
                return 9;
            }

            @Override
            public long columns() {
                return 7;
            }

            @Override
            public DType dtype() {
                return DType.F64;
            }

            @Override
            public dev.eckart.memory.Device device() {
                return a.device();
            }

            @Override
            public Tensor multiply(Tensor x) {
                return a.matmul(x);
            }

            @Override
            public Tensor multiplyTransposed(Tensor y) {
                return a.transpose().matmul(y);
            }
        };
        assertThat(products.rows(2, 5).toArray()).isEqualTo(a.slice(0, 2, 5).toArray());
        assertThat(products.columns(2, 5).toArray()).isEqualTo(a.slice(1, 2, 5).toArray());
        assertThat(TruncatedSvd.rank(7).of(products).certificate().norm()).isEqualTo(Certificate.Norm.SPECTRAL);
        assertThatThrownBy(() -> TruncatedSvd.tolerance(0.1).of(products)).hasMessageContaining("Frobenius norm");
    }

    @Test
    void should_fail_if_rank_or_tolerance_is_out_of_range() {
        Tensor a = Tensor.zeros(DType.F64, 5, 3);
        assertThatThrownBy(() -> TruncatedSvd.rank(4).of(a))
                .hasMessage("truncated svd: rank 4 is above min(m,n) = 3 of shape (5,3)");
        assertThatThrownBy(() -> TruncatedSvd.rank(-1)).hasMessageContaining("negative");
        assertThatThrownBy(() -> TruncatedSvd.tolerance(-0.1)).hasMessageContaining("outside 0..1");
        assertThatThrownBy(() -> TruncatedSvd.tolerance(Double.NaN)).hasMessageContaining("outside 0..1");
        assertThat(TruncatedSvd.rank(0).of(a).vt().shape()).isEqualTo(Shape.of(0, 3));
        assertThat(TruncatedSvd.rank(0).of(Tensor.zeros(DType.F64, 0, 3)).s().dim(0))
                .isZero();
    }

    @Test
    void should_explain_its_choice() {
        Tensor tall = Tensor.zeros(DType.F64, 3000, 1000);
        assertThat(TruncatedSvd.rank(10).explain(tall).driver()).isEqualTo(Driver.KRYLOV);
        assertThat(TruncatedSvd.rank(900).explain(tall).driver()).isEqualTo(Driver.GESDD);
        assertThat(TruncatedSvd.rank(10).explain(tall).toString()).contains("Gflop", "predicted", "workspace");
    }
}
