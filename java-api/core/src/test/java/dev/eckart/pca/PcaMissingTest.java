package dev.eckart.pca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fits in which NaN stands for what is not known. */
class PcaMissingTest {
    private static final double NA = Double.NaN;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Values of rank {@code rank} around 5, and noise. */
    private static double[][] data(int n, int d, int rank, double noise) {
        return Tensor.normal(DType.F64, 1, n, rank)
                .matmul(Tensor.normal(DType.F64, 2, rank, d))
                .add(Tensor.normal(DType.F64, 3, n, d).multiply(noise))
                .add(5)
                .toMatrix();
    }

    /** A copy in which this share of the values is not known, but every row and column has some that are. */
    private static double[][] holes(double[][] x, double share) {
        SplittableRandom random = new SplittableRandom(8);
        double[][] out = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            out[i] = x[i].clone();
            for (int j = 0; j < out[i].length; j++) {
                out[i][j] = random.nextDouble() < share && j != i % out[i].length ? NA : x[i][j];
            }
        }
        return out;
    }

    private static double[][] withMeans(double[][] x) {
        double[][] out = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            out[i] = x[i].clone();
        }
        for (int j = 0; j < x[0].length; j++) {
            double sum = 0;
            int known = 0;
            for (double[] row : x) {
                sum += Double.isNaN(row[j]) ? 0 : row[j];
                known += Double.isNaN(row[j]) ? 0 : 1;
            }
            for (double[] row : out) {
                row[j] = Double.isNaN(row[j]) ? sum / known : row[j];
            }
        }
        return out;
    }

    private static long count(double[][] x) {
        long count = 0;
        for (double[] row : x) {
            for (double v : row) {
                count += Double.isNaN(v) ? 1 : 0;
            }
        }
        return count;
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void should_put_means_in_place(DType type) {
        double[][] x = holes(data(60, 7, 7, 0), 0.2);
        Tensor given = Tensor.of(x).to(type);
        Tensor byHand = Tensor.of(withMeans(x)).to(type);
        double slack = type == DType.F64 ? 1e-11 : 1e-4;
        for (boolean scaled : new boolean[] {false, true}) {
            Pca expected = (scaled ? Pca.components(3).scale() : Pca.components(3)).fit(byHand);
            Pca pca = (scaled ? Pca.components(3).scale() : Pca.components(3))
                    .missing(Missing.MEAN)
                    .fit(given);
            assertThat(pca.components().subtract(expected.components()).norm()).isLessThan(slack);
            assertThat(pca.mean().subtract(expected.mean()).norm()).isLessThan(slack);
            assertThat(pca.transform(given).subtract(expected.transform(byHand)).norm())
                    .isLessThan(10 * slack);
            assertThat(pca.impute(given).subtract(byHand).norm()).isLessThan(10 * slack);
            assertThat(pca.imputation()).contains(new Imputation(count(x), 0, 0, true));
        }
        assertThat(given.get(0, 0)).isEqualTo(Tensor.of(x).to(type).get(0, 0));
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void should_find_what_the_rank_determines(DType type) {
        double[][] whole = data(80, 12, 2, 0);
        Tensor given = Tensor.of(holes(whole, 0.2)).to(type);
        Pca pca = Pca.components(2).missing(Missing.ITERATIVE).fit(given);
        Tensor truth = Tensor.of(whole).to(type);
        assertThat(pca.impute(given).subtract(truth).norm()).isLessThan(1e-4 * truth.norm());
        assertThat(pca.project(given).subtract(truth).norm()).isLessThan(1e-4 * truth.norm());
        Imputation how = pca.imputation().orElseThrow();
        assertThat(how.converged()).isTrue();
        assertThat(how.iterations()).isBetween(2, 999);
        assertThat(how.change()).isLessThan(2e-5);
        Pca means = Pca.components(2).missing(Missing.MEAN).fit(given);
        assertThat(means.impute(given).subtract(truth).norm()).isGreaterThan(0.05 * truth.norm());
        // Observations that the fit has not seen are filled in from what is known of them.
        double[][] fresh = Tensor.of(whole).slice(0, 3, 4).toMatrix();
        fresh[0][4] = NA;
        fresh[0][9] = NA;
        assertThat(pca.impute(Tensor.of(fresh).to(type)).get(0, 9)).isCloseTo(whole[3][9], within(1e-2));
    }

    /** Against alternating least squares of Σ (xᵢⱼ − μⱼ − uᵢvⱼ)² over what is known, in plain Java. */
    @Test
    void should_minimize_the_error_of_what_is_known() {
        double[][] x = holes(data(30, 6, 1, 0.3), 0.15);
        double[][] fitted = alternating(x, 20_000);
        Pca pca = Pca.components(1).missing(Missing.ITERATIVE).fit(Tensor.of(x));
        double[][] filled = pca.impute(Tensor.of(x)).toMatrix();
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x[i].length; j++) {
                double expected = Double.isNaN(x[i][j]) ? fitted[i][j] : x[i][j];
                assertThat(filled[i][j]).isCloseTo(expected, within(Double.isNaN(x[i][j]) ? 1e-3 : 0));
            }
        }
    }

    private static double[][] alternating(double[][] x, int rounds) {
        int n = x.length;
        int d = x[0].length;
        double[] u = new double[n];
        double[] v = new double[d];
        double[] mean = new double[d];
        for (int i = 0; i < n; i++) {
            u[i] = Double.isNaN(x[i][0]) ? 0.1 : x[i][0] - 5;
        }
        for (int round = 0; round < rounds; round++) {
            for (int j = 0; j < d; j++) { // regression of column j on 1 and u
                double s0 = 0, su = 0, suu = 0, sx = 0, sux = 0;
                for (int i = 0; i < n; i++) {
                    if (!Double.isNaN(x[i][j])) {
                        s0++;
                        su += u[i];
                        suu += u[i] * u[i];
                        sx += x[i][j];
                        sux += u[i] * x[i][j];
                    }
                }
                v[j] = (s0 * sux - su * sx) / (s0 * suu - su * su);
                mean[j] = (sx - v[j] * su) / s0;
            }
            for (int i = 0; i < n; i++) {
                double top = 0, bottom = 0;
                for (int j = 0; j < d; j++) {
                    if (!Double.isNaN(x[i][j])) {
                        top += v[j] * (x[i][j] - mean[j]);
                        bottom += v[j] * v[j];
                    }
                }
                u[i] = top / bottom;
            }
        }
        double[][] out = new double[n][d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                out[i][j] = mean[j] + u[i] * v[j];
            }
        }
        return out;
    }

    @ParameterizedTest
    @EnumSource(names = {"MEAN", "ITERATIVE"})
    void should_take_an_observation_of_which_nothing_is_known_for_the_mean(Missing how) {
        double[][] x = holes(data(40, 5, 2, 0.1), 0.1);
        x[7] = new double[] {NA, NA, NA, NA, NA};
        Tensor given = Tensor.of(x);
        Pca pca = Pca.components(2).missing(how).fit(given);
        assertThat(pca.transform(given).select(0, 7).norm()).isLessThan(1e-5);
        assertThat(pca.impute(given).select(0, 7).subtract(pca.mean()).norm()).isLessThan(1e-5);
        assertThat(pca.impute(Tensor.full(DType.F64, NA, 2, 5)).select(0, 1).toArray())
                .isEqualTo(pca.mean().toArray());
    }

    @ParameterizedTest
    @EnumSource(names = {"MEAN", "ITERATIVE"})
    void should_fail_if_nothing_is_known_of_a_variable(Missing how) {
        double[][] x = data(9, 4, 2, 0.1);
        for (double[] row : x) {
            row[2] = NA;
        }
        assertThatThrownBy(() -> Pca.components(1).missing(how).fit(Tensor.of(x)))
                .hasMessage(
                        "pca: variable 2 of (9,4) is NaN in every observation; nothing is known of it: leave it out");
    }

    @ParameterizedTest
    @EnumSource(names = {"MEAN", "ITERATIVE"})
    void should_do_what_a_plain_fit_does_when_everything_is_known(Missing how) {
        Tensor x = Tensor.of(data(30, 5, 5, 0));
        Pca pca = Pca.components(3).missing(how).fit(x);
        assertThat(pca.components().toArray())
                .isEqualTo(Pca.components(3).fit(x).components().toArray());
        assertThat(pca.imputation()).contains(new Imputation(0, 0, 0, true));
        assertThat(Pca.components(3).fit(x).imputation()).isEmpty();
    }

    @Test
    void should_read_strided_views() {
        double[][] x = holes(data(20, 6, 3, 0.1), 0.2);
        Tensor turned = Tensor.of(x).transpose().copy().transpose();
        assertThat(Pca.components(2)
                        .missing(Missing.ITERATIVE)
                        .fit(turned)
                        .components()
                        .toArray())
                .isEqualTo(Pca.components(2)
                        .missing(Missing.ITERATIVE)
                        .fit(Tensor.of(x))
                        .components()
                        .toArray());
    }

    @Test
    void should_give_its_memory_back() {
        double[][] x = holes(data(50, 6, 2, 0.1), 0.2);
        try (Tensor given = Tensor.of(x)) {
            long used = MemoryBudget.used();
            try (Pca pca = Pca.components(2).missing(Missing.ITERATIVE).fit(given)) {
                pca.transform(given).close();
                pca.impute(given).close();
                pca.project(given).close();
                pca.sample(5, 1).close();
                pca.compression(Tensor.zeros(DType.F64, 0, 6));
            }
            assertThat(MemoryBudget.used() - used).isLessThan(1024);
        }
    }

    @Test
    void should_fail_if_the_request_makes_no_sense() {
        Tensor x = Tensor.of(new double[][] {{1, NA, 3}, {4, 5, 7}, {7, 8, 8}});
        assertThatThrownBy(() -> Pca.components(1).fit(x)).hasMessageContaining("(0,1)");
        assertThatThrownBy(() -> Pca.variance(0.9).missing(Missing.ITERATIVE).fit(x))
                .hasMessageContaining("give their number, or use missing(MEAN)");
        assertThat(Pca.variance(0.9).missing(Missing.MEAN).fit(x).components().dim(0))
                .isPositive();
        assertThatThrownBy(() -> Pca.components(1).missing(Missing.MEAN).fit(Tensor.of(new double[][] {
                    {1, 2}, {NA, Double.POSITIVE_INFINITY}
                })))
                .hasMessage("pca: element (1,1) of (2,2) is Infinity; replace it, by NaN if it is not known");
        assertThatThrownBy(() -> Pca.components(1).missing(Missing.MEAN).fit(Tensor.zeros(DType.I32, 3, 3)))
                .hasMessageContaining("needs f64 or f32");
        assertThatThrownBy(() -> Pca.components(1).missing(Missing.MEAN).fit(x.slice(0, 0, 1)))
                .hasMessageContaining("two observations");
    }
}
