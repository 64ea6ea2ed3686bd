package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.linalg.Csr;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Newton's method in plain Java for d = 1: weight and intercept of ½w² + C·Σ ln(1 + e^∓(wx+b)). */
    private static double[] newton(double[] x, int[] labels, double c) {
        double w = 0;
        double b = 0;
        for (int step = 0; step < 50; step++) {
            double gw = w;
            double gb = 0;
            double hww = 1;
            double hwb = 0;
            double hbb = 0;
            for (int i = 0; i < x.length; i++) {
                double p = 1 / (1 + Math.exp(-w * x[i] - b));
                double v = c * p * (1 - p);
                gw += c * (p - labels[i]) * x[i];
                gb += c * (p - labels[i]);
                hww += v * x[i] * x[i];
                hwb += v * x[i];
                hbb += v;
            }
            double determinant = hww * hbb - hwb * hwb;
            w -= (hbb * gw - hwb * gb) / determinant;
            b -= (hww * gb - hwb * gw) / determinant;
        }
        return new double[] {w, b};
    }

    @Test
    void two_classes_have_the_minimum_that_newton_finds() {
        double[] x = {-2, -1, -0.5, 0.3, 0.7, 1.5, 3, 4};
        int[] labels = {0, 0, 1, 0, 1, 0, 1, 1};
        for (double c : new double[] {0.1, 1, 50}) {
            LogisticRegression fit = LogisticRegression.options()
                    .c(c)
                    .tolerance(1e-12)
                    .fit(LinearOperator.of(Tensor.of(x, 8, 1)), labels);
            assertThat(fit.weights(1)).containsExactly(newton(x, labels, c), within(1e-7));
            double[] w = fit.weights(1);
            double[][] p = fit.probabilities(LinearOperator.of(Tensor.of(new double[][] {{1}, {-900}})));
            assertThat(p[0][1]).isCloseTo(1 / (1 + Math.exp(-w[0] - w[1])), within(1e-15));
            assertThat(p[0][0] + p[0][1]).isCloseTo(1, within(1e-15));
            assertThat(p[1][0]).isGreaterThan(0.99);
        }
    }

    @Test
    void an_interrupt_ends_a_fit() {
        LinearOperator x = LinearOperator.of(Tensor.of(new double[][] {{1}, {2}, {3}}));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> LogisticRegression.options().fit(x, new int[] {0, 1, 1}))
                .isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    /** Objective of three classes, by two loops. */
    private static double objective(double[][] x, int[] labels, double[][] weights, double c) {
        double value = 0;
        for (double[] w : weights) {
            for (int j = 0; j + 1 < w.length; j++) {
                value += w[j] * w[j] / 2;
            }
        }
        for (int i = 0; i < x.length; i++) {
            double sum = 0;
            double own = 0;
            for (int k = 0; k < weights.length; k++) {
                double score = weights[k][weights[k].length - 1];
                for (int j = 0; j < x[i].length; j++) {
                    score += weights[k][j] * x[i][j];
                }
                sum += Math.exp(score);
                own = k == labels[i] ? score : own;
            }
            value += c * (Math.log(sum) - own);
        }
        return value;
    }

    @Test
    void three_classes_end_where_no_step_goes_down() {
        int n = 60;
        double[][] x = new double[n][4];
        int[] labels = new int[n];
        Random random = new Random(2);
        for (int i = 0; i < n; i++) {
            labels[i] = random.nextInt(3);
            for (int j = 0; j < 4; j++) {
                x[i][j] = random.nextGaussian() + (j == labels[i] ? 1.5 : 0);
            }
        }
        LogisticRegression fit =
                LogisticRegression.options().c(2).tolerance(1e-10).fit(LinearOperator.of(Tensor.of(x)), labels);
        assertThat(fit.converged()).isTrue();
        assertThat(fit.classes()).isEqualTo(3);
        double[][] weights = {fit.weights(0), fit.weights(1), fit.weights(2)};
        double best = objective(x, labels, weights, 2);
        for (int k = 0; k < 3; k++) {
            for (int j = 0; j < 5; j++) {
                for (double step : new double[] {1e-3, -1e-3}) {
                    weights[k][j] += step;
                    assertThat(objective(x, labels, weights, 2)).isGreaterThan(best);
                    weights[k][j] -= step;
                }
            }
        }
        assertThat(fit.accuracy(LinearOperator.of(Tensor.of(x)), labels)).isGreaterThan(0.7);
        try (Csr sparse =
                Csr.ofCompressed(4, starts(n), columns(n), Tensor.of(x).reshape(-1))) {
            LogisticRegression same =
                    LogisticRegression.options().c(2).tolerance(1e-10).fit(sparse, labels);
            assertThat(same.weights(2)).containsExactly(fit.weights(2), within(1e-7));
            assertThat(same.predict(sparse)).isEqualTo(fit.predict(LinearOperator.of(Tensor.of(x))));
        }
    }

    private static Tensor starts(int n) {
        long[] starts = new long[n + 1];
        for (int i = 0; i <= n; i++) {
            starts[i] = 4L * i;
        }
        return Tensor.of(starts);
    }

    private static Tensor columns(int n) {
        int[] columns = new int[4 * n];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = i % 4;
        }
        return Tensor.of(columns);
    }

    @Test
    void should_refuse_labels_that_are_none() {
        LinearOperator x = LinearOperator.of(Tensor.zeros(DType.F64, 2, 1));
        LogisticRegression.Options how = LogisticRegression.options();
        assertThatThrownBy(() -> how.fit(x, new int[] {0})).hasMessageContaining("2 rows, 1 labels");
        assertThatThrownBy(() -> how.fit(x, new int[] {1, 1})).hasMessageContaining("all labels are the same");
        assertThatThrownBy(() -> how.fit(x, new int[] {0, -1})).hasMessageContaining("label 1 is -1");
        assertThatThrownBy(() -> how.c(0)).hasMessageContaining("not positive");
        LogisticRegression fit = how.fit(x, new int[] {0, 1});
        assertThatThrownBy(() -> fit.predict(LinearOperator.of(Tensor.zeros(DType.F64, 1, 3))))
                .hasMessageContaining("(1,3)");
    }

    @Test
    void the_search_goes_along_rosenbrocks_valley() {
        Lbfgs.Result found = Lbfgs.minimize(
                (x, g) -> {
                    double a = 1 - x[0];
                    double b = x[1] - x[0] * x[0];
                    g[0] = -2 * a - 400 * x[0] * b;
                    g[1] = 200 * b;
                    return a * a + 100 * b * b;
                },
                new double[] {-1.2, 1},
                200,
                1e-10);
        assertThat(found.converged()).isTrue();
        assertThat(found.iterations()).isLessThan(60);
        assertThat(found.x()).containsExactly(new double[] {1, 1}, within(1e-9));
    }
}
