package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** High relative accuracy: every singular value of a graded matrix has as many digits as the largest. */
class GejsvTest {
    /** D₁·B·D₂ with random B, exponents of ten in random order between ±range / 2 in both D. */
    private static double[][] graded(DType type, int m, int n, double range) {
        Random random = new Random(7L * m + n);
        double[] rows = random.doubles(m).map(x -> (x - 0.5) * range).toArray();
        double[] columns = random.doubles(n).map(x -> (x - 0.5) * range).toArray();
        columns[0] = range / 2;
        columns[n - 1] = -range / 2;
        double[][] a = new double[m][n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double entry = random.nextGaussian() * Math.pow(10, rows[i] + columns[j]);
                a[i][j] = type == DType.F64 ? entry : (float) entry;
            }
        }
        return a;
    }

    /** The largest relative error. */
    private static double worst(double[] values, double[] expected) {
        return IntStream.range(0, expected.length)
                .mapToDouble(i -> Math.abs(values[i] - expected[i]) / expected[i])
                .max()
                .orElseThrow();
    }

    @Test
    void small_values_of_graded_matrices_are_as_accurate_as_large_ones() {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            double range = type == DType.F64 ? 150 : 20;
            for (int[] size : new int[][] {{7, 7}, {10, 6}}) {
                double[][] a = graded(type, size[0], size[1], range);
                double[] expected = HighPrecision.singularValues(a, 400);
                assertThat(expected[0] / expected[expected.length - 1]).isGreaterThan(Math.pow(10, range / 2));
                try (Scope scope = Scope.open()) {
                    Tensor tall = Tensor.of(a).to(type);
                    for (Tensor matrix : new Tensor[] {tall, tall.transpose()}) {
                        Svd svd = Svd.options().driver(Driver.GEJSV).of(matrix);
                        assertThat(svd.certificate().driver()).isEqualTo(Driver.GEJSV);
                        assertThat(svd.certificate().fallbacks()).isEmpty();
                        double[] values = svd.s().toArray();
                        double[] alone = Svd.options()
                                .driver(Driver.GEJSV)
                                .values(matrix)
                                .toArray();
                        for (int i = 0; i < expected.length; i++) {
                            double slack = 100 * type.epsilon() * expected[i];
                            assertThat(values[i]).as("%s %d", type, i).isCloseTo(expected[i], within(slack));
                            assertThat(alone[i]).as("%s %d alone", type, i).isCloseTo(expected[i], within(slack));
                        }
                        assertThat(worst(Svd.values(matrix).toArray(), expected))
                                .as("gesdd knows them to ε·σ₁")
                                .isGreaterThan(0.1);
                    }
                }
            }
        }
    }

    /** Ones over μ times the identity: √(n + μ²) once, μ otherwise (Läuchli 1961). */
    @Test
    void the_values_of_a_lauchli_matrix_are_exact() {
        double mu = 1e-200;
        int n = 30;
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.zeros(DType.F64, n + 1, n);
            a.slice(0, 0, 1).fill(1);
            a.slice(0, 1, n + 1).assign(Tensor.eye(DType.F64, n).multiply(mu));
            for (Tensor matrix : new Tensor[] {a, a.transpose()}) {
                double[] s = Svd.options().driver(Driver.GEJSV).of(matrix).s().toArray();
                assertThat(s[0]).isCloseTo(Math.sqrt(n), within(1e-14));
                for (int i = 1; i < n; i++) {
                    assertThat(s[i]).isCloseTo(mu, within(1e-13 * mu));
                }
            }
        }
    }
}
