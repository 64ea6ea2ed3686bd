package dev.eckart.pca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Counts of alleles, scaled by what their frequency lets expect. */
class PcaGenotypesTest {
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

    /** Two populations whose frequencies differ by a little at each variant; the first half of the samples are of the first. */
    private static double[][] counts(int n, int m) {
        SplittableRandom random = new SplittableRandom(2);
        double[][] out = new double[n][m];
        for (int j = 0; j < m; j++) {
            double common = 0.2 + 0.6 * random.nextDouble();
            double apart = 0.15 * (random.nextBoolean() ? 1 : -1);
            for (int i = 0; i < n; i++) {
                double p = common + (i < n / 2 ? apart : -apart);
                out[i][j] = random.nextDouble() < 0.05
                        ? NA
                        : (random.nextDouble() < p ? 1 : 0) + (random.nextDouble() < p ? 1 : 0);
            }
        }
        return out;
    }

    /** The matrix of Patterson, Price and Reich 2006, eqs. 1–3, by the formula; columns that do not vary are 0. */
    private static double[][] normalized(double[][] g) {
        int m = g[0].length;
        double[][] out = new double[g.length][m];
        for (int j = 0; j < m; j++) {
            int column = j;
            double[] known = Arrays.stream(g)
                    .mapToDouble(row -> row[column])
                    .filter(v -> !Double.isNaN(v))
                    .toArray();
            double p = Arrays.stream(known).average().orElse(0) / 2;
            if (Arrays.stream(known).distinct().count() > 1) {
                for (int i = 0; i < g.length; i++) {
                    out[i][j] = Double.isNaN(g[i][j]) ? 0 : (g[i][j] - 2 * p) / Math.sqrt(2 * p * (1 - p));
                }
            }
        }
        return out;
    }

    @ParameterizedTest
    @EnumSource
    void should_decompose_the_matrix_of_patterson_price_and_reich(Pca.Solver solver) {
        double[][] g = counts(60, 25);
        Tensor m = Tensor.of(normalized(g));
        Svd expected = Svd.of(m);
        Pca pca = Pca.components(3).genotypes().solver(solver).fit(Tensor.of(g));
        // Of a spectrum that hardly falls the randomized solver finds the values alone, and these roughly.
        boolean rough = solver == Pca.Solver.RANDOMIZED;
        for (int i = 0; i < 3; i++) {
            double s = expected.s().get(i);
            assertThat(pca.explainedVariance().get(i)).isCloseTo(s * s / 59, within((rough ? 1e-3 : 1e-11) * s * s));
        }
        assertThat(pca.totalVariance()).isCloseTo(m.norm() * m.norm() / 59, within(1e-11 * pca.totalVariance()));
        assertThat(pca.transform(Tensor.of(g))
                        .abs()
                        .subtract(expected.u()
                                .slice(1, 0, 3)
                                .multiply(expected.s().slice(0, 0, 3))
                                .abs())
                        .norm())
                .isLessThan((rough ? 1 : 1e-7) * expected.s().get(0));
        assertThat(pca.constantColumns()).isZero();
        assertThat(pca.imputation().orElseThrow().missing()).isPositive();
    }

    @Test
    void should_tell_populations_apart_by_the_sign_of_the_first_score() {
        double[][] g = counts(80, 300);
        double[] z = Pca.components(1)
                .genotypes()
                .fit(Tensor.of(g))
                .transform(Tensor.of(g))
                .toArray();
        double sign = Math.signum(z[0]);
        for (int i = 0; i < 80; i++) {
            assertThat(sign * z[i] > 0).as("sample " + i).isEqualTo(i < 40);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void should_drop_variants_that_do_not_vary_or_are_not_known(DType type) {
        double[][] g = counts(41, 9);
        for (double[] row : g) {
            row[1] = 2;
            row[3] = 0;
            row[4] = NA;
            row[6] = 1;
        }
        g[5][1] = NA;
        Pca pca = Pca.components(4)
                .genotypes()
                .solver(Pca.Solver.SVD)
                .fit(Tensor.of(g).to(type));
        assertThat(pca.constantColumns()).isEqualTo(4);
        for (int j : new int[] {1, 3, 4, 6}) {
            assertThat(pca.components().select(1, j).abs().max().get())
                    .as("variant " + j)
                    .isLessThan(4 * type.epsilon());
            assertThat(pca.scale().orElseThrow().get(j)).isOne();
        }
        Tensor m = Tensor.of(normalized(g));
        assertThat(pca.totalVariance()).isCloseTo(m.norm() * m.norm() / 40, within(1e-4));
        assertThat(pca.transform(Tensor.of(g).to(type)).norm()).isFinite();
    }

    @Test
    void should_define_genotypes_that_do_not_vary_at_all() {
        Pca pca = Pca.components(1).genotypes().fit(Tensor.full(DType.F64, NA, 3, 2));
        assertThat(pca.totalVariance()).isZero();
        assertThat(pca.constantColumns()).isEqualTo(2);
        assertThat(pca.transform(Tensor.full(DType.F64, NA, 3, 2)).norm()).isZero();
    }

    @Test
    void should_fail_if_they_are_no_counts_or_the_options_do_not_go_together() {
        Tensor g = Tensor.of(new double[][] {{0, 1}, {3, 1}, {2, 0}});
        assertThatThrownBy(() -> Pca.components(1).genotypes().fit(g))
                .hasMessage("pca: counts of an allele lie between 0.0 and 2.0, these between 0.0 and 3.0");
        assertThatThrownBy(() -> Pca.components(1).genotypes().fit(g.add(-2))).hasMessageContaining("between -2.0");
        assertThatThrownBy(() -> Pca.components(1).genotypes().scale().fit(g))
                .hasMessageContaining("leave out scale()");
        assertThatThrownBy(() ->
                        Pca.components(1).genotypes().missing(Missing.ITERATIVE).fit(g))
                .hasMessageContaining("leave out missing(ITERATIVE)");
    }
}
