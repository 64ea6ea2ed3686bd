package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ridge regression against its normal equations, and leaving one out against regressions without that row. */
class RidgeRegressionTest {
    private static final int N = 23;
    private static final int D = 4;

    private final double[][] x = Tensor.normal(DType.F64, 1, N, D).add(3).toMatrix();
    private final double[] y = Tensor.normal(DType.F64, 2, N).add(-5).toArray();

    /** Weights, then the intercept, that solve the normal equations of x, a column of ones and an unpenalized intercept. */
    private static double[] reference(double[][] x, double[] y, double lambda) {
        int d = x[0].length + 1;
        double[][] a = new double[d][d + 1];
        for (int row = 0; row < x.length; row++) {
            double[] z = Arrays.copyOf(x[row], d);
            z[d - 1] = 1;
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < d; j++) {
                    a[i][j] += z[i] * z[j];
                }
                a[i][d] += z[i] * y[row];
            }
        }
        for (int i = 0; i < d - 1; i++) {
            a[i][i] += lambda;
        }
        for (int i = 0; i < d; i++) {
            for (int k = 0; k < d; k++) {
                double factor = k == i ? 0 : a[k][i] / a[i][i];
                for (int j = 0; j <= d; j++) {
                    a[k][j] -= factor * a[i][j];
                }
            }
        }
        double[] out = new double[d];
        for (int i = 0; i < d; i++) {
            out[i] = a[i][d] / a[i][i];
        }
        return out;
    }

    private static double at(double[] w, double[] row) {
        double sum = w[row.length];
        for (int i = 0; i < row.length; i++) {
            sum += w[i] * row[i];
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-3, 1, 50})
    void should_solve_the_normal_equations(double lambda) {
        double[] w = reference(x, y, lambda);
        double[][] z = Tensor.normal(DType.F64, 3, 9, D).toMatrix();
        try (Scope scope = Scope.open();
                RidgeRegression ridge = RidgeRegression.of(Tensor.of(x), Tensor.of(y, N))) {
            assertThat(ridge.predict(Tensor.of(z), lambda).toArray())
                    .containsExactly(
                            Arrays.stream(z).mapToDouble(row -> at(w, row)).toArray(), within(1e-11));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-3, 1, 50})
    void should_leave_one_row_out_after_the_other(double lambda) {
        double sum = 0;
        for (int out = 0; out < N; out++) {
            int left = out;
            int[] others = IntStream.range(0, N).filter(i -> i != left).toArray();
            double[] w = reference(
                    Arrays.stream(others).mapToObj(i -> x[i]).toArray(double[][]::new),
                    Arrays.stream(others).mapToDouble(i -> y[i]).toArray(),
                    lambda);
            sum += Math.pow(y[out] - at(w, x[out]), 2) / N;
        }
        try (Scope scope = Scope.open();
                RidgeRegression ridge = RidgeRegression.of(Tensor.of(x), Tensor.of(y, N))) {
            // Means of the others differ from those of all: exact for the penalty 0, and of order λ/n elsewhere.
            double relative = lambda == 0 ? 1e-11 : lambda / (lambda + 10) / N;
            assertThat(ridge.leaveOneOut(lambda)).isCloseTo(sum, within(relative * sum));
        }
    }

    @Test
    void should_regress_several_outputs_at_once_in_both_types() {
        try (Scope scope = Scope.open()) {
            Tensor two = Tensor.normal(DType.F64, 4, N, 2);
            Tensor rows = Tensor.of(x);
            double[][] both = RidgeRegression.of(rows, two).predict(rows, 1).toMatrix();
            Tensor single =
                    RidgeRegression.of(rows.to(DType.F32), two.to(DType.F32)).predict(rows.to(DType.F32), 1);
            assertThat(single.dtype()).isEqualTo(DType.F32);
            for (int k = 0; k < 2; k++) {
                double[] alone = RidgeRegression.of(rows, two.select(1, k))
                        .predict(rows, 1)
                        .toArray();
                for (int i = 0; i < N; i++) {
                    assertThat(both[i][k]).isCloseTo(alone[i], within(1e-13));
                    assertThat(single.get(i, k)).isCloseTo(alone[i], within(1e-5));
                }
            }
        }
    }

    @Test
    void should_take_the_solution_of_least_norm_where_rows_are_few() {
        try (Scope scope = Scope.open()) {
            Tensor wide = Tensor.normal(DType.F64, 5, 6, 40);
            Tensor goal = Tensor.normal(DType.F64, 6, 6);
            RidgeRegression ridge = RidgeRegression.of(wide, goal);
            assertThat(ridge.predict(wide, 0).subtract(goal).norm()).isLessThan(1e-12);
            // Least norm: nothing is learnt of a direction that no row has.
            Tensor beside = wide.add(
                    Svd.of(wide.subtract(wide.mean(0))).vt().slice(0, 5, 6).multiply(1e3));
            assertThat(ridge.predict(beside, 0).subtract(goal).norm()).isLessThan(1e-9);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-150, 1e150})
    void should_keep_far_scales(double scale) {
        try (Scope scope = Scope.open()) {
            Tensor rows = Tensor.of(x);
            Tensor goal = Tensor.of(y, N);
            double[] small = RidgeRegression.of(rows, goal).predict(rows, 0).toArray();
            RidgeRegression large = RidgeRegression.of(rows.multiply(scale), goal);
            assertThat(large.predict(rows.multiply(scale), 0).toArray()).containsExactly(small, within(1e-11));
        }
    }

    @Test
    void should_find_the_penalty_that_leaving_one_out_likes_best() {
        try (Scope scope = Scope.open()) {
            Tensor rows = Tensor.normal(DType.F64, 7, 30, 25);
            Tensor goal = rows.sum(1).add(Tensor.normal(DType.F64, 8, 30).multiply(5));
            RidgeRegression ridge = RidgeRegression.of(rows, goal);
            double best = ridge.bestLambda();
            double first = Math.pow(ridge.singularValues()[0], 2);
            for (double share : new double[] {1e-8, 1e-4, 1e-2, 1}) {
                assertThat(ridge.leaveOneOut(best)).isLessThanOrEqualTo(ridge.leaveOneOut(share * first));
            }
            assertThat(best).isBetween(1e-3 * first, first);
        }
    }

    @Test
    void should_learn_a_plane_and_nothing_from_what_is_held_out() {
        try (Scope scope = Scope.open()) {
            Tensor rows = Tensor.uniform(DType.F64, 1, 60, 3);
            Tensor plane = rows.select(1, 0)
                    .multiply(2)
                    .subtract(rows.select(1, 1).multiply(3))
                    .add(7);
            Tensor noise = Tensor.normal(DType.F64, 2, 60);
            for (int folds : new int[] {2, 10, 60}) {
                assertThat(RidgeRegression.determination(plane, RidgeRegression.crossValidated(rows, plane, folds, 0)))
                        .isCloseTo(1, within(1e-8));
                assertThat(RidgeRegression.determination(noise, RidgeRegression.crossValidated(rows, noise, folds, 0)))
                        .isLessThan(.05);
            }
        }
    }

    @Test
    void should_say_what_is_wrong() {
        try (Scope scope = Scope.open()) {
            Tensor rows = Tensor.of(x);
            Tensor goal = Tensor.of(y, N);
            assertThatThrownBy(() -> RidgeRegression.of(rows, goal.slice(0, 1, N)))
                    .hasMessage(
                            "ridge regression: x is (23,4), y (22); needed are rows, and as many in y of (n) or (n, outputs)");
            assertThatThrownBy(() -> RidgeRegression.of(rows, goal.add(Double.NaN)))
                    .hasMessageContaining("element (0,0) of (23,1) is NaN");
            assertThatThrownBy(() -> RidgeRegression.of(Tensor.zeros(DType.F64, 0, 4), Tensor.zeros(DType.F64, 0)))
                    .hasMessageContaining("needed are rows");
            assertThatThrownBy(() -> RidgeRegression.crossValidated(rows, goal, 24, 0))
                    .hasMessage("ridge regression: 24 parts of 23 rows; needed are 2 to 23");
            RidgeRegression ridge = RidgeRegression.of(rows, goal);
            assertThatThrownBy(() -> ridge.predict(rows, -1)).hasMessageContaining("penalty -1.0");
            assertThatThrownBy(() -> ridge.predict(rows, Double.NaN)).hasMessageContaining("penalty NaN");
            assertThatThrownBy(() -> ridge.predict(rows.transpose(), 1))
                    .hasMessage("ridge regression: fitted to (23,4), asked about (4,23)");
        }
    }
}
