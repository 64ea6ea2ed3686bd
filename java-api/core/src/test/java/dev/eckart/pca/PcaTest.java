package dev.eckart.pca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.io.Npy;
import dev.eckart.io.NpyOperator;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PcaTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** 200 observations of 12 variables with variances 4^-i along random directions, far from the origin. */
    private static Tensor data(DType type) {
        double[] deviations = new double[12];
        for (int i = 0; i < 12; i++) {
            deviations[i] = Math.pow(2, -i);
        }
        Tensor mixing = Svd.of(Tensor.normal(DType.F64, 3, 12, 12)).vt();
        Tensor x = Tensor.normal(DType.F64, 4, 200, 12)
                .multiply(Tensor.of(deviations))
                .matmul(mixing);
        return x.add(Tensor.uniform(DType.F64, 5, 12).multiply(100)).to(type);
    }

    @ParameterizedTest
    @EnumSource
    void should_agree_whatever_the_solver(Pca.Solver solver) {
        Tensor x = data(DType.F64);
        Tensor centred = x.subtract(x.mean(0));
        Svd svd = Svd.of(centred);
        double[] expected = svd.s().square().multiply(1.0 / 199).slice(0, 0, 5).toArray();
        Pca pca = Pca.components(5).solver(solver).fit(x);
        assertThat(pca.explainedVariance().toArray())
                .usingComparatorWithPrecision(1e-11)
                .containsExactly(expected);
        assertThat(pca.components().subtract(svd.vt().slice(0, 0, 5)).norm()).isLessThan(1e-8);
        assertThat(pca.totalVariance()).isCloseTo(svd.s().square().sum().get() / 199, within(1e-11));
        assertThat(pca.explainedVarianceRatio()[0]).isCloseTo(expected[0] / pca.totalVariance(), within(1e-12));
        assertThat(pca.mean().subtract(x.mean(0)).norm()).isLessThan(1e-11);
        assertThat(pca.certificate().orElseThrow().orthogonalityV()).isLessThan(1e-12);
    }

    @ParameterizedTest
    @EnumSource
    void should_agree_in_single_precision(Pca.Solver solver) {
        double[] expected =
                Pca.components(3).fit(data(DType.F64)).explainedVariance().toArray();
        double[] single = Pca.components(3)
                .solver(solver)
                .fit(data(DType.F32))
                .explainedVariance()
                .toArray();
        assertThat(single).usingComparatorWithPrecision(1e-4).containsExactly(expected);
    }

    @Test
    void should_preserve_lengths_inner_products_and_distances() {
        Tensor x = data(DType.F64);
        Pca pca = Pca.components(4).fit(x);
        Tensor z = pca.transform(x);
        Tensor rebuilt = pca.inverse(z).subtract(pca.mean());
        Tensor products = z.matmul(z.transpose());
        assertThat(rebuilt.matmul(rebuilt.transpose()).subtract(products).norm())
                .isLessThan(1e-10 * products.norm());
        assertThat(rebuilt.norm()).isCloseTo(z.norm(), within(1e-11 * z.norm()));
        assertThat(z.square().sum(0).multiply(1.0 / 199).toArray())
                .usingComparatorWithPrecision(1e-11)
                .containsExactly(pca.explainedVariance().toArray());
        assertThat(pca.inverse(Pca.components(12).fit(x).transform(x).slice(1, 0, 4))
                        .shape())
                .isEqualTo(x.shape());
    }

    @Test
    void should_reconstruct_everything_from_all_components() {
        Tensor x = data(DType.F64);
        for (Pca pca :
                new Pca[] {Pca.components(12).fit(x), Pca.components(12).scale().fit(x)}) {
            assertThat(pca.inverse(pca.transform(x)).subtract(x).norm()).isLessThan(1e-11 * x.norm());
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_take_the_fewest_components_of_a_variance(Pca.Solver solver) {
        Tensor x = data(DType.F64);
        Pca all = Pca.components(12).fit(x);
        double[] ratio = all.explainedVarianceRatio();
        double sum = ratio[0] + ratio[1];
        assertThat(Pca.variance(sum - 1e-6).solver(solver).fit(x).components().dim(0))
                .isEqualTo(2);
        assertThat(Pca.variance(sum + 1e-6).solver(solver).fit(x).components().dim(0))
                .isEqualTo(3);
        assertThat(Pca.variance(1e-9).solver(solver).fit(x).components().dim(0)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void should_leave_constant_columns_zero_when_scaling(Pca.Solver solver) {
        Tensor x = data(DType.F64).copy();
        x.slice(1, 3, 4).fill(0.1);
        x.slice(1, 7, 8).fill(0);
        Pca pca = Pca.components(4).scale().solver(solver).fit(x);
        assertThat(pca.constantColumns()).isEqualTo(2);
        assertThat(pca.totalVariance()).isCloseTo(10, within(1e-12));
        assertThat(pca.components().select(1, 3).abs().max().get()).isLessThan(1e-12);
        assertThat(pca.scale().orElseThrow().get(3)).isOne();
        assertThat(pca.transform(x).norm()).isFinite();
    }

    @Test
    void should_define_data_that_does_not_vary() {
        Pca pca = Pca.components(2).scale().fit(Tensor.full(DType.F64, 0.3, 6, 3));
        assertThat(pca.constantColumns()).isEqualTo(3);
        assertThat(pca.totalVariance()).isZero();
        assertThat(pca.explainedVarianceRatio()).containsExactly(0, 0);
        assertThat(pca.transform(Tensor.full(DType.F64, 0.3, 1, 3)).norm()).isLessThan(1e-15);
    }

    @Test
    void should_restore_a_model_from_its_parts() {
        Tensor x = data(DType.F64);
        Pca pca = Pca.components(3).scale().fit(x);
        Pca restored = Pca.of(
                pca.components().copy(),
                pca.mean().copy(),
                Optional.of(pca.scale().orElseThrow().copy()),
                pca.explainedVariance().copy(),
                pca.totalVariance());
        assertThat(restored.transform(x).toArray()).isEqualTo(pca.transform(x).toArray());
        assertThatThrownBy(() -> Pca.of(x, x, Optional.empty(), x, 1)).hasMessageContaining("do not fit together");
    }

    @Test
    void should_fail_if_the_request_makes_no_sense() {
        Tensor x = data(DType.F64);
        assertThatThrownBy(() -> Pca.components(13).fit(x))
                .hasMessage("pca: 13 components are more than min(n,d) = 12 of shape (200,12)");
        assertThatThrownBy(() -> Pca.components(-1)).hasMessageContaining("negative");
        assertThatThrownBy(() -> Pca.variance(0)).hasMessageContaining("outside (0, 1]");
        assertThatThrownBy(() -> Pca.variance(Double.NaN)).hasMessageContaining("outside (0, 1]");
        assertThatThrownBy(() -> Pca.components(1).fit(x.slice(0, 0, 1))).hasMessageContaining("two observations");
        assertThatThrownBy(() -> Pca.components(1).fit(Tensor.full(DType.F64, Double.NaN, 3, 3)))
                .hasMessageContaining("(0,0)");
        Pca pca = Pca.components(2).fit(x);
        assertThatThrownBy(() -> pca.transform(x.slice(1, 0, 5)))
                .hasMessage("pca transform: shape (200,5) given, the model needs (n,12)");
        assertThatThrownBy(() -> pca.transform(x.to(DType.F32))).hasMessageContaining("cast with to(DType.F64)");
        assertThat(Pca.components(0).fit(x).transform(x).shape()).isEqualTo(Shape.of(200, 0));
    }

    /** Counts in which most entries are zero, and the same as a sparse matrix. */
    private static double[][] counts() {
        double[] raw = Tensor.integers(DType.I32, 0, 40, 6, 300, 20).toArray();
        double[][] rows = new double[300][20];
        for (int i = 0; i < raw.length; i++) {
            rows[i / 20][i % 20] = Math.max(0, raw[i] - 30) * (1 + i % 20);
        }
        return rows;
    }

    private static Csr sparse(double[][] rows, DType type) {
        List<int[]> places = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                if (rows[i][j] != 0) {
                    places.add(new int[] {i, j});
                }
            }
        }
        int[] row = places.stream().mapToInt(p -> p[0]).toArray();
        int[] column = places.stream().mapToInt(p -> p[1]).toArray();
        double[] values = places.stream().mapToDouble(p -> rows[p[0]][p[1]]).toArray();
        try (Tensor i = Tensor.of(row);
                Tensor j = Tensor.of(column);
                Tensor v = Tensor.of(values).to(type)) {
            return Csr.ofCoordinates(rows.length, rows[0].length, i, j, v);
        }
    }

    private static void assertSameModel(Pca pca, Pca expected, double tolerance) {
        Tensor variance = expected.explainedVariance();
        assertThat(pca.explainedVariance().subtract(variance).norm()).isLessThan(tolerance * variance.norm());
        assertThat(pca.totalVariance())
                .isCloseTo(expected.totalVariance(), within(tolerance * expected.totalVariance()));
        assertThat(pca.mean().subtract(expected.mean()).norm())
                .isLessThan(tolerance * expected.mean().norm());
        assertThat(pca.components().subtract(expected.components()).norm()).isLessThan(100 * tolerance);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32"})
    void should_fit_a_sparse_matrix_as_the_dense_one(DType type) {
        double[][] rows = counts();
        Tensor x = Tensor.of(rows).to(type);
        try (Csr a = sparse(rows, type)) {
            for (Pca.Solver solver : new Pca.Solver[] {Pca.Solver.RANDOMIZED, Pca.Solver.COVARIANCE, Pca.Solver.AUTO}) {
                Pca expected = Pca.components(12).solver(Pca.Solver.SVD).scale().fit(x);
                Pca pca = Pca.components(12).solver(solver).scale().fit(a);
                double tolerance = 1e4 * type.epsilon();
                assertThat(pca.explainedVariance()
                                .subtract(expected.explainedVariance())
                                .norm())
                        .isLessThan(tolerance);
                assertThat(pca.scale()
                                .orElseThrow()
                                .subtract(expected.scale().orElseThrow())
                                .norm())
                        .isLessThan(1e3 * type.epsilon());
                assertThat(pca.transform(a).subtract(pca.transform(x)).norm())
                        .isLessThan(1e3 * type.epsilon() * x.norm());
            }
            assertThat(Pca.components(3).solverFor(a)).isEqualTo(Pca.Solver.RANDOMIZED);
            assertThat(Pca.components(3).solverFor(LinearOperator.of(x))).isEqualTo(Pca.Solver.COVARIANCE);
            assertThatThrownBy(() -> Pca.components(12).solver(Pca.Solver.SVD).fit(a))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("solver svd needs the observations in memory");
            assertThatThrownBy(() -> Pca.components(21).fit(a)).hasMessageContaining("more than min(n,d) = 20");
            assertThatThrownBy(() -> Pca.components(2).fit(x).transform(LinearOperator.of(x.slice(1, 0, 3))))
                    .hasMessageContaining("the model needs (n,20)");
        }
    }

    @Test
    void should_take_products_alone_where_the_covariance_would_be_more_work() {
        int[] one = {0};
        try (Csr a = Csr.ofCoordinates(100_000, 4000, one, one, new double[] {1})) {
            assertThat(Pca.components(3).solverFor(a)).isEqualTo(Pca.Solver.RANDOMIZED);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Pca.Solver.class,
            names = {"RANDOMIZED", "COVARIANCE", "AUTO"})
    void should_fit_a_file_as_the_matrix_in_it(Pca.Solver solver, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("x.npy");
        Tensor x = data(DType.F64);
        Npy.write(file, x);
        NpyOperator operator = NpyOperator.options().blockBytes(2000).open(file);
        Pca expected = Pca.components(5).solver(Pca.Solver.SVD).fit(x);
        Pca pca = Pca.components(5).solver(solver).fit(operator);
        assertSameModel(pca, expected, 1e-10);
        assertThat(pca.transform(operator).subtract(expected.transform(x)).norm())
                .isLessThan(1e-8);
        assertThat(Pca.variance(0.9).solver(solver).fit(operator).components().dim(0))
                .isEqualTo(Pca.variance(0.9).fit(x).components().dim(0));
    }
}
